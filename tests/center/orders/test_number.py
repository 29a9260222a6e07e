import pytest

from center.orders.number import LETTERS, order_number


def test_numbers_begin_at_the_first_letter() -> None:
    assert [order_number(serial) for serial in (1, 2, 9_999)] == ["A0001", "A0002", "A9999"]


def test_the_next_letter_follows_the_last_number() -> None:
    assert order_number(10_000) == "F0001"


def test_after_the_last_letter_there_are_two() -> None:
    last = 9_999 * len(LETTERS)
    assert [order_number(last), order_number(last + 1)] == ["Y9999", "AA0001"]


def test_numbers_never_repeat() -> None:
    serials = [*range(1, 3_000), *range(119_000, 122_000), 10**6, 10**7]
    assert len({order_number(serial) for serial in serials}) == len(serials)


def test_there_is_no_order_before_the_first() -> None:
    with pytest.raises(ValueError, match="begin at 1"):
        order_number(0)
