"""One piece of a message as it arrived, and pieces joined to a text.

Pieces are joined before they are read as text, because others' splitters cut ESC pairs and
surrogate pairs in two.
"""

from codecs import utf_16_be_decode
from collections.abc import Mapping, Sequence
from itertools import groupby

import msgspec

from grammars.gsm import alphabet as gsm
from grammars.gsm.alphabet import tables
from sms.alphabet import MARK_MIN, Charset, coding, decode, decode_ucs2
from sms.header import LOCKING_SHIFT, SINGLE_SHIFT, Header, fill_bits, parse
from sms.segments import (
    MESSAGE_PAYLOAD,
    SAR_NUMBER,
    SAR_REFERENCE,
    SAR_TOTAL,
    UCS2_CODING,
    UDHI,
)

PLAIN = (0, 8)
"""data_coding of the SMSC's default alphabet and of UCS-2, which say nothing else."""


class Piece(msgspec.Struct, frozen=True):
    """User data without its header, and what the header said."""

    octets: bytes
    """Septets one an octet if 7-bit, whatever they were on the wire."""
    data_coding: int
    charset: Charset
    reference: int = 0
    total: int = 1
    number: int = 1
    """Which of `total`, from 1."""
    locking: int = 0
    single: int = 0


def read(
    short_message: bytes,
    *,
    data_coding: int,
    esm_class: int = 0,
    tlvs: Mapping[int, bytes] | None = None,
    default: Charset = "gsm7",
) -> Piece:
    """Read a piece from the fields of a PDU; `default` is what the SMSC means by data_coding 0.

    Never fails: a broken header is text, and a concatenation that makes no sense is none.
    """
    if not tlvs and not esm_class & UDHI and data_coding in PLAIN and default != "gsm7_packed":
        # By far the commonest: a message alone, and nothing but text in it.
        return Piece(short_message, data_coding, "ucs2" if data_coding else default)
    given = tlvs or {}
    octets = short_message or given.get(MESSAGE_PAYLOAD, b"")
    header, rest = parse(octets) if esm_class & UDHI else (Header(), octets)
    charset = coding(data_coding, default).charset
    if charset == "gsm7_packed":
        rest = gsm.unpack(rest, fill_bits=fill_bits(len(octets) - len(rest)))
        charset = "gsm7"
    reference, total, number = header.concatenation or _sar(given) or (0, 1, 1)
    return Piece(
        octets=rest,
        data_coding=data_coding,
        charset=charset,
        reference=reference,
        total=total,
        number=number,
        locking=header.shift(LOCKING_SHIFT),
        single=header.shift(SINGLE_SHIFT),
    )


def alone(
    short_message: bytes, data_coding: int, esm_class: int, tlvs: Sequence[tuple[int, bytes]]
) -> str | None:
    """The text of a message alone in UCS-2, by far the commonest; None for all others, which `read` and `join` can read."""
    if tlvs or esm_class & UDHI or data_coding != UCS2_CODING:
        return None
    # Straight to the decoder, unless it may begin with a mark.
    if short_message and short_message[0] >= MARK_MIN:
        return decode_ucs2(short_message)
    return utf_16_be_decode(short_message, "replace", True)[0]


def _sar(tlvs: Mapping[int, bytes]) -> tuple[int, int, int] | None:
    """Reference, total and number from the SAR TLVs, all three or none (SMPP 3.4, 5.3.2.22)."""
    reference, total, number = (
        int.from_bytes(tlvs.get(tag, b"")[:2]) for tag in (SAR_REFERENCE, SAR_TOTAL, SAR_NUMBER)
    )
    return (reference, total, number) if 1 <= number <= total <= 255 else None


def join(pieces: Sequence[Piece]) -> str:
    """The text of pieces in order. A change of coding midway is honoured."""
    if len(pieces) == 1:
        [alone] = pieces
        return decode(alone.octets, alone.charset, tables(alone.locking, alone.single))

    def alphabet_of(piece: Piece) -> tuple[Charset, int, int]:
        return piece.charset, piece.locking, piece.single

    return "".join(
        decode(b"".join(piece.octets for piece in run), charset, tables(locking, single))
        for (charset, locking, single), run in groupby(pieces, alphabet_of)
    )


def is_text(pieces: Sequence[Piece]) -> bool:
    """Whether a person wrote this, not a program."""
    return all(piece.charset not in ("binary", "unknown") for piece in pieces)
