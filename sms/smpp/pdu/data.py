"""data_sm, whose text is a TLV, and alert_notification: its phone can be reached again. SMPP 3.4, sections 4.7 and 4.12."""

from __future__ import annotations

from sms.smpp.pdu.address import Address, read_address, write_address
from sms.smpp.pdu.command import ALERT_NOTIFICATION, DATA_SM, RESPONSE
from sms.smpp.pdu.fields import read_string, read_tlvs, write_string, write_tlvs
from sms.smpp.pdu.header import Pdu, Reader, Writer
from sms.smpp.pdu.message import MessageResp, read_answer, write_answer
from sms.smpp.tlv import Tlvs


class DataSm(Pdu, frozen=True, kw_only=True):
    """A message whose text is a TLV. Section 4.7.1."""

    service_type: str = ""
    source: Address = Address("")
    destination: Address = Address("")
    esm_class: int = 0
    registered_delivery: int = 0
    data_coding: int = 0
    tlvs: Tlvs = ()


class DataSmResp(MessageResp, frozen=True, kw_only=True):
    """Section 4.7.2."""


class AlertNotification(Pdu, frozen=True, kw_only=True):
    """A phone can be reached again. Section 4.12."""

    source: Address = Address("")
    esme: Address = Address("")
    tlvs: Tlvs = ()


def _read_data(frame: bytes, size: int, status: int, sequence: int) -> Pdu:
    service_type, at = read_string(frame, 16, 6)
    source, at = read_address(frame, at, 65)
    destination, at = read_address(frame, at, 65)
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
        tlvs=read_tlvs(frame, at + 3, size),
    )


def _read_alert(frame: bytes, size: int, status: int, sequence: int) -> Pdu:
    source, at = read_address(frame, 16, 65)
    esme, at = read_address(frame, at, 65)
    return AlertNotification(
        sequence=sequence, status=status, source=source, esme=esme, tlvs=read_tlvs(frame, at, size)
    )


def _data_body(pdu: DataSm) -> bytes:
    return b"".join(
        (
            write_string(pdu.service_type, 6),
            write_address(pdu.source, 65),
            write_address(pdu.destination, 65),
            bytes((pdu.esm_class, pdu.registered_delivery, pdu.data_coding)),
            write_tlvs(pdu.tlvs),
        )
    )


READERS: dict[int, Reader] = {
    DATA_SM: _read_data,
    DATA_SM | RESPONSE: read_answer(DataSmResp),
    ALERT_NOTIFICATION: _read_alert,
}
WRITERS: dict[type[Pdu], Writer] = {
    DataSm: lambda p: (DATA_SM, _data_body(p)),
    DataSmResp: lambda p: (DATA_SM | RESPONSE, write_answer(p)),
    AlertNotification: lambda p: (
        ALERT_NOTIFICATION,
        write_address(p.source, 65) + write_address(p.esme, 65) + write_tlvs(p.tlvs),
    ),
}
