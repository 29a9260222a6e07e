"""What bodies are made of: C-octet strings and optional parameters, read and written. SMPP 3.4, sections 3.1 and 3.2.4.

A reader takes the frame and where its field begins, and gives the value and where the next one begins.
"""

from __future__ import annotations

from struct import Struct

from sms.smpp.errors import ProtocolError
from sms.smpp.status import Status
from sms.smpp.tlv import Tlvs

TLVS_MAX = 64
_TLV = Struct(">HH")


def read_string(frame: bytes, at: int, longest: int) -> tuple[str, int]:
    """A C-octet string of at most `longest` bytes with its NUL. Raises ValueError for more. Section 3.1."""
    end = frame.index(0, at, at + longest)
    return frame[at:end].decode("latin-1"), end + 1


def write_string(text: str, longest: int) -> bytes:
    """A C-octet string of at most `longest` bytes with its NUL. Raises ValueError for more."""
    data = text.encode("latin-1")
    if len(data) >= longest or b"\0" in data:
        raise ValueError(f"`{text}` does not fit in {longest - 1} characters")
    return data + b"\0"


def read_tlvs(frame: bytes, at: int, size: int) -> Tlvs:
    """Optional parameters from `at` to the end. Raises ProtocolError for one that is cut short, and for too many."""
    if at == size:
        return ()
    found: list[tuple[int, bytes]] = []
    while at < size:
        if at + 4 > size:
            raise ProtocolError("an optional parameter is cut short", Status.INVOPTPARSTREAM)
        tag, length = _TLV.unpack_from(frame, at)
        end = at + 4 + length
        if end > size:
            raise ProtocolError(
                f"optional parameter 0x{tag:04X} says {length} bytes and has {size - at - 4}",
                Status.INVOPTPARSTREAM,
            )
        if len(found) >= TLVS_MAX:
            raise ProtocolError(f"more than {TLVS_MAX} optional parameters", Status.INVOPTPARSTREAM)
        found.append((tag, frame[at + 4 : end]))
        at = end
    return tuple(found)


def write_tlvs(tlvs: Tlvs) -> bytes:
    """Optional parameters one after another."""
    # Hardly any message has some.
    return (
        b"" if not tlvs else b"".join([_TLV.pack(tag, len(value)) + value for tag, value in tlvs])
    )


def refuse_rest(at: int, size: int) -> None:
    """Raises ValueError if the frame goes on where its body has ended."""
    if at != size:
        raise ValueError(f"{size - at} bytes are left over")
