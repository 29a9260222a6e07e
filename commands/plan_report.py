"""The plan in words and tables for people, and as JSON for tools."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from center.uap.busy_hour import Traffic
from center.uap.door import RETRY_FULL_S
from center.uap.models import Model
from center.uap.plan import Plan
from center.uap.resources import RESOURCES, named
from center.uap.sizing import Option

if TYPE_CHECKING:
    from commands.plan_check import Held


def as_text(found: Plan, held: list[Held]) -> str:
    """The plan for people."""
    traffic, best = found.traffic, found.options[0]
    parts = [
        (
            f"{traffic.sellers:,} sellers, {traffic.agents:,} agents of whom {traffic.present:,} are at work,"
            f" {traffic.calls_an_hour:,.0f} calls in the busy hour ({traffic.calls_s:,.0f} a second)"
        ),
        "",
        f"PEOPLE: {traffic.people_erlangs:,.0f} erlangs; Erlang A with a patience of {traffic.patience_s:g} s",
        table(
            [
                (
                    "agents grouped",
                    "groups",
                    f"in {traffic.within_s:g} s",
                    "mean wait",
                    "hang up",
                    "occupied",
                    "needed at work",
                ),
                *(
                    (
                        one.name,
                        f"{one.groups:,}",
                        f"{one.answered_within:.1%}",
                        f"{one.waiting.mean_wait_s:.1f} s",
                        f"{one.waiting.abandon_probability:.1%}",
                        f"{one.waiting.occupancy:.1%}",
                        f"{one.needed:,}",
                    )
                    for one in found.groups
                ),
            ]
        ),
        (
            f"Needed: to answer {traffic.level:.0%} in {traffic.within_s:g} s with at most {traffic.abandoned_max:.0%} hanging up."
            f" Pools save {found.groups[0].needed - found.groups[1].needed:,} agents at work."
        ),
        "",
        "PLATFORM: the fewest boards, one spare of each kind, and a standby chassis",
        table(
            [
                ("model", "chassis", "boards", "kW", "refused", "million yuan", "range"),
                *(_option_row(option) for option in found.options),
            ]
        ),
        "",
        f"{best.platform.model.name}, what there is of each:",
        table(
            [
                ("", "erlangs held", "units", "used", "refused", "by"),
                *_resource_rows(found, best),
            ]
        ),
        "",
        f"{best.platform.model.name}, if something fails:",
        table(
            [
                ("", "refused meanwhile", "calls cut off", "seats lost"),
                *(
                    (
                        one.what,
                        _percent(one.blocked),
                        f"{one.calls_lost:,.0f}",
                        f"{one.seats_lost:,.0f}",
                    )
                    for one in best.what_if
                ),
            ]
        ),
        "",
        _answers(traffic),
        _assumptions(best.platform.model),
    ]
    if held:
        parts += [
            "",
            "HELD AGAINST SIMULATION: the real platform and router, few boards and agents, loaded until they refuse",
            table(
                [
                    ("", "theory", "simulated (95 %)", "apart"),
                    *(
                        (
                            one.what,
                            _percent(one.theory),
                            f"{one.simulated.mean * 100:.2f} ± {one.simulated.half * 100:.2f} %",
                            f"{one.apart:.1%}",
                        )
                        for one in held
                    ),
                ]
            ),
        ]
    return "\n".join(parts)


def _option_row(option: Option) -> tuple[str, ...]:
    platform = option.platform
    low, value, high = platform.cost()
    return (
        platform.model.name,
        f"{platform.chassis} + 1",
        ", ".join(f"{count} {kind}" for kind, count in platform.boards.items()),
        f"{platform.watts() / 1000:.1f}",
        _percent(option.blocking.worst),
        f"{value / 1e6:.1f}",
        f"{low / 1e6:.1f} to {high / 1e6:.1f}",
    )


def _resource_rows(found: Plan, option: Option) -> list[tuple[str, ...]]:
    units = named(option.platform.units)
    traffic, rows = found.traffic, list[tuple[str, ...]]()
    for name in RESOURCES:
        erlangs = option.blocking.offered.get(name, 0.0)
        refused = option.blocking.of_resource.get(name)
        by = "Erlang B"
        if name == "caps":
            erlangs, by = traffic.calls_s, "M/M/1/K, at most"
        elif name == "seats":
            erlangs, refused, by = (
                float(traffic.present),
                option.seats_blocked,
                "Engset, call congestion",
            )
        elif name == "conference":
            erlangs, refused, by = (
                traffic.listening * traffic.present,
                option.conference_blocked,
                "Engset, call congestion",
            )
        elif erlangs and refused is None:
            by = "never short before another"
        if erlangs:
            used = erlangs / units[name] if name in units else 1.0
            rows.append(
                (
                    name,
                    f"{erlangs:,.0f}",
                    f"{units.get(name, 0):,.0f}",
                    f"{used:.0%}",
                    "" if refused is None else _percent(refused),
                    by,
                )
            )
    return rows


def _answers(traffic: Traffic) -> str:
    return (
        f"Refused calls hear SIP 503 with Retry-After {RETRY_FULL_S} (486 where it is the seller's own lines) and, where the"
        f" seller has a code for texts, read that all lines are busy. Of {traffic.calls_an_hour:,.0f} calls"
        f" {traffic.calls_an_hour * traffic.blocked_max:,.0f} may be."
    )


def _assumptions(of: Model) -> str:
    figures = list(of.figures())
    assumed = [name for name, figure in figures if figure.assumed]
    return (
        f"{len(assumed)} of the {len(figures)} numbers of {of.name} are assumptions with ranges, prices among them; so is"
        " the traffic unless you gave it. Engset by traffic of an idle source, p / (1 - p)."
    )


def _percent(share: float) -> str:
    return "< 0.001 %" if share < 1e-5 else f"{share * 100:.3f} %"


def as_json(found: Plan, held: list[Held]) -> str:
    """The plan for tools."""
    told = {
        "traffic": msgspec.to_builtins(found.traffic),
        "people": [
            {
                "grouped": one.name,
                "groups": one.groups,
                "agents_at_work": one.agents,
                "answered_within": one.answered_within,
                "mean_wait_s": one.waiting.mean_wait_s,
                "abandoned": one.waiting.abandon_probability,
                "occupancy": one.waiting.occupancy,
                "needed_at_work": one.needed,
            }
            for one in found.groups
        ],
        "platforms": [
            {
                "model": option.platform.model.name,
                "chassis": option.platform.chassis,
                "standby_chassis": 1,
                "boards": option.platform.boards,
                "standby_boards": option.platform.standby,
                "units": named(option.platform.units),
                "erlangs": option.blocking.offered,
                "refused_by_stream": {
                    stream.kind.name: share
                    for stream, share in zip(found.streams, option.blocking.of_stream, strict=True)
                },
                "refused_by_resource": option.blocking.of_resource,
                "seats_refused": option.seats_blocked,
                "conferences_refused": option.conference_blocked,
                "cost_yuan": dict(
                    zip(("low", "value", "high"), option.platform.cost(), strict=True)
                ),
                "watts": option.platform.watts(),
                "if": [
                    {
                        "what": one.what,
                        "refused": one.blocked,
                        "calls_cut_off": one.calls_lost,
                        "seats_lost": one.seats_lost,
                    }
                    for one in option.what_if
                ],
            }
            for option in found.options
        ],
        "simulated": [
            {
                "what": one.what,
                "theory": one.theory,
                "mean": one.simulated.mean,
                "half_95": one.simulated.half,
            }
            for one in held
        ],
    }
    return msgspec.json.format(msgspec.json.encode(told), indent=2).decode()


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows as columns of even width, the first aligned left and the others right."""
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if n == 0 else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
