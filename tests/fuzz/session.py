"""A hostile carrier against all that stands behind a bind: the link, reassembly, receipts, USSD, turns, the store, replies.

One shop (tests/fuzz/shop.py) lives for the whole run. Into its connections go mutated PDUs, sound ones in senseless order and
ones whose lengths lie (tests/fuzz/hostile.py), before, in and after each kind of bind. Nothing may fail, every queue must keep to
its limit, and a sound text afterwards must still be answered.

python -m tests.fuzz.session --count 1000000 --seed 1
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import logging
import random
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from flows import effects
from flows.due import due_text
from flows.inputs import Text
from flows.transcript import log
from grammars.folding import KEPT_LENGTH_MAX, fold, normalise
from grammars.gsm import alphabet
from grammars.money import read_money
from grammars.numbers import read_number
from grammars.opting_in import opts_in
from grammars.opting_out import opts_out
from grammars.yesno import read_yesno
from sms import sending
from sms.receipt_book import TEXTS_MAX
from sms.receipts import ID_MAX, parse_date
from sms.receiving import BUYERS_KNOWN_MAX
from sms.segments import ALONE_CHARACTERS_MAX
from sms.smpp import pdu as p
from tests.flows.shops import NOON
from tests.fuzz.hostile import mutated, sound
from tests.fuzz.memory import watch
from tests.fuzz.pdu import fill_addresses
from tests.fuzz.shop import Connection, Shop, program
from tests.simulation.loop import SimulatedLoop

PDUS_A_ROUND = 4_000
"""Then a buyer comes who must be served."""
ASKERS = 20
"""Such buyers, in turn."""
PDUS_A_SWEEP = 100
"""Then a part of what is too old is swept, as it is each second."""
WARM_UP_PDUS = 200_000
"""By then the store has in memory as many rows of texts as it may (store.outbox_rows.ROWS_HOT_MAX)."""
WARM_UP_TEXTS = 10_000
"""More than twice what any table of texts that were seen keeps: the first half drives out what was there, so that it ends the same."""
WIDE, SAID = "𠀀", "好" * 195
"""As many octets a character as Python ever takes, and 200 characters that a shop says: longer texts lie in other memory."""
BIND_ANSWERS = (0, 0, 0, 0, 0, 0, 0x0D, None)
"""What the carrier says to a bind, by status; None: nothing, so that all that follows comes before it."""

TIMES_S = (*(0.001, 0.1, 1.0, 5.0) * 5, 30.0, 200.0, 4_000.0)
"""That pass between PDUs. Some let a connection run out, the last all that is in doubt."""
HARM = (0.5, 0.02)
"""How many of a round's PDUs are mutated: where it is nearly half, few connections live for long."""


class Siege:
    """One shop, and the carrier that it is bound to."""

    def __init__(self, shop: Shop, chance: random.Random) -> None:
        self._shop = shop
        self._chance = chance
        self._rounds = 0
        self._sequence = 0
        self._harm = HARM[0]

    async def feed(self, count: int, seed: int) -> dict[str, int]:
        """So many PDUs; what became of them."""
        shop, chance = self._shop, self._chance
        chance.seed(seed)
        before, connected = self._counts(), shop.connected
        fed = 0
        while fed < count:
            was = fed
            fed += self._write(chance.randrange(len(shop.connections)))
            if chance.random() < 0.2:
                await shop.pass_time(chance.choice(TIMES_S))
                shop.check()
            if fed // PDUS_A_SWEEP > was // PDUS_A_SWEEP:
                shop.sweep()
            if fed // PDUS_A_ROUND > was // PDUS_A_ROUND:
                await self._end_round()
        await self._end_round()
        after = self._counts()
        return {
            "pdus": fed,
            "connections": shop.connected - connected,
            **{name: after[name] - before[name] for name in after},
        }

    def _write(self, place: int) -> int:
        """Write on one connection; how many PDUs."""
        shop, chance = self._shop, self._chance
        connection = shop.connections[place]
        if connection.is_over:
            shop.lose(connection)
            connection = shop.connections[place] = self._connect()
        self._sequence = self._sequence % 0x7FFF_FF00 + 64
        known = connection.known
        frames = sound(chance, self._sequence, known)
        if chance.random() < 0.5:
            frames += known.answers()
        data = b"".join(mutated(f, chance) if chance.random() < self._harm else f for f in frames)
        # The network cuts where it likes.
        cut = chance.randrange(len(data) + 1)
        connection.write(data[:cut])
        connection.write(data[cut:])
        connection.read()
        return len(frames)

    def _connect(self) -> Connection:
        shop, chance = self._shop, self._chance
        connection = shop.connect()
        status = chance.choice(BIND_ANSWERS)
        if status is not None:
            shop.accept(connection, status)
        return connection

    async def _end_round(self) -> None:
        self._rounds += 1
        shop = self._shop
        self._harm = self._chance.choice(HARM)
        await shop.ask(f"1390013{self._rounds % ASKERS:04d}")
        shop.sweep()

    def _counts(self) -> dict[str, int]:
        shop = self._shop
        return {
            "turns": shop.turns.counters.turns,
            "screens": shop.ussd.counters.screens,
            "orders": sum(int(one.number[1:]) for one in shop.store.orders(limit=1)),
            "codes": shop.turns.guard.counters.codes_asked,
            "texts taken": shop.esme.outgoing.counters.taken,
            "receipts": shop.texts.deliveries.counters.receipts,
            "delivered": shop.texts.deliveries.counters.delivered,
        }


@contextmanager
def besieged(seed: int) -> Generator[tuple[asyncio.Runner, Shop, Siege]]:
    """A shop in a folder and a loop of its own."""
    shared = Path("/dev/shm")
    # The disk's pace is nothing to do with it.
    where = shared if shared.is_dir() else None
    chance = random.Random(seed)

    async def open_shop(folder: Path) -> Shop:
        return Shop(folder, chance)

    with (
        tempfile.TemporaryDirectory(prefix="dialcart-fuzz-", dir=where) as folder,
        asyncio.Runner(
            loop_factory=lambda: SimulatedLoop(cast("Any", None), cast("Any", None))
        ) as runner,
    ):
        shop = runner.run(open_shop(Path(folder)))
        yield runner, shop, Siege(shop, chance)
        shop.store.close()


def fill_tables() -> None:
    """What is remembered to be quick has a limit; fill it with the longest, so that nothing more can come of it."""
    flow = program()
    for locking, single in itertools.product(alphabet.LOCKING, alphabet.SINGLE):
        alphabet.encode("", alphabet.tables(locking, single))
    for number in range(WARM_UP_TEXTS):
        word = f"{number:05d}{WIDE * (KEPT_LENGTH_MAX - 5)}"
        for read in (fold, normalise, read_number, read_money, read_yesno):
            read(word)
        opts_out(word, flow.languages)
        opts_in(word, flow.languages)
        sending._alone(f"{number:0{ALONE_CHARACTERS_MAX}d}", 1)  # noqa: SLF001  # else a shop has to say each
        parse_date(f"26{number % 12 + 1:02d}{number % 28 + 1:02d}{number:04d}")
        log.log_lines(Text(f"{number:05d}{WIDE}"), [effects.Say(f"{number:05d}{SAID}")], flow)
        log._minute(NOON + 60 * number, flow.timezone)  # noqa: SLF001  # else a session has to begin in each
        due_text(NOON + 60 * number, NOON, flow.timezone, "zh")
    fill_addresses()


def fill_shop(shop: Shop) -> None:
    """The same of one shop: texts that wait for receipts by the longest names, which no carrier tells, and phones that are known."""
    sent, carrier = shop.texts.deliveries.sent, shop.esme.carrier
    # Begun anew, so that it holds as many each time: a full one forgets a tenth at once, and a short run sees but one such rise.
    shop.texts.deliveries.add(carrier)
    for number in range(TEXTS_MAX):
        sent(carrier, -1 - number, (f"f{number:0{ID_MAX - 1}d}",))
    receiving = shop.texts.receiving
    receiving._buyers.clear()  # noqa: SLF001  # nothing else tells how full it is
    for number in range(BUYERS_KNOWN_MAX):
        receiving._buyer_of(p.Address(f"{number:015d}", 1, 1))  # noqa: SLF001


def main() -> int:
    """Run from the command line; fails if memory grows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    logging.disable()
    with besieged(given.seed) as (runner, shop, siege):

        def fill() -> None:
            runner.run(shop.settle())
            fill_tables()
            fill_shop(shop)

        fill()
        runner.run(siege.feed(WARM_UP_PDUS, given.seed))
        return watch(
            "session",
            given.count,
            given.seed,
            lambda count, seed: runner.run(siege.feed(count, seed)),
            fill,
        )


if __name__ == "__main__":
    sys.exit(main())
