"""Who names no shop on a code that shops share: told what to write, but not without end."""

import asyncio
from typing import Any, cast

from center.batch import TurnBatch
from center.routing import Routes
from center.shops import Shops
from sms.channel import SmsChannel
from sms.smpp import pdu as p
from sms.unrouted import HELPS_PER_PREFIX_MAX, HELPS_PER_SENDER_MAX, Helps
from store.memory import MemoryStore
from tests.flows.shops import NOON, SHOP, program_of
from tests.sms.channels import Full, Line, later

BUYER = "13800138000"
WHAT = "什么店 what shop"


class Shared:
    """Two shops that share code 1069, each with a keyword."""

    def __init__(self) -> None:
        store = MemoryStore()
        programs = {
            name: program_of(
                shop=SHOP.replace("  sms code 1069\n", f"  sms code 1069\n  keyword {name}\n")
            )
            for name in ("green", "red")
        }
        for name, program in programs.items():
            store.publish(name, program, NOON)
        turns = TurnBatch(store, Shops(store.published(), store.program), later=later)
        routes = Routes(programs.items())
        self.channel = SmsChannel(turns, store, routes, clock=lambda: NOON)
        self.store, self.line = store, Line()

    def told(self, *said: str) -> list[str]:
        """What a buyer reads who says this; every text is answered to its carrier."""
        self.line.answers.clear()
        self.say(*said)
        assert len(self.line.answers) == len(said)
        assert not any(self.line.answers.values())
        return [text.text for _, text in self.store.waiting_texts(0, 100)]

    def say(self, *said: str) -> None:
        """A buyer's texts, each in a batch of its own."""

        async def run() -> None:
            for sequence, words in enumerate(said, 1):
                message = p.DeliverSm(
                    sequence=sequence,
                    source=p.Address(BUYER),
                    destination=p.Address("1069"),
                    data_coding=8,
                    message=words.encode("utf-16-be"),
                )
                self.channel.received(cast("Any", self.line), [message])
                self.channel.turns.flush()

        asyncio.run(run())


def test_a_machine_that_answers_ours_is_answered_a_few_times() -> None:
    told = Shared().told(*[WHAT] * 20)
    assert len(told) == HELPS_PER_SENDER_MAX
    assert "green, red" in told[0]


def test_an_answer_that_a_full_disk_refused_does_not_count() -> None:
    shared = Shared()
    shared.channel.turns.store = cast("Any", Full())
    shared.say(*[WHAT] * 2 * HELPS_PER_SENDER_MAX)
    shared.channel.turns.store = shared.store
    assert len(shared.told(WHAT)) == 1


def test_who_says_stop_to_no_shop_is_told_nothing() -> None:
    assert Shared().told("STOP", "退訂。") == []


def test_who_was_not_answered_still_reaches_a_shop_by_its_name() -> None:
    assert len(Shared().told(*[WHAT] * 9, "green")) == HELPS_PER_SENDER_MAX + 1


def test_numbers_that_begin_alike_are_not_told_without_end() -> None:
    helps = Helps()
    told = [helps.may_tell(f"1380013{tail:04d}", WHAT, NOON) for tail in range(1000)]
    assert sum(told) == HELPS_PER_PREFIX_MAX
    assert helps.may_tell("13900139000", WHAT, NOON)
