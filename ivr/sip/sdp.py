"""A session description: where media go, and in what form. RFC 8866."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ivr.sip.errors import ProtocolError
from ivr.sip.grammar import is_digits

SDP_BYTES_MAX = 16_384
LINES_MAX = 512
MEDIA_MAX = 16
FORMATS_MAX = 64
PAYLOAD_TYPE_MAX = 127
HELD_HOST = "0.0.0.0"  # noqa: S104 - no address to listen on, but RFC 2543's way to hold a call
DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")

_MEDIA = re.compile(
    r"([A-Za-z0-9\-.]+) +([0-9]{1,5})(?:/[0-9]{1,5})? +([A-Za-z0-9/\-.]+)((?: +[^ ]+)*) *"
)
_CONNECTION = re.compile(r"IN +IP[46] +([A-Za-z0-9.:\-]+)(?:/[0-9/]+)? *")
_ORIGIN = re.compile(r"([^ ]+) +([0-9]{1,20}) +([0-9]{1,20}) +IN +IP[46] +([^ ]+) *")
_is_attribute = re.compile(r"[A-Za-z0-9_\-]+").fullmatch

Attributes = tuple[tuple[str, str], ...]


def _bad(what: str) -> ProtocolError:
    return ProtocolError(400, f"Bad SDP: {what}")


@dataclass(frozen=True, slots=True)
class RtpMap:
    """What a payload type means."""

    payload_type: int
    name: str
    "Upper case."
    clock_hz: int
    channels: int = 1


STATIC = {
    "0": RtpMap(0, "PCMU", 8_000),
    "3": RtpMap(3, "GSM", 8_000),
    "8": RtpMap(8, "PCMA", 8_000),
    # G.722 samples at 16 kHz, but its clock is 8 kHz by an old mistake (RFC 3551, section 4.5.2).
    "9": RtpMap(9, "G722", 8_000),
    "13": RtpMap(13, "CN", 8_000),
    "18": RtpMap(18, "G729", 8_000),
}
"""Payload types that need no rtpmap. RFC 3551, table 4."""


@dataclass(frozen=True, slots=True)
class Media:
    """One m= line with what belongs to it."""

    kind: str
    port: int
    "0 means that this medium is refused or over."
    protocol: str
    "RTP/AVP, RTP/SAVP and their kin."
    formats: tuple[str, ...]
    host: str = ""
    "From its own c= line, else the session's."
    attributes: Attributes = ()

    def attribute(self, name: str) -> str | None:
        """The first of that name; "" where it has no value, None where it is absent."""
        for known, value in self.attributes:
            if known == name:
                return value
        return None

    def all(self, name: str) -> list[str]:
        """All of that name."""
        return [value for known, value in self.attributes if known == name]

    @property
    def direction(self) -> str:
        """As the one who wrote it sees it; sendrecv where nothing is said (RFC 8866, section 6.7)."""
        for name, _ in self.attributes:
            if name in DIRECTIONS:
                return name
        return "sendrecv"

    @property
    def maps(self) -> list[RtpMap]:
        """What the formats mean, in their order; those that nobody explains are left out."""
        told: dict[str, RtpMap] = {}
        for value in self.all("rtpmap"):
            payload, _, rest = value.partition(" ")
            name, _, rate = rest.strip().partition("/")
            clock, _, channels = rate.partition("/")
            are_numbers = is_digits(payload) and is_digits(clock) and len(clock) < 8
            if are_numbers and len(payload) < 4 and int(payload) <= PAYLOAD_TYPE_MAX:
                told[payload] = RtpMap(
                    int(payload),
                    name.upper(),
                    int(clock),
                    int(channels) if channels in ("1", "2") else 1,
                )
        found: list[RtpMap] = []
        for format_ in self.formats:
            known = told.get(format_) or STATIC.get(format_)
            if known is not None:
                found.append(known)
        return found


@dataclass(frozen=True, slots=True)
class Sdp:
    """One description."""

    media: tuple[Media, ...]
    host: str = ""
    "The session's c= line."
    attributes: Attributes = ()
    session_id: int = 0
    version: int = 0

    @classmethod
    def parse(cls, body: bytes) -> Sdp:
        """Read one. Raises ProtocolError (400)."""
        return _parse(body)

    def encode(self, session_id: int, version: int) -> bytes:
        """Write one, by the name and version that our end gives it (RFC 3264, section 8)."""
        host = self.host or next((m.host for m in self.media if m.host), HELD_HOST)
        family = _family(host)
        lines = [
            f"v=0\r\no=- {session_id} {version} IN {family} {host}\r\ns=-\r\nc=IN {family} {host}\r\nt=0 0\r\n"
        ]
        lines += [_attribute(pair) for pair in self.attributes]
        for media in self.media:
            lines.append(
                f"m={media.kind} {media.port} {media.protocol} {' '.join(media.formats)}\r\n"
            )
            if media.host and media.host != host:
                lines.append(f"c=IN {_family(media.host)} {media.host}\r\n")
            lines += [_attribute(pair) for pair in media.attributes]
        return "".join(lines).encode("utf-8", "surrogateescape")


def _family(host: str) -> str:
    return "IP6" if ":" in host else "IP4"


def _attribute(pair: tuple[str, str]) -> str:
    name, value = pair
    return f"a={name}:{value}\r\n" if value else f"a={name}\r\n"


@dataclass(slots=True)
class _Open:
    kind: str
    port: int
    protocol: str
    formats: tuple[str, ...]
    host: str
    attributes: list[tuple[str, str]]

    def close(self, direction: str) -> Media:
        # A direction of the session holds where the medium has none of its own (RFC 8866, section 6.7).
        if direction and not any(name in DIRECTIONS for name, _ in self.attributes):
            self.attributes.append((direction, ""))
        return Media(
            self.kind, self.port, self.protocol, self.formats, self.host, tuple(self.attributes)
        )


def _parse(body: bytes) -> Sdp:
    if len(body) > SDP_BYTES_MAX:
        raise _bad("too long")
    lines = body.decode("utf-8", "surrogateescape").replace("\r\n", "\n").split("\n")
    if len(lines) > LINES_MAX:
        raise _bad("too many lines")
    if not lines[0].startswith("v=0"):
        raise _bad("it does not begin with v=0")
    host, direction = "", ""
    session_id = version = 0
    attributes: list[tuple[str, str]] = []
    opened: list[_Open] = []
    for line in lines[1:]:
        if not line:
            continue
        kind, value = line[:2], line[2:]
        if kind == "a=":
            name, _, rest = value.partition(":")
            if not _is_attribute(name):
                continue
            if opened:
                opened[-1].attributes.append((name, rest))
            elif name in DIRECTIONS:
                direction = name
            else:
                attributes.append((name, rest))
        elif kind == "m=":
            if len(opened) >= MEDIA_MAX:
                raise _bad("too many media")
            opened.append(_media(value, host))
        elif kind == "c=":
            match = _CONNECTION.fullmatch(value)
            if match is None:
                raise _bad("c=")
            if opened:
                opened[-1].host = match[1]
            else:
                host = match[1]
        elif kind == "o=":
            match = _ORIGIN.fullmatch(value)
            if match is not None:
                session_id, version = int(match[2]), int(match[3])
        elif len(line) < 2 or line[1] != "=":
            raise _bad("a line that is not x=")
    return Sdp(
        tuple(media.close(direction) for media in opened),
        host,
        tuple(attributes),
        session_id,
        version,
    )


def _media(value: str, host: str) -> _Open:
    match = _MEDIA.fullmatch(value)
    if match is None:
        raise _bad("m=")
    port = int(match[2])
    formats = tuple(match[4].split())
    if port > 65_535 or len(formats) > FORMATS_MAX:
        raise _bad("m=")
    return _Open(match[1], port, match[3], formats, host, [])
