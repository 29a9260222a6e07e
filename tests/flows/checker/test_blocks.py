"""Rules of what a flow must say of the shop."""

import pytest

from tests.flows.checker.ruling import messages

SHOP = """
shop Tea corner
  languages en
  channels sms
  currency {currency}
step start
  goodbye
"""


@pytest.mark.parametrize("currency", ["CNY", "HKD", "MYR", "PHP", "SGD", "TWD"])
def test_a_shop_where_shanghais_clock_is_right_needs_none(currency: str) -> None:
    assert not messages("E011", SHOP.format(currency=currency))


@pytest.mark.parametrize("currency", ["KES", "THB", "USD"])
def test_a_shop_elsewhere_says_what_time_it_has(currency: str) -> None:
    shop = SHOP.format(currency=currency)
    assert messages("E011", shop) == [
        f"the shop is paid in {currency}, and its clock is that of Shanghai"
    ]
    assert not messages("E011", shop.replace("step", "  timezone Africa/Nairobi\nstep"))
