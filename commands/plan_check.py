"""The plan's theory held against the real platform and the real router, figure by figure.

    every stream   refused at the door, on platforms where one resource after another is short, and where several are
    few who ask    seats and conferences, at a tenth refused
    every group    answered in time, hung up, mean wait, occupancy: as the plan has it, and where the level is just met
    who stays      answered in time, waits at all, mean wait, occupancy (Erlang C)

Theory is held where it refuses enough to be counted: a platform is planned to refuse next to nobody. Each figure has a
precision: its 95 % interval is at most SETTLED of theory wide to either side. What happens to fewer than RARE of all
that are simulated, such as hanging up on a pool that answers at once, cannot be counted, and is told as too rare.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Literal

import msgspec

from center.acd.forecast import erlang_c, mean_wait_s, service_level
from center.acd.queue import Queue
from center.uap.boards import Place
from center.uap.busy_hour import Traffic
from center.uap.capacity import Capacity
from center.uap.figures import Figure
from center.uap.kinds import usual_kinds
from center.uap.models import Model, model
from center.uap.people import needed, served, sizes
from center.uap.plan import Plan
from center.uap.resources import CAPS, RESOURCES, named, vector
from center.uap.sizing import idle_of_conference, idle_of_seat
from center.uap.traffic import Stream, blocking, engset, load_for, servers_for_sources, times
from commands.crossing import ask_for_places, cross_platform
from commands.simulation import Arrivals, Interval, RouterDay, Tally

SETTLED = 0.05
WITHIN = 0.1
RARE = 400
"""The 95 % interval of so many counts is a tenth of them wide to either side, if they come by chance alone."""
SCARCE = 24
"""Units of what is short: the fewer, the more often each is taken and given back, and the sooner a mean is settled."""
AMPLE = 100_000
BLOCKED = 0.3
"""The share that is refused where one resource is short."""
SIMULATED_MODEL = "UAP2100"
TOGETHER = 10
"""Where several are short, there is this part of a board of each kind."""
SOURCES = 40
AGENTS_AT_LEVEL = 20
"""A group where the level is just met; smaller ones settle sooner."""
PATIENT_AGENTS, PATIENT_ERLANGS = 2, 0.8
"""A group of whom nobody hangs up on, loaded so little that queues are short: a long one is long in many waits at once."""


@dataclass(frozen=True, slots=True)
class Precision:
    """How much is simulated."""

    calls: int = 500_000
    """Of each platform."""
    tries: int = 200_000
    contacts: int = 300_000
    """Of each group."""


Verdict = Literal["within", "apart", "unsettled", "too rare"]


@dataclass(frozen=True, slots=True)
class Said:
    """Words with `{places}`, and what stands there; see commands.plan_words."""

    english: str
    values: Mapping[str, object] = field(default_factory=dict[str, object])

    def text(self) -> str:
        """In English."""
        return self.english.format(**self.values)


@dataclass(frozen=True, slots=True)
class Held:
    """A figure of theory beside the same from a simulation."""

    where: Said
    """On what: which resource is short, which group."""
    what: Said
    theory: float
    simulated: Interval
    events: float
    """How often it was to be seen, by theory or by count, whichever is more."""
    is_share: bool = True
    """Or seconds."""

    @property
    def apart(self) -> float:
        """How far they are apart, as a share of theory's."""
        return abs(self.simulated.mean - self.theory) / self.theory if self.theory else 0.0

    @property
    def verdict(self) -> Verdict:
        """Whether they are within a tenth, if that can be said."""
        if self.events < RARE:
            return "too rare"
        if self.simulated.half > SETTLED * self.theory:
            return "unsettled"
        return "within" if self.apart <= WITHIN else "apart"


def hold(found: Plan, much: Precision | None = None, *, seed: int = 1) -> list[Held]:
    """Theory beside the real platform and the real router."""
    much = much or Precision()
    return [
        *hold_streams(found.streams, much.calls, seed),
        *hold_few(found.traffic, much.tries, seed),
        *hold_groups(found, much.contacts, seed),
    ]


def hold_streams(streams: Sequence[Stream], calls: int, seed: int) -> Iterator[Held]:
    """What the platform refuses."""
    for names, concerned in _shortages(streams).items():
        units = dict.fromkeys(RESOURCES, AMPLE) | dict.fromkeys(names, SCARCE)
        where = Said("{resources} short", {"resources": ", ".join(names)})
        yield from _crossed(where, platform_of(units), concerned, calls, seed)
    capacity, _ = small_platform()
    units = {name: int(some) // TOGETHER for name, some in named(capacity.usage().units).items()}
    yield from _crossed(Said("several short"), platform_of(units), streams, calls, seed)


def _shortages(streams: Sequence[Stream]) -> dict[tuple[str, ...], list[Stream]]:
    """Resources that may be short, those that all streams take alike together, and the streams that each concerns."""
    alike: dict[tuple[int, ...], list[str]] = {}
    for resource, name in enumerate(RESOURCES):
        taken = (1,) * len(streams)
        if resource != CAPS:
            taken = tuple(stream.kind.needs[0][resource] for stream in streams)
        alike.setdefault((resource == CAPS, *taken), []).append(name)
    return {
        tuple(names): [stream for stream, some in zip(streams, taken, strict=True) if some]
        for (_, *taken), names in alike.items()
        if any(taken)
    }


def _crossed(
    where: Said,
    platform: tuple[Capacity, float],
    streams: Sequence[Stream],
    calls: int,
    seed: int,
) -> Iterator[Held]:
    capacity, opened_at = platform
    units = capacity.usage().units
    loaded = times(streams, load_for(streams, units, BLOCKED))
    theory = blocking(loaded, units)
    crossed = cross_platform(capacity, loaded, calls, seed=seed, opened_at=opened_at)
    assert not any(one.refused_later for one in crossed), "who was let in is never refused later"
    for stream, told, one in zip(loaded, theory.of_stream, crossed, strict=True):
        events = one.offered * max(told, one.blocked.mean)
        what = Said("refused: {stream}", {"stream": stream.kind.name})
        yield Held(where, what, told, one.blocked, events)


def hold_few(traffic: Traffic, tries: int, seed: int) -> Iterator[Held]:
    """What those meet who are few."""
    kinds = usual_kinds()
    for what, wanted in (
        ("seats", idle_of_seat(traffic)),
        ("conference", idle_of_conference(traffic)),
    ):
        if not wanted:
            continue
        # Who always wants one asks so often that the clock would stand still.
        idle = min(wanted, AMPLE)
        places = servers_for_sources(SOURCES, idle, 0.1)
        capacity, opened_at = platform_of(dict.fromkeys(RESOURCES, AMPLE) | {what: places})
        kind = kinds["seat" if what == "seats" else what]
        simulated = ask_for_places(
            capacity, kind, SOURCES, idle, tries, seed=seed, opened_at=opened_at
        )
        told = engset(SOURCES, idle, places).call_congestion
        events = tries * max(told, simulated.mean)
        where = Said(
            "{places} {what} for {sources}", {"places": places, "what": what, "sources": SOURCES}
        )
        yield Held(where, Said("refused"), told, simulated, events)


def hold_groups(found: Plan, contacts: int, seed: int) -> Iterator[Held]:
    """How agents and those who want one fare."""
    traffic, seen = found.traffic, set[tuple[int, int]]()
    for group in found.groups:
        erlangs = traffic.people_erlangs / group.groups
        for _, size in sizes(traffic.present, group.groups):
            if size and erlangs and (size, group.groups) not in seen:
                seen.add((size, group.groups))
                where = Said(
                    "{group}: {agents:,} agents, {erlangs:,.4g} erlangs",
                    {"group": group.name, "agents": size, "erlangs": erlangs},
                )
                yield from _group(where, traffic, erlangs, size, contacts, seed)
    erlangs = _most(traffic)
    where = Said(
        "the level just met: {agents:,} agents, {erlangs:,.4g} erlangs",
        {"agents": AGENTS_AT_LEVEL, "erlangs": erlangs},
    )
    # Few agents, quickly simulated; and few hang up.
    yield from _group(where, traffic, erlangs, AGENTS_AT_LEVEL, 2 * contacts, seed)
    yield from _patient(traffic, 3 * contacts, seed)


def _most(traffic: Traffic) -> float:
    """The most erlangs for which AGENTS_AT_LEVEL are enough, to a thousandth."""
    low, high = 0.0, 2.0 * AGENTS_AT_LEVEL
    while high - low > 1e-3:
        middle = (low + high) / 2
        low, high = (middle, high) if needed(traffic, middle) <= AGENTS_AT_LEVEL else (low, middle)
    return low


def _group(
    where: Said, traffic: Traffic, erlangs: float, agents: int, contacts: int, seed: int
) -> Iterator[Held]:
    """Of those who hang up: Erlang A."""
    level, waiting = served(traffic, erlangs, agents)
    tally = _day(traffic, erlangs, agents, traffic.patience_s, contacts, seed)
    for what, told, simulated in (
        (_answered(traffic), level, tally.share(tally.within)),
        (Said("hang up"), waiting.abandon_probability, tally.share(tally.abandoned)),
        (Said("occupied"), waiting.occupancy, tally.occupancy(agents)),
    ):
        yield Held(where, what, told, simulated, contacts * max(told, simulated.mean))
    # Of those who wait, one hangs up for each patience that is waited.
    told, simulated = waiting.mean_wait_s, tally.wait_s
    events = contacts * max(told, simulated.mean) / traffic.patience_s
    yield Held(where, Said("mean wait"), told, simulated, events, is_share=False)


def _patient(traffic: Traffic, contacts: int, seed: int) -> Iterator[Held]:
    """Of those who stay however long it takes: Erlang C."""
    agents, erlangs = PATIENT_AGENTS, PATIENT_ERLANGS
    service_s, within_s = traffic.handled_s, traffic.within_s
    where = Said(
        "nobody hangs up: {agents:,} agents, {erlangs:,.4g} erlangs",
        {"agents": agents, "erlangs": erlangs},
    )
    tally = _day(traffic, erlangs, agents, inf, contacts, seed)
    for what, told, simulated in (
        (
            _answered(traffic),
            service_level(erlangs, agents, service_s=service_s, within_s=within_s),
            tally.share(tally.within),
        ),
        (Said("wait at all"), erlang_c(erlangs, agents), tally.share(tally.delayed)),
        (Said("occupied"), erlangs / agents, tally.occupancy(agents)),
    ):
        yield Held(where, what, told, simulated, contacts * max(told, simulated.mean))
    told = mean_wait_s(erlangs, agents, service_s=service_s)
    yield Held(where, Said("mean wait"), told, tally.wait_s, sum(tally.delayed), is_share=False)


def _answered(traffic: Traffic) -> Said:
    return Said("answered within {within:g} s", {"within": traffic.within_s})


def _day(
    traffic: Traffic, erlangs: float, agents: int, patience_s: float, contacts: int, seed: int
) -> Tally:
    """So many contacts for a group of agents and the real router between them."""
    day = RouterDay(
        [Queue("pool", "pool", wrap_up_s=0, answer_s=300, wait_s_max=60_000, waiting_max=10_000)],
        [()] * agents,
        [Arrivals("pool", erlangs / traffic.handled_s, traffic.handled_s, patience_s)],
        seed=seed,
        within_s=traffic.within_s,
    )
    return day.run(contacts, present=round(min(erlangs, agents)))[0]


def small_platform() -> tuple[Capacity, float]:
    """A platform of one board of each kind in service, and when it opened."""
    of = model(SIMULATED_MODEL)
    return _opened(of, [kind for kind, board in of.boards.items() if any(board.units)])


def platform_of(units: dict[str, int]) -> tuple[Capacity, float]:
    """A platform with so many units of each, on one board, and when it opened."""
    shipped = model(SIMULATED_MODEL)
    gives = {name: Figure(float(some), source="this simulation") for name, some in units.items()}
    board = msgspec.structs.replace(next(iter(shipped.boards.values())), gives=gives)
    of = msgspec.structs.replace(shipped, fixed={}, boards={"ALL": board})
    assert of.boards["ALL"].units == vector(units)
    return _opened(of, ["ALL"])


def _opened(of: Model, kinds: Sequence[str]) -> tuple[Capacity, float]:
    capacity = Capacity()
    capacity.add_chassis("1", of)
    for slot, kind in enumerate(kinds, 1):
        capacity.insert(Place("1", slot), kind, 0.0)
    opened_at = of.chassis.self_test_s.value
    capacity.advance(opened_at)
    return capacity, opened_at
