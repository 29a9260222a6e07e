"""The headers of digest access authentication: challenges and credentials. RFC 7616; RFC 3261, section 22."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ivr.sip.grammar import QUOTED, WORD, bad, quote, unquote

PARAMETERS_MAX = 32

_PAIR = re.compile(rf"[ \t]*({WORD})[ \t]*=[ \t]*({QUOTED}|[^\s,\"]+)[ \t]*(?:,|$)", re.DOTALL)
_UNQUOTED = frozenset({"algorithm", "stale", "nc"})


@dataclass(frozen=True, slots=True)
class Auth:
    """A scheme with its parameters."""

    scheme: str
    parameters: dict[str, str]

    @classmethod
    def parse(cls, text: str) -> Auth:
        """Read one header. Raises ProtocolError."""
        scheme, _, rest = text.strip().partition(" ")
        found: dict[str, str] = {}
        at = 0
        rest = rest.strip()
        while at < len(rest):
            match = _PAIR.match(rest, at)
            if match is None or len(found) >= PARAMETERS_MAX:
                raise bad("authentication header")
            name, value = match.groups()
            found.setdefault(name.lower(), unquote(value) if value[0] == '"' else value)
            at = match.end()
        return cls(scheme, found)

    def get(self, name: str) -> str:
        """A parameter, or nothing."""
        return self.parameters.get(name, "")

    def __str__(self) -> str:
        # qop is quoted in a challenge, and bare in credentials (RFC 7616, sections 3.3 and 3.4).
        bare = _UNQUOTED | {"qop"} if "response" in self.parameters else _UNQUOTED
        pairs = (f"{n}={v if n in bare else quote(v)}" for n, v in self.parameters.items())
        return f"{self.scheme} {', '.join(pairs)}"
