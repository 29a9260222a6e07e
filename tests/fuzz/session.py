"""A hostile carrier against all that stands behind a bind: the link, reassembly, receipts, USSD, turns, replies.

Mutated PDUs, and sound ones in senseless order, go into our end of a connection. Nothing may fail, every queue must keep to
its limit, and a sound text afterwards must still be answered.

python -m tests.fuzz.session --count 1000000 --seed 1
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import random
import sys

from benchmarks.orders.stand_ins import Clock, Pipe
from center.batch import TurnBatch
from center.limits.guard import Guard
from center.limits.policy import Policies, Policy
from center.routing import Routes
from center.shops import Shops
from flows import effects
from flows.due import due_text
from flows.inputs import Text
from flows.program import Program
from flows.transcript import log
from grammars.folding import KEPT_LENGTH_MAX, fold, normalise
from grammars.money import read_money
from grammars.numbers import read_number
from grammars.opting_in import opts_in
from grammars.opting_out import opts_out
from grammars.yesno import read_yesno
from sms import segments
from sms.carrier import Carrier
from sms.channel import SmsChannel
from sms.client import Esme
from sms.link import UNACKNOWLEDGED_MAX, Link
from sms.reassembly import OCTETS_MAX, PARTIALS_MAX
from sms.receipts import parse_date
from sms.smpp import pdu as p
from sms.smpp.state import State
from sms.sorting import Sorting
from sms.ussd.channel import UssdChannel
from sms.ussd.dialogs import DIALOGS_MAX
from sms.ussd.profile import STANDARD, Move
from store.memory import MemoryStore
from tests.flows.shops import NOON, ORDER, SHOP, program_of
from tests.fuzz.memory import watch
from tests.fuzz.pdu import fill_addresses

PDUS_A_SHOP = 4_000
"""Then the shop is opened anew: what it keeps in memory for tests is on disk in earnest."""
WARM_UP_PDUS = 100_000
WARM_UP_PDUS_A_SHOP = 5 * PDUS_A_SHOP
"""Of the warm-up: its shops hold more than any later one, which finds room in what they leave."""
WARM_UP_TEXTS = 10_000
"""More than twice what any table of texts that were seen keeps: the first half drives out what was there, so that it ends the same."""
WIDE, SAID = "𠀀", "好" * 195
"""As many octets a character as Python ever takes, and 200 characters that a shop says: longer texts lie in other memory."""
CODES = ("1069", "*106#", "106", "", "x" * 20)
WORDS = ("1", "2", "苹果 2", "99", "STOP", "", "0", "hello" * 30, "é€[]" * 40, "😀" * 90)
RECEIPTS = (
    "id:1 sub:001 dlvrd:001 submit date:2601010000 done date:2601010000 stat:DELIVRD err:000 text:x",
    "id:zz stat:", "stat:DELIVRD", "", "id:" + "9" * 300, "text: id:1 stat:EXPIRED",
)  # fmt: skip


class Shop:
    """A shop behind one link, bound."""

    def __init__(self, program: Program, chance: random.Random) -> None:
        self.clock = Clock()
        store = MemoryStore()
        store.publish("shop", program, NOON)
        guard = Guard(Policies(Policy(messages_per_sender=100, confirm_over={"CNY": 499})), b"x")
        turns = TurnBatch(
            store, Shops(store.published(), store.program), later=self.clock.later, guard=guard
        )
        routes = Routes([("shop", program)])
        self.texts = SmsChannel(turns, store, routes, clock=lambda: self.clock.now)
        self.ussd = UssdChannel(
            turns,
            routes,
            self.texts.receiving.redeliveries,
            later=self.clock.later,
            clock=lambda: self.clock.now,
        )
        carrier = Carrier("c", "nowhere", 1, "us", "secret", ussd=STANDARD, window=8)
        self.esme = Esme(
            carrier, Sorting(self.texts, self.ussd), chance=chance, now=lambda: self.clock.now
        )
        self.texts.add(self.esme)
        self.link = self.connect()

    def connect(self) -> Link:
        """A new connection, which the carrier lets in."""
        link = Link(self.esme, p.BIND_TRANSCEIVER, 0)
        self.esme.links[:] = [link]
        link.connection_made(Pipe())
        answer = p.BindResp(command=p.BIND_TRANSCEIVER | p.RESPONSE, sequence=1)
        link.data_received(p.encode(answer))
        assert link.machine.state is State.BOUND_TRX
        return link

    def check(self) -> None:
        """Every limit holds."""
        link = self.link
        reassembly = self.texts.receiving.reassembly
        assert link.machine.room() >= 0
        assert link.unacknowledged <= UNACKNOWLEDGED_MAX + 512
        assert len(reassembly) <= PARTIALS_MAX
        assert reassembly.octets <= OCTETS_MAX
        assert self.ussd.open_dialogs <= DIALOGS_MAX
        assert self.texts.receiving.counters.unreadable == 0
        assert self.ussd.counters.unreadable == 0


def sound(chance: random.Random, sequence: int) -> list[bytes]:
    """PDUs that are well formed, whatever they mean here."""
    number = f"1380013{chance.randrange(20):04d}"
    source, destination = p.Address(number, 1, 1), p.Address(chance.choice(CODES))
    kind = chance.randrange(10)
    if kind < 4:
        cut = segments.split(
            chance.choice(WORDS),
            reference=chance.randrange(4),
            concatenation=chance.choice(("udh8", "udh16", "sar", "payload")),
        )
        chance.shuffle(cut)
        return [
            p.encode(
                p.DeliverSm(
                    sequence=sequence + place,
                    source=source,
                    destination=destination,
                    esm_class=one.esm_class,
                    data_coding=one.data_coding,
                    message=one.short_message,
                    tlvs=one.tlvs,
                )
            )
            for place, one in enumerate(cut)
            if chance.random() < 0.9
        ]
    if kind < 6:
        move, dialog = chance.choice(list(Move)), chance.randrange(256)
        text = chance.choice(("*106#", "*106*1*2*1#", *WORDS)).encode("ascii", "replace")[:140]
        message = p.DeliverSm(
            sequence=sequence,
            service_type="USSD",
            source=source,
            destination=destination,
            message=text,
            tlvs=STANDARD.phone(move, dialog),
        )
        return [p.encode(message)]
    if kind == 6:
        receipt = chance.choice(RECEIPTS).encode()[:254]
        tlvs = ((0x001E, b"1\0"), (0x0427, bytes((chance.randrange(12),))))
        message = p.DeliverSm(
            sequence=sequence,
            source=source,
            destination=destination,
            esm_class=4,
            message=receipt,
            tlvs=tlvs[: chance.randrange(3)],
        )
        return [p.encode(message)]
    asked = chance.randrange(1, 40)
    answer = chance.choice(
        (
            p.SubmitSmResp(sequence=asked, message_id=str(asked)),
            p.SubmitSmResp(sequence=asked, status=chance.choice((0x58, 0x14, 0x45, 0x0B))),
            p.BindResp(command=p.BIND_TRANSCEIVER | p.RESPONSE, sequence=asked),
            p.EnquireLinkResp(sequence=asked),
            p.GenericNack(sequence=asked, status=3),
            p.EnquireLink(sequence=sequence),
            p.DataSm(sequence=sequence),
            p.UnbindResp(sequence=asked),
        )
    )
    return [p.encode(answer)]


def mutated(frame: bytes, chance: random.Random) -> bytes:
    """The same with some octets changed or cut, its length mostly put right again."""
    octets = bytearray(frame)
    for _ in range(chance.randrange(4)):
        octets[chance.randrange(len(octets))] = chance.randrange(256)
    if chance.random() < 0.1:
        del octets[chance.randrange(min(16, len(octets)), len(octets) + 1) :]
    if chance.random() < 0.97:
        octets[:4] = len(octets).to_bytes(4, "big")
    return bytes(octets)


def _program() -> Program:
    return program_of(
        ORDER, SHOP.replace("  sms code 1069\n", "  sms code 1069\n  ussd code *106#\n")
    )


async def fuzz(count: int, seed: int, pdus_a_shop: int = PDUS_A_SHOP) -> dict[str, int]:
    """Feed so many PDUs; what became of them."""
    chance = random.Random(seed)
    program = _program()
    totals = {"pdus": 0, "connections": 0, "turns": 0, "screens": 0, "orders": 0, "receipts": 0}
    while totals["pdus"] < count:
        shop = Shop(program, chance)
        totals["connections"] += 1
        fed = 0
        while fed < pdus_a_shop:
            frames = sound(chance, fed + 1)
            data = b"".join(mutated(f, chance) if chance.random() < 0.5 else f for f in frames)
            # The network cuts where it likes.
            cut = chance.randrange(len(data) + 1) if data else 0
            for part in (data[:cut], data[cut:]):
                if part and shop.link.transport is not None:
                    shop.link.data_received(part)
            fed += len(frames)
            if chance.random() < 0.2:
                shop.clock.now += chance.choice((0.001, 0.1, 5.0, 200.0))
                shop.clock.run()
                shop.link.tick()
                shop.check()
                # What `settled` left for the loop's next turn.
                await asyncio.sleep(0)
            transport = shop.link.transport
            if transport is None or transport.is_closing():
                shop.link.connection_lost(None)
                shop.link = shop.connect()
                totals["connections"] += 1
        _ask(shop, totals)
        totals["pdus"] += fed
        totals["turns"] += shop.texts.turns.counters.turns
        totals["screens"] += shop.ussd.counters.screens
        totals["receipts"] += shop.texts.deliveries.counters.receipts
    return totals


def _ask(shop: Shop, totals: dict[str, int]) -> None:
    """A buyer who comes after all this is served."""
    shop.link.connection_lost(None)
    shop.link = shop.connect()
    before = shop.texts.turns.counters.turns
    text = p.DeliverSm(
        sequence=1, source=p.Address("13900139000", 1, 1), destination=p.Address("1069"),
        message=b"1",
    )  # fmt: skip
    shop.link.data_received(p.encode(text))
    shop.clock.run()
    assert shop.texts.turns.counters.turns > before
    totals["orders"] += shop.texts.turns.guard.counters.codes_asked


def fill_tables() -> None:
    """What is remembered to be quick has a limit; fill it with the longest, so that nothing more can come of it."""
    program = _program()
    for number in range(WARM_UP_TEXTS):
        word = f"{number:05d}{WIDE * (KEPT_LENGTH_MAX - 5)}"
        for read in (fold, normalise, read_number, read_money, read_yesno):
            read(word)
        opts_out(word, program.languages)
        opts_in(word, program.languages)
        segments.alone(f"{number:0{segments.ALONE_CHARACTERS_MAX}d}")
        parse_date(f"26{number % 12 + 1:02d}{number % 28 + 1:02d}{number:04d}")
        log.log_lines(Text(f"{number:05d}{WIDE}"), [effects.Say(f"{number:05d}{SAID}")], program)
        log._minute(NOON + 60 * number, program.timezone)  # noqa: SLF001  # else a session has to begin in each
        due_text(NOON + 60 * number, NOON, program.timezone, "zh")
    fill_addresses()


def main() -> int:
    """Run from the command line; fails if memory grows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    logging.disable()
    fill_tables()
    asyncio.run(fuzz(WARM_UP_PDUS, given.seed, WARM_UP_PDUS_A_SHOP))
    return watch(
        "session",
        given.count,
        given.seed,
        lambda count, seed: asyncio.run(fuzz(count, seed)),
        fill_tables,
    )


if __name__ == "__main__":
    sys.exit(main())
