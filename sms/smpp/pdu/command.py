"""command_id: what a PDU asks, by number. SMPP 3.4, section 5.1.2.1."""

from __future__ import annotations

BIND_RECEIVER = 0x00000001
BIND_TRANSMITTER = 0x00000002
QUERY_SM = 0x00000003
SUBMIT_SM = 0x00000004
DELIVER_SM = 0x00000005
UNBIND = 0x00000006
REPLACE_SM = 0x00000007
CANCEL_SM = 0x00000008
BIND_TRANSCEIVER = 0x00000009
OUTBIND = 0x0000000B
ENQUIRE_LINK = 0x00000015
ALERT_NOTIFICATION = 0x00000102
DATA_SM = 0x00000103
GENERIC_NACK = 0x80000000
RESPONSE = 0x80000000
"""Bit that makes a command its response."""


def is_response(command: int) -> bool:
    """Whether a command_id is that of a response."""
    return bool(command & RESPONSE)
