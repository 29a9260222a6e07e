"""Replies held back until their messages are answered."""

import pytest

from center.changes import OutgoingText
from center.superseded import turn_number
from sms.held import HOLD_S, REFUSED_HOLD_S, REFUSED_HOLD_S_MAX, Held


def held_of(*texts: tuple[int, str], at: float = 0.0) -> Held:
    held = Held()
    for text_id, buyer in texts:
        held.add(text_id, OutgoingText("carrier", "1069", buyer, f"text {text_id}", 0), at + HOLD_S)
    return held


def due(held: Held, now: float, *, is_bound: bool = True) -> list[int]:
    return [text_id for text_id, _ in held.release_due(now, is_bound=is_bound)]


def test_they_go_in_their_order_a_while_after_the_bind() -> None:
    held = held_of((1, "a"), (2, "b"), (3, "a"))
    assert due(held, 100.0, is_bound=False) == []
    assert due(held, 200.0) == []
    assert due(held, 200.0 + HOLD_S) == [1, 2, 3]
    assert len(held) == 0


def test_a_buyer_whose_message_is_answered_gets_theirs_at_once() -> None:
    held = held_of((1, "a"), (2, "b"))
    assert [text_id for text_id, _ in held.release("b")] == [2]
    assert held.release("b") == []
    assert len(held) == 1


def test_a_lost_bind_begins_the_wait_anew() -> None:
    held = held_of((1, "a"))
    due(held, 0.0)
    due(held, HOLD_S / 2, is_bound=False)
    assert due(held, HOLD_S) == []
    assert due(held, 2 * HOLD_S) == [1]


def test_what_came_later_waits_as_long_and_holds_nobody_else_up() -> None:
    held = held_of((1, "a"))
    due(held, 0.0)
    held.add(2, OutgoingText("carrier", "1069", "b", "text 2", 0), HOLD_S * 1.5)
    assert due(held, HOLD_S) == [1]
    assert due(held, HOLD_S * 1.5) == [2]


def test_after_a_start_whoever_was_not_answered_waits() -> None:
    held = Held()
    assert not held
    held.begin()
    assert held
    assert held.waits_for("a")
    held.release("a")
    assert not held.waits_for("a")
    due(held, 0.0)
    due(held, HOLD_S)
    assert not held.waits_for("b")
    assert not held


def test_what_was_refused_comes_again_first() -> None:
    held = held_of((1, "a"))
    due(held, 0.0)
    held.refused(10.0)
    assert due(held, 10.0 + REFUSED_HOLD_S - 0.1) == []
    assert due(held, 10.0 + REFUSED_HOLD_S) == [1]


def test_refusals_that_do_not_end_hold_nothing_for_longer_than_a_minute() -> None:
    held = held_of((1, "a"))
    held.begin()
    end = HOLD_S + REFUSED_HOLD_S_MAX
    for now in range(int(end)):
        held.refused(now)
        assert held.waits_for("b") is (now <= REFUSED_HOLD_S_MAX)
        assert due(held, now) == []
    held.add(2, OutgoingText("carrier", "1069", "b", "text 2", 0), end)
    held.refused(end)
    assert due(held, end) == [1]
    held.refused(end + REFUSED_HOLD_S_MAX - 1)
    assert due(held, end + REFUSED_HOLD_S_MAX - 1) == []
    # A bind that is lost meanwhile begins no minute anew.
    assert due(held, end + REFUSED_HOLD_S_MAX - 1, is_bound=False) == []
    held.refused(end + REFUSED_HOLD_S_MAX)
    assert due(held, end + REFUSED_HOLD_S_MAX) == []
    assert due(held, end + REFUSED_HOLD_S_MAX + HOLD_S) == [2]


@pytest.mark.parametrize("has_started", [True, False])
@pytest.mark.parametrize("is_answered", [True, False])
def test_a_question_that_was_answered_is_left_after_a_start_and_at_no_other_time(
    has_started: bool, is_answered: bool
) -> None:
    held = Held()
    if has_started:
        held.begin()
    for text_id, turn in ((1, 1), (2, 2)):
        number = turn_number(1, turn, asks=True)
        held.add(text_id, OutgoingText("carrier", "1069", "a", "?", 0, "shop", number), HOLD_S)
    due(held, 0.0)
    went = [text_id for text_id, _ in held.release("a")] if is_answered else due(held, HOLD_S)
    assert went == ([2] if has_started else [1, 2])
    assert held.superseded == ([1] if has_started else [])
    assert len(held) == 0
