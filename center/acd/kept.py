"""The router with its journal: events in, kept, and only then their decisions out.

Events that come together are kept in one transaction (group commit). A decision leaves after its event is on disk, so a
process that stops at any instruction has at worst decided something that nobody was told; the router that is made anew
from the journal decides it again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from center.acd import journal as j
from center.acd.decisions import Decision
from center.acd.events import ContractEnded, ContractSet, Happening, Passed
from center.acd.router import Router
from center.ports import Later, StoreError, StoreTakenError, Timer

GATHER_S = 0.002
"""Events are collected so long: at 4,000 a second eight share a commit."""
AGAIN_S = 0.5
"""What the journal refused is offered to it again after so long."""
RECORDS_MAX = 200_000
"""A journal that has grown by more records is made short again: it is read in a second or two."""
GROWTH_MAX = 8
"""Or, on a large floor, one that has grown by so many times what it takes to say how things stand."""
SLEEP_S_MAX = 3_600.0

Decided = Callable[[Sequence[Happening], Sequence[Decision]], None]
"""Told of events that are kept, with what they led to."""

log = logging.getLogger(__name__)


class Journal(Protocol):
    """Keeps the router's events. What `append` was given is on disk when it returns, all or none. Raises StoreError."""

    def append(self, records: Sequence[bytes]) -> None:
        """Keep records behind those before."""
        ...

    def records(self) -> Iterator[bytes]:
        """All of them, in order."""
        ...

    def shorten(self) -> None:
        """Put how things stand in place of the records so far, aside: it returns at once, and may come to nothing.

        The records make the same router before, meanwhile and after.
        """
        ...


class KeptRouter:
    """See the module. `now` gives Unix seconds; `later` calls after a delay."""

    def __init__(
        self,
        journal: Journal,
        *,
        later: Later,
        now: Callable[[], float],
        decided: Decided,
        lost: Callable[[], object] = lambda: None,
    ) -> None:
        """`lost` is told once that another process has taken the journal over."""
        self.router = Router()
        self.is_lost = False
        """Another process has the floor: nothing is taken in here any more, and what this router knows is the past."""
        self._lost = lost
        self.contracts: set[tuple[str, str]] = set()
        """Pool and seller, as the journal has them."""
        self.recorded = 0
        """Records taken in: those that were read, and those since."""
        self._short_until = 0
        """With more of them the journal is made short."""
        self._journal = journal
        self._later = later
        self._now = now
        self._decided = decided
        self._events: list[Happening] = []
        self._unkept: tuple[list[Happening], list[Decision]] | None = None
        """Taken in, and refused by the journal so far; nothing else is taken in meanwhile."""
        self._gathering: Timer | None = None
        self._alarm: Timer | None = None

    def load(self) -> None:
        """Make the router anew from its journal. Raises JournalError, StoreError."""
        for record in self._journal.records():
            event = j.decode(record)
            self._note_contract(event)
            self.router.handle(event)
            self.recorded += 1
        self._short_until = self._growth_max()
        self._keep_short()
        self._set_alarm()

    def _keep_short(self) -> None:
        if self.recorded > self._short_until:
            self._journal.shorten()
            self._short_until = self.recorded + self._growth_max()

    def _growth_max(self) -> int:
        router = self.router
        stand = len(router.people) + len(router.backlogs) + len(router.tickets)
        return max(RECORDS_MAX, GROWTH_MAX * (stand + len(self.contracts)))

    def post(self, event: Happening) -> None:
        """Take an event in, soon, together with others."""
        if self.is_lost:
            return
        self._events.append(event)
        if self._gathering is None:
            self._gathering = self._later(GATHER_S, self.flush)

    def flush(self) -> None:
        """Take in what was gathered, keep it, and tell what it led to."""
        if self._gathering is not None:
            self._gathering.cancel()
            self._gathering = None
        if self._unkept is None:
            if not self._events:
                return
            events, self._events = self._events, []
            decisions = [made for event in events for made in self.router.handle(event)]
            self._unkept = (events, decisions)
        events, decisions = self._unkept
        try:
            self._journal.append([j.encode(event) for event in events])
        except StoreTakenError:
            self.lose()
            return
        except StoreError as error:
            log.error("the journal of %d events is refused: %s", len(events), error)
            self._gathering = self._later(AGAIN_S, self.flush)
            return
        self._unkept = None
        self.recorded += len(events)
        for event in events:
            self._note_contract(event)
        self._keep_short()
        self._set_alarm()
        self._decided(events, decisions)
        if self._events and self._gathering is None:
            self._gathering = self._later(GATHER_S, self.flush)

    def lose(self) -> None:
        """Another process has the floor, as one that was started while this one stood still."""
        if not self.is_lost:
            log.error("another process has taken the floor over: nobody is served here any more")
            self.is_lost = True
            self._events, self._unkept = [], None
            self.stop()
            self._lost()

    def stop(self) -> None:
        """Be called no more; what was gathered and not kept is lost, as in a crash."""
        for timer in (self._gathering, self._alarm):
            if timer is not None:
                timer.cancel()
        self._gathering = self._alarm = None

    def _note_contract(self, event: j.Record) -> None:
        if isinstance(event, ContractSet):
            self.contracts.add((event.pool, event.seller))
        elif isinstance(event, ContractEnded):
            self.contracts.discard((event.pool, event.seller))

    def _set_alarm(self) -> None:
        """Call when the router's next thing is due."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        due = self.router.timer()
        if due is not None:
            delay_s = min(max(0.0, due - self._now()), SLEEP_S_MAX)
            self._alarm = self._later(delay_s, self._ring)

    def _ring(self) -> None:
        self._alarm = None
        self.post(Passed(self._now()))
