"""The sellers that are open for business: the program of each, and older ones that buyers are still in."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable, Mapping

from flows.machine import Machine, Works, shape
from flows.program import Program

MACHINES_MAX = 50_000
"""Programs kept ready to run, some 3 to 12 KB each; the one that was used longest ago makes room."""
WORKS_MAX = 5_000
"""Works that they may have between them, some 40 KB each: sellers of one template share them."""

LoadProgram = Callable[[bytes], Program | None]
"""Gives the program of a fingerprint, None if there is none."""


class Shops:
    """Gives the machine for a seller. Programs load when the first buyer comes."""

    def __init__(self, published: Mapping[str, bytes], load: LoadProgram) -> None:
        self._published = dict(published)
        self._load = load
        self._machines: OrderedDict[bytes, Machine] = OrderedDict()
        self._works: dict[Hashable, Works] = {}
        """By shape, those of the machines that are kept."""
        self._users: Counter[Hashable] = Counter()
        """Machines of each of them."""

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
        return self._make(program, fingerprint) if program is not None else None

    def _make(self, program: Program, fingerprint: bytes) -> Machine:
        key = shape(program)
        machine = Machine(program, fingerprint=fingerprint, works=self._works.get(key))
        self._works[key] = machine.works
        self._users[key] += 1
        self._machines[fingerprint] = machine
        while len(self._machines) > MACHINES_MAX or len(self._works) > WORKS_MAX:
            self._make_room()
        return machine

    def _make_room(self) -> None:
        _, machine = self._machines.popitem(last=False)
        key = shape(machine.program)
        self._users[key] -= 1
        if not self._users[key]:
            # The last that had them.
            del self._users[key], self._works[key]
