"""Values in words, in both languages."""

import random

import pytest

from grammars import saying
from grammars.languages import LANGUAGES
from grammars.numbers import NUMBER_MAX, read_number


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_number_that_is_said_is_heard_as_itself(language):
    chance = random.Random(7)
    values = [*range(300), *(chance.randrange(10 ** chance.randrange(1, 12)) for _ in range(300))]
    for value in values:
        words = saying.say_number(value, language)
        assert read_number("".join(words) if language == "zh" else " ".join(words)) == value


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_a_value_is_known_ahead(language):
    ahead = set(saying.closed_words(language, "CNY"))
    for minor in range(300):
        for currency in ("GBP", "USD"):
            known = ahead | set(saying.closed_words(language, currency))
            assert known >= set(saying.say_money(minor, 2, currency, language))
    chance = random.Random(11)
    for _ in range(2_000):
        value = chance.randrange(10 ** chance.randrange(1, 12))
        assert ahead >= set(saying.say_number(value, language))
        assert ahead >= set(saying.say_money(value, 2, "CNY", language))
    for day in range(1, 32):
        assert ahead >= set(saying.say_day(12, day, language))
    for minute in range(1_440):
        assert ahead >= set(saying.say_time(minute // 60, minute % 60, language))
    if language == "en":
        assert ahead >= {saying.say_place(place) for place in range(1, 32)}
    assert ahead >= set(saying.say_digits("ABC-0123456789", language))


@pytest.mark.parametrize(
    ("minor", "decimals", "currency", "language", "said"),
    [
        (3600, 2, "CNY", "zh", "三十六元"),
        (3650, 2, "CNY", "zh", "三十六元五角"),
        (3605, 2, "CNY", "zh", "三十六元零五分"),
        (200, 2, "CNY", "zh", "两元"),
        (5, 2, "CNY", "zh", "五分"),
        (0, 2, "CNY", "zh", "零元"),
        (3650, 2, "USD", "zh", "三十六点五美元"),
        (3600, 0, "JPY", "zh", "三千六百日元"),
        (3600, 2, "CNY", "en", "thirty-six yuan"),
        (3650, 2, "CNY", "en", "thirty-six yuan fifty"),
        (3605, 2, "CNY", "en", "thirty-six yuan oh five"),
        (100, 2, "USD", "en", "one dollar"),
        (12345, 2, "KES", "en", "one hundred and twenty-three shillings and forty-five cents"),
        (1500, 3, "KWD", "en", "one point five dinars"),
        (150, 2, "XYZ", "en", "one XYZ fifty"),
        (-150, 2, "CNY", "en", "minus one point five yuan"),
    ],
)
def test_money_is_said_as_people_say_it(minor, decimals, currency, language, said):
    words = saying.say_money(minor, decimals, currency, language)
    assert (" " if language == "en" else "").join(words) == said


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        ("101", "zh", "幺零幺"),
        ("A0001", "zh", "A零零零幺"),
        ("a7-b", "en", "A seven B"),
        ("13800138000", "en", "one three eight zero zero one three eight zero zero zero"),
    ],
)
def test_codes_are_said_sign_by_sign(text, language, said):
    assert (" " if language == "en" else "").join(saying.say_digits(text, language)) == said


@pytest.mark.parametrize(("over", "heard"), [(0, 64), (1, 64)])
def test_a_code_is_said_up_to_its_longest(over, heard):
    assert len(saying.say_digits("1" * (saying.SAID_DIGITS_MAX + over), "en")) == heard


def test_two_before_a_measure_word_is_the_other_two():
    assert saying.say_count(2, "zh") == ("两",)
    assert saying.say_count(12, "zh") == ("十二",)
    assert saying.say_count(2, "en") == ("two",)


def test_days_and_times():
    assert saying.say_day(11, 24, "zh") == ("十一月", "二十四日")
    assert saying.say_day(11, 21, "en") == ("November", "the twenty-first")
    assert saying.say_time(12, 40, "zh") == ("十二点", "四十分")
    assert saying.say_time(2, 5, "zh") == ("两点", "零五分")
    assert saying.say_time(21, 5, "en") == ("nine", "oh", "five", "p m")
    assert saying.say_time(0, 0, "en") == ("twelve", "a m")


@pytest.mark.parametrize(
    ("year", "language", "said"),
    [
        (2026, "zh", "二零二六年"),
        (2026, "en", "twenty twenty-six"),
        (2005, "en", "two thousand and five"),
        (1905, "en", "nineteen oh five"),
        (1900, "en", "nineteen hundred"),
        (2100, "en", "twenty-one hundred"),
    ],
)
def test_a_year_is_said_as_people_say_it(year, language, said):
    assert (" " if language == "en" else "").join(saying.say_year(year, language)) == said


@pytest.mark.parametrize(
    ("minor", "decimals", "language", "said"),
    [(50, 0, "zh", "百分之五十"), (125, 1, "en", "twelve point five percent")],
)
def test_a_percentage(minor, decimals, language, said):
    words = saying.say_percent(minor, decimals, language)
    assert (" " if language == "en" else "").join(words) == said


@pytest.mark.parametrize("value", [NUMBER_MAX + 1, -NUMBER_MAX - 1])
def test_a_number_past_the_largest_is_refused(value):
    with pytest.raises(ValueError, match="is no number from"):
        saying.say_number(value, "zh")
