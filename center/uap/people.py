"""The people of a plan: how soon buyers are answered by so many groups of agents, and how many agents are needed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from center.acd.forecast import Waiting, erlang_a, servers_for_level, service_level_a
from center.uap.busy_hour import Traffic


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
    """Agents at work, in all groups together, for the level and the abandonment that are asked for (Erlang A)."""
    needed_if_all_stay: int
    """The same for the level alone, if nobody hung up however long it takes (Erlang C)."""


def group(name: str, traffic: Traffic, groups: int) -> Group:
    """So many groups of agents with equal shares of buyers and, as near as whole people go, of agents."""
    erlangs = traffic.people_erlangs / groups
    spread = sizes(traffic.present, groups)
    found = [(count / groups, *served(traffic, erlangs, size)) for count, size in spread]
    waiting = Waiting(
        *(sum(share * getattr(one, what) for share, _, one in found) for what in Waiting.__slots__)
    )
    # Groups have equal shares of buyers; of agents, the larger have more.
    occupancy = sum(
        count * size * one.occupancy for (count, size), (*_, one) in zip(spread, found, strict=True)
    )
    return Group(
        name,
        groups,
        traffic.present,
        sum(share * within for share, within, _ in found),
        replace(waiting, occupancy=occupancy / traffic.present),
        groups * needed(traffic, erlangs),
        groups * needed_if_all_stay(traffic, erlangs),
    )


def sizes(agents: int, groups: int) -> list[tuple[int, int]]:
    """How many groups have how many agents, where all are spread as evenly as whole people go."""
    few, more = divmod(agents, groups)
    return [(count, size) for count, size in ((groups - more, few), (more, few + 1)) if count]


def served(traffic: Traffic, erlangs: float, agents: int) -> tuple[float, Waiting]:
    """The share answered in time, and how long all wait, where one group has so many agents."""
    if agents == 0:
        # Nobody is there: all who come leave.
        return 0.0, Waiting(1.0, 0.0, 1.0, traffic.patience_s, 0.0, 0.0)
    given = {"service_s": traffic.handled_s, "patience_s": traffic.patience_s}
    level = service_level_a(erlangs, agents, within_s=traffic.within_s, **given)
    return level, erlang_a(erlangs, agents, **given)


def needed(traffic: Traffic, erlangs: float) -> int:
    """Fewest agents of one group for the level and the abandonment that are asked for."""

    def enough(agents: int) -> bool:
        level, waiting = served(traffic, erlangs, agents)
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


def needed_if_all_stay(traffic: Traffic, erlangs: float) -> int:
    """Fewest agents of one group for the level that is asked for, where nobody hangs up."""
    return servers_for_level(
        erlangs, service_s=traffic.handled_s, within_s=traffic.within_s, level=traffic.level
    )
