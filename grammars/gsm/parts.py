"""What a text costs: in which alphabet it goes, in how many parts, and which characters are dear.

A part carries 140 octets of user data (3GPP TS 23.040, section 9.2.3.24). A text of several
parts gives each a header: 6 octets with an 8-bit reference, 7 with a 16-bit one, 3 more for each
national shift. So 160 or 153, 152, 149 ... septets, and 70 or 67, 66 UCS-2 units.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import filterfalse, islice
from typing import Final, Literal

import msgspec

from grammars.gsm.alphabet import DEFAULT, Tables, tables
from grammars.gsm.plain import replacement
from grammars.gsm.tables import LANGUAGES, LOCKING, SINGLE

Concatenation = Literal["udh8", "udh16", "sar", "payload"]
"""How parts are joined: a header with an 8- or 16-bit reference, SAR TLVs, or one PDU whose
message_payload the SMSC cuts. With the last two the SMSC writes the header, an 8-bit one."""

OCTETS_PER_PART: Final = 140
CULPRITS_MAX: Final = 8
"""Culprits named at most; the text of a shop needs no longer list to be mended."""

_HEADER_OCTETS: Final[dict[str, int]] = {"udh8": 5, "udh16": 6, "sar": 5, "payload": 5}


@dataclass(frozen=True, slots=True)
class Alphabet:
    """GSM 7-bit with its tables, or UCS-2 when there are none."""

    tables: Tables | None

    @property
    def name(self) -> Literal["gsm7", "ucs2"]:
        return "ucs2" if self.tables is None else "gsm7"

    def units_alone(self) -> int:
        """Units that a message of one part holds: septets, or UTF-16 code units."""
        return self._units(self.tables.shift_octets if self.tables else 0)

    def units_per_part(self, concatenation: Concatenation = "udh8") -> int:
        """Units that one part of several holds."""
        shifts = self.tables.shift_octets if self.tables else 0
        return self._units(_HEADER_OCTETS[concatenation] + shifts)

    def _units(self, elements: int) -> int:
        """Units beside so many octets of information elements and their length octet."""
        octets = OCTETS_PER_PART - (elements + 1 if elements else 0)
        return octets // 2 if self.tables is None else octets * 8 // 7

    def __str__(self) -> str:
        return "UCS-2" if self.tables is None else str(self.tables)


GSM7: Final = Alphabet(DEFAULT)
UCS2: Final = Alphabet(None)


class Culprit(msgspec.Struct, frozen=True):
    """A character that GSM 7-bit does not have."""

    character: str
    index: int
    """Where it first stands in the text."""
    replacement: str | None
    """What to write instead at 7 bits, if anything does."""


class Parts(msgspec.Struct, frozen=True):
    """The cost of a text."""

    alphabet: Alphabet
    units: int
    """Septets, or UTF-16 code units."""
    parts: int
    spare_units: int
    """Units free in the last part."""
    culprits: tuple[Culprit, ...] = ()
    """Why it is UCS-2: the characters at fault in order, at most CULPRITS_MAX."""

    @property
    def avoidable(self) -> bool:
        """Every culprit named has a cheaper replacement."""
        return bool(self.culprits) and all(c.replacement is not None for c in self.culprits)


def count_parts(
    text: str, *, concatenation: Concatenation = "udh8", shifts: Sequence[str] = ()
) -> Parts:
    """Count the parts of a text; `shifts` names the national languages that may be used.

    An empty text is one part. The count is exact: an ESC pair and a surrogate pair are never cut.
    """
    if DEFAULT.single_cost.issuperset(text):
        units = len(text)
        if units <= 160:
            return Parts(GSM7, units, 1, 160 - units)
        return _filled(GSM7, units, concatenation)
    alphabet = choose(text, concatenation=concatenation, shifts=shifts)
    units = count_units(text, alphabet)
    culprits = culprits_of(text) if alphabet is UCS2 else ()
    room = alphabet.units_alone()
    if units <= room:
        return Parts(alphabet, units, 1, room - units, culprits)
    if len(text) == units:
        counted = _filled(alphabet, units, concatenation)
        return Parts(alphabet, units, counted.parts, counted.spare_units, culprits)
    pieces = cut(text, alphabet, alphabet.units_per_part(concatenation))
    last = count_units(pieces[-1], alphabet)
    spare = alphabet.units_per_part(concatenation) - last
    return Parts(alphabet, units, len(pieces), spare, culprits)


def _filled(alphabet: Alphabet, units: int, concatenation: Concatenation) -> Parts:
    """Parts of a text whose every character is one unit, so that each part is full."""
    room = alphabet.units_per_part(concatenation)
    parts = -(-units // room)
    return Parts(alphabet, units, parts, parts * room - units)


def choose(
    text: str, *, concatenation: Concatenation = "udh8", shifts: Sequence[str] = ()
) -> Alphabet:
    """The cheapest alphabet that holds the whole text.

    Fewest parts, then fewest units, then fewest shifts: what a handset does with the shifts its
    network allows. Raises KeyError for a language that TS 23.038 does not know.
    """
    if DEFAULT.characters.issuperset(text):
        return GSM7
    numbers = [LANGUAGES[shift] for shift in shifts]
    candidates: list[tuple[int, int, int, Alphabet]] = []
    for locking in (0, *(number for number in numbers if number in LOCKING)):
        for single in (0, *(number for number in numbers if number in SINGLE)):
            given = tables(locking, single)
            if given is not DEFAULT and given.characters.issuperset(text):
                alphabet = Alphabet(given)
                units = count_units(text, alphabet)
                parts = _part_count(text, alphabet, units, concatenation)
                candidates.append((parts, units, given.shift_octets, alphabet))
    if not candidates:
        return UCS2
    # Even two septets a character take less room than UCS-2, so there is nothing to compare with.
    return min(candidates, key=lambda candidate: candidate[:3])[3]


def _part_count(text: str, alphabet: Alphabet, units: int, concatenation: Concatenation) -> int:
    if units <= alphabet.units_alone():
        return 1
    return len(cut(text, alphabet, alphabet.units_per_part(concatenation)))


def count_units(text: str, alphabet: Alphabet) -> int:
    """Septets or UTF-16 code units of a text that the alphabet holds."""
    if alphabet.tables is None:
        return len(text.encode("utf-16-be", "surrogatepass")) // 2
    doubles = alphabet.tables.double_cost & frozenset(text)
    return len(text) + sum(map(text.count, doubles))


def cut(text: str, alphabet: Alphabet, room: int) -> list[str]:
    """Cut a text into pieces of at most `room` units (at least 2), each as full as it can be."""
    if alphabet.tables is None:
        doubles = frozenset(character for character in frozenset(text) if character > "\uffff")
    else:
        doubles = alphabet.tables.double_cost & frozenset(text)
    pieces: list[str] = []
    start, length = 0, len(text)
    while start < length or not pieces:
        end = min(length, start + room)
        if doubles:
            end = _end_within(text, doubles, start, room)
        pieces.append(text[start:end])
        start = end
    return pieces


def _end_within(text: str, doubles: frozenset[str], start: int, room: int) -> int:
    """Where a piece ends that holds `room` units and characters of two units."""
    units = 0
    for index in range(start, min(len(text), start + room)):
        units += 2 if text[index] in doubles else 1
        if units > room:
            return index
    return min(len(text), start + room)


def culprits_of(text: str) -> tuple[Culprit, ...]:
    """The characters outside GSM 7-bit by first appearance, at most CULPRITS_MAX."""
    outside = dict.fromkeys(filterfalse(DEFAULT.characters.__contains__, text))
    return tuple(
        [
            Culprit(character, text.index(character), replacement(character))
            for character in islice(outside, CULPRITS_MAX)
        ]
    )
