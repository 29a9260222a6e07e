"""The sellers that are open for business: the program of each, and older ones that buyers are still in."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping

from flows.machine import Machine, Works, shape
from flows.program import Program

MACHINES_MAX = 50_000
"""Programs of a generation, kept ready to run: some 3 to 12 KB each, less where sellers say the same."""
WORKS_MAX = 5_000
"""Works that these may have between them, some 40 KB each: sellers of one template share them."""

LoadProgram = Callable[[bytes], Program | None]
"""Gives the program of a fingerprint, None if there is none."""


class _Generation:
    """Machines that were used since the last generation was full."""

    __slots__ = ("current", "machines", "works")

    def __init__(self) -> None:
        self.machines: dict[bytes, Machine] = {}
        self.current: dict[str, Machine] = {}
        """Those of them that a seller's new sessions run on, by seller: every message asks for one."""
        self.works: dict[Hashable, Works] = {}
        """Theirs, by shape."""


class Shops:
    """Gives the machine for a seller. Programs load when the first buyer comes.

    When the young generation is full it becomes the old one, and the old one goes; what is used again is young again. So a use
    touches nothing of other sellers, as it would to note who was used last.
    """

    def __init__(self, published: Mapping[str, bytes], load: LoadProgram) -> None:
        self._published = dict(published)
        self._load = load
        self._young, self._old = _Generation(), _Generation()

    def sellers(self) -> tuple[str, ...]:
        """All sellers."""
        return tuple(self._published)

    def publish(self, seller: str, fingerprint: bytes) -> None:
        """From now on new sessions of a seller run this program."""
        self._published[seller] = fingerprint
        self._young.current.pop(seller, None)

    def published(self, seller: str) -> bytes | None:
        """The fingerprint that new sessions get."""
        return self._published.get(seller)

    def current(self, seller: str) -> Machine | None:
        """The machine that new sessions of a seller run on."""
        machine = self._young.current.get(seller)
        return machine if machine is not None else self._find_current(seller)

    def _find_current(self, seller: str) -> Machine | None:
        fingerprint = self._published.get(seller)
        if fingerprint is None:
            return None
        machine = self.machine(fingerprint)
        if machine is not None and fingerprint in self._young.machines:
            self._young.current[seller] = machine
        return machine

    def machine(self, fingerprint: bytes) -> Machine | None:
        """The machine of a program."""
        machine = self._young.machines.get(fingerprint)
        return machine if machine is not None else self._bring(fingerprint)

    def _bring(self, fingerprint: bytes) -> Machine | None:
        """Make a machine young, or make it of its program."""
        young, old = self._young, self._old
        machine = old.machines.get(fingerprint)
        if machine is None:
            program = self._load(fingerprint)
            if program is None:
                return None
            key = shape(program)
            works = young.works.get(key) or old.works.get(key)
            machine = Machine(program, fingerprint=fingerprint, works=works)
        young.machines[fingerprint] = machine
        young.works[shape(machine.program)] = machine.works
        if len(young.machines) >= MACHINES_MAX or len(young.works) >= WORKS_MAX:
            self._old, self._young = young, _Generation()
        return machine
