"""How much one source may send: counted as Kamailio's pike does.

A stranger that floods is banned for a while: not looked at at all. A trunk is not, for it may burst in earnest, and its calls that are up must
end: past its rate what would begin a call is told 503, as much again; past that as well its datagrams are dropped, each until there is room
again, and its connections are read more slowly. Who made too many faults begins nothing: one telephone behind a PBX that knows no password is no reason to lose the others' BYE.
Time is an argument and nothing is read here, so that a flood costs a look-up in a table that does not grow.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from ivr.sip.standing import Standing

SOURCES_MAX = 16_384
"""Sources that are counted; the one that was silent longest is forgotten."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a source may do."""

    messages_per_s: float = 8_000.0
    "Of a trunk: 1,000 calls/s are 3,000 messages. As many more are read, and new calls among them told 503."
    burst: int = 16_000
    "Of a trunk, at once."
    strange_per_s: float = 20.0
    "Of somebody who is in no trunk's networks: all is dropped, but past this without a look."
    faults_max: int = 30
    "Wrong passwords within `ban_s`, and what cannot be read and comes over a connection from where a password is asked for."
    ban_s: float = 60.0
    "How long a stranger that went past its limit is not listened to, or who made faults begins nothing."


@dataclass(slots=True)
class _Source:
    tokens: float
    more: float
    """Messages past its rate that are read all the same."""
    at: float
    faults: int = 0
    first_fault: float = 0.0
    banned_until: float = 0.0
    suspect_until: float = 0.0


class Gate:
    """Counts sources by address."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.banned = 0
        """Times so far that a source went past a limit, and was banned or suspected."""
        self.over_rate = 0
        """Messages of trunks past their rate."""
        self.dropped = 0
        """Messages that were not looked at: of banned sources, and datagrams of trunks that sent twice their rate."""
        self._sources: OrderedDict[str, _Source] = OrderedDict()

    def standing(self, host: str, now: float, *, stranger: bool) -> Standing | None:
        """How a message from there is looked at; None: not at all."""
        limits = self.limits
        rate = limits.strange_per_s if stranger else limits.messages_per_s
        most = rate if stranger else limits.burst
        source = self._sources.get(host)
        if source is None:
            source = self._sources[host] = _Source(most, most, now)
            if len(self._sources) > SOURCES_MAX:
                self._sources.popitem(last=False)
        else:
            self._sources.move_to_end(host)
        if source.banned_until > now:
            self.dropped += 1
            return None
        earned = (now - source.at) * rate
        source.at = now
        source.tokens = min(most, source.tokens + earned)
        source.more = min(most, source.more + earned)
        if source.tokens >= 1:
            source.tokens -= 1
            return Standing.SUSPECT if source.suspect_until > now else Standing.FREE
        if stranger:
            self._ban(source, now)
            return None
        self.over_rate += 1
        if source.more < 1:
            return Standing.FLOODING
        source.more -= 1
        return Standing.SUSPECT if source.suspect_until > now else Standing.OVER_RATE

    def fault(self, host: str, now: float) -> None:
        """That source sent what cannot be read, or a wrong password."""
        source = self._sources.get(host)
        if source is None:
            return
        if now - source.first_fault > self.limits.ban_s:
            source.first_fault, source.faults = now, 0
        source.faults += 1
        if source.faults > self.limits.faults_max:
            source.faults = 0
            source.suspect_until = now + self.limits.ban_s
            self.banned += 1

    def _ban(self, source: _Source, now: float) -> None:
        self.banned += 1
        self.dropped += 1
        source.banned_until = now + self.limits.ban_s

    def __len__(self) -> int:
        return len(self._sources)
