"""Simulated hours of the real platform: calls that cross it, and people who come for one of few places on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from random import Random

from center.uap.capacity import Capacity
from center.uap.door import Admitted, Refused
from center.uap.kinds import Kind
from center.uap.traffic import Stream
from commands.simulation import BATCHES, Interval, Tally


@dataclass(frozen=True, slots=True)
class Crossed:
    """What became of the calls of one stream at the platform."""

    offered: int
    blocked: Interval
    """Share refused at the door."""
    refused_later: int
    """Of those who were let in; nought, whatever the load."""


def cross_platform(
    capacity: Capacity, streams: Sequence[Stream], calls: int, *, seed: int, opened_at: float
) -> list[Crossed]:
    """Send so many calls of these streams to a platform that is in service."""
    chance = Random(seed)  # noqa: S311 - a simulation
    rates = [stream.per_s for stream in streams]
    whole, classes = sum(rates), range(len(rates))
    due: list[tuple[float, int, str, int, int]] = []
    tallies = [Tally() for _ in streams]
    later = [0] * len(streams)
    at, serial = opened_at, 0

    def stay(call: str, which: int, phase: int, now: float) -> None:
        nonlocal serial
        serial += 1
        heappush(
            due,
            (
                now + chance.expovariate(1 / streams[which].stays[phase].mean_s),
                serial,
                call,
                which,
                phase,
            ),
        )

    def go_on(now: float, call: str, which: int, phase: int) -> None:
        stream = streams[which]
        if phase + 1 == len(stream.stays) or chance.random() >= stream.stays[phase + 1].goes_on:
            capacity.release(call)
            return
        answer = capacity.enter(call, stream.kind.phases[phase + 1].name)
        if isinstance(answer, Refused):
            later[which] += 1
            capacity.release(call)
            return
        stay(call, which, phase + 1, now)

    for n in range(calls):
        at += chance.expovariate(whole)
        while due and due[0][0] <= at:
            now, _, call, which, phase = heappop(due)
            go_on(now, call, which, phase)
        which = chance.choices(classes, rates)[0]
        batch = n * (BATCHES + 1) // calls
        tallies[which].arrived[batch] += 1
        if isinstance(capacity.admit(f"c{n}", streams[which].kind, at), Admitted):
            stay(f"c{n}", which, 0, at)
        else:
            tallies[which].blocked[batch] += 1
    return [
        Crossed(sum(tally.arrived), tally.share(tally.blocked), refused)
        for tally, refused in zip(tallies, later, strict=True)
    ]


def ask_for_places(
    capacity: Capacity,
    kind: Kind,
    sources: int,
    idle_erlangs: float,
    tries: int,
    *,
    seed: int,
    opened_at: float,
) -> Interval:
    """Share of tries that find no place, where so many ask and who has one asks for no other; see traffic.engset."""
    chance = Random(seed)  # noqa: S311 - a simulation
    tally = Tally()
    # Places are held for a second on average, so that an idle source asks `idle_erlangs` times a second.
    due = [(opened_at + chance.expovariate(idle_erlangs), n, False) for n in range(sources)]
    heapify(due)
    tried = 0
    while tried < tries:
        now, source, has_place = heappop(due)
        idle_again = has_place
        if has_place:
            capacity.release(f"source {source}")
        else:
            batch = tried * (BATCHES + 1) // tries
            tried += 1
            tally.arrived[batch] += 1
            if not isinstance(capacity.admit(f"source {source}", kind, now), Admitted):
                tally.blocked[batch] += 1
                idle_again = True
        rate = idle_erlangs if idle_again else 1.0
        heappush(due, (now + chance.expovariate(rate), source, not idle_again))
    return tally.share(tally.blocked)
