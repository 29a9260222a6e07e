"""What a phone dialled leads to the longest code that a shop has, and the rest are choices."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms.ussd.dialled import CHOICES_MAX, Dialled, read_dialled

CODES = {"*106#", "*139*8#", "*139#", "106"}


@pytest.mark.parametrize(
    ("text", "destination", "code", "choices"),
    [
        ("*106#", "*106#", "*106#", ()),
        ("*106*101*2#", "106", "*106#", ("101", "2")),
        ("", "*106*101#", "*106#", ("101",)),
        ("101*2", "*106#", "*106#", ("101", "2")),
        ("", "106", "*106#", ()),
        ("*139*8*2#", "139", "*139*8#", ("2",)),
        ("*139*7*2#", "", "*139#", ("7", "2")),
        ("*106**5#", "", "*106#", ("5",)),
        ("#106#", "*106#", "*106#", ()),
    ],
)
def test_a_dialled_string_is_read(text, destination, code, choices) -> None:
    assert read_dialled(text, destination, CODES.__contains__) == Dialled(code, choices)


def test_a_code_that_nobody_has_is_none() -> None:
    assert read_dialled("*999#", "*999#", CODES.__contains__) is None
    assert read_dialled("", "", CODES.__contains__) is None


def test_only_so_many_choices_are_taken() -> None:
    dialled = read_dialled("*106" + "*1" * (CHOICES_MAX + 1) + "#", "", CODES.__contains__)
    assert dialled is not None
    assert len(dialled.choices) == CHOICES_MAX


@given(st.text(max_size=300), st.text(max_size=30))
def test_nothing_that_is_dialled_stops_it(text: str, destination: str) -> None:
    read_dialled(text, destination, CODES.__contains__)
