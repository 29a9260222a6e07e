"""How an endpoint is set up, and what it counts."""

from __future__ import annotations

from dataclasses import dataclass, field

from ivr.sip.layer import Local
from ivr.sip.timers import Times


@dataclass(frozen=True, slots=True)
class Settings:
    """How an endpoint is set up."""

    local: Local = field(default_factory=Local)
    times: Times = field(default_factory=Times)
    realm: str = "dialcart"
    calls_max: int = 20_000
    "Calls at once, over all trunks."
    calls_per_s_max: float = 2_000.0
    "New calls a second, in bursts of one second's worth."
    retry_after_s: int = 10
    "How long a caller waits who was told that we are full."


@dataclass(slots=True)
class StackCounters:
    """What passed, for operators."""

    received: int = 0
    sent: int = 0
    strangers: int = 0
    malformed: int = 0
    suspect: int = 0
    "Requests of who begins nothing for a while, for wrong passwords."
    refused: int = 0
    calls: int = 0
    stray: int = 0
    "Responses and ACKs that belong to nothing."
    repeated: int = 0
    "Requests that came again."
