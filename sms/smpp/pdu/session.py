"""PDUs of the bind itself: bind, outbind, unbind, generic_nack, enquire_link. SMPP 3.4, sections 4.1 to 4.3 and 4.11."""

from __future__ import annotations

from sms.smpp.pdu.address import Address, read_address, write_address
from sms.smpp.pdu.command import (
    BIND_RECEIVER,
    BIND_TRANSCEIVER,
    BIND_TRANSMITTER,
    ENQUIRE_LINK,
    GENERIC_NACK,
    OUTBIND,
    RESPONSE,
    UNBIND,
)
from sms.smpp.pdu.fields import read_string, read_tlvs, refuse_rest, write_string, write_tlvs
from sms.smpp.pdu.header import Pdu, Reader, Writer, read_empty
from sms.smpp.tlv import Tlvs


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


def _read_bind(command: int) -> Reader:
    def read(frame: bytes, size: int, status: int, sequence: int) -> Pdu:
        system_id, at = read_string(frame, 16, 16)
        password, at = read_string(frame, at, 9)
        system_type, at = read_string(frame, at, 13)
        version = frame[at]
        address_range, at = read_address(frame, at + 1, 41)
        refuse_rest(at, size)
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


def _read_bind_resp(command: int) -> Reader:
    def read(frame: bytes, size: int, status: int, sequence: int) -> Pdu:
        # An error may come without a body. Section 4.1.2.
        system_id, at = read_string(frame, 16, 16) if size > 16 else ("", 16)
        return BindResp(
            sequence=sequence,
            status=status,
            command=command | RESPONSE,
            system_id=system_id,
            tlvs=read_tlvs(frame, at, size),
        )

    return read


def _read_outbind(frame: bytes, size: int, status: int, sequence: int) -> Pdu:
    system_id, at = read_string(frame, 16, 16)
    password, at = read_string(frame, at, 9)
    refuse_rest(at, size)
    return Outbind(sequence=sequence, status=status, system_id=system_id, password=password)


def _bind_body(pdu: Bind) -> bytes:
    return b"".join(
        (
            write_string(pdu.system_id, 16),
            write_string(pdu.password, 9),
            write_string(pdu.system_type, 13),
            bytes((pdu.interface_version,)),
            write_address(pdu.address_range, 41),
        )
    )


_BINDS = (BIND_RECEIVER, BIND_TRANSMITTER, BIND_TRANSCEIVER)

READERS: dict[int, Reader] = {
    **{command: _read_bind(command) for command in _BINDS},
    **{command | RESPONSE: _read_bind_resp(command) for command in _BINDS},
    OUTBIND: _read_outbind,
    UNBIND: read_empty(Unbind),
    UNBIND | RESPONSE: read_empty(UnbindResp),
    GENERIC_NACK: read_empty(GenericNack),
    ENQUIRE_LINK: read_empty(EnquireLink),
    ENQUIRE_LINK | RESPONSE: read_empty(EnquireLinkResp),
}
WRITERS: dict[type[Pdu], Writer] = {
    Bind: lambda p: (p.command, _bind_body(p)),
    BindResp: lambda p: (p.command | RESPONSE, write_string(p.system_id, 16) + write_tlvs(p.tlvs)),
    Outbind: lambda p: (OUTBIND, write_string(p.system_id, 16) + write_string(p.password, 9)),
    Unbind: lambda _: (UNBIND, b""),
    UnbindResp: lambda _: (UNBIND | RESPONSE, b""),
    GenericNack: lambda _: (GENERIC_NACK, b""),
    EnquireLink: lambda _: (ENQUIRE_LINK, b""),
    EnquireLinkResp: lambda _: (ENQUIRE_LINK | RESPONSE, b""),
}
