"""A plan: for so many sellers, agents and calls, which chassis and boards, what is refused, and what people are needed.

Worked out by theory alone, in well under a second; `dialcart plan --simulate` holds it against the real router and the
real platform. Times and shares that nobody measured are part of the traffic and told as such.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import msgspec

from center.acd.forecast import Waiting, erlang_a, service_level_a
from center.uap.figures import Figure
from center.uap.kinds import usual_kinds
from center.uap.models import MODELS, Model, model
from center.uap.resources import E1, INDEX, NOTHING, RESOURCES, SIP, Vector
from center.uap.traffic import (
    Blocking,
    Stay,
    Stream,
    blocking,
    engset,
    servers_for_sources,
)

BOARDS_MAX = 20_000
RATE_SHARE_MAX = 0.9
"""Call attempts a second fill at most this share of what the boards can set up."""
SEATS_BLOCKED_MAX = 0.001
GROUPS_MAX = 1_000_000


class Traffic(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked of the platform in its busy hour. Every default is an assumption."""

    sellers: int = 40_000
    agents: int = 80_000
    """Employed, by sellers and partners together."""
    at_work: float = 0.6
    """The share of agents who are signed in during the busy hour."""
    calls_an_hour: float = 1_500_000.0
    speech_share: float = 0.2
    """Of calls, those served by recognition; the rest press keys."""
    person_share: float = 0.5
    """Of calls, those handed over to a person."""
    fax_share: float = 0.0
    menu_s: float = 60.0
    talk_s: float = 180.0
    wrap_up_s: float = 30.0
    fax_s: float = 90.0
    patience_s: float = 120.0
    """How long a buyer waits for a person before hanging up, on average."""
    within_s: float = 20.0
    level: float = 0.8
    """The share of buyers to be answered within `within_s`."""
    abandoned_max: float = 0.03
    pools: int = 20
    """Partners whose agents serve many sellers."""
    listening: float = 0.02
    """The share of agents at work whom a supervisor listens to at a time."""
    access: str = "sip"
    """How calls come: sip or e1."""
    blocked_max: float = 0.01
    """The share of calls that may be refused at the door."""

    def __post_init__(self) -> None:
        for name in ("at_work", "speech_share", "person_share", "fax_share", "listening"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is a share from 0 to 1")
        for name in ("menu_s", "talk_s", "patience_s", "fax_s", "calls_an_hour"):
            if not 0 < getattr(self, name) <= 1e9:
                raise ValueError(f"{name} is a number above 0")
        if not 0 <= self.wrap_up_s <= 1e9 or not 0 <= self.within_s <= 1e9:
            raise ValueError("wrap_up_s and within_s are seconds from 0 up")
        if self.speech_share + self.fax_share > 1:
            raise ValueError("speech_share and fax_share are shares of the same calls")
        if not (0 < self.blocked_max < 1 and 0 < self.abandoned_max < 1 and 0 <= self.level < 1):
            raise ValueError("blocked_max, abandoned_max and level lie between 0 and 1")
        if self.access not in ("sip", "e1"):
            raise ValueError("access is sip or e1")
        if not 1 <= self.pools <= self.agents <= GROUPS_MAX or not 1 <= self.sellers <= GROUPS_MAX:
            raise ValueError(
                f"sellers, pools and agents: 1 to {GROUPS_MAX}, at least an agent a pool"
            )

    @property
    def calls_s(self) -> float:
        """Call attempts a second."""
        return self.calls_an_hour / 3600

    @property
    def present(self) -> int:
        """Agents signed in."""
        return max(1, round(self.agents * self.at_work))

    @property
    def handled_s(self) -> float:
        """How long an agent is taken by one call."""
        return self.talk_s + self.wrap_up_s

    @property
    def people_erlangs(self) -> float:
        """Agents who would be at work at once if nobody waited or left."""
        return self.calls_s * self.person_share * (1 - self.fax_share) * self.handled_s


@dataclass(frozen=True, slots=True)
class Group:
    """Agents who serve the same buyers, of so many such groups."""

    name: str
    groups: int
    agents: int
    """At work, in all groups together."""
    answered_within: float
    """Share of buyers answered in time."""
    waiting: Waiting
    needed: int
    """Agents at work, in all groups together, for the level and the abandonment that are asked for."""


@dataclass(frozen=True, slots=True)
class Boards:
    """A platform of one model: how many boards of each kind, in how many chassis."""

    model: Model
    boards: dict[str, int]
    """Beside the fixed ones, with one spare of each kind, without the standby's."""
    chassis: int
    """Without the standby."""
    standby: dict[str, int]
    """Boards of the standby chassis."""

    @property
    def units(self) -> Vector:
        """What there is in service."""
        return _units(self.model, self.boards)

    def cost(self) -> tuple[float, float, float]:
        """Yuan: at the least, as assumed, at the most."""
        least = value = most = 0.0
        for price, count in self._prices():
            least += price.low * count
            value += price.value * count
            most += price.high * count
        return least, value, most

    def _prices(self) -> list[tuple[Figure, int]]:
        shelves = self.chassis + 1
        kinds = self.model.boards
        return [
            (self.model.chassis.price, shelves),
            *((kinds[kind].price, count * shelves) for kind, count in self.model.fixed.items()),
            *((kinds[kind].price, count) for kind, count in self.boards.items()),
            *((kinds[kind].price, count) for kind, count in self.standby.items()),
        ]

    def watts(self) -> float:
        """Drawn by all boards."""
        fixed = sum(self.model.boards[k].watts.value * n for k, n in self.model.fixed.items())
        rest = [*self.boards.items(), *self.standby.items()]
        return fixed * (self.chassis + 1) + sum(
            self.model.boards[kind].watts.value * count for kind, count in rest
        )


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A failure, and the share of calls refused while it lasts."""

    what: str
    blocked: float
    calls_lost: float = 0.0
    """Calls in progress that go down with it, on average."""
    seats_lost: float = 0.0
    """Agents who must sign in again."""


@dataclass(frozen=True, slots=True)
class Option:
    """A platform of one model under the traffic."""

    platform: Boards
    blocking: Blocking
    seats_blocked: float
    """Share of sign-ins that find no seat (Engset, call congestion)."""
    conference_blocked: float
    """Share of supervisors' tries to listen that find no conference (Engset, call congestion)."""
    what_if: tuple[WhatIf, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """All of it, the cheapest platform first."""

    traffic: Traffic
    streams: tuple[Stream, ...]
    groups: tuple[Group, ...]
    """From agents of one seller each to all in one pool."""
    options: tuple[Option, ...]


def make_plan(traffic: Traffic, models: Sequence[Model] = ()) -> Plan:
    """Work a plan out, with an option for each of these models, or for each that ships."""
    groups = (
        group("each seller its own", traffic, traffic.sellers),
        group("partners' pools", traffic, traffic.pools),
        group("all in one pool", traffic, 1),
    )
    streams = streams_of(traffic, groups[1].waiting)
    options = [option(traffic, streams, of) for of in models or map(model, MODELS)]
    options.sort(key=lambda found: found.platform.cost()[1])
    return Plan(traffic, streams, groups, tuple(options))


def group(name: str, traffic: Traffic, groups: int) -> Group:
    """So many groups of agents with equal shares of buyers and, as near as whole people go, of agents."""
    erlangs = traffic.people_erlangs / groups
    few, more = divmod(traffic.present, groups)
    parts = [(count, size) for count, size in ((groups - more, few), (more, few + 1)) if count]
    found = [(count / groups, _served(traffic, erlangs, size)) for count, size in parts]
    waiting = Waiting(
        *(sum(share * getattr(one[1], what) for share, one in found) for what in Waiting.__slots__)
    )
    within = sum(share * one[0] for share, one in found)
    return Group(name, groups, traffic.present, within, waiting, groups * _needed(traffic, erlangs))


def _served(traffic: Traffic, erlangs: float, agents: int) -> tuple[float, Waiting]:
    if agents == 0:
        # Nobody is there: all who come leave.
        return 0.0, Waiting(1.0, 0.0, 1.0, traffic.patience_s, 0.0, 0.0)
    given = {"service_s": traffic.handled_s, "patience_s": traffic.patience_s}
    level = service_level_a(erlangs, agents, within_s=traffic.within_s, **given)
    return level, erlang_a(erlangs, agents, **given)


def _needed(traffic: Traffic, erlangs: float) -> int:
    def enough(agents: int) -> bool:
        level, waiting = _served(traffic, erlangs, agents)
        return level >= traffic.level and waiting.abandon_probability <= traffic.abandoned_max

    if not erlangs:
        return 0
    few, many = 0, 1
    while not enough(many):
        few, many = many, many * 2
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (few, middle) if enough(middle) else (middle, many)
    return many


def streams_of(traffic: Traffic, waiting: Waiting) -> tuple[Stream, ...]:
    """The streams of calls; those handed over wait as long as their agents make them."""
    kinds = usual_kinds(traffic.access)
    wait = Stay(max(waiting.mean_wait_s, 1e-6))
    talk = Stay(traffic.talk_s, 1 - waiting.abandon_probability)
    keys = 1 - traffic.speech_share - traffic.fax_share
    shares = {
        "keys": keys * (1 - traffic.person_share),
        "keys to a person": keys * traffic.person_share,
        "speech": traffic.speech_share * (1 - traffic.person_share),
        "speech to a person": traffic.speech_share * traffic.person_share,
        "fax": traffic.fax_share,
    }
    stays = {
        "fax": (Stay(traffic.fax_s),),
        "keys": (Stay(traffic.menu_s),),
        "speech": (Stay(traffic.menu_s),),
    }
    return tuple(
        Stream(
            kinds[name],
            traffic.calls_s * share,
            stays.get(name, (Stay(traffic.menu_s), wait, talk)),
        )
        for name, share in shares.items()
        if share > 0
    )


def option(traffic: Traffic, streams: tuple[Stream, ...], of: Model) -> Option:
    """The fewest boards of a model that refuse no more than may be refused, one spare of each kind, and a standby."""
    needed = _fewest(traffic, streams, of)
    boards = {kind: count + 1 for kind, count in needed.items()}
    chassis = ceil(sum(boards.values()) / of.open_slots)
    standby = _fullest(boards, chassis)
    platform = Boards(of, boards, chassis, standby)
    units = platform.units
    found = blocking(streams, units)
    calls = sum(stream.in_use(resource) for stream in streams for resource in (E1, SIP))
    if traffic.access == "e1":
        calls /= 2
    what_if = [
        WhatIf(
            f"one {kind} fails",
            blocking(streams, _units(of, {**boards, kind: count - 1})).worst,
            _used(streams, of, kind) / count,
            traffic.present / count if "seats" in of.boards[kind].gives else 0.0,
        )
        for kind, count in boards.items()
    ]
    left = {kind: count - standby[kind] for kind, count in boards.items()}
    what_if += [
        WhatIf(
            f"a chassis fails, until the standby has taken over ({of.chassis.take_over_s.value:g} s)",
            blocking(streams, _units(of, left)).worst,
            calls / chassis,
            traffic.present / chassis,
        ),
        WhatIf("a chassis fails, after that", found.worst),
        WhatIf(
            "a second chassis fails, with no standby left",
            blocking(streams, _units(of, left)).worst,
            calls / chassis,
            traffic.present / chassis,
        ),
    ]
    return Option(
        platform,
        found,
        engset(traffic.agents, _idle(traffic.at_work), units[INDEX["seats"]]).call_congestion,
        engset(
            _supervisors(traffic), _idle(_listens(traffic)), units[INDEX["conference"]]
        ).call_congestion,
        tuple(what_if),
    )


def _fewest(traffic: Traffic, streams: tuple[Stream, ...], of: Model) -> dict[str, int]:
    """Boards that just suffice, found one resource at a time and then by adding where it is shortest."""
    asked = {
        "seats": servers_for_sources(traffic.agents, _idle(traffic.at_work), SEATS_BLOCKED_MAX),
        "conference": servers_for_sources(
            _supervisors(traffic), _idle(_listens(traffic)), SEATS_BLOCKED_MAX
        ),
        "caps": ceil(traffic.calls_s / RATE_SHARE_MAX),
    }
    wanted = dict(asked)
    for resource, name in enumerate(RESOURCES):
        if name not in asked:
            wanted[name] = int(sum(stream.offered(resource) for stream in streams))
    boards: dict[str, int] = {}
    for kind, board in of.boards.items():
        counts = [
            ceil(wanted[name] / fig.value) for name, fig in board.gives.items() if wanted[name]
        ]
        if counts:
            boards[kind] = max(1, *counts)
    while (found := blocking(streams, _units(of, boards))).worst > traffic.blocked_max:
        short = max(found.of_resource, key=lambda name: found.of_resource[name])
        kind = next(kind for kind, board in of.boards.items() if short in board.gives)
        # A step that grows with the platform, so that a large one is found in as few steps as a small one.
        boards[kind] = boards.get(kind, 0) + max(1, boards.get(kind, 0) // 200)
        assert sum(boards.values()) <= BOARDS_MAX, "more boards than any platform has"
    for kind in boards:
        while boards[kind] > 1:
            units = _units(of, {**boards, kind: boards[kind] - 1})
            if any(units[INDEX[name]] < count for name, count in asked.items()):
                break
            if blocking(streams, units).worst > traffic.blocked_max:
                break
            boards[kind] -= 1
    return boards


def _fullest(boards: dict[str, int], chassis: int) -> dict[str, int]:
    """As many of each kind as the chassis that has most of it, when they are spread evenly."""
    return {kind: ceil(count / chassis) for kind, count in boards.items()}


def _units(of: Model, boards: dict[str, int]) -> Vector:
    units = list(NOTHING)
    for kind, count in boards.items():
        for resource, some in enumerate(of.boards[kind].units):
            units[resource] += some * max(0, count)
    return tuple(units)


def _used(streams: tuple[Stream, ...], of: Model, kind: str) -> float:
    """Calls that use such boards at a time; one takes all its units from one board where it can."""
    gives = of.boards[kind].gives
    return max(
        (sum(stream.in_use(INDEX[name]) for stream in streams) for name in gives), default=0.0
    )


def _idle(share: float) -> float:
    """Traffic of an idle source that has a line for this share of the time when it is never refused."""
    return share / (1 - share) if share < 1 else 1e12


def _supervisors(traffic: Traffic) -> int:
    """One for every 20 agents at work, an assumption."""
    return max(1, traffic.present // 20)


def _listens(traffic: Traffic) -> float:
    return min(0.99, traffic.listening * traffic.present / _supervisors(traffic))
