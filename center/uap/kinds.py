"""Kinds of calls and seats, by the phases they go through and what they take in each.

At the door a call is given the most that any of its phases takes, and it keeps what its remaining phases need. So who
is let in is never refused later for want of a port. What no later phase needs goes back when a phase is entered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product

from center.uap.resources import CAPS, E1, NOTHING, SIP, Vector, most, vector

PHASES_MAX = 16

Wants = tuple[tuple[int, int], ...]
"""Resources and units of each."""


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of a call and what it takes while it lasts."""

    name: str
    takes: Vector


@dataclass(frozen=True, slots=True)
class Kind:
    """Calls that are alike: their phases in order, and what must stay free for others when one is let in."""

    name: str
    phases: tuple[Phase, ...]
    spare: Vector = NOTHING
    """Trunk reservation: one of this kind is let in only if so much stays free after it."""
    needs: tuple[Vector, ...] = field(init=False)
    """By phase: the most that it and those after it take."""
    wants: tuple[Wants, ...] = field(init=False, compare=False)
    """The same, without what is nought."""
    is_call: bool = field(init=False)
    """Comes by a port, so that it counts as a call attempt; an agent's seat does not."""

    def __post_init__(self) -> None:
        if not 0 < len(self.phases) <= PHASES_MAX:
            raise ValueError(f"{self.name}: 1 to {PHASES_MAX} phases")
        names = [phase.name for phase in self.phases]
        if len(set(names)) < len(names):
            raise ValueError(f"{self.name}: a phase is named twice")
        if any(phase.takes[CAPS] for phase in self.phases):
            raise ValueError(f"{self.name}: call attempts a second are not held")
        takes = [phase.takes for phase in self.phases]
        needs = tuple(most(takes[place:]) for place in range(len(takes)))
        object.__setattr__(self, "needs", needs)
        wants = tuple(tuple((r, n) for r, n in enumerate(need) if n) for need in needs)
        object.__setattr__(self, "wants", wants)
        object.__setattr__(self, "is_call", bool(needs[0][E1] or needs[0][SIP]))

    def place(self, phase: str) -> int:
        """Where a phase stands; raises ValueError."""
        for place, known in enumerate(self.phases):
            if known.name == phase:
                return place
        raise ValueError(f"{self.name} has no phase `{phase}`")


def kind(
    name: str, phases: Mapping[str, Mapping[str, int]], spare: Mapping[str, int] | None = None
) -> Kind:
    """A kind from names and numbers."""
    found = tuple(Phase(phase, vector(takes)) for phase, takes in phases.items())
    return Kind(name, found, vector(spare or {}))


def kind_name(*, by_speech: bool, to_person: bool, records: bool) -> str:
    """Of calls that may come to need these."""
    name = "speech" if by_speech else "keys"
    return name + (" to a person" if to_person else "") + (", recorded" if records else "")


def usual_kinds(access: str = "sip") -> dict[str, Kind]:
    """The kinds that a shop by phone has, over one access: `sip`, or `e1` with a media channel beside the trunk."""
    port = {"e1": 1, "sip": 1} if access == "e1" else {"sip": 1}
    calls = [
        _call(port, by_speech=by_speech, to_person=to_person, records=records)
        for by_speech, to_person, records in product((False, True), repeat=3)
    ]
    others = [
        kind("fax", {"fax": {**port, "fax": 1}}),
        kind("seat", {"seat": {"seats": 1}}),
        kind("conference", {"conference": {"conference": 1}}),
    ]
    return {found.name: found for found in (*calls, *others)}


def _call(port: Mapping[str, int], *, by_speech: bool, to_person: bool, records: bool) -> Kind:
    """Its phases: a flow, and for one who may come to a person the wait, the talk, and the flow after it.

    A player and a detector are kept throughout: on hold there is music, who waits may press a key, and any hand-over
    may lead back into the flow, as may a recorder: where nobody is free, a message is left. A recogniser goes back at
    the wait. In the flow after that one is taken again if there is one, and else the caller is asked for keys.
    """
    takes = {**port, "ivr": 1, "dtmf": 1, **({"record": 1} if records else {})}
    menu = {**takes, "asr": 1, "tts": 1} if by_speech else takes
    later = {"wait": takes, "talk": takes, "after": takes} if to_person else {}
    name = kind_name(by_speech=by_speech, to_person=to_person, records=records)
    return kind(name, {"menu": menu, **later})
