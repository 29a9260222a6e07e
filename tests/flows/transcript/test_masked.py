"""Answers that are nobody else's business: what the log makes of them, and that its replay goes the same way."""

import pytest

from center.contact import Arrival, ContactKey
from center.shops import Shops
from center.turns import take_turns
from flows.inputs import Input, Keys, Opened, Speech, Text
from flows.machine import Machine
from flows.settings import COUNTRY_CODES
from flows.transcript.log import MASKED_NUMBER
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


def test_the_made_up_number_is_one_in_every_country() -> None:
    for country in {*COUNTRY_CODES.values(), ""}:
        assert read_phone(MASKED_NUMBER, country), country
