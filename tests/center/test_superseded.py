"""Questions that their buyers have gone past, which a start leaves in the outbox."""

from collections.abc import Callable
from pathlib import Path

import pytest

from center import superseded
from center.changes import OutgoingText
from center.contact import Arrival, ContactKey
from center.shops import Shops
from center.superseded import (
    SUPERSEDED,
    TURNS_MAX,
    Shelf,
    is_superseded,
    leave_superseded,
    part_superseded,
    turn_number,
)
from center.text_news import Stage
from center.turns import take_turns
from center.world import World
from flows.inputs import Input, Outcome, Text
from store.memory import MemoryStore
from store.sqlite import SqliteStore
from tests.center.test_performers import Remembering
from tests.flows.shops import NOON, program_of

BUYER = "13800138000"
ASKS = "要几个？"
TOTAL = "共5.00\n1 下单\n2 再加"
WITHOUT_WORDS = """
step start
  say 苹果没有了
  ask count as number 1..9
  -> more

step more
  ask again as number 1..9
    say 还要几个？
  -> bye

step bye
  say 再见
  goodbye
"""


@pytest.fixture(params=["memory", "disk"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> MemoryStore | SqliteStore:
    return MemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "shop.db")


def open_shop(store: MemoryStore | SqliteStore, steps: str | None = None) -> Callable[..., None]:
    """A shop, and who writes to it one after the other."""
    store.publish("shop", program_of(steps) if steps else program_of(), NOON)
    shops = Shops(store.published(), store.program)
    stamp = 0

    def say(*words: str, buyer: str = BUYER) -> None:
        nonlocal stamp
        for said in words:
            stamp += 1
            key = ContactKey("shop", buyer, "sms")
            arrival = Arrival(key, Text(said), "1069", "carrier", b"", stamp, NOON)
            with store.batch([arrival]) as batch:
                batch.commit(take_turns([arrival], batch.world, shops))

    return say


def waiting(store: Shelf) -> list[str]:
    return [text.text for _, text in store.waiting_texts(0, 20)]


def test_a_question_that_was_answered_is_not_sent_again(store: MemoryStore | SqliteStore) -> None:
    say = open_shop(store)
    say("苹果")
    assert leave_superseded(store) == 0
    say("2")
    assert waiting(store) == [ASKS, TOTAL]
    assert leave_superseded(store) == 1
    assert waiting(store) == [TOTAL]
    store.write_noted()
    left = [one for one in store.texts("shop") if one.reason]
    assert [(one.text.text, one.stage, one.reason) for one in left] == [
        (ASKS, Stage.SENT, SUPERSEDED)
    ]
    assert leave_superseded(store) == 0


def test_what_tells_of_an_order_is_sent(store: MemoryStore | SqliteStore) -> None:
    say = open_shop(store)
    say("苹果", "2", "1")
    told = waiting(store)[-1]
    assert told.startswith("订单A0001")
    # Another session; its question is the last.
    say("苹果")
    assert leave_superseded(store) == 2
    assert waiting(store) == [told, ASKS]


def test_what_a_turn_says_before_it_asks_is_sent(store: MemoryStore | SqliteStore) -> None:
    say = open_shop(store)
    # It is sold out, which is said once.
    say("西瓜 2", "1")
    first = waiting(store)
    say("苹果", "2")
    assert leave_superseded(store) == 2
    assert waiting(store) == [first[-1], TOTAL]


def test_a_question_without_words_has_those_of_a_step_before(
    store: MemoryStore | SqliteStore,
) -> None:
    say = open_shop(store, WITHOUT_WORDS)
    say("你好", "1", "2")
    first = waiting(store)
    assert "苹果没有了" in first[0]
    assert leave_superseded(store) == 1
    assert waiting(store) == [first[0], first[-1]]


def test_another_buyers_question_is_sent(store: MemoryStore | SqliteStore) -> None:
    say = open_shop(store)
    say("苹果")
    say("苹果", "2", buyer="13900139000")
    assert leave_superseded(store) == 1
    assert waiting(store) == [ASKS, TOTAL]


def test_a_start_looks_at_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    store = MemoryStore()
    say = open_shop(store)
    for buyer in ("1", "2", "3"):
        say("苹果", "2", buyer=buyer)
    monkeypatch.setattr(superseded, "READ_MAX", 2)
    monkeypatch.setattr(superseded, "LOOKED_AT_MAX", 4)
    assert leave_superseded(store) == 2
    assert waiting(store) == [TOTAL, TOTAL, ASKS, TOTAL]


def test_a_turn_goes_up_from_session_to_session() -> None:
    asked = turn_number(1, 3, asks=True)
    assert not is_superseded(asked, asked)
    assert not is_superseded(asked, turn_number(1, 3, asks=False))
    assert is_superseded(asked, turn_number(1, 4, asks=False))
    assert is_superseded(asked, turn_number(2, 0, asks=True))
    assert not is_superseded(turn_number(1, 3, asks=False), turn_number(2, 0, asks=True))
    assert turn_number(1, TURNS_MAX, asks=True) == 0


def test_of_texts_to_one_phone_a_later_turns_supersedes_a_question_of_the_same_seller() -> None:
    def text(turn: int, seller: str = "shop") -> OutgoingText:
        return OutgoingText("carrier", "1069", BUYER, "?", NOON, seller, turn)

    one, two = turn_number(1, 1, asks=True), turn_number(1, 2, asks=True)
    texts = [text(one), text(0), text(one, "other"), text(two), text(two)]
    kept, left = part_superseded(list(enumerate(texts)))
    assert left == [0]
    assert [text_id for text_id, _ in kept] == [1, 2, 3, 4]


def test_what_an_outcome_leads_to_supersedes_the_question_before_it_and_is_sent_itself() -> None:
    """Such as an order system's answer, behind a total that its buyer has answered (`overtaken` 821282)."""
    shops, world, contact = (
        Shops({"shop": b"p"}, lambda _: program_of()),
        World(),
        ContactKey("shop", BUYER, "sms"),
    )
    texts: list[OutgoingText] = []

    def take(given: Input, asked: tuple[int, int] | None = None) -> None:
        arrival = Arrival(contact, given, "1069", "carrier", b"", 0, NOON, asked)
        texts.extend(take_turns([arrival], world, shops, Remembering()).texts)

    take(Text("苹果"))
    take(Text("人工"))
    awaited = world.awaited[contact]
    take(Outcome("busy"), (awaited.serial, awaited.turn))
    take(Text("苹果"))
    told = [text.text for text in texts]
    assert told[0] == told[-1] == ASKS
    kept, left = part_superseded(list(enumerate(texts[:-1])))
    assert left == [0]
    assert [text.text for _, text in kept] == ["再见"]
    # What it leads to may tell what is told once: nothing that comes later supersedes it.
    assert part_superseded(list(enumerate(texts)))[1] == [0]
