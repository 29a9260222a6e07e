"""The octets of a short message as text, by data_coding.

SMPP 3.4, section 5.2.19, names 0x00-0x0E; the rest is the data coding scheme of 3GPP TS 23.038,
section 4. What data_coding 0 means is the SMSC's own choice, so it is an argument. Reading never
fails: bad octets become U+FFFD, a coding that nobody defined is kept and shown as hexadecimal.
"""

from codecs import utf_16_be_decode
from dataclasses import dataclass
from typing import Final, Literal

from grammars.gsm import alphabet as gsm
from grammars.gsm.alphabet import Tables

Charset = Literal[
    "gsm7",
    "gsm7_packed",
    "ascii",
    "latin1",
    "cyrillic",
    "hebrew",
    "ucs2",
    "shift_jis",
    "iso2022_jp",
    "euc_jp",
    "euc_kr",
    "binary",
    "unknown",
]
"""`binary` is data for a program; `unknown` is a coding reserved, compressed or a vendor's own."""

OCTETS_SHOWN_MAX: Final = 140
"""Of a message that is not text, so many octets are shown."""

MARK_MIN: Final = 0xFE
"""What a byte order mark begins with at least."""

_CODECS: Final[dict[Charset, str]] = {
    "ascii": "ascii",
    "latin1": "latin-1",
    "cyrillic": "iso8859-5",
    "hebrew": "iso8859-8",
    "shift_jis": "shift_jis",
    "iso2022_jp": "iso2022_jp",
    "euc_jp": "euc_jp",
    "euc_kr": "euc_kr",
}
_SMPP: Final[dict[int, Charset]] = {
    0x01: "ascii",
    0x02: "binary",
    0x03: "latin1",
    0x04: "binary",
    0x05: "shift_jis",
    0x06: "cyrillic",
    0x07: "hebrew",
    0x08: "ucs2",
    0x0A: "iso2022_jp",
    0x0D: "euc_jp",
    0x0E: "euc_kr",
}
_GENERAL: Final[tuple[Charset, ...]] = ("gsm7", "binary", "ucs2", "unknown")


@dataclass(frozen=True, slots=True)
class Coding:
    """What a data_coding says."""

    data_coding: int
    charset: Charset
    message_class: int | None = None
    """0 shows at once (flash), 1 to the phone, 2 to the SIM, 3 to the terminal equipment."""


def coding(data_coding: int, default: Charset = "gsm7") -> Coding:
    """Tell the character set of a data_coding; `default` is what the SMSC means by 0."""
    known = _SMPP.get(data_coding)
    if known is not None:
        return Coding(data_coding, known)
    if data_coding == 0:
        return Coding(0, default)
    seven_bit: Charset = "gsm7_packed" if default == "gsm7_packed" else "gsm7"
    if 0x10 <= data_coding <= 0x7F:  # General groups, and marked for automatic deletion.
        charset = _GENERAL[(data_coding >> 2) & 3]
        compressed = bool(data_coding & 0x20)
        message_class = data_coding & 3 if data_coding & 0x10 else None
        if compressed:
            return Coding(data_coding, "unknown", message_class)
        return Coding(data_coding, seven_bit if charset == "gsm7" else charset, message_class)
    if 0xC0 <= data_coding <= 0xDF:  # Message waiting, discard or store.
        return Coding(data_coding, seven_bit)
    if 0xE0 <= data_coding <= 0xEF:  # Message waiting, store, UCS-2.
        return Coding(data_coding, "ucs2")
    if 0xF0 <= data_coding <= 0xFF:  # Data coding and message class.
        return Coding(data_coding, "binary" if data_coding & 4 else seven_bit, data_coding & 3)
    return Coding(data_coding, "unknown")


def decode(octets: bytes, charset: Charset, tables: Tables = gsm.DEFAULT) -> str:
    """Read octets as text; data and unknown codings show as hexadecimal."""
    if charset == "gsm7":
        return gsm.decode(octets, tables)
    if charset == "gsm7_packed":
        return gsm.decode(gsm.unpack(octets), tables)
    if charset == "ucs2":
        return decode_ucs2(octets)
    if charset in _CODECS:
        return octets.decode(_CODECS[charset], "replace")
    shown = octets[:OCTETS_SHOWN_MAX].hex(" ")
    return shown + " ..." if len(octets) > OCTETS_SHOWN_MAX else shown


def decode_ucs2(octets: bytes) -> str:
    """UTF-16 big-endian, unless a byte order mark, which some SMSCs add, says otherwise."""
    # Few texts begin with an octet that a mark may begin with, and most are so short that to look for both takes as long as all else.
    if octets and octets[0] >= MARK_MIN:
        if octets.startswith(b"\xff\xfe"):
            return octets[2:].decode("utf-16-le", "replace")
        octets = octets.removeprefix(b"\xfe\xff")
    # Straight to the decoder: the way by its name costs more than a short text.
    return utf_16_be_decode(octets, "replace", True)[0]


def encode(text: str, charset: Charset, tables: Tables = gsm.DEFAULT) -> bytes:
    """Write text as octets, `?` (or U+FFFD) for what the character set does not hold.

    Raises ValueError for data and unknown codings: text cannot be written as those.
    """
    if charset == "gsm7":
        return gsm.encode_lossy(text, tables)
    if charset == "gsm7_packed":
        return gsm.pack(gsm.encode_lossy(text, tables))
    if charset == "ucs2":
        return text.encode("utf-16-be", "surrogatepass")
    if charset in _CODECS:
        return text.encode(_CODECS[charset], "replace")
    raise ValueError(f"text cannot be written as {charset}")


def show(octets: bytes, data_coding: int, default: Charset = "gsm7") -> str:
    """Read octets as text by data_coding alone, for logs and for the terminal phone."""
    return decode(octets, coding(data_coding, default).charset)
