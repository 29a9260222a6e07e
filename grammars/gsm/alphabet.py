"""Text to septets and back in any pair of GSM 7-bit tables, packed or one septet an octet.

One C call does the work: a mapping from character to one septet, or to ESC and a septet.
See 3GPP TS 23.038, sections 6.1.2 (packing) and 6.2.1 (tables).
"""

import codecs
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Final

from grammars.gsm.tables import ESC, HOLE, LANGUAGES, LOCKING, SINGLE

if TYPE_CHECKING:
    from collections.abc import Callable

# typeshed knows only a mapping to integers; CPython takes bytes of any length, and a string.
_encode: "Callable[[str, str, dict[int, bytes]], tuple[bytes, int]]" = codecs.charmap_encode  # pyright: ignore[reportAssignmentType]
_decode: "Callable[[bytes, str, str], tuple[str, int]]" = codecs.charmap_decode  # pyright: ignore[reportAssignmentType]

REPLACEMENT: Final = "\ufffd"
"""Stands for what a table does not hold."""

_NAMES: Final = {number: name for name, number in LANGUAGES.items()}


@dataclass(frozen=True)
class Tables:
    """A locking and a single shift table, by national language number (0 is the default)."""

    locking: int = 0
    single: int = 0

    @property
    def shift_octets(self) -> int:
        """Octets of user data header that announce these tables: three for each shift."""
        return 3 * bool(self.locking) + 3 * bool(self.single)

    @cached_property
    def single_cost(self) -> frozenset[str]:
        """Characters of one septet."""
        return frozenset(LOCKING[self.locking]) - {"\x1b", HOLE}

    @cached_property
    def double_cost(self) -> frozenset[str]:
        """Characters of two septets: ESC and one more."""
        return frozenset(SINGLE[self.single].values()) - self.single_cost

    @cached_property
    def characters(self) -> frozenset[str]:
        """All that these tables can write."""
        return self.single_cost | self.double_cost

    @cached_property
    def to_septets(self) -> dict[int, bytes]:
        """What `codecs.charmap_encode` takes."""
        septets: dict[int, bytes] = {}
        for code, character in SINGLE[self.single].items():
            septets.setdefault(ord(character), bytes((ESC, code)))
        singles: dict[int, bytes] = {}
        for code, character in enumerate(LOCKING[self.locking]):
            if character in self.single_cost:
                singles.setdefault(ord(character), bytes((code,)))
        return septets | singles

    def __str__(self) -> str:
        if not (self.locking or self.single):
            return "GSM 7-bit"
        shifts = [f"{_NAMES[self.locking]} locking shift"] if self.locking else []
        shifts += [f"{_NAMES[self.single]} single shift"] if self.single else []
        return f"GSM 7-bit ({', '.join(shifts)})"


def tables(locking: int = 0, single: int = 0) -> Tables:
    """The pair of tables; a number that has no table means the default (section 6.2.1.2.4)."""
    return _pair(locking if locking in LOCKING else 0, single if single in SINGLE else 0)


@cache
def _pair(locking: int, single: int) -> Tables:
    """One value for each of the 13 x 14 pairs, so that what it computes is computed once."""
    return Tables(locking, single)


DEFAULT: Final = tables()

_ASCII: Final = {
    code: septet[0]
    for code, septet in DEFAULT.to_septets.items()
    if code < 0x80 and len(septet) == 1
}
_ASCII_SEPTETS: Final = bytes(_ASCII.get(code, 0) for code in range(0x100))
_ASCII_ALONE: Final = bytes(_ASCII)
"""Characters of ASCII that take one septet of the default tables, and that septet: letters, digits and most signs."""


def encode(text: str, given: Tables = DEFAULT) -> bytes:
    """Write text as unpacked septets, one an octet.

    Raises UnicodeEncodeError for a character that the tables do not hold.
    """
    return _encode(text, "strict", given.to_septets)[0]


def encode_ascii(text: str) -> bytes | None:
    """The same by the default tables, of a text of _ASCII_ALONE, in a fifth of the instructions for a text of 88 characters; None for any other."""
    if not text.isascii():
        return None
    octets = text.encode("ascii")
    return None if octets.translate(None, _ASCII_ALONE) else octets.translate(_ASCII_SEPTETS)


def encode_lossy(text: str, given: Tables = DEFAULT) -> bytes:
    """Write text as unpacked septets with `?` for every character the tables do not hold."""
    return _encode(text, "replace", given.to_septets)[0]


def decode(septets: bytes, given: Tables = DEFAULT) -> str:
    """Read unpacked septets. Never fails: what no table holds becomes REPLACEMENT.

    A code that the single shift table lacks shows the character of the main table, and ESC ESC
    a space, as section 6.2.1.1 says. ESC at the very end was cut off and shows nothing.
    """
    main = LOCKING[given.locking]
    if ESC not in septets:
        return _decode(septets, "replace", main)[0]
    single = SINGLE[given.single]
    written: list[str] = []
    start = 0
    while (escape := septets.find(ESC, start)) >= 0:
        written.append(_decode(septets[start:escape], "replace", main)[0])
        shifted = septets[escape + 1 : escape + 2]
        if shifted == b"\x1b":
            written.append(" ")
        elif shifted:
            plain = _decode(shifted, "replace", main)[0]
            written.append(single.get(shifted[0], plain))
        start = escape + 2
    written.append(_decode(septets[start:], "replace", main)[0])
    return "".join(written)


def pack(septets: bytes, *, fill_bits: int = 0) -> bytes:
    """Pack septets eight in seven octets, after `fill_bits` (0-6) that align them to a header."""
    packed = bytearray()
    held, bits = 0, fill_bits
    for septet in septets:
        held |= (septet & 0x7F) << bits
        bits += 7
        while bits >= 8:
            packed.append(held & 0xFF)
            held >>= 8
            bits -= 8
    if bits:
        packed.append(held)
    return bytes(packed)


def unpack(packed: bytes, *, septets: int | None = None, fill_bits: int = 0) -> bytes:
    """Unpack octets to septets, at most `septets` of them.

    Without a count a last septet of seven zero or CR padding bits is dropped, because seven
    spare bits and one more character cannot be told apart (section 6.1.2.3.1).
    """
    room, spare_bits = divmod(max(0, len(packed) * 8 - fill_bits), 7)
    unpacked = bytearray()
    held, bits = 0, -fill_bits
    for octet in packed:
        held |= octet << (bits + fill_bits)
        bits += 8
        if fill_bits:
            held >>= fill_bits
            fill_bits = 0
        while bits >= 7:
            unpacked.append(held & 0x7F)
            held >>= 7
            bits -= 7
    if septets is not None:
        return bytes(unpacked[: max(0, septets)])
    padded = room and not spare_bits and unpacked[-1] in (0x00, 0x0D)
    return bytes(unpacked[:-1] if padded else unpacked)
