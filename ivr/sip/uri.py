"""A URI: sip, sips, tel, or another kind whose inside we do not read. RFC 3261, section 19.1; RFC 3966."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from ivr.sip.errors import ProtocolError
from ivr.sip.grammar import PARAMETERS_MAX, Parameters, bad

PORT_MAX = 65_535
URI_CHARACTERS_MAX = 4_096
KEPT_MAX = 4_096
"""URIs that are kept read: those of a call come with each of its messages."""
KEPT_CHARACTERS_MAX = 128
"""Longer ones are read each time, lest who sends them fills our memory."""

_ESCAPED = r"%[0-9A-Fa-f]{2}"
HOST = r"\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_](?:[A-Za-z0-9_.\-]*[A-Za-z0-9_.])?"
_PARAMETER_CHARACTERS = rf"(?:[\[\]/:&+$A-Za-z0-9\-_.!~*'()]|{_ESCAPED})+"
_HEADER_CHARACTERS = rf"(?:[\[\]/?:+$A-Za-z0-9\-_.!~*'()]|{_ESCAPED})"

_SIP = re.compile(
    rf"""(sips?):
    (?:((?:[A-Za-z0-9\-_.!~*'()&=+$,;?/\#]|{_ESCAPED})+)(?::((?:[A-Za-z0-9\-_.!~*'()&=+$,]|{_ESCAPED})*))?@)?
    ({HOST})(?::([0-9]{{1,5}}))?
    ((?:;{_PARAMETER_CHARACTERS}(?:={_PARAMETER_CHARACTERS})?)*)
    (\?{_HEADER_CHARACTERS}+={_HEADER_CHARACTERS}*(?:&{_HEADER_CHARACTERS}+={_HEADER_CHARACTERS}*)*)?""",
    re.VERBOSE | re.IGNORECASE,
)
_TEL = re.compile(
    rf"tel:([+*#0-9A-Fa-f()\-.]+)((?:;{_PARAMETER_CHARACTERS}(?:={_PARAMETER_CHARACTERS})?)*)",
    re.IGNORECASE,
)
_OTHER = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):([^\s<>\"]+)")


@dataclass(frozen=True, slots=True)
class Uri:
    """Where a request goes, or who somebody is."""

    scheme: str
    "Lower case: sip, sips, tel; another scheme is kept but never followed."
    user: str = ""
    "As it was written, escapes and all; of a tel URI the number, of another kind everything."
    host: str = ""
    "IPv6 in brackets."
    port: int | None = None
    parameters: Parameters = ()
    password: str | None = None
    headers: str = ""
    "What follows `?`, with the question mark."

    @classmethod
    def parse(cls, text: str) -> Uri:
        """Read a URI. Raises ProtocolError."""
        return _parse_kept(text) if len(text) <= KEPT_CHARACTERS_MAX else _parse(text)

    @property
    def known(self) -> bool:
        """Whether we know what this scheme means."""
        return self.scheme in ("sip", "sips", "tel")

    @property
    def name(self) -> str:
        """The user part with escapes undone, once: %2541 is %41 (RFC 4475, 3.1.1.3)."""
        return unescape(self.user)

    @property
    def number(self) -> str:
        """What was dialled: the user part without parameters that phones put there (`4001;npdi=yes`)."""
        return self.name.partition(";")[0]

    @property
    def address(self) -> str:
        """The host without brackets."""
        return self.host.strip("[]")

    def parameter(self, name: str) -> str | None:
        """A parameter's value; "" where it stands without one, None where it is absent."""
        for known, value in self.parameters:
            if known == name:
                return value or ""
        return None

    def __str__(self) -> str:
        if self.scheme not in ("sip", "sips"):
            return f"{self.scheme}:{self.user}{_written(self.parameters)}"
        secret = "" if self.password is None else f":{self.password}"
        user = f"{self.user}{secret}@" if self.user else ""
        port = "" if self.port is None else f":{self.port}"
        return f"{self.scheme}:{user}{self.host}{port}{_written(self.parameters)}{self.headers}"


def _parse(text: str) -> Uri:
    if len(text) > URI_CHARACTERS_MAX:
        raise ProtocolError(414, "Request-URI Too Long")
    if match := _SIP.fullmatch(text):
        scheme, user, password, host, port, parameters, headers = match.groups()
        number = None if port is None else int(port)
        if number is not None and number > PORT_MAX:
            raise bad("port")
        return Uri(
            scheme.lower(),
            user or "",
            host,
            number,
            _parameters(parameters),
            password,
            headers or "",
        )
    if match := _TEL.fullmatch(text):
        return Uri("tel", match[1], parameters=_parameters(match[2]))
    other = _OTHER.fullmatch(text)
    if other is None or other[1].lower() in ("sip", "sips", "tel"):
        raise bad("URI")
    return Uri(other[1].lower(), other[2])


_parse_kept = lru_cache(maxsize=KEPT_MAX)(_parse)


def _parameters(text: str) -> Parameters:
    if not text:
        return ()
    parts = text[1:].split(";")
    if len(parts) > PARAMETERS_MAX:
        raise bad("URI")
    found: list[tuple[str, str | None]] = []
    for part in parts:
        name, equals, value = part.partition("=")
        found.append((name.lower(), value if equals else None))
    return tuple(found)


def _written(parameters: Parameters) -> str:
    return "".join(f";{n}" if v is None else f";{n}={v}" for n, v in parameters)


def unescape(text: str) -> str:
    """%HH undone, once; what is not UTF-8 becomes U+FFFD."""
    if "%" not in text:
        return text
    raw = re.sub(
        rb"%([0-9A-Fa-f]{2})",
        lambda match: bytes([int(match[1], 16)]),
        text.encode("utf-8", "surrogateescape"),
    )
    return raw.decode("utf-8", "replace")


def host_port(host: str, port: int | None) -> str:
    """`host:port` for a header, with brackets round IPv6."""
    shown = f"[{host}]" if ":" in host and not host.startswith("[") else host
    return shown if port is None else f"{shown}:{port}"
