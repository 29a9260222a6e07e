"""The plan's theory held against the real platform and the real router, at a size that a simulation settles."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from center.acd.queue import Queue
from center.uap.boards import Place
from center.uap.capacity import Capacity
from center.uap.models import model
from center.uap.people import group
from center.uap.plan import Plan
from center.uap.traffic import blocking, load_for, times
from commands.simulation import Arrivals, Interval, RouterDay, cross_platform

SIMULATED_CALLS = 400_000
SIMULATED_CONTACTS = 60_000
SIMULATED_AGENTS_MAX = 200
SIMULATED_MODEL = "UAP2100"
"""The smallest: the fewer lines, the more often each is taken and given back, and the sooner a mean is settled."""
SIMULATED_BLOCKED = 0.1
"""A share that some ten thousand calls show well; theory is held at the load where it refuses so many."""


@dataclass(frozen=True, slots=True)
class Held:
    """A figure of theory beside the same from a simulation."""

    what: str
    theory: float
    simulated: Interval

    @property
    def apart(self) -> float:
        """How far they are apart, as a share of theory's."""
        return abs(self.simulated.mean - self.theory) / self.theory


def hold(
    found: Plan, *, calls: int = SIMULATED_CALLS, contacts: int = SIMULATED_CONTACTS, seed: int = 1
) -> list[Held]:
    """Theory beside the real platform and the real router, at a size and load that a simulation settles."""
    capacity, opened_at = small_platform()
    units = capacity.usage().units
    streams = times(found.streams, load_for(found.streams, units, SIMULATED_BLOCKED))
    theory = blocking(streams, units)
    crossed = cross_platform(capacity, streams, calls, seed=seed, opened_at=opened_at)
    assert not any(one.refused_later for one in crossed), "who was let in is never refused later"
    compared = [
        Held(f"refused at the door: {stream.kind.name}", told, one.blocked)
        for stream, told, one in zip(streams, theory.of_stream, crossed, strict=True)
        if told >= SIMULATED_BLOCKED / 4
    ]
    traffic = found.traffic
    size = min(SIMULATED_AGENTS_MAX, max(1, traffic.present // traffic.pools))
    pool = msgspec.structs.replace(traffic, sellers=1, pools=1, agents=size, at_work=1.0)
    scale = size / max(1, group("pool", pool, 1).needed)
    pool = msgspec.structs.replace(pool, calls_an_hour=traffic.calls_an_hour * scale)
    told = group("pool", pool, 1)
    day = RouterDay(
        [Queue("pool", "pool", wrap_up_s=0, answer_s=300, wait_s_max=60_000, waiting_max=10_000)],
        [()] * size,
        [Arrivals("pool", pool.people_erlangs / pool.handled_s, pool.handled_s, pool.patience_s)],
        seed=seed,
        within_s=pool.within_s,
    )
    tally = day.run(contacts)[0]
    return [
        *compared,
        Held(
            f"answered within {pool.within_s:g} s by {size} agents",
            told.answered_within,
            tally.share(tally.within),
        ),
        Held(
            "hung up before an answer",
            told.waiting.abandon_probability,
            tally.share(tally.abandoned),
        ),
    ]


def small_platform() -> tuple[Capacity, float]:
    """A platform of one board of each kind in service, and when it opened."""
    capacity, of = Capacity(), model(SIMULATED_MODEL)
    capacity.add_chassis("1", of)
    kinds = [kind for kind, board in of.boards.items() if any(board.units)]
    for slot, kind in enumerate(kinds, 1):
        capacity.insert(Place("1", slot), kind, 0.0)
    opened_at = of.chassis.self_test_s.value
    capacity.advance(opened_at)
    return capacity, opened_at
