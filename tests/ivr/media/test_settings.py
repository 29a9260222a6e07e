import pytest

from ivr.media.settings import Settings


@pytest.mark.parametrize(
    "wrong",
    [
        {"calls": 5},
        {"calls": 15},
        {"calls": 20000},
        {"port": 20001},
        {"port": 80},
        {"port": 64000},
        {"prompts_s": 0},
        {"prompts_s": 10**6},
        {"first_packet_s_max": -1.0},
        {"packet_s_max": -0.5},
    ],
)
def test_what_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError, match="must be"):
        Settings(**wrong)


@pytest.mark.parametrize(
    "wrong", [{"host": "::1"}, {"host6": "127.0.0.1"}, {"host6": "fe80::1%eth0"}]
)
def test_an_address_of_another_kind_is_refused(wrong):
    with pytest.raises(ValueError, match="is no IPv"):
        Settings(**wrong)


@pytest.mark.parametrize(("calls", "groups"), [(10, 2), (2_000, 2), (2_010, 5), (3_000, 5)])
def test_up_to_two_thousand_calls_go_in_two_groups_and_more_in_five(calls, groups):
    settings = Settings(calls=calls)
    assert settings.groups == groups
    assert settings.tick_s * groups == pytest.approx(0.02)


def test_the_last_port_may_be_the_highest():
    assert Settings(port=63_536, calls=1_000).calls == 1_000
