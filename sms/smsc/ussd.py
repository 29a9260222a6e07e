"""The TLVs by which USSD rides on SMPP (5.3.2.44 ussd_service_op, 5.3.2.43 its_session_info)."""

from collections.abc import Mapping
from enum import IntEnum
from typing import Final

USSD_SERVICE_OP: Final = 0x0501
ITS_SESSION_INFO: Final = 0x1383


class ServiceOp(IntEnum):
    """ussd_service_op. The phone begins with PSSR_INDICATION and answers with USSR_CONFIRM."""

    PSSD_INDICATION = 0
    PSSR_INDICATION = 1
    USSR_REQUEST = 2
    USSN_REQUEST = 3
    PSSD_RESPONSE = 16
    PSSR_RESPONSE = 17
    USSR_CONFIRM = 18
    USSN_CONFIRM = 19


def write(op: int, session: int) -> tuple[tuple[int, bytes], ...]:
    """The two TLVs; a session is its number (an octet) before the sequence and end bits."""
    return (USSD_SERVICE_OP, bytes((op & 0xFF,))), (ITS_SESSION_INFO, bytes((session & 0xFF, 0)))


def read(tlvs: Mapping[int, bytes]) -> tuple[int, int] | None:
    """Operation and session, or None for a message that is not USSD."""
    op = tlvs.get(USSD_SERVICE_OP, b"")
    session = tlvs.get(ITS_SESSION_INFO, b"")[:1]
    return (op[0], int.from_bytes(session)) if len(op) == 1 else None
