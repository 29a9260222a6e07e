"""A plan: for so many sellers, agents and calls, which chassis and boards, what is refused, and what people are needed.

Worked out by theory alone, in well under a second; `dialcart plan --simulate` holds it against the real router and the
real platform.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from center.acd.forecast import Waiting
from center.uap.busy_hour import Traffic
from center.uap.kinds import kind_name, usual_kinds
from center.uap.models import MODELS, Model, model
from center.uap.people import Group, group
from center.uap.sensitivity import Sensitivity, sensitivity
from center.uap.sizing import Option, option
from center.uap.traffic import Stay, Stream


@dataclass(frozen=True, slots=True)
class Plan:
    """All of it, the cheapest platform first."""

    traffic: Traffic
    streams: tuple[Stream, ...]
    groups: tuple[Group, ...]
    """From agents of one seller each to all in one pool."""
    options: tuple[Option, ...]
    sensitivity: Sensitivity
    """Of the cheapest."""


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
    moves = sensitivity(traffic, streams, options[0].platform)
    return Plan(traffic, streams, groups, tuple(options), moves)


def streams_of(traffic: Traffic, waiting: Waiting) -> tuple[Stream, ...]:
    """The streams of calls, by what they may come to; those handed over wait as long as their agents make them."""
    kinds = usual_kinds(traffic.access)
    person = (
        Stay(traffic.menu_s),
        Stay(max(waiting.mean_wait_s, 1e-6)),
        Stay(traffic.talk_s, 1 - waiting.abandon_probability),
        Stay(traffic.after_s),
    )
    shares: dict[str, float] = {"fax": traffic.fax_share}
    for by_speech, to_person, records in product((False, True), repeat=3):
        name = kind_name(by_speech=by_speech, to_person=to_person, records=records)
        speech = traffic.speech_share
        shares[name] = (
            (speech if by_speech else 1 - speech - traffic.fax_share)
            * _share(traffic.person_share, of=to_person)
            * _share(traffic.recorded_share, of=records)
        )
    stays = {"fax": (Stay(traffic.fax_s),)}
    return tuple(
        Stream(
            kinds[name],
            traffic.calls_s * share,
            stays.get(name, person[: len(kinds[name].phases)]),
        )
        for name, share in shares.items()
        if share > 0
    )


def _share(share: float, *, of: bool) -> float:
    return share if of else 1 - share
