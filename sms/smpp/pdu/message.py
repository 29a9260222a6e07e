"""Messages to phones and from phones: submit_sm and deliver_sm. SMPP 3.4, sections 4.4 and 4.6.

Both have one body. By far the most PDUs are of these, so what is commonest in them is read and written in one step, and
addresses are kept both ways.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from struct import Struct

from sms.receipts import DELIVERED
from sms.smpp.errors import ProtocolError
from sms.smpp.pdu.address import Address, write_address
from sms.smpp.pdu.command import DELIVER_SM, RESPONSE, SUBMIT_SM
from sms.smpp.pdu.fields import read_string, read_tlvs, write_string, write_tlvs
from sms.smpp.pdu.header import Pdu, Reader, Writer
from sms.smpp.status import Status
from sms.smpp.tlv import Tlvs

SHORT_MESSAGE_BYTES_MAX = 254
"""Longer texts go as message_payload, a TLV. Sections 5.2.22 and 5.3.2.32."""
_FLAGS = Struct(">10B")
"""esm_class to sm_length, where both times between them are empty."""
_DELIVER_SM_RESP = Struct(">8sIIx")
_BEFORE_STATUS = Struct(">II").pack(17, DELIVER_SM | RESPONSE)
_BEFORE_SEQUENCE = _BEFORE_STATUS + bytes(4)
"""In such an answer: its length and command; and that all is well."""
_SEQUENCE = Struct(">I")
_ADDRESS = r"(..[^\0]{0,20}+)\0"
_LENGTH = rf"[\0-\x{SHORT_MESSAGE_BYTES_MAX:02x}]"
"""sm_length that may be: 255 is reserved. Section 5.2.22."""
_RECEIPT = rf"\x04..\0\0....{_LENGTH}(?:(?={DELIVERED})|)"
"""From esm_class on a receipt that says nothing else (section 5.2.12); no times. Of its text the message's name, if it was delivered."""
_SAID = rf"(.)\0\0\0\0\0\0(.)\0{_LENGTH}"
"""esm_class and data_coding, and nothing asked for."""
match_deliver_sm = re.compile(
    rf"\0{_ADDRESS}{_ADDRESS}(?:{_RECEIPT}|{_SAID})", re.ASCII | re.DOTALL
).match
"""Finds in what was read, an octet a character, the body of a deliver_sm without a service type and times, as nearly all are: up to its
sm_length, which is the last that is found. It is one without optional parameters, too, if its text goes on to the end of the PDU.
"""
HAS, IS_SAID = 3, 5
"""Its groups: the name of a message that a phone has, as a receipt says; and the last that is found of what a phone sent, for `said`. Of
other receipts the text is all that matters.
"""

# They stand where they are used: CPython makes a bound method anew at each call on a name that was imported.
_SEEN: dict[str, Address] = {}
"""Addresses by their bytes, each a character: a buyer's comes many times over within minutes, our own with every message."""
_PACKED: dict[Address, bytes] = {}
"""Of phones and of our own codes, which come many times over."""
ADDRESSES_MAX = 16_384
"""In either; what is full begins again."""


class ShortMessage(Pdu, frozen=True, kw_only=True):
    """The body that submit_sm and deliver_sm share. Sections 4.4.1 and 4.6.1."""

    service_type: str = ""
    source: Address = Address("")
    destination: Address = Address("")
    esm_class: int = 0
    protocol_id: int = 0
    priority: int = 0
    schedule: str = ""
    validity: str = ""
    registered_delivery: int = 0
    replace_if_present: int = 0
    data_coding: int = 0
    default_message: int = 0
    message: bytes = b""
    tlvs: Tlvs = ()


class SubmitSm(ShortMessage, frozen=True, kw_only=True):
    """A message for a phone. Section 4.4.1."""


class DeliverSm(ShortMessage, frozen=True, kw_only=True):
    """A message from a phone, or a receipt. Section 4.6.1."""


class MessageResp(Pdu, frozen=True, kw_only=True):
    """The body that the responses to messages share."""

    message_id: str = ""
    tlvs: Tlvs = ()


class SubmitSmResp(MessageResp, frozen=True, kw_only=True):
    """The carrier's name for a message. Section 4.4.2."""


class DeliverSmResp(MessageResp, frozen=True, kw_only=True):
    """The answer to one; its message_id is not used. Section 4.6.2."""


def _read_message(kind: type[SubmitSm] | type[DeliverSm]) -> Reader:
    def read(frame: bytes, size: int, status: int, sequence: int) -> Pdu:
        index = frame.index
        end = index(0, 16, 22)
        service_type = frame[16:end].decode("latin-1") if end > 16 else ""
        at = end + 1
        end = index(0, at + 2, at + 23)
        source = _address(frame[at:end])
        at = end + 1
        end = index(0, at + 2, at + 23)
        destination = _address(frame[at:end])
        at = end + 1
        # By far the commonest: no schedule and no validity, whose NULs stand where they are looked for here.
        (
            esm_class,
            protocol_id,
            priority,
            scheduled,
            valid,
            registered,
            replace,
            coding,
            default,
            length,
        ) = _FLAGS.unpack_from(frame, at)
        at += 10
        schedule = validity = ""
        if scheduled or valid:
            schedule, validity, at = _times(frame, at - 7)
            registered, replace, coding, default, length = frame[at : at + 5]
            at += 5
        end = at + length
        if end > size or length > SHORT_MESSAGE_BYTES_MAX:
            raise ProtocolError(
                f"short_message says {length} bytes and has {size - at}", Status.INVMSGLEN
            )
        if status or protocol_id or priority or schedule or validity or replace or default:
            return kind(
                sequence=sequence,
                status=status,
                service_type=service_type,
                source=source,
                destination=destination,
                esm_class=esm_class,
                protocol_id=protocol_id,
                priority=priority,
                schedule=schedule,
                validity=validity,
                registered_delivery=registered,
                replace_if_present=replace,
                data_coding=coding,
                default_message=default,
                message=frame[at:end],
                tlvs=read_tlvs(frame, end, size) if end < size else (),
            )
        return kind(
            sequence=sequence,
            service_type=service_type,
            source=source,
            destination=destination,
            esm_class=esm_class,
            registered_delivery=registered,
            data_coding=coding,
            message=frame[at:end],
            tlvs=read_tlvs(frame, end, size) if end < size else (),
        )

    return read


def _address(packed: bytes) -> Address:
    """An address from its bytes without the NUL."""
    written = packed.decode("latin-1")
    return _SEEN.get(written) or _see(written)


def _see(written: str) -> Address:
    """An address that _SEEN lacks."""
    if len(_SEEN) >= ADDRESSES_MAX:
        _SEEN.clear()
    address = _SEEN[written] = Address(written[2:], ord(written[0]), ord(written[1]))
    return address


def _times(frame: bytes, at: int) -> tuple[str, str, int]:
    """schedule_delivery_time and validity_period, and where they end."""
    schedule, at = read_string(frame, at, 17)
    validity, at = read_string(frame, at, 17)
    return schedule, validity, at


def read_answer(kind: type[MessageResp]) -> Reader:
    """The reader of a response to a message; an error may come without a body."""

    def read(frame: bytes, size: int, status: int, sequence: int) -> Pdu:
        if size == 16:
            return kind(sequence=sequence, status=status)
        end = frame.index(0, 16, 81)
        message_id = frame[16:end].decode("latin-1")
        if end + 1 == size:
            return kind(sequence=sequence, status=status, message_id=message_id)
        tlvs = read_tlvs(frame, end + 1, size)
        return kind(sequence=sequence, status=status, message_id=message_id, tlvs=tlvs)

    return read


def said(found: re.Match[str], sequence: int, message: bytes) -> DeliverSm:
    """What a phone sent, of which `match_deliver_sm` found the beginning."""
    source, destination, esm_class, coding = found.group(1, 2, 4, 5)
    return DeliverSm(
        sequence=sequence,
        source=_SEEN.get(source) or _see(source),
        destination=_SEEN.get(destination) or _see(destination),
        esm_class=ord(esm_class),
        data_coding=ord(coding),
        message=message,
    )


def _message_body(pdu: ShortMessage) -> bytes:
    message = pdu.message
    if len(message) > SHORT_MESSAGE_BYTES_MAX:
        raise ValueError(
            f"short_message has {len(message)} bytes; at most 254 fit, use message_payload"
        )
    service = write_string(pdu.service_type, 6) if pdu.service_type else b"\0"
    source = _PACKED.get(pdu.source) or _pack(pdu.source)
    destination = _PACKED.get(pdu.destination) or _pack(pdu.destination)
    times = b"\0\0"
    if pdu.schedule or pdu.validity:
        times = write_string(pdu.schedule, 17) + write_string(pdu.validity, 17)
    before = bytes((pdu.esm_class, pdu.protocol_id, pdu.priority))
    after = bytes(
        (
            pdu.registered_delivery,
            pdu.replace_if_present,
            pdu.data_coding,
            pdu.default_message,
            len(message),
        )
    )
    tlvs = write_tlvs(pdu.tlvs) if pdu.tlvs else b""
    return b"".join((service, source, destination, before, times, after, message, tlvs))


def submit_addresses(source: Address, destination: Address) -> bytes:
    """How the body of a submit_sm begins: no service type, from whom, to whom. Raises ValueError as `encode` does."""
    return (
        b"\0"
        + (_PACKED.get(source) or _pack(source))
        + (_PACKED.get(destination) or _pack(destination))
    )


def submit_rest(
    message: bytes,
    *,
    data_coding: int,
    esm_class: int = 0,
    registered_delivery: int = 0,
    tlvs: Tlvs = (),
) -> bytes:
    """What follows the addresses in it, if it says no more than this. Raises ValueError as `encode` does."""
    size = len(message)
    if size > SHORT_MESSAGE_BYTES_MAX:
        raise ValueError(f"short_message has {size} bytes; at most 254 fit, use message_payload")
    flags = _FLAGS.pack(esm_class, 0, 0, 0, 0, registered_delivery, 0, data_coding, 0, size)
    return flags + message + write_tlvs(tlvs)


def _pack(address: Address) -> bytes:
    """The bytes of an address that _PACKED lacks."""
    if len(_PACKED) >= ADDRESSES_MAX:
        _PACKED.clear()
    packed = _PACKED[address] = write_address(address)
    return packed


def write_answer(pdu: MessageResp) -> bytes:
    """The body of a response to a message."""
    return write_string(pdu.message_id, 65) + write_tlvs(pdu.tlvs)


def encode_deliver_sm_resps(answers: Sequence[tuple[int, int]]) -> bytes:
    """The commonest answers, by (sequence number, command_status), one behind the other. Their message_id is empty. Section 4.6.2."""
    if any([status for _, status in answers]):  # noqa: C419 - a list is made faster than it is asked one by one
        pack = _DELIVER_SM_RESP.pack
        return b"".join([pack(_BEFORE_STATUS, status, sequence) for sequence, status in answers])
    if not answers:
        return b""
    sequences = map(_SEQUENCE.pack, [sequence for sequence, _ in answers])
    return _BEFORE_SEQUENCE + (b"\0" + _BEFORE_SEQUENCE).join(sequences) + b"\0"


READERS: dict[int, Reader] = {
    SUBMIT_SM: _read_message(SubmitSm),
    SUBMIT_SM | RESPONSE: read_answer(SubmitSmResp),
    DELIVER_SM: _read_message(DeliverSm),
    DELIVER_SM | RESPONSE: read_answer(DeliverSmResp),
}
WRITERS: dict[type[Pdu], Writer] = {
    SubmitSm: lambda p: (SUBMIT_SM, _message_body(p)),
    SubmitSmResp: lambda p: (SUBMIT_SM | RESPONSE, write_answer(p)),
    DeliverSm: lambda p: (DELIVER_SM, _message_body(p)),
    DeliverSmResp: lambda p: (DELIVER_SM | RESPONSE, write_answer(p)),
}
