"""A SIP message: start line, headers, body. RFC 3261, section 7.

Strategy: `parse` splits lines and names and reads nothing else. What a header means is read by whoever asks for it, so
a message costs what is looked at. `check` (validity.py) looks at what every receiver must look at.
Bytes that are not UTF-8 survive: they come in as surrogates and go out as they were.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ivr.sip.address import Address
from ivr.sip.cseq import CSeq
from ivr.sip.errors import FramingError, ProtocolError
from ivr.sip.grammar import bad, is_digits, is_token, method_name, number, split_list
from ivr.sip.uri import Uri
from ivr.sip.via import Via

MESSAGE_BYTES_MAX = 65_535
HEADER_BYTES_MAX = 32_768
HEADER_LINES_MAX = 256

_SHORT = {
    "a": "accept-contact",
    "b": "referred-by",
    "c": "content-type",
    "d": "request-disposition",
    "e": "content-encoding",
    "f": "from",
    "i": "call-id",
    "j": "reject-contact",
    "k": "supported",
    "l": "content-length",
    "m": "contact",
    "o": "event",
    "r": "refer-to",
    "s": "subject",
    "t": "to",
    "u": "allow-events",
    "v": "via",
    "x": "session-expires",
}
"""Compact forms: section 7.3.3, and RFCs 3515, 3892, 4028, 3841, 6665."""

_LONG = {
    name.lower(): name
    for name in [
        "Accept",
        "Accept-Encoding",
        "Allow",
        "Allow-Events",
        "Authorization",
        "Call-ID",
        "Contact",
        "Content-Length",
        "Content-Type",
        "CSeq",
        "Event",
        "Expires",
        "From",
        "Max-Forwards",
        "Min-Expires",
        "Min-SE",
        "Proxy-Authenticate",
        "Proxy-Authorization",
        "Proxy-Require",
        "RAck",
        "Reason",
        "Record-Route",
        "Refer-Sub",
        "Refer-To",
        "Referred-By",
        "Require",
        "Retry-After",
        "Route",
        "RSeq",
        "Server",
        "Session-Expires",
        "Subscription-State",
        "Supported",
        "To",
        "Unsupported",
        "User-Agent",
        "Via",
        "Warning",
        "WWW-Authenticate",
    ]
}

_folds = re.compile(r"[ \t]*\r\n[ \t]+")
_KNOWN: dict[str, str] = {
    **{long: low for low, long in _LONG.items()},
    **{low: low for low in _LONG},
    **_SHORT,
    **{short.upper(): low for short, low in _SHORT.items()},
}

Headers = dict[str, list[str]]
"""Values as they came, by lower-case long name; one entry a line."""


@dataclass(slots=True)
class Message:
    """What requests and responses share."""

    headers: Headers
    body: bytes = b""

    def first(self, name: str) -> str | None:
        """The first line of that header."""
        lines = self.headers.get(name)
        return lines[0] if lines else None

    def values(self, name: str) -> list[str]:
        """All values of a comma-separated header, in order. Raises ProtocolError."""
        lines = self.headers.get(name)
        if not lines:
            return []
        if len(lines) == 1:
            return split_list(lines[0], name)
        return [value for line in lines for value in split_list(line, name)]

    def options(self, name: str) -> frozenset[str]:
        """The option tags of Require, Supported and their kin, in lower case."""
        if name not in self.headers:
            return frozenset()
        found = {value.lower() for line in self.headers[name] for value in line.split(",")}
        return frozenset(value.strip() for value in found) - {""}

    def only(self, name: str) -> str:
        """The value of a header that stands once. Raises ProtocolError."""
        lines = self.headers.get(name)
        if lines is None:
            raise ProtocolError(400, f"Missing {_LONG.get(name, name)}")
        if len(lines) != 1:
            # Section 7.3.1: only lists may be repeated (RFC 4475, 3.3.8).
            raise ProtocolError(400, f"Multiple {_LONG.get(name, name)}")
        return lines[0]

    @property
    def call_id(self) -> str:
        """Names the call, as its caller chose."""
        return self.only("call-id")

    @property
    def cseq(self) -> CSeq:
        """The place in the dialog."""
        return CSeq.parse(self.only("cseq"))

    @property
    def sender(self) -> Address:
        """From."""
        return Address.parse(self.only("from"), "From")

    @property
    def receiver(self) -> Address:
        """To."""
        return Address.parse(self.only("to"), "To")

    @property
    def via(self) -> Via:
        """The hop it came over last."""
        line = self.headers.get("via")
        if not line:
            raise ProtocolError(400, "Missing Via")
        top = line[0] if "," not in line[0] else split_list(line[0], "Via")[0]
        return Via.parse(top)

    @property
    def contact(self) -> Address | None:
        """The first contact; `*`, which only REGISTER may bear, is none."""
        values = self.values("contact")
        return None if not values or values[0] == "*" else Address.parse(values[0], "Contact")

    def addresses(self, name: str) -> list[Address]:
        """Route, Record-Route or Contact. Raises ProtocolError."""
        return [Address.parse(value, name) for value in self.values(name)]

    @property
    def content_type(self) -> str:
        """Lower case, without parameters; nothing where there is none."""
        return (self.first("content-type") or "").partition(";")[0].strip().lower()

    def whole(self, name: str, maximum: int) -> int | None:
        """A header that is a number. Raises ProtocolError."""
        text = self.first(name)
        return None if text is None else number(text, _LONG.get(name, name), maximum)


@dataclass(slots=True)
class Request(Message):
    """A request."""

    method: str = ""
    uri_text: str = ""
    version: str = "SIP/2.0"
    _uri: Uri | None = field(default=None, repr=False, compare=False)

    @property
    def uri(self) -> Uri:
        """The Request-URI. Raises ProtocolError."""
        if self._uri is None:
            self._uri = Uri.parse(self.uri_text)
        return self._uri

    def __bytes__(self) -> bytes:
        return _encode(f"{self.method} {self.uri_text} {self.version}\r\n", self)


@dataclass(slots=True)
class Response(Message):
    """A response."""

    status: int = 0
    reason: str = ""

    def __bytes__(self) -> bytes:
        return _encode(f"SIP/2.0 {self.status} {self.reason}\r\n", self)


def parse(data: bytes) -> Request | Response:
    """Read one datagram, or one message that was cut out of a stream.

    Raises FramingError where this is no SIP at all and nobody can be answered, ProtocolError where the start line or a
    header line is wrong; `parse_leniently` finds whom to answer then.
    """
    if len(data) > MESSAGE_BYTES_MAX:
        raise FramingError("longer than a datagram")
    head, end, body = data.partition(b"\r\n\r\n")
    if not end or len(head) > HEADER_BYTES_MAX:
        raise FramingError("no end of headers")
    start, _, rest = head.decode("utf-8", "surrogateescape").partition("\r\n")
    message = _start(start)
    message.headers = headers = _headers(rest)
    lengths = headers.get("content-length")
    if lengths is not None:
        length = _length(lengths)
        if length > len(body):
            # Section 18.3: a datagram that is shorter than it says is refused.
            raise ProtocolError(400, "Content-Length exceeds the message")
        if length < len(body):
            body = body[:length]
    message.body = body
    return message


def _length(lines: list[str]) -> int:
    if len(lines) > 1 and len(set(lines)) > 1:
        raise ProtocolError(400, "Multiple Content-Length")
    return number(lines[0], "Content-Length", MESSAGE_BYTES_MAX)


def _start(line: str) -> Request | Response:
    # Exactly one blank between the parts (section 25.1; RFC 4475, 3.1.2.8 to 3.1.2.10).
    parts = line.split(" ", 2)
    if len(parts) == 3:
        if parts[0] == "SIP/2.0" or parts[0].upper() == "SIP/2.0":
            if len(parts[1]) != 3 or not is_digits(parts[1]) or not "1" <= parts[1][0] <= "6":
                raise ProtocolError(400, "Bad status code")
            return Response({}, status=int(parts[1]), reason=parts[2])
        method, uri, version = parts
        if version == "SIP/2.0":
            return Request({}, method=method_name(method), uri_text=uri)
        if version.upper().startswith("SIP/") and is_token(version[4:]):
            version = version.upper()
            return Request({}, method=method_name(method), uri_text=uri, version=version)
    raise ProtocolError(400, "Bad start line")


def _headers(text: str) -> Headers:
    if "\r\n " in text or "\r\n\t" in text:
        # Section 7.3.1: a line that begins with a blank goes on with the one before.
        text = _folds.sub(" ", text)
    lines = text.split("\r\n")
    if len(lines) > HEADER_LINES_MAX:
        raise ProtocolError(400, "Too many headers")
    headers: Headers = {}
    known = _KNOWN
    for line in lines:
        name, colon, value = line.partition(":")
        low = known.get(name)
        if low is None:
            low = _name(name, colon)
        if low in headers:
            headers[low].append(value.strip(" \t"))
        else:
            headers[low] = [value.strip(" \t")]
    return headers


def _name(name: str, colon: str) -> str:
    name = name.rstrip(" \t")
    if not colon or not is_token(name):
        raise bad("header line")
    low = name.lower()
    return _SHORT.get(low, low)


def parse_leniently(data: bytes) -> Request | Response | None:
    """What can be made of a message that `parse` refused: enough to answer it, or nothing."""
    head = data[:HEADER_BYTES_MAX].partition(b"\r\n\r\n")[0]
    start, _, rest = head.decode("utf-8", "surrogateescape").partition("\r\n")
    words = start.split()
    if not words or words[0].upper().startswith("SIP/") or not is_token(words[0]):
        return None
    if not words[-1].upper().startswith("SIP/"):
        return None
    headers: Headers = {}
    for line in _folds.sub(" ", rest).split("\r\n")[:HEADER_LINES_MAX]:
        name, colon, value = line.partition(":")
        low = name.strip(" \t").lower()
        if colon and is_token(low):
            headers.setdefault(_SHORT.get(low, low), []).append(value.strip(" \t"))
    return Request(headers, method=words[0], uri_text=" ".join(words[1:-1]))


def _encode(start: str, message: Message) -> bytes:
    lines = [start]
    for low, values in message.headers.items():
        if low == "content-length":
            continue
        name = _LONG.get(low) or low.title()
        lines += [f"{name}: {value}\r\n" for value in values]
    lines.append(f"Content-Length: {len(message.body)}\r\n\r\n")
    return "".join(lines).encode("utf-8", "surrogateescape") + message.body
