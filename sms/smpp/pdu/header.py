"""What the header of every PDU gives its class, and what is known by the header alone. SMPP 3.4, section 3.2."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from sms.smpp.pdu.fields import refuse_rest

PDU_BYTES_MAX = 70_000
"""Longest PDU: a message_payload of 64 KiB and what stands round it."""


class Pdu(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What every PDU has."""

    sequence: int = 0
    """sequence_number, 1 to 0x7FFFFFFF; the bind fills it in."""
    status: int = 0
    """command_status; 0 in requests."""


class Unknown(Pdu, frozen=True, kw_only=True):
    """A command that is not spoken here, as it came."""

    command: int = 0
    body: bytes = b""


Reader = Callable[[bytes, int, int, int], Pdu]
"""Takes a whole frame, its size, command_status and sequence_number. Raises ValueError, IndexError, struct.error or
ProtocolError for a body that is not of its command."""
Writer = Callable[[Any], tuple[int, bytes]]
"""Gives command_id and body. It gets the class that its table says, which a type checker cannot see through the table."""


def read_empty(kind: type[Pdu]) -> Reader:
    """The reader of a command without a body."""

    def read(_frame: bytes, size: int, status: int, sequence: int) -> Pdu:
        refuse_rest(16, size)
        return kind(sequence=sequence, status=status)

    return read
