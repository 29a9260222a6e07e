"""What streams of calls ask of a platform and how many of them it refuses, by theory.

Calls come at random (Poisson). Each resource is a group of lines that blocks as Erlang's B says, whatever the times
that calls last are distributed like; a call that needs several is let in only if all have room. The groups are taken
one by one: what one refuses, the others are not offered (the Erlang fixed point, or reduced load; F. Kelly, Blocking
probabilities in large circuit-switched networks, 1986). A resource that no call ever holds more of than of another, and
of which there is as much, can never be the one that is short, and is left out.

Groups of few who ask, such as supervisors or the agents who may sit down, are not Poisson: who has a line asks for no
other. They block as Engset's formula says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from center.acd.forecast import SERVERS_MAX, erlang_b
from center.uap.kinds import Kind
from center.uap.resources import CAPS, RESOURCES, Vector

ROUNDS_MAX = 200
CLOSE = 1e-9
ROUND_CLOSE = 1e-7
"""The fixed point is reached when no blocking moves by more than this from a round to the next: no plan tells a part in a million."""


@dataclass(frozen=True, slots=True)
class Stay:
    """How long a phase lasts on average, and the share of calls that go on to it from the phase before."""

    mean_s: float
    goes_on: float = 1.0


@dataclass(frozen=True, slots=True)
class Stream:
    """Calls of a kind."""

    kind: Kind
    per_s: float
    stays: tuple[Stay, ...]
    """By phase."""

    def __post_init__(self) -> None:
        assert len(self.stays) == len(self.kind.phases), "a stay for each phase"

    def offered(self, resource: int) -> float:
        """Erlangs of a resource that are held, for the phase a call is in and for those to come."""
        return self._mean(resource, self.kind.needs)

    def in_use(self, resource: int) -> float:
        """Erlangs of a resource that are used by the phase a call is in."""
        return self._mean(resource, [phase.takes for phase in self.kind.phases])

    def _mean(self, resource: int, by_phase: Sequence[Vector]) -> float:
        reaches, units_s = 1.0, 0.0
        for stay, units in zip(self.stays, by_phase, strict=True):
            reaches *= stay.goes_on
            units_s += reaches * stay.mean_s * units[resource]
        return self.per_s * units_s


@dataclass(frozen=True, slots=True)
class Blocking:
    """What a platform refuses."""

    of_stream: tuple[float, ...]
    """By stream, in their order: the share of its calls that are refused at the door."""
    of_resource: dict[str, float]
    """By resource that may be short: the share of calls that find it so."""
    offered: dict[str, float]
    """Erlangs by resource, before any is refused."""

    @property
    def worst(self) -> float:
        """Of the stream that is refused most."""
        return max(self.of_stream, default=0.0)


def refused_of_all(streams: Sequence[Stream], found: Blocking) -> float:
    """The share of all calls that are refused, whichever stream they are of."""
    calls_s = sum(stream.per_s for stream in streams)
    refused_s = sum(
        stream.per_s * share for stream, share in zip(streams, found.of_stream, strict=True)
    )
    return refused_s / calls_s if calls_s else 0.0


def blocking(streams: Sequence[Stream], units: Vector) -> Blocking:
    """What is refused of these streams with so many units of each resource."""
    calls_s = sum(stream.per_s for stream in streams if stream.kind.is_call)
    at_rate = rate_blocking(calls_s, units[CAPS])
    offered = {
        resource: sum(stream.offered(resource) for stream in streams)
        for resource in range(len(RESOURCES))
    }
    short = [resource for resource in _may_be_short(streams, units) if offered[resource]]
    blocked = dict.fromkeys(short, 0.0)
    for _ in range(ROUNDS_MAX):
        moved = 0.0
        for resource in short:
            load = 0.0
            for stream in streams:
                erlangs = stream.offered(resource)
                if erlangs:
                    passes = 1 - at_rate if stream.kind.is_call else 1.0
                    for other in short:
                        if other != resource and stream.kind.needs[0][other]:
                            passes *= 1 - blocked[other]
                    load += erlangs * passes
            new = erlang_b(load, units[resource])
            moved = max(moved, abs(new - blocked[resource]))
            blocked[resource] = new
        if moved <= ROUND_CLOSE:
            break
    refused: list[float] = []
    for stream in streams:
        passes = 1 - at_rate if stream.kind.is_call else 1.0
        for resource in short:
            if stream.kind.needs[0][resource]:
                passes *= 1 - blocked[resource]
        refused.append(1 - passes)
    of_resource = {RESOURCES[resource]: blocked[resource] for resource in short}
    if calls_s:
        of_resource["caps"] = at_rate
    named = {RESOURCES[resource]: erlangs for resource, erlangs in offered.items() if erlangs}
    return Blocking(tuple(refused), of_resource, named)


def _may_be_short(streams: Sequence[Stream], units: Vector) -> list[int]:
    """Resources that can be the one that is short."""
    needs = [need for stream in streams for need in stream.kind.needs]
    wanted = [r for r in range(len(RESOURCES)) if any(need[r] for need in needs)]
    found: list[int] = []
    for one in wanted:
        covered = any(
            other != one
            and units[one] >= units[other]
            and all(need[one] <= need[other] for need in needs)
            # Two that are alike throughout cover each other; the first of them stays.
            and (other < one or units[one] > units[other] or any(n[one] < n[other] for n in needs))
            for other in wanted
        )
        if not covered:
            found.append(one)
    return found


def rate_blocking(calls_s: float, caps: int) -> float:
    """At most this share of calls comes too fast for `caps` call attempts a second, a second's worth at once.

    The M/M/1/K queue with K = caps in place of its fixed service (M/D/1/K), which refuses fewer.
    """
    if not calls_s:
        return 0.0
    if not caps:
        return 1.0
    load = calls_s / caps
    if abs(load - 1) < CLOSE:
        return 1 / (caps + 1)
    if load > 1:
        # The same with powers of 1/load, which do not overflow.
        return (1 - 1 / load) / (1 - (1 / load) ** (caps + 1))
    return (1 - load) * load**caps / (1 - load ** (caps + 1))


@dataclass(frozen=True, slots=True)
class Engset:
    """A group of lines for so many who may ask."""

    time_congestion: float
    """Share of time in which all lines are taken."""
    call_congestion: float
    """Share of attempts that find all lines taken: what one who asks meets."""


def engset(sources: int, idle_erlangs: float, servers: int) -> Engset:
    """Blocking of few who ask.

    The convention: `idle_erlangs` is the traffic that one source offers *while it is idle*, its attempts a second then
    times the mean seconds of holding. Who wants a line for a share p of the time if never refused has p / (1 - p).
    Call congestion is the time congestion of the same group with one source less (the arrival theorem).
    """
    assert 0 <= sources <= SERVERS_MAX, "a number of sources from 0 up"
    assert idle_erlangs >= 0, "traffic is a number from 0 up"
    return Engset(
        _engset_time(sources, idle_erlangs, servers),
        _engset_time(max(0, sources - 1), idle_erlangs, servers),
    )


def servers_for_sources(sources: int, idle_erlangs: float, blocked_max: float) -> int:
    """Fewest lines whose call congestion is at most this share (Engset, convention above)."""
    others, blocked, n = max(0, sources - 1), 1.0, 0
    while blocked > blocked_max and n < sources:
        n += 1
        offered = max(0, others - n + 1) * idle_erlangs * blocked
        blocked = offered / (n + offered)
    return n


def _engset_time(sources: int, idle_erlangs: float, servers: int) -> float:
    if servers > sources:
        return 0.0
    blocked = 1.0
    for n in range(1, servers + 1):
        offered = (sources - n + 1) * idle_erlangs * blocked
        blocked = offered / (n + offered)
    return blocked


def times(streams: Sequence[Stream], load: float) -> tuple[Stream, ...]:
    """The same streams with so many times the calls."""
    return tuple(Stream(stream.kind, stream.per_s * load, stream.stays) for stream in streams)


def load_for(streams: Sequence[Stream], units: Vector, blocked: float) -> float:
    """The multiple of these streams at which the one that is refused most is refused this share."""
    assert 0 < blocked < 1, "a share of calls"
    low, high = 0.0, 1.0
    while blocking(times(streams, high), units).worst < blocked:
        low, high = high, high * 2
    while high - low > CLOSE * high:
        middle = (low + high) / 2
        if blocking(times(streams, middle), units).worst < blocked:
            low = middle
        else:
            high = middle
    return high
