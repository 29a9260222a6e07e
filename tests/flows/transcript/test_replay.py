"""Transcripts: read, played, compared, rewritten."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.inputs import Outcome, Speech
from flows.transcript.lines import input_line, outcome_line, parse_input, parse_outcome
from flows.transcript.replay import difference, matches, replay, rewrite
from flows.transcript.talk import TalkError, fenced_talks, read_talks
from tests.flows.shops import machine_of

TALK = """\
# 买两个苹果
@ flow shop  channel sms  lang zh  from 13800138000  at 2026-11-24 12:05
@ stock 1=2
< 要什么？
> 苹果
< 要几个？
~ 10m
> 2
< 共5.00 1 下单 2 再加
> 1
! place order 1x2 total 5.00
= ok A0007 eta 12:40
< 订单A0007，12:40到
! goodbye
? stock 1=0
"""


def test_a_talk_that_says_what_happens_passes() -> None:
    [talk] = read_talks(TALK)
    assert (talk.title, talk.flow, talk.channel, talk.stock) == (
        "买两个苹果",
        "shop",
        "sms",
        {"1": 2},
    )
    assert replay(machine_of(), talk).passed


def test_the_platform_answers_where_a_talk_gives_no_outcome() -> None:
    text = TALK.replace("= ok A0007 eta 12:40\n", "").replace("A0007，12:40", "A0001，12:45")
    [talk] = read_talks(text)
    result = replay(machine_of(), talk)
    assert result.passed, difference(result, "x")


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("< 要几个？", "< 几个？", "+< 要几个？"),
        ("total 5.00", "total 6.00", "+! place order 1x2 total 5.00"),
        ("? stock 1=0", "? stock 1=1", "+? stock 1=0"),
        ("! goodbye\n", "", "+! goodbye"),
    ],
)
def test_a_talk_that_says_something_else_fails_with_a_diff(old: str, new: str, shown: str) -> None:
    [talk] = read_talks(TALK.replace(old, new))
    result = replay(machine_of(), talk)
    assert not result.passed
    assert shown in difference(result, "orders.talk")


def test_dots_match_anything_and_are_kept_when_the_rest_is_rewritten() -> None:
    text = TALK.replace("< 共5.00 1 下单 2 再加", "< 共…再加").replace("< 要几个？", "< 错")
    results = [replay(machine_of(), talk) for talk in read_talks(text)]
    rewritten = rewrite(text, results)
    assert rewritten == TALK.replace("< 共5.00 1 下单 2 再加", "< 共…再加")
    assert replay(machine_of(), read_talks(rewritten)[0]).passed


def test_accepting_changes_no_line_of_a_talk_that_passes() -> None:
    text = "# one\n" + TALK + "\n\n# two\n" + TALK.replace("< 要几个？", "< 错").split("\n", 1)[1]
    results = [replay(machine_of(), talk) for talk in read_talks(text)]
    assert [result.passed for result in results] == [True, False]
    assert rewrite(text, results) == text.replace("< 错", "< 要几个？")


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("a…c", "abc", True),
        ("a…c", "ac", True),
        ("a…c", "abcd", False),
        ("…", "", True),
        ("a…b…c", "a1b2c", True),
        ("a…b…c", "acb", False),
        ("ab", "abc", False),
        ("a  b", "a b", True),
    ],
)
def test_patterns(pattern: str, text: str, fits: bool) -> None:
    assert matches(pattern, text) is fits


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hello\n", "a line begins with one of"),
        ("@ colour red\n> hi\n", "is not one of flow, channel"),
        ("@ flow shop channel\n> [12x]\n", "is not keys"),
        ("= ok A1\n", "no effect waits"),
        ("> hi\n? weather=fine\n", "cannot be asserted"),
        ("@ at noon\n> hi\n", "is not a time"),
        ("> hi\n~ a while\n", "is not a length of time"),
        ("@ last order nothing\n> hi\n", "is no order"),
        ('> "hello\n', "is not speech"),
    ],
)
def test_what_cannot_be_played_is_told_with_its_line(text: str, message: str) -> None:
    with pytest.raises(TalkError, match=message):
        [replay(machine_of(), talk) for talk in read_talks(text)]


def test_talks_in_markdown_keep_their_line_numbers() -> None:
    [talk] = fenced_talks("# Title\n\ntext > here\n\n```talk\n" + TALK + "```\n\n> a quotation\n")
    assert talk.first_line == 6
    assert replay(machine_of(), talk).passed


def test_a_call_is_played_with_keys_speech_and_silence() -> None:
    talk = """\
@ flow shop  channel voice  lang en
< What would you like?
~ 6s
< I did not hear an answer.
< What would you like?
> "apple" 0.83
< How many?
> [2#]
< Total 5.00 For Order, press 1. For More, press 2.
> hangup
"""
    result = replay(machine_of(), read_talks(talk)[0])
    assert result.passed, difference(result, "x")


@pytest.mark.parametrize(
    "given_input", [Speech("two"), Speech("two", 0.83), Speech("two", 0.5, "too"), Speech("", 0.0)]
)
def test_speech_survives_being_written(given_input: Speech) -> None:
    assert parse_input(input_line(given_input)[2:]) == given_input


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({}, "= ok"),
        ({"number": "A0001"}, "= ok A0001"),
        ({"number": "A0001", "eta": ""}, "= ok A0001"),
        ({"number": "A0001", "eta": "26  Nov"}, "= ok A0001 eta 26 Nov"),
        ({"number": "A0001", "missing": "101"}, "= ok A0001 missing=101"),
        ({"number": "A0001", "eta": "12:40", "paid": True}, "= ok A0001 eta 12:40 paid=yes"),
        ({"eta": "12:40"}, "= ok eta=12:40"),
    ],
)
def test_an_outcome_is_an_orders_number_and_when_it_comes_and_else_names_and_values(
    values: dict[str, int | str | bool], line: str
) -> None:
    assert outcome_line(Outcome("ok", values)) == line


@given(
    st.sampled_from(["ok", "failed", "sold out", "busy"]),
    st.integers(0, 99),
    st.text("abc ", max_size=5),
)
def test_an_outcome_survives_being_written(name: str, number: int, word: str) -> None:
    text = f'{name} points={number} tier="{word}"'
    assert parse_outcome(outcome_line(parse_outcome(text))[2:]) == parse_outcome(text)


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Z"]), min_size=1, max_size=20))
def test_a_message_survives_being_written(text: str) -> None:
    from flows.inputs import Text

    line = input_line(Text(text))
    assert line.startswith("> ")
    assert parse_input(line[2:]) == Text(text)
