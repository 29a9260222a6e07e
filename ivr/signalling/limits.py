"""How much one source may send: counted as Kamailio's pike does, and banned for a while past it.

Who floods is not listened to at all. Who made too many faults begins nothing: calls that are up go on, for one telephone behind
a PBX that knows no password is no reason to lose the others' BYE. Time is an argument and nothing is read here, so that a
flood costs a look-up in a table that does not grow.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

SOURCES_MAX = 16_384
"""Sources that are counted; the one that was silent longest is forgotten."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a source may do."""

    messages_per_s: float = 8_000.0
    "Of a trunk: 1,000 calls/s are 3,000 messages."
    burst: int = 16_000
    strange_per_s: float = 20.0
    "Of somebody who is in no trunk's networks: all is dropped, but past this without a look."
    faults_max: int = 30
    "Wrong passwords within `ban_s`, and what cannot be read and comes over a connection from where a password is asked for."
    ban_s: float = 60.0
    "How long a source that went past its limit is not listened to, or begins nothing."


@dataclass(slots=True)
class _Source:
    tokens: float
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
        self.dropped = 0
        """Messages of banned sources."""
        self._suspect_until = 0.0
        """After that nobody is suspected."""
        self._sources: OrderedDict[str, _Source] = OrderedDict()

    def admits(self, host: str, now: float, *, stranger: bool) -> bool:
        """Whether a message from there is looked at."""
        limits = self.limits
        rate = limits.strange_per_s if stranger else limits.messages_per_s
        most = rate if stranger else limits.burst
        source = self._sources.get(host)
        if source is None:
            source = self._sources[host] = _Source(most, now)
            if len(self._sources) > SOURCES_MAX:
                self._sources.popitem(last=False)
        else:
            self._sources.move_to_end(host)
        if source.banned_until > now:
            self.dropped += 1
            return False
        source.tokens = min(most, source.tokens + (now - source.at) * rate)
        source.at = now
        if source.tokens < 1:
            self._ban(source, now)
            return False
        source.tokens -= 1
        return True

    def suspects(self, host: str, now: float) -> bool:
        """Whether nothing new is to be begun from there."""
        if now >= self._suspect_until:
            return False
        source = self._sources.get(host)
        return source is not None and source.suspect_until > now

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
            source.suspect_until = self._suspect_until = now + self.limits.ban_s
            self.banned += 1

    def _ban(self, source: _Source, now: float) -> None:
        self.banned += 1
        self.dropped += 1
        source.banned_until = now + self.limits.ban_s

    def __len__(self) -> int:
        return len(self._sources)
