"""The body of a message: the session description in it, alone or as a part. RFC 3261, section 7.4; RFC 5621."""

from __future__ import annotations

import re

from ivr.sip.errors import ProtocolError
from ivr.sip.message import Message
from ivr.sip.sdp import Sdp

PARTS_MAX = 16
_boundary = re.compile(
    r"boundary[ \t]*=[ \t]*(?:\"([^\"]{1,200})\"|([^\s;\"]{1,200}))", re.IGNORECASE
)


def session_of(message: Message) -> Sdp | None:
    """The session description that a message bears; None where it bears none.

    Raises ProtocolError: 415 where it bears something that we cannot read, 400 where the description is malformed.
    """
    if not message.body:
        return None
    encoding = (message.first("content-encoding") or "identity").strip().lower()
    if encoding != "identity":
        raise ProtocolError(415, "Unsupported Media Type")
    kind = message.content_type
    if kind == "application/sdp":
        return Sdp.parse(message.body)
    if kind.startswith("multipart/"):
        part = _part(message.body, message.first("content-type") or "")
        return None if part is None else Sdp.parse(part)
    if (message.first("content-disposition") or "").partition(";")[2].replace(
        " ", ""
    ) == "handling=optional":
        # What may be ignored is ignored (section 20.11).
        return None
    raise ProtocolError(415, "Unsupported Media Type")


def _part(body: bytes, content_type: str) -> bytes | None:
    match = _boundary.search(content_type)
    if match is None:
        raise ProtocolError(400, "Bad multipart body")
    mark = b"--" + (match[1] or match[2]).encode("utf-8", "surrogateescape")
    for piece in body.split(mark)[1 : PARTS_MAX + 1]:
        head, _, content = piece.partition(b"\r\n\r\n")
        if re.search(rb"^content-type:[ \t]*application/sdp", head, re.IGNORECASE | re.MULTILINE):
            return content.removesuffix(b"\r\n")
    return None
