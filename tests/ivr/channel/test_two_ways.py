"""Keys that come in the audio and by INFO."""

import pytest

from ivr.channel.two_ways import ECHO_S, TwoWays


@pytest.mark.parametrize(
    ("pressed", "taken"),
    [
        ("m1 i1 m1 i1 m2 i2", "112"),
        ("i1 m1 i2 m2", "12"),
        ("m1 m2 m2 i1 i2 i2 m3 i3", "1223"),
        ("m1 m1 i1 i1", "11"),
        ("m1 m2 m3", "123"),
        ("i5 i5 i5", "555"),
        ("m1 i2", "12"),
        ("m1 m2 i2 m2 i2", "122"),
        ("m1 m2 i2 i1", "12"),
        ("i1 i2 m2 m3 i3", "123"),
    ],
)
def test_a_press_that_comes_by_both_ways_is_one(pressed, taken):
    ways, found = TwoWays(), ""
    for at, (way, key) in enumerate(pressed.split()):
        is_new = ways.is_new_by_media if way == "m" else ways.is_new_by_info
        found += key if is_new(key, at / 10) else ""
    assert found == taken


def test_a_telephone_that_changes_its_way_is_heard():
    """As after a transfer, by the one that took the call over."""
    ways = TwoWays()
    assert ways.is_new_by_media("1", 0.0)
    assert ways.is_new_by_info("1", ECHO_S + 0.1)
    assert ways.is_new_by_media("1", 2 * ECHO_S + 0.2)
