"""A whole frame to its PDU and back, by the tables of commands that the groups of PDUs end with. SMPP 3.4, section 4.

What is not understood is kept: unknown commands (submit_multi is one), TLVs, status codes, TON, NPI and data codings come
out as they went in. Every length is checked before it is used.
"""

from __future__ import annotations

import struct
from struct import Struct

from sms.smpp.errors import FramingError, ProtocolError
from sms.smpp.pdu import data, message, session, submitted
from sms.smpp.pdu.header import PDU_BYTES_MAX, Pdu, Reader, Unknown, Writer
from sms.smpp.status import Status

HEADER = Struct(">IIII")
"""command_length, command_id, command_status, sequence_number."""
_READERS: dict[int, Reader] = {
    **session.READERS,
    **message.READERS,
    **data.READERS,
    **submitted.READERS,
}
_WRITERS: dict[type[Pdu], Writer] = {
    **session.WRITERS,
    **message.WRITERS,
    **data.WRITERS,
    **submitted.WRITERS,
    Unknown: lambda p: (p.command, p.body),
}


def decode(frame: bytes) -> Pdu:
    """One whole frame to its PDU. Raises ProtocolError with the status to answer with."""
    size = len(frame)
    if size < 16:
        raise FramingError(f"a PDU has at least 16 bytes, this one {size}", Status.INVCMDLEN)
    length, command, status, sequence = HEADER.unpack_from(frame)
    if length != size or size > PDU_BYTES_MAX:
        raise FramingError(
            f"the PDU says {length:,} bytes and has {size:,}", Status.INVCMDLEN, sequence, command
        )
    read = _READERS.get(command)
    if read is None:
        return Unknown(sequence=sequence, status=status, command=command, body=frame[16:])
    try:
        return read(frame, size, status, sequence)
    except (ValueError, IndexError, struct.error) as error:
        raise ProtocolError(
            f"command 0x{command:08X} cannot be read: {error}", Status.INVCMDLEN, sequence, command
        ) from None
    except ProtocolError as error:
        error.sequence, error.command = sequence, command
        raise


def encode(pdu: Pdu, sequence: int | None = None) -> bytes:
    """A PDU as its frame, numbered `sequence` if that is given and else as it says itself.

    Raises ValueError for a field that is too long or does not fit its bytes.
    """
    write = _WRITERS.get(pdu.__class__)
    if write is None:
        raise ValueError(f"{type(pdu).__name__} is not sent")
    command, body = write(pdu)
    size = 16 + len(body)
    if size > PDU_BYTES_MAX:
        raise ValueError(f"the PDU has {size:,} bytes; at most {PDU_BYTES_MAX:,} are sent")
    number = pdu.sequence if sequence is None else sequence
    return HEADER.pack(size, command, pdu.status, number) + body
