"""What a hostile carrier writes: sound PDUs in senseless order, PDUs whose lengths lie, and both with octets changed."""

from __future__ import annotations

import random
from collections import deque

from sms import segments
from sms.smpp import pdu as p
from sms.smpp.tlv import Tag, Tlvs
from sms.ussd.profile import STANDARD, Move

CODES = ("1069", "*106#", "106", "", "x" * 20)
WORDS = (
    *("1", "2", "苹果 2", "99", "STOP", "START", "", "0", "hello" * 30, "é€[]" * 40, "😀" * 90),
    *("1 3", "2 1", "苹果", "苹果", "再加", "1", "1", "2"),
)
RECEIPTS = (
    "id:1 sub:001 dlvrd:001 submit date:2601010000 done date:2601010000 stat:DELIVRD err:000 text:x",
    "id:zz stat:", "stat:DELIVRD", "", "id:" + "9" * 300, "text: id:1 stat:EXPIRED",
    "id:{0} sub:001 dlvrd:001 submit date:2601010000 done date:2601010000 stat:DELIVRD err:000 text:",
    "id:{0} sub:001 dlvrd:000 submit date:2601010000 done date:2601010000 stat:UNDELIV err:012 text:",
    "id:{0} stat:ENROUTE", "id:{0} sub:9999 dlvrd:9999 stat:255 err:" + "f" * 60,
)  # fmt: skip
STATUSES = (0, 0, 0, 0x58, 0x14, 0x45, 0x0B, 0xFFFFFFFF)
NUMBERS = 20
"""Of phones. Their sessions and limits are kept by right; of others there are but few more."""
SEVEN = 0x37
"""What a digit becomes: with all ten there would be new senders without end."""
LONGEST = bytes(range(256)) * 256
"""More than a TLV has room for."""
LONG_IN = 150
"""One of so many PDUs is about 64 KiB long."""
KNOWN_MAX = 64
"""Requests, and names of texts, that the carrier remembers of a connection."""


class Known:
    """What a carrier knows of a connection."""

    def __init__(self, connection: int) -> None:
        self._connection = connection
        self.asked: deque[tuple[int, int]] = deque(maxlen=KNOWN_MAX)
        """Requests of ours, by command and number."""
        self.names: deque[str] = deque(("1",), maxlen=KNOWN_MAX)
        """Of texts that it took, for their receipts."""

    def answers(self) -> list[bytes]:
        """As it should to all that was asked; nothing of it is asked any more."""
        written = [self.answer(command, number, 0) for command, number in self.asked]
        self.asked.clear()
        return written

    def answer(self, command: int, number: int, status: int) -> bytes:
        """To one request, of its own kind."""
        if command != p.SUBMIT_SM:
            return p.HEADER.pack(16, command | p.RESPONSE, status, number)
        name = f"{self._connection:x}-{number:x}"
        if not status:
            self.names.append(name)
        return p.encode(p.SubmitSmResp(sequence=number, status=status, message_id=name))


def sound(chance: random.Random, sequence: int, known: Known) -> list[bytes]:
    """PDUs that are well formed, whatever they mean here."""
    if chance.randrange(LONG_IN) == 0:
        return [_long(chance, sequence)]
    kind = chance.randrange(14)
    if kind < 4:
        return _text(chance, sequence)
    if kind < 6:
        return [_ussd(chance, sequence)]
    if kind == 6:
        return [_receipt(chance, sequence, known)]
    if kind < 10:
        return [_answer(chance, known)]
    if kind == 10:
        return [_of_the_bind(chance, sequence)]
    if kind == 11:
        return [_lying(chance, sequence)]
    if kind == 12:
        return [_not_for_us(chance, sequence)]
    return [p.encode(p.EnquireLink(sequence=sequence))]


def mutated(frame: bytes, chance: random.Random) -> bytes:
    """The same with some octets changed or cut, its length mostly put right again."""
    octets = bytearray(frame)
    for _ in range(chance.randrange(4)):
        octet = chance.randrange(256)
        octets[chance.randrange(len(octets))] = SEVEN if 0x30 <= octet <= 0x39 else octet
    if chance.random() < 0.1:
        del octets[chance.randrange(min(16, len(octets)), len(octets) + 1) :]
    if chance.random() < 0.97:
        octets[:4] = len(octets).to_bytes(4, "big")
    return bytes(octets)


def _ends(chance: random.Random) -> tuple[p.Address, p.Address]:
    number = f"1380013{chance.randrange(NUMBERS):04d}"
    return p.Address(number, 1, 1), p.Address(chance.choice(CODES))


def _message(chance: random.Random, sequence: int, **fields: object) -> p.DeliverSm:
    source, destination = _ends(chance)
    return p.DeliverSm(sequence=sequence, source=source, destination=destination, **fields)  # type: ignore[arg-type]


def _text(chance: random.Random, sequence: int) -> list[bytes]:
    """A text, of whose segments some may be lost."""
    cut = segments.split(
        chance.choice(WORDS),
        reference=chance.randrange(4),
        concatenation=chance.choice(("udh8", "udh16", "sar", "payload")),
    )
    chance.shuffle(cut)
    source, destination = _ends(chance)
    return [
        p.encode(
            p.DeliverSm(
                sequence=sequence + place,
                source=source,
                destination=destination,
                esm_class=one.esm_class,
                data_coding=one.data_coding,
                message=one.short_message,
                tlvs=one.tlvs,
            )
        )
        for place, one in enumerate(cut)
        if chance.random() < 0.9
    ]


def _ussd(chance: random.Random, sequence: int) -> bytes:
    move, dialog = chance.choice(list(Move)), chance.randrange(256)
    text = chance.choice(("*106#", "*106*1*2*1#", "*" * 140, *WORDS)).encode("ascii", "replace")
    tlvs = STANDARD.phone(move, dialog)
    return p.encode(_message(chance, sequence, service_type="USSD", message=text[:140], tlvs=tlvs))


def _receipt(chance: random.Random, sequence: int, known: Known) -> bytes:
    told = chance.choice(RECEIPTS).format(chance.choice(known.names)).encode()[:254]
    tlvs: Tlvs = (
        (Tag.RECEIPTED_MESSAGE_ID, b"1\0"),
        (Tag.MESSAGE_STATE, bytes((chance.randrange(12),))),
    )
    return p.encode(
        _message(chance, sequence, esm_class=4, message=told, tlvs=tlvs[: chance.randrange(3)])
    )


def _answer(chance: random.Random, known: Known) -> bytes:
    """To something that we asked, or to nothing; by its own response mostly."""
    command, number = p.SUBMIT_SM, chance.randrange(1, 40)
    if known.asked and chance.random() < 0.8:
        command, number = chance.choice(known.asked)
    status = chance.choice(STATUSES)
    if chance.random() < 0.8:
        return known.answer(command, number, status)
    answers = (
        p.BindResp(command=p.BIND_TRANSCEIVER | p.RESPONSE, sequence=number, status=status),
        p.EnquireLinkResp(sequence=number, status=status),
        p.GenericNack(sequence=number, status=status),
        p.UnbindResp(sequence=number, status=status),
        p.DeliverSmResp(sequence=number, status=status),
        p.QuerySmResp(sequence=number, status=status, message_id="1"),
    )
    return p.encode(chance.choice(answers))


def _of_the_bind(chance: random.Random, sequence: int) -> bytes:
    """Whatever makes, keeps and ends a bind, in whichever state we are."""
    if chance.random() < 0.2:
        return p.encode(p.Unbind(sequence=sequence))
    bind = chance.choice((p.BIND_RECEIVER, p.BIND_TRANSMITTER, p.BIND_TRANSCEIVER))
    asked = (
        p.Outbind(sequence=sequence, system_id="carrier", password="secret"),
        p.Bind(command=bind, sequence=sequence, system_id="us", password="secret"),
        p.BindResp(command=bind | p.RESPONSE, sequence=chance.randrange(1, 3)),
        p.EnquireLink(sequence=sequence),
        p.GenericNack(sequence=sequence, status=3),
    )
    return p.encode(chance.choice(asked))


def _not_for_us(chance: random.Random, sequence: int) -> bytes:
    """Requests that only an ESME makes, or that nobody speaks."""
    source, destination = _ends(chance)
    asked = (
        p.SubmitSm(sequence=sequence, source=source, destination=destination, message=b"1"),
        p.DataSm(sequence=sequence, source=source, tlvs=((Tag.MESSAGE_PAYLOAD, b"1"),)),
        p.QuerySm(sequence=sequence, message_id="1"),
        p.CancelSm(sequence=sequence, message_id="1"),
        p.ReplaceSm(sequence=sequence, message=b"1"),
        p.AlertNotification(sequence=sequence, source=source),
        p.Unknown(command=chance.randrange(1 << 32), sequence=sequence, body=b"?" * 40),
    )
    return p.encode(chance.choice(asked))


def _long(chance: random.Random, sequence: int) -> bytes:
    """64 KiB in one parameter: a text, a piece of one, a receipt, or the answer to a text."""
    value = LONGEST[: chance.choice((65_535, 65_534, 40_000, 16_385))]
    payload = (Tag.MESSAGE_PAYLOAD, value)
    tlvs: tuple[Tlvs, ...] = (
        (payload,),
        (payload, *_sar(chance)),
        ((Tag.ITS_SESSION_INFO, value), (Tag.USSD_SERVICE_OP, b"\x01")),
        ((Tag.RECEIPTED_MESSAGE_ID, value), (Tag.MESSAGE_STATE, b"\x02")),
        ((Tag.USER_MESSAGE_REFERENCE, value),),
        tuple((tag, value[:900]) for tag in range(64)),
    )
    given = chance.choice(tlvs)
    if chance.random() < 0.1:
        number = chance.randrange(1, 40)
        return p.encode(p.SubmitSmResp(sequence=number, message_id="1", tlvs=given))
    esm_class = chance.choice((0, 0x40, 4))
    coding = chance.choice((0, 4, 8, 245))
    return p.encode(_message(chance, sequence, esm_class=esm_class, data_coding=coding, tlvs=given))


def _sar(chance: random.Random) -> Tlvs:
    """Of a text of several pieces, or of as many as there never are."""
    total = chance.choice((0, 2, 2, 3, 40, 255))
    return (
        (Tag.SAR_MSG_REF_NUM, bytes(2)),
        (Tag.SAR_TOTAL_SEGMENTS, bytes((total,))),
        (Tag.SAR_SEGMENT_SEQNUM, bytes((chance.randrange(total + 2) & 0xFF,))),
    )


def _lying(chance: random.Random, sequence: int) -> bytes:
    """A message in which one length says other than there is: of a parameter, a header of user data, the text, the PDU."""
    says = chance.choice((0, 1, 2, 139, 140, 255))
    kind = chance.randrange(4)
    if kind == 0:
        header = bytes((chance.choice((5, says)), chance.choice((0, 8, 0x24, says)), says, 1, 2, 1))
        return p.encode(_message(chance, sequence, esm_class=0x40, message=header + b"text"))
    frame = bytearray(p.encode(_message(chance, sequence, message=b"text")))
    if kind == 1:
        frame[-5] = says
    else:
        tag = chance.choice(list(Tag))
        length = chance.choice((0, 3, 5, 255, 256, 32_767, 65_535))
        frame += tag.to_bytes(2) + length.to_bytes(2) + b"four"
    if kind == 3:
        # Nothing is before the rest of a PDU that is as long as it may be.
        frame[:4] = chance.choice((15, 17, 1_025, 70_000, 70_001, 0x7FFFFFFF, 0xFFFFFFFF)).to_bytes(
            4
        )
    else:
        frame[:4] = len(frame).to_bytes(4)
    return bytes(frame)
