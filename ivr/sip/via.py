"""The Via header: the way back. RFC 3261, section 20.42; rport of RFC 3581."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ivr.sip.grammar import (
    WORD,
    Parameters,
    bad,
    format_parameters,
    parameter,
    parse_parameters,
)
from ivr.sip.uri import HOST, PORT_MAX, host_port

COOKIE = "z9hG4bK"
"""A branch that begins so is unique (section 8.1.1.7)."""

_VIA = re.compile(
    rf"[ \t]*SIP[ \t]*/[ \t]*2\.0[ \t]*/[ \t]*({WORD})[ \t]+({HOST})(?:[ \t]*:[ \t]*([0-9]{{1,5}}))?[ \t]*((?:;.*)?)",
    re.DOTALL | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Via:
    """One hop."""

    transport: str
    "Upper case, as in UDP."
    host: str
    port: int | None
    parameters: Parameters = ()

    @classmethod
    def parse(cls, text: str) -> Via:
        """Read one value. Raises ProtocolError."""
        match = _VIA.fullmatch(text)
        if match is None:
            raise bad("Via")
        transport, host, port, rest = match.groups()
        if port is not None and int(port) > PORT_MAX:
            raise bad("Via")
        return cls(
            transport.upper(),
            host,
            None if port is None else int(port),
            parse_parameters(rest, "Via"),
        )

    @property
    def branch(self) -> str:
        """The branch, or nothing."""
        return parameter(self.parameters, "branch") or ""

    @property
    def unique(self) -> bool:
        """Whether the branch names the transaction. A bare cookie does not (RFC 4475, 3.2.1)."""
        return len(self.branch) > len(COOKIE) and self.branch.startswith(COOKIE)

    @property
    def sent_by(self) -> str:
        """Host and port, as the transaction key wants them (section 17.2.3)."""
        return f"{self.host.lower()}:{self.port or 5060}"

    @property
    def asks_rport(self) -> bool:
        """Whether responses go to the port the request came from (RFC 3581, section 3)."""
        return any(name == "rport" for name, _ in self.parameters)

    def received_from(self, host: str, port: int) -> Via:
        """With `received` and `rport` as a server notes them (section 18.2.1; RFC 3581, section 4)."""
        rest = tuple(p for p in self.parameters if p[0] not in ("received", "rport"))
        noted: Parameters = ()
        if self.asks_rport:
            noted = (("received", host), ("rport", str(port)))
        elif self.host.strip("[]").lower() != host.lower():
            noted = (("received", host),)
        return replace(self, parameters=rest + noted)

    def __str__(self) -> str:
        sent_by = host_port(self.host, self.port)
        return f"SIP/2.0/{self.transport} {sent_by}{format_parameters(self.parameters)}"
