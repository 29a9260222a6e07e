"""The CSeq header: the order of requests in a dialog. RFC 3261, section 20.16."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.sip.grammar import bad, method_name, number

SEQUENCE_MAX = 2**31 - 1
"""Section 8.1.1.5."""


@dataclass(frozen=True, slots=True)
class CSeq:
    """A number and the method it counts."""

    number: int
    method: str

    @classmethod
    def parse(cls, text: str) -> CSeq:
        """Read it. Raises ProtocolError."""
        parts = text.split()
        if len(parts) != 2:
            raise bad("CSeq")
        return cls(number(parts[0], "CSeq", SEQUENCE_MAX), method_name(parts[1]))

    def __str__(self) -> str:
        return f"{self.number} {self.method}"
