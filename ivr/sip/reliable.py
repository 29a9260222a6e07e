"""Reliable provisional responses: RSeq and RAck. RFC 3262, as values."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.sip.cseq import SEQUENCE_MAX
from ivr.sip.grammar import bad, method_name, number
from ivr.sip.message import Message, Response

RSEQ_MAX = 2**32 - 1


@dataclass(frozen=True, slots=True)
class RAck:
    """Which provisional response a PRACK acknowledges. RFC 3262, section 7.2."""

    response: int
    sequence: int
    method: str

    @classmethod
    def parse(cls, text: str) -> RAck:
        """Read it. Raises ProtocolError."""
        parts = text.split()
        if len(parts) != 3:
            raise bad("RAck")
        return cls(
            number(parts[0], "RAck", RSEQ_MAX),
            number(parts[1], "RAck", SEQUENCE_MAX),
            method_name(parts[2]),
        )

    def __str__(self) -> str:
        return f"{self.response} {self.sequence} {self.method}"


def sequence_of(response: Response) -> int | None:
    """RSeq of a response that wants a PRACK; None of any other. Raises ProtocolError."""
    if not 100 < response.status < 200 or "100rel" not in response.options("require"):
        return None
    return response.whole("rseq", RSEQ_MAX)


def wants_reliable(request: Message) -> bool:
    """Whether the caller insists on reliable provisional responses."""
    return "100rel" in request.options("require")


def takes_reliable(request: Message) -> bool:
    """Whether the caller can acknowledge them."""
    return wants_reliable(request) or "100rel" in request.options("supported")
