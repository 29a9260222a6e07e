"""Turns as they are logged."""

import pytest

from center.changes import Talk
from center.contact import ContactKey
from store.turn_log import COUNT_BITS, SELLERS_MAX, TurnIds, pack_turns, row_id, talks


def talk(buyer: str, serial: int, at: int, lines: str) -> Talk:
    return Talk(ContactKey("shop", buyer, "sms"), serial, 1, at, lines)


def test_sessions_are_put_together_newest_first() -> None:
    rows = [
        pack_turns([talk("1", 1, 30, "> c"), talk("2", 1, 30, "@ head\n> x")]),
        pack_turns([talk("1", 1, 20, "> b")]),
        pack_turns([talk("1", 1, 10, "@ head\n> a")]),
    ]
    assert talks(rows, 10) == [
        ("2", "sms", 1, 30, "@ head\n> x"),
        ("1", "sms", 1, 10, "@ head\n> a\n> b\n> c"),
    ]


def test_no_more_rows_are_read_than_the_sessions_need() -> None:
    def rows():
        yield pack_turns([talk("1", 1, 30, "@ head\n> x")])
        raise AssertionError("one session was asked for")

    assert len(talks(rows(), 1)) == 1


def test_ids_go_up_whatever_the_clock_does() -> None:
    ids = TurnIds()
    given = [
        row_id(7, *ids.next(at)) for at in (100, 100, 90, 101, 101, *[101] * (1 << COUNT_BITS))
    ]
    assert given == sorted(set(given))
    after = TurnIds(given)
    assert row_id(7, *after.next(50)) > given[-1]


def test_a_sellers_rows_lie_between_its_number_and_the_next() -> None:
    assert row_id(7, 0) <= row_id(7, 2**32 - 1, (1 << COUNT_BITS) - 1) < row_id(8, 0)
    assert row_id(SELLERS_MAX - 1, 2**32 - 1) < 2**63
    with pytest.raises(ValueError, match="spread them over more"):
        row_id(SELLERS_MAX, 0)
