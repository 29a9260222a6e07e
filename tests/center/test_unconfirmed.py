"""An order whose code does not come back is given up: its seller and its buyer are told, and nothing waits for ever."""

import asyncio
import re
from pathlib import Path

import pytest

from center import unconfirmed
from center.batch import TurnBatch
from center.contact import Arrival, ContactKey
from center.limits.guard import CODE_S_MAX, Guard
from center.limits.policy import Policies, Policy
from center.shops import Shops
from center.unconfirmed import GIVEN_UP_S, TOLD_S_MAX, Unconfirmed
from commands.serving.unconfirmed import GivingUp
from flows.inputs import Input, Opened, Text
from flows.session import ENDED, unpack
from store.sqlite import SqliteStore
from tests.flows.shops import NOON, ORDER, SHOP, program_of
from tests.sms.channels import later

NUMBER = "13800138000"
BUYER = ContactKey("shop", NUMBER, "sms")
NOT_PLACED = "订单（共5.00）没有确认，未下单。如需要，请重新下单。"


class Shop:
    """A shop that asks a code for every order, started on what is kept."""

    def __init__(self, database: Path) -> None:
        self.store = SqliteStore(database)
        shop = SHOP.replace("  sms code 1069\n", "  sms code 1069\n  ussd code *106#\n")
        self.store.publish("shop", program_of(ORDER, shop), NOON)
        shops = Shops(self.store.published(), self.store.program)
        guard = Guard(Policies(Policy(confirm_over={"CNY": 0})), b"secret")
        self.turns = TurnBatch(self.store, shops, later=later, guard=guard)
        self.now = NOON
        self.giving_up = GivingUp(self.store, self.turns, lambda: self.now)

    def say(self, *said: str, contact: ContactKey = BUYER) -> None:
        """Texts, or what a phone dials and answers; nothing is said by an empty one."""

        async def run() -> None:
            for text in said:
                given: Input = Text(text) if text else Opened()
                self.turns.add(Arrival(contact, given, "1069", "", b"", 1, self.now), None)
                self.turns.flush()

        asyncio.run(run())

    def go(self, after_s: int = 0) -> None:
        """Time passes, and a round is made."""
        self.now += after_s

        async def run() -> None:
            self.giving_up.go()
            self.turns.flush()

        asyncio.run(run())

    def texts(self) -> list[str]:
        return [text.text for _, text in self.store.waiting_texts(0, 100)]

    def told(self) -> list[str]:
        """What the seller is told."""
        return [text for _, _, text, _ in self.store.messages("shop")]

    def at(self, contact: ContactKey = BUYER) -> str:
        kept = self.store.contact(contact)
        assert kept is not None
        return unpack(kept.session).at


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "shop.db")


def test_a_buyer_who_never_answers_is_told_once_and_so_is_the_seller(shop: Shop) -> None:
    shop.say("苹果 2", "1")
    before = len(shop.texts())
    shop.go(GIVEN_UP_S - 1)
    assert len(shop.store.awaited()) == 1
    assert shop.texts()[before:] == []
    shop.go(1)
    shop.go(GIVEN_UP_S)
    assert shop.store.awaited() == []
    assert shop.texts()[before:] == [NOT_PLACED]
    assert shop.told() == ["[not confirmed] 2x1, 5.00, "]
    assert shop.at() == ENDED
    assert shop.store.orders() == []
    # Who writes again begins anew, and the code is worth nothing.
    shop.say("苹果 2", "1")
    assert shop.texts()[-1].startswith("订单共5.00")
    assert len(shop.store.awaited()) == 1


def test_an_order_that_was_confirmed_is_not_given_up(shop: Shop) -> None:
    shop.say("苹果 2", "1")
    [code] = re.findall(r"\d{6}", shop.texts()[-1])
    shop.say("000000" if code != "000000" else "000001")
    assert len(shop.store.awaited()) == 1
    shop.say(code)
    shop.go(GIVEN_UP_S)
    assert [order.number for order in shop.store.orders()] == ["A0001"]
    assert shop.told() == []


def test_what_was_due_and_is_confirmed_in_the_same_moment_stays_confirmed(shop: Shop) -> None:
    shop.say("苹果 2", "1")
    [code] = re.findall(r"\d{6}", shop.texts()[-1])
    [awaited] = shop.store.awaited()
    shop.say(code)
    asyncio.run(_settle(shop, awaited))
    assert len(shop.store.orders()) == 1
    assert NOT_PLACED not in shop.texts()


async def _settle(shop: Shop, awaited: object) -> None:
    shop.turns.settle(awaited, unconfirmed.GIVEN_UP, shop.now)  # type: ignore[arg-type]
    shop.turns.flush()


def test_an_order_that_a_run_left_is_given_up_by_the_next(shop: Shop, tmp_path: Path) -> None:
    shop.say("苹果 2", "1")
    shop.store.close()
    again = Shop(tmp_path / "shop.db")
    again.go(GIVEN_UP_S)
    assert again.store.awaited() == []
    assert again.texts()[-1] == NOT_PLACED


def test_who_dialled_is_told_by_sms(shop: Shop) -> None:
    dialled = ContactKey("shop", NUMBER, "ussd")
    shop.say("", "1", "2", "1", contact=dialled)
    assert len(shop.store.awaited()) == 1
    shop.go(GIVEN_UP_S)
    assert shop.texts()[-1] == NOT_PLACED
    assert shop.at(dialled) == ENDED


def test_who_wants_no_messages_is_not_told(shop: Shop) -> None:
    shop.say("苹果 2", "1", "STOP")
    before = len(shop.texts())
    shop.go(GIVEN_UP_S)
    assert len(shop.texts()) == before
    assert shop.store.awaited() == []
    assert len(shop.told()) == 1


def test_of_what_was_left_long_ago_the_seller_alone_is_told(shop: Shop, tmp_path: Path) -> None:
    shop.say("苹果 2", "1")
    before = len(shop.texts())
    shop.store.close()
    # As after a version that gave up none.
    again = Shop(tmp_path / "shop.db")
    again.go(TOLD_S_MAX + 1)
    assert again.store.awaited() == []
    assert len(again.texts()) == before
    assert len(again.told()) == 1
    assert again.at() == ENDED


def test_a_code_that_comes_too_late_is_still_answered_by_the_flow(shop: Shop) -> None:
    shop.say("苹果 2", "1")
    [code] = re.findall(r"\d{6}", shop.texts()[-1])
    shop.go(CODE_S_MAX + 1)
    shop.say(code)
    assert shop.store.awaited() == []
    shop.go(GIVEN_UP_S)
    assert NOT_PLACED not in shop.texts()
    assert len(shop.told()) == 1


def test_the_longest_waiting_are_given_up_first_whose_ever_they_are(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unconfirmed, "AT_ONCE_MAX", 2)
    # The number that would be first in the table has waited least.
    for number in (3, 1, 2, 0):
        shop.say("苹果 1", "1", contact=ContactKey("shop", f"1380013800{number}", "sms"))
        shop.now += 1
    before = len(shop.texts())
    shop.go(GIVEN_UP_S)
    assert [one.contact.buyer[-1] for one in shop.store.awaited()] == ["0", "2"]
    shop.go()
    assert shop.store.awaited() == []
    assert len(shop.texts()) == before + 4


def test_one_that_cannot_be_given_up_keeps_no_other_waiting(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unconfirmed, "AT_ONCE_MAX", 1)
    first, second = (ContactKey("shop", f"1380013800{number}", "sms") for number in (0, 1))
    shop.say("苹果 1", "1", contact=first)
    shop.say("苹果 1", "1", contact=second)
    waiting = Unconfirmed(shop.store)
    due = [waiting.due(NOON + GIVEN_UP_S) for _ in range(3)]
    assert [[one.contact for one in some] for some in due] == [[first], [second], []]


def test_a_clock_that_was_set_back_has_none_wait_for_ever(shop: Shop) -> None:
    waiting = Unconfirmed(shop.store)
    shop.say("苹果 1", "1")
    assert len(waiting.due(NOON + GIVEN_UP_S)) == 1
    shop.go(GIVEN_UP_S)
    shop.now = NOON - 3_600
    shop.say("苹果 1", "1")
    assert waiting.due(shop.now) == []
    assert len(waiting.due(shop.now + GIVEN_UP_S)) == 1


def test_none_is_looked_for_while_a_batch_is_open(shop: Shop) -> None:
    shop.say("苹果 1", "1")
    waiting = Unconfirmed(shop.store)
    with shop.store.batch([]):
        assert waiting.due(NOON + GIVEN_UP_S) == []
    assert len(waiting.due(NOON + GIVEN_UP_S)) == 1
