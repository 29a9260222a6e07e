"""The platform of a plan: the fewest boards of a model for the traffic, what they cost, and what is refused if some fail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from center.uap.busy_hour import Traffic
from center.uap.figures import Figure
from center.uap.models import Model
from center.uap.resources import E1, INDEX, NOTHING, RESOURCES, SIP, Vector
from center.uap.traffic import Blocking, Stream, blocking, engset, servers_for_sources

BOARDS_MAX = 100_000
RATE_SHARE_MAX = 0.9
"""Call attempts a second fill at most this share of what the boards can set up."""
SEATS_BLOCKED_MAX = 0.001


class NoPlatformError(ValueError):
    """A model of which no number of boards serves the traffic."""


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

    @property
    def down(self) -> float:
        """The share of time in which more chassis are down than the standby makes good, if each fails by itself."""
        up, chassis = self.model.chassis.availability.value, self.chassis + 1
        return 1 - up**chassis - chassis * (1 - up) * up ** (chassis - 1)

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
    """In words, with `{board}` for its kind."""
    blocked: float
    board: str = ""
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


def option(traffic: Traffic, streams: tuple[Stream, ...], of: Model) -> Option:
    """A model's platform for the traffic, what it refuses, and what if some of it fails."""
    platform = platform_for(traffic, streams, of)
    boards, chassis, standby = platform.boards, platform.chassis, platform.standby
    units = platform.units
    found = blocking(streams, units)
    calls = sum(stream.in_use(resource) for stream in streams for resource in (E1, SIP))
    if traffic.access == "e1":
        calls /= 2
    what_if = [
        WhatIf(
            "one {board} fails",
            blocking(streams, _units(of, {**boards, kind: count - 1})).worst,
            kind,
            _used(streams, of, kind) / count,
            traffic.present / count if "seats" in of.boards[kind].gives else 0.0,
        )
        for kind, count in boards.items()
    ]
    left = {kind: count - standby[kind] for kind, count in boards.items()}
    what_if += [
        WhatIf(
            "a chassis fails, until the standby has taken over",
            blocking(streams, _units(of, left)).worst,
            calls_lost=calls / chassis,
            seats_lost=traffic.present / chassis,
        ),
        WhatIf("a chassis fails, after that", found.worst),
        WhatIf(
            "a second chassis fails, with no standby left",
            blocking(streams, _units(of, left)).worst,
            calls_lost=calls / chassis,
            seats_lost=traffic.present / chassis,
        ),
    ]
    return Option(
        platform,
        found,
        engset(traffic.agents, idle_of_seat(traffic), units[INDEX["seats"]]).call_congestion,
        engset(
            _supervisors(traffic), idle_of_conference(traffic), units[INDEX["conference"]]
        ).call_congestion,
        tuple(what_if),
    )


def platform_for(traffic: Traffic, streams: tuple[Stream, ...], of: Model) -> Boards:
    """The fewest boards of a model that refuse no more than may be refused, one spare of each kind, and a standby."""
    fewest = _fewest(traffic, streams, of)
    return in_chassis(of, {kind: count + 1 for kind, count in fewest.items()})


def in_chassis(of: Model, boards: dict[str, int]) -> Boards:
    """These boards in the fewest chassis of a model in which they find slots and power, and a standby for any of them."""
    chassis = ceil(sum(boards.values()) / of.open_slots)
    while not _fits(of, _fullest(boards, chassis)) and chassis < sum(boards.values()):
        chassis += 1
    return Boards(of, boards, chassis, _fullest(boards, chassis))


def _fewest(traffic: Traffic, streams: tuple[Stream, ...], of: Model) -> dict[str, int]:
    """Boards that just suffice, found one resource at a time and then by adding where it is shortest."""
    asked = {
        "seats": servers_for_sources(traffic.agents, idle_of_seat(traffic), SEATS_BLOCKED_MAX),
        "conference": servers_for_sources(
            _supervisors(traffic), idle_of_conference(traffic), SEATS_BLOCKED_MAX
        ),
        "caps": ceil(traffic.calls_s / RATE_SHARE_MAX),
    }
    wanted = dict(asked)
    for resource, name in enumerate(RESOURCES):
        if name not in asked:
            wanted[name] = ceil(sum(stream.offered(resource) for stream in streams))
    _check_brought(of, wanted)
    boards: dict[str, int] = {}
    for kind, board in of.boards.items():
        counts = [
            ceil(wanted[name] / fig.value) for name, fig in board.gives.items() if wanted[name]
        ]
        if counts:
            boards[kind] = max(1, *counts)
    _check_few(of, boards)
    while (found := blocking(streams, _units(of, boards))).worst > traffic.blocked_max:
        short = max(found.of_resource, key=lambda name: found.of_resource[name])
        kind = next(kind for kind, board in of.boards.items() if short in board.gives)
        # A step that grows with the platform, so that a large one is found in as few steps as a small one.
        boards[kind] = boards.get(kind, 0) + max(1, boards.get(kind, 0) // 200)
        _check_few(of, boards)
    for kind in boards:
        while boards[kind] > 1:
            units = _units(of, {**boards, kind: boards[kind] - 1})
            if any(units[INDEX[name]] < count for name, count in asked.items()):
                break
            if blocking(streams, units).worst > traffic.blocked_max:
                break
            boards[kind] -= 1
    return boards


def _check_brought(of: Model, wanted: Mapping[str, int]) -> None:
    brought = {name for board in of.boards.values() for name in board.gives}
    lacks = [name for name in RESOURCES if wanted[name] and name not in brought]
    if lacks:
        raise NoPlatformError(
            f"{of.name}: no board brings {', '.join(lacks)}, which this traffic takes; give it one that"
            " does, or a traffic without"
        )


def _check_few(of: Model, boards: Mapping[str, int]) -> None:
    if sum(boards.values()) > BOARDS_MAX:
        raise NoPlatformError(
            f"{of.name}: this takes more than {BOARDS_MAX:,} boards; plan for a part of the traffic,"
            " or with a model of larger boards"
        )


def _fits(of: Model, boards: dict[str, int]) -> bool:
    within = {kind: boards.get(kind, 0) + of.fixed.get(kind, 0) for kind in of.boards}
    watts = sum(of.boards[kind].watts.value * count for kind, count in within.items())
    return sum(boards.values()) <= of.open_slots and watts <= of.chassis.watts_max.value


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


def idle_of_seat(traffic: Traffic) -> float:
    """Erlangs that somebody employed offers the seats while away from work."""
    return _idle(traffic.at_work)


def idle_of_conference(traffic: Traffic) -> float:
    """Erlangs that a supervisor offers the conferences while listening to nobody."""
    return _idle(_listens(traffic))


def _idle(share: float) -> float:
    """Traffic of an idle source that has a line for this share of the time when it is never refused."""
    return share / (1 - share) if share < 1 else 1e12


def _supervisors(traffic: Traffic) -> int:
    """One for every 20 agents at work, an assumption."""
    return max(1, traffic.present // 20)


def _listens(traffic: Traffic) -> float:
    return min(0.99, traffic.listening * traffic.present / _supervisors(traffic))
