"""What a lost connection may have kept from the carrier waits for the answers that it may lack."""

from typing import Any, cast

from sms.held import HOLD_S
from sms.lost import LOST_S_MAX, Lost
from sms.submission import Submission

ONE = cast("Submission", "one")
TWO = cast("Submission", "two")
THREE = cast("Submission", "three")


class Bound:
    """A connection as far as this looks at it."""

    def __init__(self, bound_at: float, unacknowledged: int = 0) -> None:
        self.bound = self.alive = True
        self.bound_at = bound_at
        self.unacknowledged = unacknowledged
        self.acknowledged = 7

    def answer(self, count: int = 1) -> None:
        self.unacknowledged -= count
        self.acknowledged += count


def lost(*links: Bound) -> Lost:
    waiting = Lost(cast("Any", list(links)))
    waiting.add([ONE], 0.0)
    waiting.add([TWO], 0.0)
    return waiting


def test_nothing_goes_while_no_connection_is_bound() -> None:
    assert not lost().due(1_000.0)


def test_it_goes_in_its_order_once_a_connection_is_up_for_a_while() -> None:
    waiting = lost(Bound(10.0))
    assert not waiting.due(10.0 + HOLD_S / 2)
    assert waiting.due(10.0 + HOLD_S) == [ONE, TWO]
    assert not waiting.due(20.0)


def test_it_waits_for_the_answers_to_all_that_had_come_by_then_and_no_longer() -> None:
    line = Bound(10.0, unacknowledged=2)
    waiting = lost(line)
    assert not waiting.due(11.0)
    # A carrier with much to say always has something unanswered.
    line.unacknowledged += 5
    line.answer()
    assert not waiting.due(12.0)
    line.answer()
    assert waiting.due(13.0) == [ONE, TWO]


def test_connections_that_break_again_and_again_hold_nothing_back_for_ever() -> None:
    steady, young = Bound(10.0), Bound(0.0)
    waiting = lost(steady, young)
    now = 10.0
    while now < LOST_S_MAX:
        young.bound_at = now
        waiting.add([], now)
        assert not waiting.due(now)
        now += HOLD_S / 2
    young.bound_at = now = LOST_S_MAX
    waiting.add([THREE], now)
    # What had come by those that have been up for a while is answered first even so.
    steady.unacknowledged = 1
    assert not waiting.due(now)
    steady.answer()
    assert waiting.due(now) == [ONE, TWO]
    # What was lost since waits as long, or until all is quiet.
    young.bound_at = now + HOLD_S / 2
    assert not waiting.due(now + HOLD_S)
    assert len(waiting) == 1
    assert waiting.due(now + 2 * HOLD_S) == [THREE]
    assert not waiting.due(now + 3 * HOLD_S)


def test_after_an_outage_it_waits_for_the_next_connection_as_always() -> None:
    waiting = lost(Bound(10 * LOST_S_MAX))
    assert not waiting.due(10 * LOST_S_MAX + HOLD_S / 2)
    assert waiting.due(10 * LOST_S_MAX + HOLD_S) == [ONE, TWO]


def test_it_waits_though_others_have_been_up_for_long_for_the_carrier_may_know_later() -> None:
    waiting = lost(Bound(10.0))
    waiting.add([], 50.0)
    assert not waiting.due(50.0)
    assert waiting.due(50.0 + HOLD_S) == [ONE, TWO]


def test_a_connection_that_breaks_with_something_unanswered_is_waited_for_anew() -> None:
    first, second = Bound(10.0, unacknowledged=1), Bound(10.0)
    links = [first, second]
    waiting = Lost(cast("Any", links))
    waiting.add([ONE], 0.0)
    assert not waiting.due(11.0)
    first.alive = first.bound = False
    links[0] = third = Bound(11.5, unacknowledged=1)
    assert not waiting.due(12.0)
    assert not waiting.due(12.5)
    third.answer()
    assert waiting.due(12.6) == [ONE]
