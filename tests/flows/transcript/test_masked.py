"""Answers that are nobody else's business: what the log makes of them, and that its replay goes the same way."""

import pytest

from center.contact import Arrival, ContactKey
from center.shops import Shops
from center.turns import take_turns
from flows.inputs import Input, Keys, Opened, Silence, Speech, Text
from flows.machine import Machine
from flows.settings import COUNTRY_CODES
from flows.transcript.log import MASKED_ADDRESS, MASKED_NUMBER
from flows.transcript.replay import replay
from flows.transcript.talk import read_talks
from grammars.phones import read_phone
from store.memory import MemoryStore
from tests.flows.shops import NOON, SHOP, program_of

FLOW = """
step start
  ask asked as KIND
    say 请说
      en: Well?
  say 好
    en: Good
  ask again as KIND
    say 再说
      en: And?
  goodbye

step take
  add count of what to cart
  say 加了
    en: Added
  -> start

step agent
  say 人来了
    en: A person is here
  goodbye
"""
BUYER = "13912345678"


def logged(
    kind: str,
    *said: Input | str,
    channel: str = "sms",
    flow: str = FLOW,
    replays: bool = True,
) -> list[str]:
    """The log of a talk at questions of a kind; what it shows is replayed, and goes as it went."""
    program = program_of(
        flow.replace("KIND", kind), SHOP + "  on sms <who:text> <to:phone> -> agent\n"
    )
    store = MemoryStore()
    store.publish("shop", program, NOON)
    shops = Shops(store.published(), store.program)
    key = ContactKey("shop", BUYER, channel)
    for serial, one in enumerate((Opened(), *said)):
        given = Text(one) if isinstance(one, str) else one
        arrival = Arrival(key, given, "1069", "carrier", b"", serial + 1, NOON + serial)
        with store.batch([arrival]) as batch:
            batch.commit(take_turns([arrival], batch.world, shops))
    lines = store.talk(key, 1)
    (talk,) = read_talks("\n".join(["# t", *lines, ""]), "shop")
    assert replay(Machine(program), talk).passed == replays
    return lines


def heard(lines: list[str]) -> list[str]:
    return [line for line in lines if line.startswith("> ")]


@pytest.mark.parametrize("kind", ["address", "address of buyer", "phone", "pin 4", "text"])
@pytest.mark.parametrize("said", ["0", "人工", "AGENT", "苹果 2"])
def test_what_is_no_answer_comes_out_as_it_was_said(kind: str, said: str) -> None:
    assert heard(logged(kind, said)) == [f"> {said}"]


@pytest.mark.parametrize("kind", ["address", "phone", "pin 4"])
def test_a_key_that_answers_nothing_does_too(kind: str) -> None:
    assert heard(logged(kind, "1")) == ["> 1"]


@pytest.mark.parametrize(
    ("kind", "said", "shown"),
    [
        ("address", "文三路9号", "某路1号"),
        ("address", "转人工吧，文三路9号", "某路1号"),
        ("address", "李四 12345", "某路1号"),
        ("text", "我叫李四", "某路1号"),
        ("text", "5", "某路1号"),
        ("text", BUYER, "某路1号"),
        ("phone", BUYER, MASKED_NUMBER),
        ("phone", "+1 415 555 0123", MASKED_NUMBER),
        ("phone", "我是李四", "某路1号"),
        ("pin 4", "4711", "0000"),
        ("pin 4", "47", "某路1号"),
    ],
)
def test_an_answer_is_a_made_up_one_of_its_kind(kind: str, said: str, shown: str) -> None:
    assert heard(logged(kind, said)) == [f"> {shown}"]


@pytest.mark.parametrize(
    ("kind", "said", "shown"),
    [
        ("pin 4", Keys("4711#"), "[0000#]"),
        ("pin 4", Keys("47#"), "[00#]"),
        ("pin 4", Keys("0"), "[0]"),
        ("pin 4", Speech("four seven one one", 0.9), '"0000" 0.90'),
        ("phone", Keys(f"{BUYER}#"), f"[{MASKED_NUMBER}#]"),
        ("address of buyer", Keys("1"), "[1]"),
    ],
)
def test_on_a_call_nothing_is_shown_either(kind: str, said: Input, shown: str) -> None:
    assert heard(logged(kind, said, channel="voice")) == [f"> {shown}"]


@pytest.mark.parametrize(("kind", "secret"), [("pin 4", "4711"), ("phone", "13900000001")])
def test_what_is_read_back_on_a_call_is_hidden(kind: str, secret: str) -> None:
    flow = FLOW.replace("      en: Well?\n", "      en: Well?\n    confirm\n")
    lines = logged(kind, Keys(f"{secret}#"), Keys("1"), channel="voice", flow=flow)
    assert " ".join(secret) not in "\n".join(lines)
    assert "< 您说的是…，对吗？" in lines[4]


def test_what_a_pattern_takes_that_is_private_is_hidden() -> None:
    lines = logged("address", "李四 13900000001", replays=False)
    assert heard(lines) == ["> 某路1号"]
    assert "人来了" in lines[-2]


@pytest.mark.parametrize(
    ("kind", "said", "shown"),
    [
        ("pin 4", "我的密码是4711，转人工", "人工"),
        ("pin 4", "4711 人工", "人工"),
        ("pin 4", "agent 4711", "agent"),
        ("phone", "我是李四文三路9号，转人工", "人工"),
    ],
)
def test_of_what_only_holds_a_word_of_anywhere_it_is_that_word(
    kind: str, said: str, shown: str
) -> None:
    lines = logged(kind, said)
    assert heard(lines) == [f"> {shown}"]
    assert "人来了" in " ".join(lines)


def test_the_second_best_is_no_more_shown_than_the_best() -> None:
    best, second = "four seven one one", "four seven one two"
    said = [
        (Speech(best, 0.9, second), '"0000" 0.90 or "0001"'),
        (Speech(best, 0.9, "4711"), '"0000" 0.90'),
        (Speech(best, 0.9, "four seven"), '"0000" 0.90 or "某路1号"'),
        (Speech("four seven", 0.9, best), '"某路1号" 0.90 or "0000"'),
        (Speech("人工", 0.9, second), '"人工" 0.90 or "0000"'),
        (Speech(best, 0.9, "转人工"), '"0000" 0.90 or "人工"'),
    ]
    for given, shown in said:
        assert heard(logged("pin 4", given, channel="voice")) == [f"> {shown}"]


CONFIRMED = FLOW.replace("      en: Well?\n", "      en: Well?\n    confirm\n")


def test_what_waits_for_a_yes_is_hidden_at_each_try() -> None:
    said = Keys("4711#"), Silence(), Keys("4711#"), Keys("1")
    lines = logged("pin 4", *said, channel="voice", flow=CONFIRMED)
    assert heard(lines) == ["> [0000#]", "> [0000#]", "> [1]"]
    assert "4711" not in "".join(lines).replace(" ", "")


def test_what_else_it_may_have_been_is_hidden_when_it_is_read_back() -> None:
    said = Speech("four seven one one", 0.9, "four seven one two"), Keys("2"), Keys("1")
    lines = logged("pin 4", *said, channel="voice", flow=CONFIRMED)
    assert "471" not in "".join(lines).replace(" ", "")


LATER = """
service bank
  charge(pin, count) -> ok yesno

step start
  ask asked as KIND
    say 请说
      en: Well?
  menu {{ asked }}，对吗？
    en: {{ asked }}, right?
    1 对 -> on
      en: Yes
    2 不要了 -> agent
      en: None

step on
  ask count as number 1..9999
    say 几个？
      en: How many?
  request card = bank.charge(asked, count)
  goodbye

step take
  goodbye

step agent
  goodbye
"""


@pytest.mark.parametrize(
    ("kind", "secret", "said"),
    [
        ("pin 4", "4711", "4711"),
        ("text", "李四", "我叫李四"),
        ("address", "文三路", "文三路9号"),
        ("phone", "13900000001", "13900000001"),
    ],
)
def test_what_was_answered_is_hidden_in_later_turns(kind: str, secret: str, said: str) -> None:
    lines = logged(kind, said, "什么", said, "1", "2", flow=LATER)
    assert secret not in "".join(lines)
    assert [line[:16] for line in heard(lines)[1:3]] == ["> 什么", f"> {MASKED_ADDRESS}"]
    assert any(line.startswith("! request bank.charge") for line in lines)


def test_a_word_that_answers_two_questions_is_shown_at_the_second() -> None:
    assert heard(logged("text", "不要了", "不要了", flow=LATER)) == ["> 某路1号", "> 不要了"]


@pytest.mark.parametrize(("kind", "length"), [("address", 120), ("text", 500)])
def test_what_is_kept_of_a_long_answer_is_hidden(kind: str, length: int) -> None:
    lines = logged(kind, "文三路9号" * 150, "什么", flow=LATER)
    assert "文三路" not in "".join(lines)


def test_what_is_shown_of_a_long_address_that_is_known_is_hidden() -> None:
    flow = FLOW.replace("  ask again", "  set buyer.address = asked\n  ask again")
    lines = logged("address of buyer", "文三路9号" * 7, flow=flow)
    assert "文三路" not in "".join(lines)


def test_the_made_up_number_is_one_in_every_country() -> None:
    for country in {*COUNTRY_CODES.values(), ""}:
        assert read_phone(MASKED_NUMBER, country), country
