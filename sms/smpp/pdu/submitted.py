"""What may be asked of a message that was submitted: query_sm, cancel_sm, replace_sm. SMPP 3.4, sections 4.8 to 4.10."""

from __future__ import annotations

from sms.smpp.pdu.address import Address, read_address, write_address
from sms.smpp.pdu.command import CANCEL_SM, QUERY_SM, REPLACE_SM, RESPONSE
from sms.smpp.pdu.fields import read_string, refuse_rest, write_string
from sms.smpp.pdu.header import Pdu, Reader, Writer, read_empty


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


def _read_query(frame: bytes, size: int, status: int, sequence: int) -> Pdu:
    message_id, at = read_string(frame, 16, 65)
    source, at = read_address(frame, at)
    refuse_rest(at, size)
    return QuerySm(sequence=sequence, status=status, message_id=message_id, source=source)


def _read_query_resp(frame: bytes, size: int, status: int, sequence: int) -> Pdu:
    if size == 16:
        return QuerySmResp(sequence=sequence, status=status)
    message_id, at = read_string(frame, 16, 65)
    final_date, at = read_string(frame, at, 17)
    state, error = frame[at : at + 2]
    refuse_rest(at + 2, size)
    return QuerySmResp(
        sequence=sequence,
        status=status,
        message_id=message_id,
        final_date=final_date,
        message_state=state,
        error_code=error,
    )


def _read_cancel(frame: bytes, size: int, status: int, sequence: int) -> Pdu:
    service_type, at = read_string(frame, 16, 6)
    message_id, at = read_string(frame, at, 65)
    source, at = read_address(frame, at)
    destination, at = read_address(frame, at)
    refuse_rest(at, size)
    return CancelSm(
        sequence=sequence,
        status=status,
        service_type=service_type,
        message_id=message_id,
        source=source,
        destination=destination,
    )


def _read_replace(frame: bytes, size: int, status: int, sequence: int) -> Pdu:
    message_id, at = read_string(frame, 16, 65)
    source, at = read_address(frame, at)
    schedule, at = read_string(frame, at, 17)
    validity, at = read_string(frame, at, 17)
    registered, default, length = frame[at : at + 3]
    at += 3
    refuse_rest(at + length, size)
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


def _replace_body(pdu: ReplaceSm) -> bytes:
    return b"".join(
        (
            write_string(pdu.message_id, 65),
            write_address(pdu.source),
            write_string(pdu.schedule, 17),
            write_string(pdu.validity, 17),
            bytes((pdu.registered_delivery, pdu.default_message, len(pdu.message))),
            pdu.message,
        )
    )


READERS: dict[int, Reader] = {
    QUERY_SM: _read_query,
    QUERY_SM | RESPONSE: _read_query_resp,
    CANCEL_SM: _read_cancel,
    CANCEL_SM | RESPONSE: read_empty(CancelSmResp),
    REPLACE_SM: _read_replace,
    REPLACE_SM | RESPONSE: read_empty(ReplaceSmResp),
}
WRITERS: dict[type[Pdu], Writer] = {
    QuerySm: lambda p: (QUERY_SM, write_string(p.message_id, 65) + write_address(p.source)),
    QuerySmResp: lambda p: (
        QUERY_SM | RESPONSE,
        write_string(p.message_id, 65)
        + write_string(p.final_date, 17)
        + bytes((p.message_state, p.error_code)),
    ),
    CancelSm: lambda p: (
        CANCEL_SM,
        write_string(p.service_type, 6)
        + write_string(p.message_id, 65)
        + write_address(p.source)
        + write_address(p.destination),
    ),
    CancelSmResp: lambda _: (CANCEL_SM | RESPONSE, b""),
    ReplaceSm: lambda p: (REPLACE_SM, _replace_body(p)),
    ReplaceSmResp: lambda _: (REPLACE_SM | RESPONSE, b""),
}
