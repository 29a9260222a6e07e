"""Replies held back until their messages are answered."""

from center.changes import OutgoingText
from sms.held import HOLD_S, REFUSED_HOLD_S, Held


def text(text_id: int, buyer: str) -> tuple[int, OutgoingText]:
    return text_id, OutgoingText("carrier", "1069", buyer, f"text {text_id}", 0)


def due(held: Held, now: float, *, is_bound: bool = True, unanswered: int = 0) -> list[int]:
    texts = held.release_due(now, is_bound=is_bound, unanswered=unanswered)
    return [text_id for text_id, _ in texts]


def test_they_go_in_their_order_a_while_after_the_bind() -> None:
    held = Held([text(1, "a"), text(2, "b"), text(3, "a")])
    assert due(held, 100.0, is_bound=False) == []
    assert due(held, 200.0) == []
    assert due(held, 200.0 + HOLD_S) == [1, 2, 3]
    assert len(held) == 0


def test_a_buyer_whose_message_is_answered_gets_theirs_at_once() -> None:
    held = Held([text(1, "a"), text(2, "b")])
    assert [text_id for text_id, _ in held.release("b")] == [2]
    assert held.release("b") == []
    assert len(held) == 1


def test_they_wait_while_something_that_came_is_unanswered() -> None:
    held = Held([text(1, "a")])
    due(held, 0.0)
    assert due(held, HOLD_S, unanswered=1) == []
    assert due(held, HOLD_S) == [1]


def test_a_lost_bind_begins_the_wait_anew() -> None:
    held = Held([text(1, "a")])
    due(held, 0.0)
    due(held, HOLD_S / 2, is_bound=False)
    assert due(held, HOLD_S) == []
    assert due(held, 2 * HOLD_S) == [1]


def test_what_was_refused_comes_again_first() -> None:
    held = Held([text(1, "a")])
    due(held, 0.0)
    held.refused(10.0)
    assert due(held, 10.0 + REFUSED_HOLD_S - 0.1) == []
    assert due(held, 10.0 + REFUSED_HOLD_S) == [1]
