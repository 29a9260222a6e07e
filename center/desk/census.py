"""The floor counted as it changes, so that a picture of it costs what it shows and not what there is.

Whoever hears what the router did says which agents and queues that was about (`agent`, `queue`); each is compared with what
was known of it. At a start everything is counted once. Nothing here decides: the router is asked, never told.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from center.acd.agent import CHANNELS, Presence
from center.acd.backlog import is_in_use
from center.acd.router import Router
from center.acd.state import Backlog, Person, Profile

EVERYBODY = ""
"""Stands for all pools."""

_Known = tuple[Profile, str, Presence, tuple[bool, ...], tuple[str, ...]]
"""Of somebody: profile, pool, presence, on which channels they could take one now, the queues of those they talk with."""


class Census:
    """Who is signed in, who is free, who talks, and where most wait."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self.free: tuple[Counter[Profile], ...] = tuple(Counter() for _ in CHANNELS)
        """By channel, people who could take one now."""
        self.talking: Counter[tuple[str, str]] = Counter()
        """Talks by queue and pool, and by queue and EVERYBODY."""
        self.ready = 0
        """People who are ready, with contacts or without."""
        self.waiting = 0
        """Contacts that wait for somebody."""
        self.talks = 0
        """Contacts that somebody talks with."""
        self._known: dict[str, _Known] = {}
        self._present: dict[str, dict[str, Person]] = {EVERYBODY: {}}
        """By pool, those who are signed in."""
        self._names: dict[str, list[str]] = {}
        """The same in order, of pools that somebody has asked for."""
        self._rank: dict[str, int] = {}
        """Queues to which somebody came today, and how many wait."""
        self._ranks: defaultdict[int, dict[str, Backlog]] = defaultdict(dict)
        """The same, by how many wait."""

    def count(self) -> None:
        """All of it, once; the router has just been made of its journal."""
        for name in self._router.people:
            self.agent(name)
        for name in self._router.backlogs:
            self.queue(name)

    def agent(self, name: str) -> None:
        """Somebody may stand otherwise than before."""
        person = self._router.people[name]
        before, now = self._known.get(name), _standing(person)
        if before == now:
            return
        if before is not None:
            self._add(name, before, -1)
        self._known[name] = now
        self._add(name, now, 1)

    def _add(self, name: str, known: _Known, change: int) -> None:
        profile, pool, presence, are_free, queues = known
        self.ready += change * (presence == "ready")
        self.talks += change * len(queues)
        for free, has_room in zip(self.free, are_free, strict=True):
            free[profile] += change * has_room
        for queue in queues:
            self.talking[queue, pool] += change
            self.talking[queue, EVERYBODY] += change
        if presence == "signed out":
            return
        for group in (pool, EVERYBODY):
            people, names = self._present.setdefault(group, {}), self._names.get(group)
            if change > 0:
                people[name] = self._router.people[name]
                if names is not None:
                    insort(names, name)
            else:
                del people[name]
                if names is not None:
                    del names[bisect_left(names, name)]

    def queue(self, name: str) -> None:
        """Others may wait in a queue than before."""
        backlog = self._router.backlogs[name]
        before, now = self._rank.get(name), backlog.waiting
        is_shown = is_in_use(backlog)
        if before == now and is_shown:
            return
        self.waiting += now - (before or 0)
        if before is not None:
            same = self._ranks[before]
            del same[name], self._rank[name]
            if not same:
                del self._ranks[before]
        if is_shown:
            self._rank[name] = now
            self._ranks[now][name] = backlog

    def begin_day(self) -> None:
        """Queues in which nobody waits are in use no more."""
        for name in list(self._ranks.get(0, ())):
            self.queue(name)

    def names(self, pool: str = EVERYBODY) -> Sequence[str]:
        """Who of a pool is signed in, in order."""
        found = self._names.get(pool)
        if found is None:
            found = self._names[pool] = sorted(self._present.get(pool, ()))
        return found

    def is_anybody_here(self) -> bool:
        """Whether somebody is signed in."""
        return bool(self._present[EVERYBODY])

    @property
    def in_use(self) -> int:
        """Queues to which somebody came."""
        return len(self._rank)

    def fullest(self) -> Iterator[Backlog]:
        """Queues to which somebody came: those in which most wait first, of equals those that were in use last."""
        for waiting in sorted(self._ranks, reverse=True):
            yield from reversed(self._ranks[waiting].values())


def _standing(person: Person) -> _Known:
    talks = (t.backlog.queue.name for t in person.tickets.values() if t.slot == "busy")
    return (
        person.profile,
        person.agent.pool,
        person.presence,
        tuple(seat.free() for seat in person.seats),
        tuple(talks),
    )
