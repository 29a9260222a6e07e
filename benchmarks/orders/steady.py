"""The system without sockets under phones at all steps of their orders, a turn batch at a time, on a clock of their own.

The carrier answers every text and returns its receipt with the next batch. What the carrier does itself is done aside, so that
`system_ns` is what the system alone has cost.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.orders.dialogue import DIALOGUES
from benchmarks.orders.stand_ins import Clock
from benchmarks.orders.trade import CarrierEnd, OneProcess, Watch
from center.batch import LINGER_S
from sms.smpp import pdu as p

BATCHES_A_SECOND = round(1 / LINGER_S)
WINDOW = 4_000
"""Texts of a batch that may be on their way at once."""
STRIDE = 61_803_399
"""Phones and sellers come in no order, so that no index is favoured."""


class Steady:
    """A system, and its carrier. Phones order once each, of the sellers in turn."""

    def __init__(
        self, database: Path, flows: Path, codes: Sequence[str], watch: Watch | None = None
    ) -> None:
        self._codes = codes
        self._clock = clock = Clock()
        began = time.process_time_ns()
        self._system = OneProcess(database, flows, clock, watch=watch)
        self._carrier = CarrierEnd(self._system, clock, WINDOW)
        self.start_ns = time.process_time_ns() - began
        """CPU from the database's opening to the bind."""
        self._buyers = self._batches = 0
        self._at_step: list[range] = [range(0)] * len(DIALOGUES["line"])
        """Buyers who say each line with the next batch."""
        self._receipts: list[p.DeliverSm] = []
        self.orders = 0

    @property
    def system_ns(self) -> int:
        """CPU that the system has taken, its start and all."""
        return self._system.watch.spent_ns[self._system.name]

    def batch(self, beginning: int) -> None:
        """One turn batch: so many buyers begin, those who began before say their next line, and receipts come for the last."""
        first, self._buyers = self._buyers, self._buyers + beginning
        self._at_step = [range(first, self._buyers), *self._at_step[:-1]]
        messages = [
            self._message(buyer, turn.says)
            for turn, buyers in zip(DIALOGUES["line"], self._at_step, strict=True)
            for buyer in buyers
        ]
        self._carrier.bring([*self._receipts, *messages])
        self._system.flush()
        with self._system.watch.on(self._system.name):
            self._clock.run()
        self._batches += 1
        if self._batches % BATCHES_A_SECOND == 0:
            self._carrier.tick()
            self._system.sweep(int(self._clock.now))
        self._clock.now += LINGER_S
        self.orders += len(self._at_step[-1])
        self._receipts = self._carrier.answer()

    def end(self) -> None:
        """Those who began end their orders."""
        for _ in self._at_step:
            self.batch(0)

    def _message(self, buyer: int, said: str) -> p.DeliverSm:
        code = self._codes[buyer * STRIDE % len(self._codes)]
        return self._carrier.message(f"13{buyer * STRIDE % 10**9:09d}", code, said)
