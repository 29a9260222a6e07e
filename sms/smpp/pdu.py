"""PDUs: one slotted class a command, bytes to value and back. SMPP 3.4, sections 3.2 and 4.

Hand-written with struct for speed. What is not understood is kept: unknown TLVs, status codes, TON, NPI and data codings
come out as they went in. Every length is checked before it is used.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from struct import Struct
from typing import Any

import msgspec

from sms.smpp.errors import FramingError, ProtocolError
from sms.smpp.status import Status
from sms.smpp.tlv import Tlvs

PDU_BYTES_MAX = 70_000
"""Longest PDU: a message_payload of 64 KiB and what stands round it."""
SHORT_MESSAGE_BYTES_MAX = 254
TLVS_MAX = 64
DESTINATIONS_MAX = 254

HEADER = Struct(">IIII")
_TLV = Struct(">HH")

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
SUBMIT_MULTI = 0x00000021
ALERT_NOTIFICATION = 0x00000102
DATA_SM = 0x00000103
GENERIC_NACK = 0x80000000
RESPONSE = 0x80000000
"""Bit that makes a command its response."""


class Pdu(msgspec.Struct, frozen=True, kw_only=True):
    """What every PDU has."""

    sequence: int = 0
    """sequence_number, 1 to 0x7FFFFFFF; the bind fills it in."""
    status: int = 0
    """command_status; 0 in requests."""


class Address(msgspec.Struct, frozen=True):
    """A number with its type of number and numbering plan. Sections 5.2.5 to 5.2.7."""

    digits: str
    ton: int = 0
    npi: int = 0


class Bind(Pdu, frozen=True, kw_only=True):
    """bind_receiver, bind_transmitter or bind_transceiver. Section 4.1."""

    command: int = BIND_TRANSCEIVER
    system_id: str = ""
    password: str = ""
    system_type: str = ""
    interface_version: int = 0x34
    address_range: Address = Address("")


class BindResp(Pdu, frozen=True, kw_only=True):
    """The answer to a bind."""

    command: int = BIND_TRANSCEIVER | RESPONSE
    system_id: str = ""
    tlvs: Tlvs = ()


class Outbind(Pdu, frozen=True, kw_only=True):
    """The SMSC asks the ESME to bind. Section 4.1.7."""

    system_id: str = ""
    password: str = ""


class Unbind(Pdu, frozen=True, kw_only=True):
    """Section 4.2."""


class UnbindResp(Pdu, frozen=True, kw_only=True):
    """Section 4.2.2."""


class GenericNack(Pdu, frozen=True, kw_only=True):
    """A PDU could not be read. Section 4.3."""


class EnquireLink(Pdu, frozen=True, kw_only=True):
    """Are you there? Section 4.11."""


class EnquireLinkResp(Pdu, frozen=True, kw_only=True):
    """Yes. Section 4.11.2."""


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


class SubmitSmResp(Pdu, frozen=True, kw_only=True):
    """Section 4.4.2."""

    message_id: str = ""
    tlvs: Tlvs = ()


class DeliverSmResp(Pdu, frozen=True, kw_only=True):
    """Section 4.6.2."""

    message_id: str = ""
    tlvs: Tlvs = ()


class DataSm(Pdu, frozen=True, kw_only=True):
    """A message whose text is a TLV. Section 4.7.1."""

    service_type: str = ""
    source: Address = Address("")
    destination: Address = Address("")
    esm_class: int = 0
    registered_delivery: int = 0
    data_coding: int = 0
    tlvs: Tlvs = ()


class DataSmResp(Pdu, frozen=True, kw_only=True):
    """Section 4.7.2."""

    message_id: str = ""
    tlvs: Tlvs = ()


class QuerySm(Pdu, frozen=True, kw_only=True):
    """What became of a message? Section 4.8."""

    message_id: str = ""
    source: Address = Address("")


class QuerySmResp(Pdu, frozen=True, kw_only=True):
    """Section 4.8.2."""

    message_id: str = ""
    final_date: str = ""
    message_state: int = 0
    error_code: int = 0


class CancelSm(Pdu, frozen=True, kw_only=True):
    """Section 4.9."""

    service_type: str = ""
    message_id: str = ""
    source: Address = Address("")
    destination: Address = Address("")


class CancelSmResp(Pdu, frozen=True, kw_only=True):
    """Section 4.9.2."""


class ReplaceSm(Pdu, frozen=True, kw_only=True):
    """Section 4.10."""

    message_id: str = ""
    source: Address = Address("")
    schedule: str = ""
    validity: str = ""
    registered_delivery: int = 0
    default_message: int = 0
    message: bytes = b""


class ReplaceSmResp(Pdu, frozen=True, kw_only=True):
    """Section 4.10.2."""


class AlertNotification(Pdu, frozen=True, kw_only=True):
    """A phone can be reached again. Section 4.12."""

    source: Address = Address("")
    esme: Address = Address("")
    tlvs: Tlvs = ()


class Unknown(Pdu, frozen=True, kw_only=True):
    """A command that is not spoken here, as it came."""

    command: int = 0
    body: bytes = b""


# --- reading ---


def decode(frame: bytes) -> Pdu:
    """One whole frame to its PDU. Raises ProtocolError with the status to answer with."""
    size = len(frame)
    if size < 16:
        raise FramingError(f"a PDU has at least 16 bytes, this one {size}", Status.INVCMDLEN)
    length, command, status, sequence = HEADER.unpack_from(frame)
    if length != size or size > PDU_BYTES_MAX:
        raise FramingError(
            f"the PDU says {length} bytes and has {size}", Status.INVCMDLEN, sequence, command
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


def _string(frame: bytes, at: int, longest: int) -> tuple[str, int]:
    """A C-octet string of at most `longest` bytes with its NUL. Section 3.1."""
    end = frame.index(0, at, at + longest)
    return frame[at:end].decode("latin-1"), end + 1


def _address(frame: bytes, at: int, longest: int = 21) -> tuple[Address, int]:
    end = frame.index(0, at + 2, at + 2 + longest)
    return Address(frame[at + 2 : end].decode("latin-1"), frame[at], frame[at + 1]), end + 1


def _tlvs(frame: bytes, at: int, size: int) -> Tlvs:
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


def _end(at: int, size: int) -> None:
    if at != size:
        raise ValueError(f"{size - at} bytes are left over")


def _read_message(
    kind: type[SubmitSm] | type[DeliverSm],
) -> Callable[[bytes, int, int, int], Pdu]:
    def read(frame: bytes, size: int, status: int, sequence: int) -> Pdu:
        index = frame.index
        end = index(0, 16, 22)
        service_type = frame[16:end].decode("latin-1") if end > 16 else ""
        at = end + 1
        end = index(0, at + 2, at + 23)
        source = _ADDRESSES.get(frame[at:end]) or _new_address(frame[at:end])
        at = end + 1
        end = index(0, at + 2, at + 23)
        destination = _ADDRESSES.get(frame[at:end]) or _new_address(frame[at:end])
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
                tlvs=_tlvs(frame, end, size) if end < size else (),
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
            tlvs=_tlvs(frame, end, size) if end < size else (),
        )

    return read


_FLAGS = Struct(">10B")
"""esm_class to sm_length, where both times between them are empty."""
_ADDRESSES: dict[bytes, Address] = {}
"""Addresses by their bytes: a buyer's comes many times over within minutes, our own with every message."""
_ADDRESSES_MAX = 16_384


def _new_address(packed: bytes) -> Address:
    if len(_ADDRESSES) >= _ADDRESSES_MAX:
        _ADDRESSES.clear()
    address = Address(packed[2:].decode("latin-1"), packed[0], packed[1])
    _ADDRESSES[packed] = address
    return address


def _times(frame: bytes, at: int) -> tuple[str, str, int]:
    """schedule_delivery_time and validity_period, and where they end."""
    schedule, at = _string(frame, at, 17)
    validity, at = _string(frame, at, 17)
    return schedule, validity, at


def _read_bind(command: int) -> Callable[[bytes, int, int, int], Pdu]:
    def read(frame: bytes, size: int, status: int, sequence: int) -> Pdu:
        system_id, at = _string(frame, 16, 16)
        password, at = _string(frame, at, 9)
        system_type, at = _string(frame, at, 13)
        version = frame[at]
        address_range, at = _address(frame, at + 1, 41)
        _end(at, size)
        return Bind(
            sequence=sequence,
            status=status,
            command=command,
            system_id=system_id,
            password=password,
            system_type=system_type,
            interface_version=version,
            address_range=address_range,
        )

    return read


def _read_bind_resp(command: int) -> Callable[[bytes, int, int, int], Pdu]:
    def read(frame: bytes, size: int, status: int, sequence: int) -> Pdu:
        # An error may come without a body. Section 4.1.2.
        system_id, at = _string(frame, 16, 16) if size > 16 else ("", 16)
        return BindResp(
            sequence=sequence,
            status=status,
            command=command | RESPONSE,
            system_id=system_id,
            tlvs=_tlvs(frame, at, size),
        )

    return read


def _read_id_resp(
    kind: type[SubmitSmResp] | type[DeliverSmResp] | type[DataSmResp],
) -> Callable[[bytes, int, int, int], Pdu]:
    def read(frame: bytes, size: int, status: int, sequence: int) -> Pdu:
        if size == 16:
            return kind(sequence=sequence, status=status)
        end = frame.index(0, 16, 81)
        message_id = frame[16:end].decode("latin-1")
        if end + 1 == size:
            return kind(sequence=sequence, status=status, message_id=message_id)
        tlvs = _tlvs(frame, end + 1, size)
        return kind(sequence=sequence, status=status, message_id=message_id, tlvs=tlvs)

    return read


def _read_empty(kind: type[Pdu]) -> Callable[[bytes, int, int, int], Pdu]:
    def read(_frame: bytes, size: int, status: int, sequence: int) -> Pdu:
        _end(16, size)
        return kind(sequence=sequence, status=status)

    return read


def _read_outbind(frame: bytes, size: int, status: int, sequence: int) -> Pdu:
    system_id, at = _string(frame, 16, 16)
    password, at = _string(frame, at, 9)
    _end(at, size)
    return Outbind(sequence=sequence, status=status, system_id=system_id, password=password)


def _read_data(frame: bytes, size: int, status: int, sequence: int) -> Pdu:
    service_type, at = _string(frame, 16, 6)
    source, at = _address(frame, at, 65)
    destination, at = _address(frame, at, 65)
    esm_class, registered, coding = frame[at : at + 3]
    return DataSm(
        sequence=sequence,
        status=status,
        service_type=service_type,
        source=source,
        destination=destination,
        esm_class=esm_class,
        registered_delivery=registered,
        data_coding=coding,
        tlvs=_tlvs(frame, at + 3, size),
    )


def _read_query(frame: bytes, size: int, status: int, sequence: int) -> Pdu:
    message_id, at = _string(frame, 16, 65)
    source, at = _address(frame, at)
    _end(at, size)
    return QuerySm(sequence=sequence, status=status, message_id=message_id, source=source)


def _read_query_resp(frame: bytes, size: int, status: int, sequence: int) -> Pdu:
    if size == 16:
        return QuerySmResp(sequence=sequence, status=status)
    message_id, at = _string(frame, 16, 65)
    final_date, at = _string(frame, at, 17)
    state, error = frame[at : at + 2]
    _end(at + 2, size)
    return QuerySmResp(
        sequence=sequence,
        status=status,
        message_id=message_id,
        final_date=final_date,
        message_state=state,
        error_code=error,
    )


def _read_cancel(frame: bytes, size: int, status: int, sequence: int) -> Pdu:
    service_type, at = _string(frame, 16, 6)
    message_id, at = _string(frame, at, 65)
    source, at = _address(frame, at)
    destination, at = _address(frame, at)
    _end(at, size)
    return CancelSm(
        sequence=sequence,
        status=status,
        service_type=service_type,
        message_id=message_id,
        source=source,
        destination=destination,
    )


def _read_replace(frame: bytes, size: int, status: int, sequence: int) -> Pdu:
    message_id, at = _string(frame, 16, 65)
    source, at = _address(frame, at)
    schedule, at = _string(frame, at, 17)
    validity, at = _string(frame, at, 17)
    registered, default, length = frame[at : at + 3]
    at += 3
    _end(at + length, size)
    return ReplaceSm(
        sequence=sequence,
        status=status,
        message_id=message_id,
        source=source,
        schedule=schedule,
        validity=validity,
        registered_delivery=registered,
        default_message=default,
        message=frame[at : at + length],
    )


def _read_alert(frame: bytes, size: int, status: int, sequence: int) -> Pdu:
    source, at = _address(frame, 16, 65)
    esme, at = _address(frame, at, 65)
    return AlertNotification(
        sequence=sequence, status=status, source=source, esme=esme, tlvs=_tlvs(frame, at, size)
    )


_READERS: dict[int, Callable[[bytes, int, int, int], Pdu]] = {
    SUBMIT_SM: _read_message(SubmitSm),
    DELIVER_SM: _read_message(DeliverSm),
    SUBMIT_SM | RESPONSE: _read_id_resp(SubmitSmResp),
    DELIVER_SM | RESPONSE: _read_id_resp(DeliverSmResp),
    ENQUIRE_LINK: _read_empty(EnquireLink),
    ENQUIRE_LINK | RESPONSE: _read_empty(EnquireLinkResp),
    **{
        command: _read_bind(command)
        for command in (BIND_RECEIVER, BIND_TRANSMITTER, BIND_TRANSCEIVER)
    },
    **{
        command | RESPONSE: _read_bind_resp(command)
        for command in (BIND_RECEIVER, BIND_TRANSMITTER, BIND_TRANSCEIVER)
    },
    UNBIND: _read_empty(Unbind),
    UNBIND | RESPONSE: _read_empty(UnbindResp),
    GENERIC_NACK: _read_empty(GenericNack),
    OUTBIND: _read_outbind,
    DATA_SM: _read_data,
    DATA_SM | RESPONSE: _read_id_resp(DataSmResp),
    QUERY_SM: _read_query,
    QUERY_SM | RESPONSE: _read_query_resp,
    CANCEL_SM: _read_cancel,
    CANCEL_SM | RESPONSE: _read_empty(CancelSmResp),
    REPLACE_SM: _read_replace,
    REPLACE_SM | RESPONSE: _read_empty(ReplaceSmResp),
    ALERT_NOTIFICATION: _read_alert,
}


# --- writing ---


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
        raise ValueError(f"the PDU has {size} bytes; at most {PDU_BYTES_MAX} are sent")
    number = pdu.sequence if sequence is None else sequence
    return HEADER.pack(size, command, pdu.status, number) + body


def _cstring(text: str, longest: int) -> bytes:
    data = text.encode("latin-1")
    if len(data) >= longest or b"\0" in data:
        raise ValueError(f"`{text}` does not fit in {longest - 1} characters")
    return data + b"\0"


def _packed(address: Address, longest: int = 21) -> bytes:
    return bytes((address.ton, address.npi)) + _cstring(address.digits, longest)


_PACKED: dict[Address, bytes] = {}
"""Of phones and of our own codes, which come many times over."""


def _pack(address: Address) -> bytes:
    if len(_PACKED) >= _ADDRESSES_MAX:
        _PACKED.clear()
    packed = _PACKED[address] = _packed(address)
    return packed


def _joined(tlvs: Tlvs) -> bytes:
    return b"".join([_TLV.pack(tag, len(value)) + value for tag, value in tlvs])


def _message_body(pdu: ShortMessage) -> bytes:
    message = pdu.message
    if len(message) > SHORT_MESSAGE_BYTES_MAX:
        raise ValueError(
            f"short_message has {len(message)} bytes; at most 254 fit, use message_payload"
        )
    schedule, validity = pdu.schedule, pdu.validity
    if schedule or validity:
        flags = b"".join(
            (
                bytes((pdu.esm_class, pdu.protocol_id, pdu.priority)),
                _cstring(schedule, 17),
                _cstring(validity, 17),
                bytes(
                    (
                        pdu.registered_delivery,
                        pdu.replace_if_present,
                        pdu.data_coding,
                        pdu.default_message,
                        len(message),
                    )
                ),
            )
        )
    else:
        flags = bytes(
            (
                pdu.esm_class,
                pdu.protocol_id,
                pdu.priority,
                0,
                0,
                pdu.registered_delivery,
                pdu.replace_if_present,
                pdu.data_coding,
                pdu.default_message,
                len(message),
            )
        )
    service = _cstring(pdu.service_type, 6) if pdu.service_type else b"\0"
    source = _PACKED.get(pdu.source) or _pack(pdu.source)
    destination = _PACKED.get(pdu.destination) or _pack(pdu.destination)
    tlvs = _joined(pdu.tlvs) if pdu.tlvs else b""
    return b"".join((service, source, destination, flags, message, tlvs))


def _bind_body(pdu: Bind) -> bytes:
    return b"".join(
        (
            _cstring(pdu.system_id, 16),
            _cstring(pdu.password, 9),
            _cstring(pdu.system_type, 13),
            bytes((pdu.interface_version,)),
            _packed(pdu.address_range, 41),
        )
    )


def _id_body(pdu: SubmitSmResp | DeliverSmResp | DataSmResp) -> bytes:
    return _cstring(pdu.message_id, 65) + _joined(pdu.tlvs)


def _data_body(pdu: DataSm) -> bytes:
    return b"".join(
        (
            _cstring(pdu.service_type, 6),
            _packed(pdu.source, 65),
            _packed(pdu.destination, 65),
            bytes((pdu.esm_class, pdu.registered_delivery, pdu.data_coding)),
            _joined(pdu.tlvs),
        )
    )


def _replace_body(pdu: ReplaceSm) -> bytes:
    return b"".join(
        (
            _cstring(pdu.message_id, 65),
            _packed(pdu.source),
            _cstring(pdu.schedule, 17),
            _cstring(pdu.validity, 17),
            bytes((pdu.registered_delivery, pdu.default_message, len(pdu.message))),
            pdu.message,
        )
    )


# Each lambda gets the class that stands before it, which a type checker cannot see through the table.
_WRITERS: dict[type[Pdu], Callable[[Any], tuple[int, bytes]]] = {
    SubmitSm: lambda p: (SUBMIT_SM, _message_body(p)),
    DeliverSm: lambda p: (DELIVER_SM, _message_body(p)),
    SubmitSmResp: lambda p: (SUBMIT_SM | RESPONSE, _id_body(p)),
    DeliverSmResp: lambda p: (DELIVER_SM | RESPONSE, _id_body(p)),
    EnquireLink: lambda _: (ENQUIRE_LINK, b""),
    EnquireLinkResp: lambda _: (ENQUIRE_LINK | RESPONSE, b""),
    Bind: lambda p: (p.command, _bind_body(p)),
    BindResp: lambda p: (p.command | RESPONSE, _cstring(p.system_id, 16) + _joined(p.tlvs)),
    Unbind: lambda _: (UNBIND, b""),
    UnbindResp: lambda _: (UNBIND | RESPONSE, b""),
    GenericNack: lambda _: (GENERIC_NACK, b""),
    Outbind: lambda p: (OUTBIND, _cstring(p.system_id, 16) + _cstring(p.password, 9)),
    DataSm: lambda p: (DATA_SM, _data_body(p)),
    DataSmResp: lambda p: (DATA_SM | RESPONSE, _id_body(p)),
    QuerySm: lambda p: (QUERY_SM, _cstring(p.message_id, 65) + _packed(p.source)),
    QuerySmResp: lambda p: (
        QUERY_SM | RESPONSE,
        _cstring(p.message_id, 65)
        + _cstring(p.final_date, 17)
        + bytes((p.message_state, p.error_code)),
    ),
    CancelSm: lambda p: (
        CANCEL_SM,
        _cstring(p.service_type, 6)
        + _cstring(p.message_id, 65)
        + _packed(p.source)
        + _packed(p.destination),
    ),
    CancelSmResp: lambda _: (CANCEL_SM | RESPONSE, b""),
    ReplaceSm: lambda p: (REPLACE_SM, _replace_body(p)),
    ReplaceSmResp: lambda _: (REPLACE_SM | RESPONSE, b""),
    AlertNotification: lambda p: (
        ALERT_NOTIFICATION,
        _packed(p.source, 65) + _packed(p.esme, 65) + _joined(p.tlvs),
    ),
    Unknown: lambda p: (p.command, p.body),
}


def is_response(command: int) -> bool:
    """Whether a command_id is that of a response."""
    return bool(command & RESPONSE)


def encode_deliver_sm_resp(sequence: int, status: int) -> bytes:
    """The commonest answer, written at once. Its message_id is empty. Section 4.6.2."""
    return _DELIVER_SM_RESP.pack(17, DELIVER_SM | RESPONSE, status, sequence)


_DELIVER_SM_RESP = Struct(">IIIIx")
