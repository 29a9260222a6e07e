"""The sellers that are open for business: the program of each, and older ones that buyers are still in."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping

from flows.machine import Machine
from flows.program import Program

MACHINES_MAX = 5_000
"""Programs kept ready to run; the one that was used longest ago makes room."""

LoadProgram = Callable[[bytes], Program | None]
"""Gives the program of a fingerprint, None if there is none."""


class Shops:
    """Gives the machine for a seller. Programs load when the first buyer comes."""

    def __init__(self, published: Mapping[str, bytes], load: LoadProgram) -> None:
        self._published = dict(published)
        self._load = load
        self._machines: OrderedDict[bytes, Machine] = OrderedDict()

    def sellers(self) -> tuple[str, ...]:
        """All sellers."""
        return tuple(self._published)

    def publish(self, seller: str, fingerprint: bytes) -> None:
        """From now on new sessions of a seller run this program."""
        self._published[seller] = fingerprint

    def published(self, seller: str) -> bytes | None:
        """The fingerprint that new sessions get."""
        return self._published.get(seller)

    def current(self, seller: str) -> Machine | None:
        """The machine that new sessions of a seller run on."""
        fingerprint = self._published.get(seller)
        return self.machine(fingerprint) if fingerprint is not None else None

    def machine(self, fingerprint: bytes) -> Machine | None:
        """The machine of a program."""
        machine = self._machines.get(fingerprint)
        if machine is not None:
            self._machines.move_to_end(fingerprint)
            return machine
        program = self._load(fingerprint)
        if program is None:
            return None
        machine = Machine(program, fingerprint=fingerprint)
        self._machines[fingerprint] = machine
        while len(self._machines) > MACHINES_MAX:
            # Its functions hold it, and it holds them.
            self._machines.popitem(last=False)[1].rest()
        return machine
