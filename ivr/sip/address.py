"""name-addr and addr-spec: the value of From, To, Contact, Route, Record-Route, Refer-To. RFC 3261, section 20.10."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ivr.sip.grammar import (
    QUOTED,
    WORD,
    Parameters,
    bad,
    format_parameters,
    parameter,
    parse_parameters,
    quote,
    unquote,
)
from ivr.sip.uri import Uri

ADDRESS_CHARACTERS_MAX = 8_192

# Nothing between < and > may be a blank (RFC 4475, 3.1.2.14); a display name is quoted or made of tokens (3.1.2.15).
_NAME_ADDR = re.compile(
    rf"[ \t]*(?:({QUOTED})|({WORD}(?:[ \t]+{WORD})*)?)[ \t]*<([^<>\s]+)>((?:[ \t]*;.*)?)",
    re.DOTALL,
)
# Without <>, parameters belong to the header, and a `?` or `,` cannot be in the URI (section 20.10).
_ADDR_SPEC = re.compile(r"[ \t]*([^<>\s;,?\"]+)[ \t]*((?:;.*)?)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Address:
    """Somebody, by URI, perhaps with a name."""

    uri: Uri
    name: str = ""
    parameters: Parameters = ()

    @classmethod
    def parse(cls, text: str, what: str = "address") -> Address:
        """Read one value. Raises ProtocolError."""
        if len(text) > ADDRESS_CHARACTERS_MAX:
            raise bad(what)
        if match := _NAME_ADDR.fullmatch(text):
            quoted, tokens, uri, rest = match.groups()
            name = unquote(quoted) if quoted else tokens or ""
        elif match := _ADDR_SPEC.fullmatch(text):
            uri, rest = match.groups()
            name = ""
        else:
            raise bad(what)
        return cls(Uri.parse(uri), name, parse_parameters(rest, what))

    @property
    def tag(self) -> str:
        """The tag, or nothing."""
        return parameter(self.parameters, "tag") or ""

    def parameter(self, name: str) -> str | None:
        """A parameter's value; "" where it stands without one, None where it is absent."""
        return parameter(self.parameters, name)

    def __str__(self) -> str:
        name = f"{quote(self.name)} " if self.name else ""
        return f"{name}<{self.uri}>{format_parameters(self.parameters)}"
