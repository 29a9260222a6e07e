"""Rows that were used a short while ago."""

import gc

from center.changes import OutgoingText
from center.contact import Contact
from flows.inputs import Buyer, Line, Order
from store.hot import Generations


def test_a_row_that_is_used_stays_and_one_that_is_not_goes() -> None:
    rows: Generations[int, str] = Generations(3)
    rows.put(0, "used")
    for key in range(1, 20):
        rows.put(key, "once")
        assert rows.get(0) == "used"
    assert rows.get(1) is None
    assert len(rows) <= 2 * 3


def test_after_clear_nothing_is_known() -> None:
    rows: Generations[int, str] = Generations(3)
    for key in range(5):
        rows.put(key, "row")
    rows.clear()
    assert [rows.get(key) for key in range(5)] == [None] * 5


def test_the_garbage_collector_does_not_look_through_what_stays_of_an_order() -> None:
    order = Order("A0001", "placed", 3600, "12:40", (Line("101", 2),))
    buyer = Buyer("13800138000", last_order=order)
    stays = (order, buyer, Contact(1, b"packed", 2), OutgoingText("a", "1069", "138", "hello", 0))
    assert not any(map(gc.is_tracked, stays))
