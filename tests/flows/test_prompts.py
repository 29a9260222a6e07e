"""The platform's own texts, as whoever runs it has them worded."""

from collections.abc import Iterator

import pytest

from flows import prompts


@pytest.fixture(autouse=True)
def said_as_ever_after() -> Iterator[None]:
    yield
    prompts.say_as({})


def test_a_language_that_we_do_not_speak_is_said_as_it_is_worded_and_else_in_english() -> None:
    assert prompts.word("slow_down", "sw") == prompts.word("slow_down", "en")
    prompts.say_as({"sw": {"slow_down": "Ujumbe ni mwingi mno."}})
    assert prompts.word("slow_down", "sw") == "Ujumbe ni mwingi mno."
    assert prompts.word("sorry", "sw") == prompts.word("sorry", "en")
    assert prompts.word("slow_down", "zh").startswith("您发的")
    prompts.say_as({})
    assert prompts.word("slow_down", "sw") == prompts.word("slow_down", "en")


def test_english_in_other_words_is_what_others_hear_too() -> None:
    prompts.say_as({"sw": {"more": "Zaidi"}, "en": {"sorry": "That failed."}})
    assert prompts.word("sorry", "en") == "That failed."
    assert prompts.word("sorry", "sw") == "That failed."
    assert prompts.word("sorry", "fr") == "That failed."
    assert prompts.word("more", "sw") == "Zaidi"


def test_every_text_can_be_worded_as_it_is() -> None:
    for name, text in prompts.texts().items():
        assert prompts.wrong_with(name, text) == ""


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("slow_dwn", "x", "write `slow_down`"),
        ("nothing_like_it_xyz", "x", "`dialcart config texts` prints"),
        ("slow_down", " ", "1 to 500"),
        ("slow_down", "x" * 501, "1 to 500"),
        ("more", "x" * 31, "1 to 30"),
        ("slow_down", "{number}", "nothing in braces"),
        ("code_sms", "Jibu {code}", "`{code}` and `{total}`"),
        ("code_sms", "Jibu {code:9999999999} {total}", "`{code}` and `{total}`"),
        ("code_sms", "Jibu {code.__class__} {total}", "`{code}` and `{total}`"),
        ("code_sms", "Jibu {code", "`{code}` and `{total}`"),
        ("code_sms", "Jibu {} {total}", "`{code}` and `{total}`"),
    ],
)
def test_a_text_that_could_not_be_said_is_told_of(name: str, text: str, told: str) -> None:
    assert told in prompts.wrong_with(name, text)


@pytest.mark.parametrize(
    ("kind", "bounds", "zh", "en"),
    [
        ("pin", (4, 4), "请输入4位密码。", "Please enter a PIN of 4 digits."),
        ("digits", (4, 8), "请输入4-8位数字。", "Please enter 4-8 digits."),
        ("pin", (None, None), "请输入密码数字。", "Please enter the digits of your PIN."),
        ("digits", (None, None), "请输入数字。", "Please enter digits."),
        ("number", (None, None), "请输入一个数字。", "Please enter a number."),
    ],
)
def test_so_many_digits_are_asked_for_as_the_question_wants(
    kind: str, bounds: tuple[int | None, int | None], zh: str, en: str
) -> None:
    assert [prompts.no_match(kind, language, *bounds) for language in ("zh", "en")] == [zh, en]
