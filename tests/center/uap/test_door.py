"""Each channel is told no in its own words."""

import pytest

from center.uap.door import RETRY_S_MAX, SIP_STATUS, Refused, Why, retry_after


@pytest.mark.parametrize("why", Why)
def test_every_no_has_a_sip_answer(why):
    assert Refused(why, 5).sip_status == SIP_STATUS[why]


def test_a_full_platform_is_503_and_a_full_seller_486():
    assert Refused(Why.FULL, 5).sip_status == 503
    assert Refused(Why.SELLER, 5).sip_status == 486


def test_retry_after_is_whole_seconds_within_bounds():
    assert [retry_after(wait_s) for wait_s in (0.0, 0.2, 1.0, 1.2)] == [1, 1, 1, 2]
    assert retry_after(1e9) == RETRY_S_MAX
