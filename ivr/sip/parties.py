"""Who calls whom, as the headers of an INVITE tell."""

from __future__ import annotations

from ivr.sip.address import Address
from ivr.sip.errors import ProtocolError
from ivr.sip.message import Request
from ivr.sip.numbers import number_of
from ivr.sip.uri import Uri

NUMBER_CHARACTERS_MAX = 64
"""Of a caller's or a dialled number that is none."""


def dialled(uri: Uri) -> str:
    """The number dialled; what stands in its place where that is none."""
    return number_of(uri) or uri.number[:NUMBER_CHARACTERS_MAX]


def caller(request: Request, sender: Address) -> str:
    """The caller's number: what the trunk asserts (RFC 3325) before what the caller says; "" where he hides it."""
    privacy = request.options("privacy")
    if privacy & {"id", "user", "header"}:
        return ""
    try:
        asserted = (
            request.addresses("p-asserted-identity")
            if "p-asserted-identity" in request.headers
            else []
        )
    except ProtocolError:
        asserted = []
    for address in asserted:
        number = number_of(address.uri)
        if number:
            return number
    return number_of(sender.uri)


def diverted(request: Request) -> str:
    """The number that was dialled first, where the call was forwarded; "" where it was not. RFC 5806."""
    if "diversion" not in request.headers:
        return ""
    try:
        found = request.addresses("diversion")
    except ProtocolError:
        return ""
    # The last entry is the first that was dialled (RFC 5806, section 4).
    return number_of(found[-1].uri) if found else ""
