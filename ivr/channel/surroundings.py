"""Where a call stands: what all calls share, and who called whom."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from center.batch import TurnBatch
from center.contact import ContactKey
from center.ports import Later
from ivr.channel.notes import Notes
from ivr.channel.ports import Hearing, Media
from ivr.speech.fragments import Codec

CHANNEL = "voice"
"""Ours, in the turn batch."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all calls share."""

    turns: TurnBatch
    media: Media
    hearing: Hearing
    notes: Notes
    later: Later
    clock: Callable[[], float]
    """Unix seconds."""
    ticks: Callable[[], float]
    """Seconds of a clock that only goes forward."""
    spawn: Callable[[Coroutine[Any, Any, None]], object]
    """Runs a task and keeps it alive."""
    call_of: Callable[[ContactKey], object] = lambda _: None
    """The call of a contact, if it is up."""


@dataclass(frozen=True, slots=True)
class Reached:
    """Who called whom, and by what."""

    contact: ContactKey
    """By another channel than ours where an agent phones one who writes: the call stands beside that conversation."""
    code: str
    """The number dialled."""
    carrier: str
    """The trunk."""
    leg: int
    """The media plane's number of the call."""
    codec: Codec
