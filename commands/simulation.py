"""Simulated days: random contacts against the real router, to hold theory against.

Arrivals are Poisson; services, phases and patience are exponential. What is measured is told with the 95 % interval of
its mean over batches of arrivals (the first batch is warm-up and left out), so that it can be said whether theory fits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import pairwise
from math import inf, sqrt
from random import Random

from center.acd.agent import Agent, Skill
from center.acd.decisions import Decision, Leave, Offer
from center.acd.events import (
    AgentReady,
    AgentSet,
    AgentSignedIn,
    ContactArrived,
    ContactFinished,
    ContactLeft,
    Happening,
    OfferAccepted,
    QueueSet,
)
from center.acd.queue import Exit, Queue
from center.acd.router import Router

BATCHES = 20
T_95 = 2.093
"""Student's t for 19 degrees of freedom: 97.5 % lie below."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean and half the width of its 95 % interval."""

    mean: float
    half: float

    def holds(self, value: float) -> bool:
        """Whether theory's value lies in it."""
        return abs(value - self.mean) <= self.half

    def __str__(self) -> str:
        return f"{self.mean:.4g} ± {self.half:.2g}"


def interval(batches: Sequence[float]) -> Interval:
    """The mean of batch means and its interval; the first batch is warm-up."""
    kept = batches[1:]
    mean = sum(kept) / len(kept)
    variance = sum((one - mean) ** 2 for one in kept) / (len(kept) - 1)
    return Interval(mean, T_95 * sqrt(variance / len(kept)))


@dataclass(frozen=True, slots=True)
class Arrivals:
    """One class of contacts for a queue."""

    queue: str
    per_s: float
    service_s: float
    patience_s: float = inf


@dataclass(slots=True)
class Tally:
    """What became of a class, by batch of arrivals."""

    arrived: list[int] = field(default_factory=lambda: [0] * (BATCHES + 1))
    blocked: list[int] = field(default_factory=lambda: [0] * (BATCHES + 1))
    delayed: list[int] = field(default_factory=lambda: [0] * (BATCHES + 1))
    abandoned: list[int] = field(default_factory=lambda: [0] * (BATCHES + 1))
    within: list[int] = field(default_factory=lambda: [0] * (BATCHES + 1))
    waited_s: list[float] = field(default_factory=lambda: [0.0] * (BATCHES + 1))
    served_s: list[float] = field(default_factory=lambda: [0.0] * (BATCHES + 1))
    """What agents worked for those who came in a batch."""
    began_s: list[float] = field(default_factory=lambda: [0.0] * (BATCHES + 2))
    """When each batch began, and when the last ended."""

    def occupancy(self, agents: int) -> Interval:
        """The share of their time that agents are taken."""
        lasted_s = [end - begin for begin, end in pairwise(self.began_s)]
        return interval(
            [
                served_s / (agents * batch_s)
                for served_s, batch_s in zip(self.served_s, lasted_s, strict=True)
            ]
        )

    def share(self, counted: Sequence[float], *, of_let_in: bool = False) -> Interval:
        """A count as a share of all who came, or of those who were let in."""
        return interval(
            [
                some / max(1, came - (blocked if of_let_in else 0))
                for some, came, blocked in zip(counted, self.arrived, self.blocked, strict=True)
            ]
        )

    @property
    def wait_s(self) -> Interval:
        """Mean wait of those let in, also of those who left."""
        return self.share(self.waited_s, of_let_in=True)


class RouterDay:
    """Contacts, agents who answer at once and need no wrap-up, and the real router between them."""

    def __init__(
        self,
        queues: Sequence[Queue],
        agents: Sequence[tuple[Skill, ...]],
        arrivals: Sequence[Arrivals],
        *,
        seed: int,
        within_s: float = 20.0,
        lines: float = inf,
    ) -> None:
        """`lines`: with so many contacts in it, waiting or served, the platform turns the next one away at its door."""
        self.lines = lines
        self.router = Router()
        self.chance = Random(seed)  # noqa: S311 - a simulation
        self.arrivals = arrivals
        self.within_s = within_s
        self.tallies = [Tally() for _ in arrivals]
        self.now = 0.0
        self._due: list[tuple[float, int, Callable[[str], None], str]] = []
        self._serial = 0
        self._contacts: dict[str, tuple[int, int, float]] = {}
        """By contact in a queue: its class, its batch, when it came."""
        self._batch = 0
        for queue in queues:
            self._tell(QueueSet(0.0, queue))
        for n, skills in enumerate(agents):
            name = f"a{n}"
            self._tell(AgentSet(0.0, Agent(name, queues[0].seller, skills, sms_slots=0)))
            self._tell(AgentSignedIn(0.0, name))
            self._tell(AgentReady(0.0, name))

    def run(self, contacts: int, present: int = 0) -> list[Tally]:
        """Let so many contacts come; what became of each class.

        `present` are there at the start, so that a large group need not fill first: services have no memory.
        """
        rates = [one.per_s for one in self.arrivals]
        whole, classes = sum(rates), range(len(rates))
        at = 0.0
        for n in range(present):
            self._arrive(self.chance.choices(classes, rates)[0], f"p{n}")
        for n in range(contacts):
            at += self.chance.expovariate(whole)
            self._until(at)
            batch = n * (BATCHES + 1) // contacts
            if batch != self._batch:
                self._turn(batch)
            self._arrive(self.chance.choices(classes, rates)[0], f"c{n}")
        self._turn(BATCHES + 1)
        return self.tallies

    def _turn(self, batch: int) -> None:
        self._batch = batch
        for tally in self.tallies:
            tally.began_s[batch] = self.now

    def _until(self, at: float) -> None:
        while self._due and self._due[0][0] <= at:
            self.now, _, act, contact = heappop(self._due)
            act(contact)
        self.now = at

    def _later(self, mean_s: float, act: Callable[[str], None], contact: str) -> float:
        self._serial += 1
        after_s = self.chance.expovariate(1 / mean_s)
        heappush(self._due, (self.now + after_s, self._serial, act, contact))
        return after_s

    def _arrive(self, which: int, contact: str) -> None:
        tally, batch = self.tallies[which], self._batch
        tally.arrived[batch] += 1
        if len(self.router.tickets) >= self.lines:
            tally.blocked[batch] += 1
            return
        self._contacts[contact] = (which, batch, self.now)
        self._tell(ContactArrived(self.now, contact, self.arrivals[which].queue, "voice"))
        if contact in self._contacts:
            tally.delayed[batch] += 1
            patience_s = self.arrivals[which].patience_s
            if patience_s < inf:
                self._later(patience_s, self._give_up, contact)

    def _give_up(self, contact: str) -> None:
        if contact in self._contacts:
            which, batch, came = self._contacts.pop(contact)
            self.tallies[which].abandoned[batch] += 1
            self.tallies[which].waited_s[batch] += self.now - came
            self._tell(ContactLeft(self.now, contact))

    def _finish(self, held: str) -> None:
        contact, agent = held.split(" ")
        self._tell(ContactFinished(self.now, contact, agent))

    def _tell(self, event: Happening) -> None:
        for decision in self.router.handle(event):
            self._obey(decision)

    def _obey(self, decision: Decision) -> None:
        match decision:
            case Offer(contact=contact, agent=agent):
                which, batch, came = self._contacts.pop(contact)
                tally, waited_s = self.tallies[which], self.now - came
                tally.waited_s[batch] += waited_s
                tally.within[batch] += waited_s <= self.within_s
                self._tell(OfferAccepted(self.now, contact, agent))
                service_s = self.arrivals[which].service_s
                held = f"{contact} {agent}"
                tally.served_s[batch] += self._later(service_s, self._finish, held)
            case Leave(contact=contact, exit=Exit.BUSY):
                which, batch, _ = self._contacts.pop(contact)
                self.tallies[which].blocked[batch] += 1
            case _:
                raise AssertionError(f"not in this simulation: {decision}")
