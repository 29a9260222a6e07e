"""What every request is held against before anything is done with it. RFC 3261, sections 8.2 and 16.3; RFC 4475."""

from __future__ import annotations

import re

from ivr.sip.address import Address
from ivr.sip.cseq import CSeq
from ivr.sip.errors import ProtocolError
from ivr.sip.grammar import bad, is_digits, split_list
from ivr.sip.message import Message, Request, Response
from ivr.sip.via import Via

METHODS = (
    "INVITE",
    "ACK",
    "BYE",
    "CANCEL",
    "OPTIONS",
    "PRACK",
    "UPDATE",
    "INFO",
    "REFER",
    "NOTIFY",
)
_OTHER_METHODS = frozenset({"REGISTER", "SUBSCRIBE", "PUBLISH", "MESSAGE"})
"""What others do and we do not: 405, where a method that nobody knows is 501."""
EXTENSIONS = frozenset({"100rel", "timer", "norefersub", "replaces"})
"""Option tags that may stand in Require: RFC 3262, 4028, 4488, 3891."""
EXPIRES_MAX = 2**32 - 1
MAX_FORWARDS_MAX = 255

_DATE = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT"
)


def check_headers(message: Message) -> tuple[list[Via], Address, Address, CSeq]:
    """The headers that every message must bear, read: Via, From, To, CSeq. Raises ProtocolError."""
    lines = message.headers.get("via")
    if not lines:
        raise ProtocolError(400, "Missing Via")
    vias = [
        Via.parse(value)
        for line in lines
        for value in (split_list(line, "Via") if "," in line else (line,))
    ]
    sender, receiver, cseq = message.sender, message.receiver, message.cseq
    if not message.call_id:
        raise bad("Call-ID")
    if "content-length" in message.headers and len(set(message.headers["content-length"])) > 1:
        raise ProtocolError(400, "Multiple Content-Length")
    return vias, sender, receiver, cseq


def check_request(request: Request) -> tuple[list[Via], Address, Address, CSeq]:
    """All that holds for any request. Raises ProtocolError with the status that tells what is wrong."""
    if request.version != "SIP/2.0":
        raise ProtocolError(505, "Version Not Supported")
    found = check_headers(request)
    cseq = found[3]
    if cseq.method != request.method:
        # RFC 4475, 3.1.2.17 and 3.1.2.18.
        raise ProtocolError(400, "CSeq does not match the method")
    uri = request.uri
    if uri.headers:
        # Section 19.1.1: headers are not allowed in a Request-URI (RFC 4475, 3.1.2.11).
        raise bad("Request-URI")
    headers = request.headers
    forwards = request.whole("max-forwards", MAX_FORWARDS_MAX)
    request.whole("expires", EXPIRES_MAX)
    if "max-forwards" in headers:
        request.only("max-forwards")
    if "contact" in headers:
        _check_contacts(request)
    if "date" in headers and not _DATE.fullmatch(request.only("date")):
        # RFC 4475, 3.1.2.12: only GMT is a SIP date.
        raise bad("Date")
    if forwards == 0 and request.method not in METHODS:
        raise ProtocolError(483, "Too Many Hops")
    return found


def _check_contacts(request: Request) -> None:
    for value in request.values("contact"):
        if value == "*":
            continue
        contact = Address.parse(value, "Contact")
        expires = contact.parameter("expires")
        if expires and (not is_digits(expires) or int(expires[:12]) > EXPIRES_MAX):
            raise bad("Contact")
        if value[0] != "<" and "<" not in value and "?" in value:
            raise bad("Contact")


def check_acceptable(request: Request) -> None:
    """What a user agent server must be able to understand. Raises ProtocolError. Sections 8.2.1 to 8.2.3."""
    if request.method not in METHODS:
        known = request.method in _OTHER_METHODS
        raise ProtocolError(405 if known else 501, "")
    if not request.uri.known:
        raise ProtocolError(416, "Unsupported URI Scheme")


def unsupported(request: Request) -> frozenset[str]:
    """The extensions that it requires and we do not have, to be told in Unsupported (section 8.2.2.3)."""
    if "require" not in request.headers or request.method in ("ACK", "CANCEL"):
        return frozenset()
    return request.options("require") - EXTENSIONS


def check_response(response: Response) -> tuple[list[Via], Address, Address, CSeq]:
    """All that holds for any response; a wrong one is dropped. Raises ProtocolError."""
    return check_headers(response)
