import pytest
from hypothesis import given
from hypothesis import strategies as st

from center.orders.number import LETTERS, order_number, order_serial


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


@given(st.integers(1, 10**9))
def test_a_number_tells_its_serial(serial: int) -> None:
    assert order_serial(order_number(serial)) == serial


@pytest.mark.parametrize("text", ["", "A", "A0000", "0001", "B0001", "A００01", "A12"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"order number|substring"):
        order_serial(text)
