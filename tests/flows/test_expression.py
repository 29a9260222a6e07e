import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import expression as e
from flows.expression import EXPRESSION_CHARACTERS_MAX, ExpressionError, parse_expression
from flows.schema import type_of

SCOPE = {"qty": "number", "dish": "product", "sum": "money", "note": "text", "size": "choice:a.1"}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1", "number"),
        ("18.00", "money"),
        ('"zh"', "text"),
        ("“zh”", "text"),
        ("yes", "yesno"),
        ("真", "yesno"),
        ("qty + 1 * 2", "number"),
        ("sum * qty", "money"),
        ("sum - 1.50", "money"),
        ("-qty", "number"),
        ("dish.price", "money"),
        ("buyer.last_order.lines", "lines"),
        ("not buyer.has_address", "yesno"),
        ("qty > dish.stock and not shop.is_closed or lang == “en”", "yesno"),
        ("qty＞3", "yesno"),
        ('size == "large"', "yesno"),
        ("(qty + 1) * 2 >= 4", "yesno"),
        ("qty ≥ 3 且 不 buyer.has_address", "yesno"),
    ],
)
def test_an_expression_has_a_type(text: str, kind: str) -> None:
    assert type_of(parse_expression(text), SCOPE) == kind


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = b", "`=` does not compare"),
        ('= "en"', "one `=` gives a value"),
        ("(qty > 3", "a bracket is not closed"),
        ("qty is 3", "`is` is not a word of conditions"),
        ("qty 大于 3", "`大于` is not a word of conditions"),
        ("qty >", "is not finished"),
        ("", "is not finished"),
        ("qty dish", "cannot stand in"),
        ("print(1)", "cannot stand in"),
        ("qty ** 2", "cannot stand in"),
        ("x" * (EXPRESSION_CHARACTERS_MAX + 1), "at most 500 are read"),
        ("quantity", "`quantity` is not set anywhere before this"),
        ("dish.pric", "`dish` has no `pric`"),
        ("qty.stock", "is a number and has no fields"),
        ("qty == sum", "a number cannot be compared with an amount of money"),
        ('note > "a"', "`>` cannot compare a text"),
        ("dish == dish", "a product cannot be compared"),
        ("not qty", "a condition needs a yes or no"),
        ("qty and note", "a condition needs a yes or no"),
        ("note + 1", "`+` cannot join"),
        ("sum * sum", "`*` cannot join"),
    ],
)
def test_a_mistake_is_named(text: str, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        type_of(parse_expression(text), SCOPE)
    assert message in caught.value.message


def test_the_nearest_name_is_suggested() -> None:
    with pytest.raises(ExpressionError) as caught:
        type_of(parse_expression("dish.pric"), SCOPE)
    assert caught.value.help == "did you mean `price`?"


def test_an_expression_of_the_longest_length_is_read() -> None:
    text = "1" + " + 1" * ((EXPRESSION_CHARACTERS_MAX - 1) // 4)
    assert type_of(parse_expression(text), {}) == "number"


def test_precedence_is_as_people_read_it() -> None:
    assert parse_expression("a or b and not c") == e.Some(
        (e.Path(("a",)), e.Every((e.Path(("b",)), e.Not(e.Path(("c",))))))
    )


def test_a_service_call_has_its_arguments() -> None:
    call = e.parse_service_call('loyalty.look_up(buyer.number, 2, "a, b")')
    assert (call.service, call.operation, len(call.arguments)) == ("loyalty", "look_up", 3)


def test_paths_are_listed_left_to_right() -> None:
    assert [str(path) for path in e.paths(parse_expression("a.b > c + d or not e"))] == [
        "a.b",
        "c",
        "d",
        "e",
    ]


@given(st.text(max_size=120))
def test_any_text_is_an_expression_or_refused(text: str) -> None:
    with contextlib.suppress(ExpressionError):
        assert type_of(parse_expression(text), SCOPE)
