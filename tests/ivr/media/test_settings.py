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
    ],
)
def test_what_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError, match="must be"):
        Settings(**wrong)


def test_the_last_port_may_be_the_highest():
    assert Settings(port=63_536, calls=1_000).calls == 1_000
