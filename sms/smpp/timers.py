"""How long either end of a bind waits for what. SMPP 3.4, section 7.2."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timers:
    """Seconds. Section 7.2."""

    session_init_s: float = 10.0
    """From the connection to the bind."""
    enquire_link_s: float = 30.0
    """Silence after which the peer is asked whether it is there."""
    response_s: float = 10.0
    """A request waits so long for its response."""
    inactivity_s: float = 120.0
    """Silence after which the peer is taken for gone."""
