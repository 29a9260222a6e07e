"""PDUs: one slotted class a command, bytes to value and back. SMPP 3.4, sections 3.2 and 4.

Read them as SMPP does: command.py has the numbers of commands, header.py what every PDU has, fields.py and address.py what
bodies are made of. Then a file a group of operations, each with its classes, how they are read and written, and the
table of both at its end: session.py (4.1 to 4.3, 4.11), message.py (4.4, 4.6), data.py (4.7, 4.12), submitted.py (4.8 to
4.10). codec.py puts the tables together. Hand-written with struct for speed.
"""

from sms.smpp.pdu.address import Address
from sms.smpp.pdu.codec import HEADER, decode, encode
from sms.smpp.pdu.command import (
    ALERT_NOTIFICATION,
    BIND_RECEIVER,
    BIND_TRANSCEIVER,
    BIND_TRANSMITTER,
    CANCEL_SM,
    DATA_SM,
    DELIVER_SM,
    ENQUIRE_LINK,
    GENERIC_NACK,
    OUTBIND,
    QUERY_SM,
    REPLACE_SM,
    RESPONSE,
    SUBMIT_SM,
    UNBIND,
    is_response,
)
from sms.smpp.pdu.data import AlertNotification, DataSm, DataSmResp
from sms.smpp.pdu.fields import TLVS_MAX
from sms.smpp.pdu.header import PDU_BYTES_MAX, Pdu, Unknown
from sms.smpp.pdu.message import (
    HAS,
    IS_SAID,
    SHORT_MESSAGE_BYTES_MAX,
    DeliverSm,
    DeliverSmResp,
    MessageResp,
    ShortMessage,
    SubmitSm,
    SubmitSmResp,
    encode_deliver_sm_resps,
    match_deliver_sm,
    said,
    submit_addresses,
    submit_rest,
)
from sms.smpp.pdu.session import (
    Bind,
    BindResp,
    EnquireLink,
    EnquireLinkResp,
    GenericNack,
    Outbind,
    Unbind,
    UnbindResp,
)
from sms.smpp.pdu.submitted import (
    CancelSm,
    CancelSmResp,
    QuerySm,
    QuerySmResp,
    ReplaceSm,
    ReplaceSmResp,
)

__all__ = [
    "ALERT_NOTIFICATION",
    "BIND_RECEIVER",
    "BIND_TRANSCEIVER",
    "BIND_TRANSMITTER",
    "CANCEL_SM",
    "DATA_SM",
    "DELIVER_SM",
    "ENQUIRE_LINK",
    "GENERIC_NACK",
    "HAS",
    "HEADER",
    "IS_SAID",
    "OUTBIND",
    "PDU_BYTES_MAX",
    "QUERY_SM",
    "REPLACE_SM",
    "RESPONSE",
    "SHORT_MESSAGE_BYTES_MAX",
    "SUBMIT_SM",
    "TLVS_MAX",
    "UNBIND",
    "Address",
    "AlertNotification",
    "Bind",
    "BindResp",
    "CancelSm",
    "CancelSmResp",
    "DataSm",
    "DataSmResp",
    "DeliverSm",
    "DeliverSmResp",
    "EnquireLink",
    "EnquireLinkResp",
    "GenericNack",
    "MessageResp",
    "Outbind",
    "Pdu",
    "QuerySm",
    "QuerySmResp",
    "ReplaceSm",
    "ReplaceSmResp",
    "ShortMessage",
    "SubmitSm",
    "SubmitSmResp",
    "Unbind",
    "UnbindResp",
    "Unknown",
    "decode",
    "encode",
    "encode_deliver_sm_resps",
    "is_response",
    "match_deliver_sm",
    "said",
    "submit_addresses",
    "submit_rest",
]
