"""The live log: what it shows of a turn, and what it hides."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import effects
from flows.effects import Effect
from flows.inputs import Input, Keys, Outcome, Text
from flows.transcript import log
from flows.transcript.log import LOG_LINE_CHARACTERS_MAX, log_lines
from tests.flows.shops import program_of

PROGRAM = program_of()


def logged(said: Input, *done: Effect, private: tuple[str, ...] = ()) -> list[str]:
    return log_lines(said, done, PROGRAM, private)


def test_a_turn_is_its_input_and_its_effects_a_line_each() -> None:
    assert logged(Text("1"), effects.Say("要几份？\n1 一份"), effects.Goodbye()) == [
        "> 1",
        "< 要几份？ 1 一份",
        "! goodbye",
    ]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("打13912345678", "打…"),
        ("打139 1234 5678", "打…"),
        ("+8613912345678。", "…。"),
        ("共36.00，12:40", "共36.00，12:40"),
        ("1234567", "…"),
        ("123456", "123456"),
        ("1.1234567", "1.1234567"),
        ("123456，+8613912345678", "123456，…"),
    ],
)
def test_numbers_are_hidden_in_what_is_said(said: str, shown: str) -> None:
    assert logged(Text("1"), effects.Say(said))[1] == f"< {shown}"
    assert logged(Text("1"), effects.SendSms(said))[1] == f"! sms {shown}"


@given(st.text("05+-. 共١", max_size=40))
def test_numbers_are_hidden_wherever_they_begin(said: str) -> None:
    flat = " ".join(said.split())
    hidden = re.sub(r"(?<![\d.])\+?\d[\d -]{5,17}\d(?![\d.])", "…", f"< {flat}")
    assert logged(Text("1"), effects.Say(said))[1] == hidden


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (Text("13912345678"), "> 13800138000"),
        (Text("13912345678 50"), "> 13800138000 50"),
        (Text("13912345678 1234567"), "> 13800138000 0004567"),
        (Text("13912345678 654321密码"), "> 13800138000 004321密码"),
        (Text("+4915112345678"), "> +0000000005678"),
        (Text("12345678"), "> 00005678"),
        (Text("call 1391234567 now"), "> call 0000004567 now"),
        (Text("[1]"), "> \\[1]"),
        (Keys("13912345678#"), "> [13800138000#]"),
        (Outcome("ok", {"number": "A0001", "eta": "12:40"}), "= ok A0001 eta 12:40"),
    ],
)
def test_a_buyers_digits_stay_digits(given: Input, line: str) -> None:
    assert logged(given) == [line]


def test_who_and_where_a_buyer_is_stands_nowhere() -> None:
    lines = logged(
        Text("文三路1号"),
        effects.KeepBuyer("address", "文三路1号"),
        effects.KeepBuyer("name", "王"),
        effects.Say("送到文三路1号，对吗？"),
        effects.TellShop("李四 文三路1号"),
        private=("13800138000", "李四", "文三路1号"),
    )
    assert lines == [
        "> 某路1号",
        "! buyer address …",
        "! buyer name …",
        "< 送到…，对吗？",
        "! tell shop … …",
    ]


def test_a_long_line_is_cut() -> None:
    [_, line] = logged(Text("1"), effects.Say("长" * (LOG_LINE_CHARACTERS_MAX + 1)))
    assert len(line) == LOG_LINE_CHARACTERS_MAX
    assert line.endswith("…")


def test_no_long_text_is_kept() -> None:
    kept = log._said.cache_info  # noqa: SLF001  # nothing else shows what is kept
    for longer, more in ((0, 1), (1, 0)):
        text, before = "长" * (log.SAID_CHARACTERS_MAX + longer), kept().misses
        assert logged(Text("1"), effects.Say(text))[1] == f"< {text}"
        assert kept().misses == before + more
