"""What the grammars let through, the readers read."""

from datetime import date

import pytest

from grammars.dates import read_date
from grammars.digits import read_digits
from grammars.languages import LANGUAGES
from grammars.money import read_money
from grammars.numbers import NUMBER_MAX, read_number
from grammars.spoken import (
    LISTED_NUMBERS_MAX,
    date_grammar,
    digits_grammar,
    keys_grammar,
    money_grammar,
    number_grammar,
    yesno_grammar,
)
from grammars.srgs.matcher import match
from grammars.srgs.reader import read_grammar
from grammars.yesno import read_yesno

TODAY = date(2026, 11, 24)


def _fits(grammar: str, text: str) -> bool:
    return match(read_grammar(grammar.encode(), uri="test:spoken"), text) is not None


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_in_range_fits_and_reads_and_none_outside(language: str) -> None:
    grammar = read_grammar(number_grammar(3, 120, language).encode(), uri="test:number")
    for value in range(131):
        for wording in LANGUAGES[language].spellings(value):
            assert (match(grammar, wording) is not None) == (3 <= value <= 120), wording
            assert read_number(wording) == value


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_wide_range_takes_any_number(language: str) -> None:
    grammar = read_grammar(number_grammar(0, LISTED_NUMBERS_MAX, language).encode(), uri="test:n")
    for value in (0, 7, 1_000, 123_456, NUMBER_MAX):
        assert match(grammar, LANGUAGES[language].spellings(value)[0]) is not None


@pytest.mark.parametrize(
    ("language", "text"),
    [("zh", "我要两碗"), ("zh", "来三份吧"), ("en", "I'd like two bowls please"), ("en", "three")],
)
def test_measure_words_and_courtesy_fit_round_a_number(language: str, text: str) -> None:
    assert _fits(number_grammar(1, 20, language), text)
    assert read_number(text) in (2, 3)


@pytest.mark.parametrize(("lower", "upper"), [(5, 4), (-1, 3), (0, NUMBER_MAX + 1)])
def test_a_range_out_of_order_has_no_grammar(lower: int, upper: int) -> None:
    with pytest.raises(ValueError, match="is no range"):
        number_grammar(lower, upper, "zh")


@pytest.mark.parametrize(
    ("language", "text", "answer"),
    [
        ("zh", "好的", True),
        ("zh", "不用了谢谢", False),
        ("en", "yes please", True),
        ("en", "no thanks", False),
    ],
)
def test_yes_and_no_fit_and_read(language: str, text: str, *, answer: bool) -> None:
    assert _fits(yesno_grammar(language), text)
    assert read_yesno(text) is answer


def test_a_question_back_is_neither_yes_nor_no() -> None:
    assert not _fits(yesno_grammar("zh"), "好不好")


@pytest.mark.parametrize(
    ("language", "text"), [("zh", "幺零幺"), ("en", "one oh one"), ("en", "double five six")]
)
def test_spoken_digits_fit_and_read(language: str, text: str) -> None:
    assert _fits(digits_grammar(3, 3, language), text)
    assert read_digits(text, 3, 3) is not None


def test_the_count_of_keys_holds_at_both_ends() -> None:
    fits = [_fits(keys_grammar(3, 4), "12345"[:count]) for count in range(2, 6)]
    assert fits == [False, True, True, False]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("zh", "十八块五"),
        ("zh", "十八块五毛"),
        ("zh", "十八块零五分"),
        ("zh", "三毛五"),
        ("zh", "一百二十块"),
        ("zh", "十八点五元"),
        ("en", "five dollars"),
        ("en", "five dollars and fifty cents"),
        ("en", "five dollars fifty"),
        ("en", "eighteen point five dollars"),
        ("en", "fifty cents"),
    ],
)
def test_spoken_amounts_fit_and_read(language: str, text: str) -> None:
    assert _fits(money_grammar(language), text)
    assert read_money(text) is not None


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("zh", "明天"),
        ("zh", "后天送"),
        ("zh", "下周三"),
        ("zh", "三天后"),
        ("zh", "十一月二十四号"),
        ("zh", "下个月五号"),
        ("en", "tomorrow"),
        ("en", "next friday"),
        ("en", "in three days"),
        ("en", "november the twenty fourth"),
        ("en", "the third"),
    ],
)
def test_spoken_dates_fit_and_read(language: str, text: str) -> None:
    assert _fits(date_grammar(language), text)
    assert read_date(text, TODAY) is not None


def test_what_is_written_and_never_said_is_not_listened_for():
    assert "plz" not in yesno_grammar("en")
    assert "kgs" not in number_grammar(1, 3, "en")
    assert read_yesno("plz yes") is True
    assert read_number("3 kgs") == 3


@pytest.mark.parametrize(("language", "usual"), [("en", "yes"), ("zh", "是")])
def test_what_most_people_say_weighs_most(language: str, usual: str) -> None:
    assert f"/20/ {usual} " in yesno_grammar(language)
