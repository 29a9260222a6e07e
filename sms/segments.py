"""A text as the short messages that carry it."""

from codecs import utf_16_be_encode
from collections.abc import Sequence
from typing import Final, Literal

import msgspec

from grammars.gsm import alphabet as gsm
from grammars.gsm.parts import GSM7, UCS2, Alphabet, Concatenation, choose, count_units, cut
from sms.header import (
    LOCKING_SHIFT,
    SINGLE_SHIFT,
    Header,
    concatenation_8,
    concatenation_16,
    fill_bits,
)

SEGMENTS_MAX: Final = 255
"""The part number is one octet."""
PAYLOAD_OCTETS_MAX: Final = 64 * 1024 - 1
"""message_payload, SMPP 3.4 section 5.3.2.32."""

UDHI: Final = 0x40
"""esm_class: the message begins with a user data header (SMPP 3.4, section 5.2.12)."""
SAR_REFERENCE: Final = 0x020C
SAR_TOTAL: Final = 0x020E
SAR_NUMBER: Final = 0x020F
MESSAGE_PAYLOAD: Final = 0x0424
UCS2_CODING: Final = 0x08

Septets = Literal["unpacked", "packed"]
"""Almost every SMSC takes a septet an octet; a few want them packed as on the air."""


class TextTooLongError(ValueError):
    """The text needs more segments than may be sent."""


class Segment(msgspec.Struct, frozen=True):
    """One message to submit or deliver: the fields that differ from part to part."""

    short_message: bytes
    data_coding: int
    esm_class: int = 0
    """Bits to add to the esm_class of the PDU."""
    tlvs: tuple[tuple[int, bytes], ...] = ()
    units: int = 0
    """Septets or UTF-16 code units of text in it."""


def split(
    text: str,
    *,
    reference: int,
    concatenation: Concatenation = "udh8",
    shifts: Sequence[str] = (),
    septets: Septets = "unpacked",
    segments_max: int = SEGMENTS_MAX,
) -> list[Segment]:
    """Cut a text into the segments that `grammars.gsm.parts.count_parts` counts.

    `reference` should differ among the long texts under way to one phone; the caller counts it.
    SAR references keep to 8 bits, so that the SMSC can write the shorter header. Raises
    TextTooLongError past `segments_max`.
    """
    alphabet = choose(text, concatenation=concatenation, shifts=shifts)
    if alphabet is UCS2:
        octets = text.encode("utf-16-be", "surrogatepass")
        units = len(octets) // 2
        if units <= UCS2.units_alone():
            return [Segment(octets, UCS2_CODING, 0, (), units)]
    shift = _shift_elements(alphabet)
    if count_units(text, alphabet) <= alphabet.units_alone():
        return [_segment(text, alphabet, shift, septets)]
    if concatenation == "payload":
        return [_payload(text, alphabet, shift, septets)]
    pieces = cut(text, alphabet, alphabet.units_per_part(concatenation))
    total = len(pieces)
    if total > min(segments_max, SEGMENTS_MAX):
        raise TextTooLongError(
            f"{total} segments; at most {min(segments_max, SEGMENTS_MAX)} may be sent"
        )
    segments: list[Segment] = []
    for number, piece in enumerate(pieces, 1):
        if concatenation == "sar":
            tlvs = (
                (SAR_REFERENCE, (reference & 0xFF).to_bytes(2)),
                (SAR_TOTAL, bytes((total,))),
                (SAR_NUMBER, bytes((number,))),
            )
            segments.append(_segment(piece, alphabet, shift, septets, tlvs))
        else:
            element = concatenation_8 if concatenation == "udh8" else concatenation_16
            elements = (element(reference, total, number), *shift)
            segments.append(_segment(piece, alphabet, elements, septets))
    return segments


ALONE_CHARACTERS_MAX = 160
"""A text with more takes more than one segment in every alphabet."""


def alone(text: str) -> Segment | None:
    """The segment of a text that fits into one, septets unpacked and without shifts; None if it does not."""
    if len(text) > ALONE_CHARACTERS_MAX:
        return None
    septets = gsm.encode_ascii(text)
    if septets is None and gsm.DEFAULT.characters.issuperset(text):
        septets = gsm.encode(text)
    if septets is not None:
        units = len(septets)
        return Segment(septets, 0, 0, (), units) if units <= _GSM7_ALONE else None
    octets, _ = utf_16_be_encode(text, "surrogatepass")  # text.encode looks for its name first
    units = len(octets) // 2
    return Segment(octets, UCS2_CODING, 0, (), units) if units <= _UCS2_ALONE else None


_GSM7_ALONE: Final = GSM7.units_alone()
_UCS2_ALONE: Final = UCS2.units_alone()


def _shift_elements(alphabet: Alphabet) -> tuple[tuple[int, bytes], ...]:
    tables = alphabet.tables
    if tables is None:
        return ()
    single = ((SINGLE_SHIFT, bytes((tables.single,))),) if tables.single else ()
    locking = ((LOCKING_SHIFT, bytes((tables.locking,))),) if tables.locking else ()
    return single + locking


def _octets(text: str, alphabet: Alphabet, header: bytes, septets: Septets) -> bytes:
    """The text behind its header."""
    if alphabet.tables is None:
        return header + text.encode("utf-16-be", "surrogatepass")
    unpacked = gsm.encode(text, alphabet.tables)
    if septets == "unpacked":
        return header + unpacked
    return header + gsm.pack(unpacked, fill_bits=fill_bits(len(header)))


def _segment(
    text: str,
    alphabet: Alphabet,
    elements: tuple[tuple[int, bytes], ...],
    septets: Septets,
    tlvs: tuple[tuple[int, bytes], ...] = (),
) -> Segment:
    octets = _octets(text, alphabet, bytes(Header(elements)) if elements else b"", septets)
    data_coding = UCS2_CODING if alphabet.tables is None else 0
    units = count_units(text, alphabet)
    return Segment(octets, data_coding, UDHI if elements else 0, tlvs, units)


def _payload(
    text: str, alphabet: Alphabet, elements: tuple[tuple[int, bytes], ...], septets: Septets
) -> Segment:
    whole = _segment(text, alphabet, elements, septets)
    if len(whole.short_message) > PAYLOAD_OCTETS_MAX:
        raise TextTooLongError(
            f"{len(whole.short_message)} octets; a message_payload holds {PAYLOAD_OCTETS_MAX}"
        )
    tlvs = ((MESSAGE_PAYLOAD, whole.short_message),)
    return Segment(b"", whole.data_coding, whole.esm_class, tlvs, whole.units)
