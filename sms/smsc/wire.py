"""The PDUs that an SMSC reads and writes (SMPP 3.4, sections 4 and 5).

Only what the simulator needs, one way each: what ESMEs send is read, what an SMSC sends is
written. That the client has its own codec makes every test of the two a comparison.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from sms.smsc.exchange import Delivery, Mode

HEADER_OCTETS: Final = 16
PDU_OCTETS_MAX: Final = 70 * 1024
"""A submit_sm with a message_payload of 64 KiB fits."""
TLVS_MAX: Final = 64
RESPONSE: Final = 0x8000_0000

_HEADER: Final = struct.Struct(">IIII")
_TLV: Final = struct.Struct(">HH")


class Command(IntEnum):
    """command_id, section 5.1.2.1."""

    GENERIC_NACK = 0x8000_0000
    BIND_RECEIVER = 0x01
    BIND_TRANSMITTER = 0x02
    SUBMIT_SM = 0x04
    DELIVER_SM = 0x05
    UNBIND = 0x06
    BIND_TRANSCEIVER = 0x09
    ENQUIRE_LINK = 0x15


MODES: Final[dict[int, Mode]] = {
    Command.BIND_RECEIVER: "receiver",
    Command.BIND_TRANSMITTER: "transmitter",
    Command.BIND_TRANSCEIVER: "transceiver",
}


class Status(IntEnum):
    """command_status, section 5.1.3."""

    OK = 0x00
    INVALID_MESSAGE_LENGTH = 0x01
    INVALID_COMMAND_LENGTH = 0x02
    INVALID_COMMAND = 0x03
    WRONG_BIND_STATE = 0x04
    ALREADY_BOUND = 0x05
    SYSTEM_ERROR = 0x08
    INVALID_SOURCE = 0x0A
    INVALID_DESTINATION = 0x0B
    BIND_FAILED = 0x0D
    INVALID_PASSWORD = 0x0E
    INVALID_SYSTEM_ID = 0x0F
    QUEUE_FULL = 0x14
    THROTTLED = 0x58
    TEMPORARY_APP_ERROR = 0x64
    INVALID_TLV_STREAM = 0xC0


class WireError(Exception):
    """The peer sent what cannot be; `status` is the answer it gets."""

    def __init__(self, status: Status, sequence: int = 0) -> None:
        super().__init__(status.name)
        self.status = status
        self.sequence = sequence


@dataclass(frozen=True, slots=True)
class Frame:
    """One PDU, its body unread."""

    command: int
    status: int
    sequence: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Bind:
    """bind_receiver, bind_transmitter or bind_transceiver, section 4.1."""

    system_id: str
    password: str
    mode: Mode


@dataclass(frozen=True, slots=True)
class Submit:
    """The fields of submit_sm (section 4.4.1) that a network looks at."""

    service_type: str
    source: str
    destination: str
    esm_class: int
    registered_delivery: int
    data_coding: int
    short_message: bytes
    tlvs: dict[int, bytes]


def take(buffer: bytearray) -> list[Frame]:
    """Take the whole PDUs off the front of a buffer, and leave the rest.

    Raises WireError with INVALID_COMMAND_LENGTH when the stream cannot be followed any more; the
    frames before it come first, the error with the next call.
    """
    frames: list[Frame] = []
    place, held = 0, len(buffer)
    while held - place >= HEADER_OCTETS:
        length, command, status, sequence = _HEADER.unpack_from(buffer, place)
        if not HEADER_OCTETS <= length <= PDU_OCTETS_MAX:
            if frames:
                break
            raise WireError(Status.INVALID_COMMAND_LENGTH, sequence)
        if held - place < length:
            break
        frames.append(
            Frame(command, status, sequence, bytes(buffer[place + HEADER_OCTETS : place + length]))
        )
        place += length
    del buffer[:place]
    return frames


class _Fields:
    """Reads fields off a body one after the other; an overrun is INVALID_COMMAND_LENGTH."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._place = 0

    def text(self, octets_max: int) -> str:
        """A C-octet string of at most so many octets, its NUL included."""
        end = self._body.find(b"\0", self._place, self._place + octets_max)
        if end < 0:
            raise WireError(Status.INVALID_COMMAND_LENGTH)
        text = self._body[self._place : end].decode("latin-1")
        self._place = end + 1
        return text

    def octet(self) -> int:
        return self.octets(1)[0]

    def octets(self, count: int) -> bytes:
        if self._place + count > len(self._body):
            raise WireError(Status.INVALID_COMMAND_LENGTH)
        self._place += count
        return self._body[self._place - count : self._place]

    def tlvs(self) -> dict[int, bytes]:
        """The TLVs that are left; of one that comes twice the last. Unknown ones are kept."""
        tlvs: dict[int, bytes] = {}
        while self._place < len(self._body):
            tag, length = _TLV.unpack(self.octets(_TLV.size))
            tlvs[tag] = self.octets(length)
            if len(tlvs) > TLVS_MAX:
                raise WireError(Status.INVALID_TLV_STREAM)
        return tlvs


def read_bind(frame: Frame) -> Bind:
    """Read a bind. Raises WireError."""
    fields = _Fields(frame.body)
    return Bind(fields.text(16), fields.text(9), MODES[frame.command])


def read_submit(frame: Frame) -> Submit:
    """Read a submit_sm. Raises WireError."""
    fields = _Fields(frame.body)
    service_type = fields.text(6)
    fields.octets(2)  # Type and plan of the number say nothing to a simulator.
    source = fields.text(21)
    fields.octets(2)
    destination = fields.text(21)
    esm_class = fields.octet()
    fields.octets(2)
    fields.text(17)
    fields.text(17)
    registered_delivery = fields.octet()
    fields.octet()
    data_coding = fields.octet()
    fields.octet()
    short_message = fields.octets(fields.octet())
    if len(short_message) > 254:
        raise WireError(Status.INVALID_MESSAGE_LENGTH)
    return Submit(
        service_type=service_type,
        source=source,
        destination=destination,
        esm_class=esm_class,
        registered_delivery=registered_delivery,
        data_coding=data_coding,
        short_message=short_message,
        tlvs=fields.tlvs(),
    )


def write(command: int, sequence: int, body: bytes = b"", status: int = 0) -> bytes:
    """Write a PDU."""
    return _HEADER.pack(HEADER_OCTETS + len(body), command, status, sequence) + body


def write_bind_response(frame: Frame, system_id: str) -> bytes:
    """Write the answer to a bind: our name, and TLV sc_interface_version 3.4."""
    version = _tlvs([(0x0210, b"\x34")])
    return write(frame.command | RESPONSE, frame.sequence, _text(system_id) + version)


def write_deliver(sequence: int, delivery: Delivery) -> bytes:
    """Write a deliver_sm, section 4.6.1. International numbers, as phones have them."""
    segment = delivery.segment
    payload = segment.short_message
    tlvs = [*segment.tlvs, *delivery.tlvs]
    if len(payload) > 254:
        tlvs.append((0x0424, payload))
        payload = b""
    body = b"".join(
        (
            _text(delivery.service_type),
            b"\x01\x01",
            _text(delivery.source),
            b"\0\x01",
            _text(delivery.destination),
            bytes((segment.esm_class, 0, 0)),
            b"\0\0",
            bytes((0, 0, segment.data_coding, 0, len(payload))),
            payload,
            _tlvs(tlvs),
        )
    )
    return write(Command.DELIVER_SM, sequence, body)


def _text(text: str) -> bytes:
    return text.encode("latin-1", "replace") + b"\0"


def _tlvs(tlvs: Iterable[tuple[int, bytes]]) -> bytes:
    return b"".join(_TLV.pack(tag, len(value)) + value for tag, value in tlvs)
