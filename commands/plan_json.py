"""The plan as JSON, for tools."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from center.uap.plan import Plan
from center.uap.resources import named

if TYPE_CHECKING:
    from commands.plan_check import Held

ENGSET = "Engset: traffic of an idle source, p / (1 - p); call congestion"


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
                "needed_at_work_erlang_c": one.needed_if_all_stay,
            }
            for one in found.groups
        ],
        "pools_save_at_work": found.groups[0].needed - found.groups[1].needed,
        "convention": ENGSET,
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
                        "what": one.what.format(board=one.board),
                        "refused": one.blocked,
                        "calls_cut_off": one.calls_lost,
                        "seats_lost": one.seats_lost,
                    }
                    for one in option.what_if
                ],
            }
            for option in found.options
        ],
        "sensitivity": [
            {
                "figure": swing.name,
                "low": swing.figure.low,
                "assumed": swing.figure.value,
                "high": swing.figure.high,
                "cost_yuan": dict(zip(("low", "high"), swing.cost(), strict=True)),
                "chassis": {"low": swing.low.chassis, "high": swing.high.chassis},
            }
            for swing in found.sensitivity.swings
        ],
        "simulated": [
            {
                "where": one.where.text(),
                "what": one.what.text(),
                "verdict": one.verdict,
                "theory": one.theory,
                "mean": one.simulated.mean,
                "half_95": one.simulated.half,
            }
            for one in held
        ],
    }
    return msgspec.json.format(msgspec.json.encode(told), indent=2).decode()
