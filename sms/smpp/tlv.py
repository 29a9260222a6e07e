"""Optional parameters (TLVs): tags by name. SMPP 3.4, section 5.3.2."""

from __future__ import annotations

from enum import IntEnum


class Tag(IntEnum):
    """Tags that we read or write; others are carried as they are."""

    DEST_ADDR_SUBUNIT = 0x0005
    SOURCE_ADDR_SUBUNIT = 0x000D
    PAYLOAD_TYPE = 0x0019
    RECEIPTED_MESSAGE_ID = 0x001E
    PRIVACY_INDICATOR = 0x0201
    USER_MESSAGE_REFERENCE = 0x0204
    USER_RESPONSE_CODE = 0x0205
    SOURCE_PORT = 0x020A
    DESTINATION_PORT = 0x020B
    SAR_MSG_REF_NUM = 0x020C
    LANGUAGE_INDICATOR = 0x020D
    SAR_TOTAL_SEGMENTS = 0x020E
    SAR_SEGMENT_SEQNUM = 0x020F
    SC_INTERFACE_VERSION = 0x0210
    CALLBACK_NUM = 0x0381
    NETWORK_ERROR_CODE = 0x0423
    MESSAGE_PAYLOAD = 0x0424
    DELIVERY_FAILURE_REASON = 0x0425
    MORE_MESSAGES_TO_SEND = 0x0426
    MESSAGE_STATE = 0x0427
    USSD_SERVICE_OP = 0x0501
    ALERT_ON_MESSAGE_DELIVERY = 0x130C
    ITS_REPLY_TYPE = 0x1380
    ITS_SESSION_INFO = 0x1383


Tlvs = tuple[tuple[int, bytes], ...]
"""Tag and value of each optional parameter, in the order of the PDU."""


def find(tlvs: Tlvs, tag: int) -> bytes | None:
    """The value of the first parameter with this tag."""
    for found, value in tlvs:
        if found == tag:
            return value
    return None


def find_integer(tlvs: Tlvs, tag: int) -> int | None:
    """The same as a number, big endian."""
    value = find(tlvs, tag)
    return int.from_bytes(value, "big") if value is not None else None


def find_text(tlvs: Tlvs, tag: int) -> str | None:
    """The same as text: Latin-1 up to the first NUL."""
    value = find(tlvs, tag)
    return value.split(b"\0", 1)[0].decode("latin-1") if value is not None else None
