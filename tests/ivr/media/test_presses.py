"""Presses that planes tell, one of which died."""

from ivr.media.messages import Digit
from ivr.media.presses import Presses


def digit(press, key="5", stamp=160, call=1):
    return Digit(call, key, "event", 1.0, press, stamp)


def test_a_press_that_is_told_again_is_no_news():
    presses = Presses()
    told = [digit(1), digit(1), digit(2), digit(2, stamp=320), digit(2, "6", 320)]
    assert [presses.is_new(each) for each in told] == [True, False, True, True, True]


def test_one_recording_of_a_key_that_is_played_again_is_a_press_each_time():
    presses = Presses()
    assert all(presses.is_new(digit(press)) for press in (1, 2, 3))


def test_calls_do_not_share_their_presses_and_one_that_is_over_is_forgotten():
    presses = Presses()
    assert presses.is_new(digit(1))
    assert presses.is_new(digit(1, call=2))
    presses.forget(1)
    assert presses.is_new(digit(1))
