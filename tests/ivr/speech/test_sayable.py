"""What may be said at a question."""

import pytest

from flows.machine import Machine
from ivr.speech.recognition import Hypothesis
from ivr.speech.sayable import PHRASES_MAX, Sayable, sayable
from tests.ivr.speech.shop import NOODLES

MACHINE = Machine(NOODLES)


def at(question, kind, language="en"):
    return sayable(MACHINE, question, kind, language)


def test_a_menu_takes_its_phrases_and_those_of_anywhere_in_the_callers_language():
    assert {"Order", "buy", "Order status", "agent", "start over"} <= set(
        at("main.1", "menu").phrases
    )
    assert {"下单", "点餐", "人工"} <= set(at("main.1", "menu", "zh").phrases)
    assert "下单" not in at("main.1", "menu").phrases


@pytest.mark.parametrize(
    ("question", "kind", "heard", "means"),
    [
        ("main.1", "menu", "order status", "Order status"),
        ("main.1", "menu", "two", "2"),
        ("main.1", "menu", "eight", None),
        ("take_order.1", "product", "beef noodles", "Beef noodles"),
        ("take_order.1", "product", "beef noodle", "Beef noodles"),
        ("take_order.1", "product", "one oh one", "101"),
        ("take_order.1", "product", "nine nine nine", None),
        ("take_order.2", "number", "i want two bowls", "i want two bowls"),
        ("take_order.2", "number", "thirty", None),
        ("address.1", "yesno", "yes please", "yes please"),
        ("address.1", "yesno", "that", None),
    ],
)
def test_what_was_heard_is_one_of_the_things_that_may_be_said(question, kind, heard, means):
    assert at(question, kind).snapped(heard) == means


def test_the_next_hypothesis_is_taken_with_less_confidence_where_the_first_says_nothing():
    asked = at("take_order.2", "number")
    assert asked.understood(Hypothesis("twelve in", 0.9, ("twelve",))) == (
        "twelve",
        pytest.approx(0.72),
    )
    assert asked.understood(Hypothesis("bananas", 0.9, ("apples",))) == ("", 0.0)


def test_the_second_best_is_something_else_that_may_be_said():
    asked = at("main.1", "menu")
    heard = Hypothesis("order", 0.9, ("order in", "bananas", "order status", "agent"))
    assert asked.second(heard, asked.understood(heard)[0]) == "Order status"
    assert asked.second(Hypothesis("order", 0.9, ("bananas", "order")), "Order") == ""


def test_an_answer_with_a_noise_behind_it_is_the_answer_with_less_confidence():
    asked = sayable(MACHINE, "address.1", "yesno", "en")
    assert asked.understood(Hypothesis("yeah in", 0.8)) == ("yeah", pytest.approx(0.64))
    assert asked.understood(Hypothesis("in", 0.8)) == ("", 0.0)


def test_free_answers_are_not_recognised_but_recorded():
    assert at("address.2", "address").is_empty
    assert at("leave_message.1", "text").is_empty


@pytest.mark.parametrize(
    ("count", "kept"), [(PHRASES_MAX, PHRASES_MAX), (PHRASES_MAX + 1, PHRASES_MAX)]
)
def test_a_question_listens_for_a_bounded_number_of_phrases(count, kept):
    listed = Sayable("en", tuple(f"word {number}" for number in range(count))[:PHRASES_MAX], ())
    assert len(listed.listening.phrases) == kept
