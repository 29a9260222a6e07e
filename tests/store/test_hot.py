"""Rows that were used a short while ago."""

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
