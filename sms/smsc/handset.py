"""A phone without a screen: it puts segments together, counts what they cost, and writes some.

Values in, values out. `now` is an argument.
"""

from typing import Literal

import msgspec

from grammars.gsm.parts import GSM7, UCS2, Alphabet, Parts, count_parts
from sms.piece import Piece
from sms.reassembly import Key, Reassembly, Whole
from sms.segments import Segment, split


class Heard(msgspec.Struct, frozen=True, tag_field="got", tag="heard"):
    """A message that a phone shows."""

    number: str
    """The phone."""
    code: str
    """Who wrote: the seller's short code."""
    text: str
    parts: int
    alphabet: str
    """`gsm7`, `ucs2` or the character set of its data_coding."""
    price: int
    """Of all parts, in minor units of money."""
    screen: Literal["ask", "end"] | None = None
    """For a USSD screen: whether the phone may answer it."""
    session: int | None = None
    """The dialog's number, if the carrier names it."""


class Said(msgspec.Struct, frozen=True, tag_field="got", tag="said"):
    """What it took to send a text."""

    parts: int
    units: int
    alphabet: str


class Handset:
    """One phone. Its reference counts up, so that its long texts never mix."""

    def __init__(self, number: str, *, price_per_part: int = 0) -> None:
        self.number = number
        self._price_per_part = price_per_part
        self._reassembly = Reassembly()
        self._reference = 0

    def text(self, text: str) -> tuple[list[Segment], Parts]:
        """Write a text: the segments on the air, and their count."""
        self._reference = (self._reference + 1) & 0xFF
        return split(text, reference=self._reference), count_parts(text)

    def receive(
        self, code: str, piece: Piece, now: float, shown: tuple[int | None, bool] | None = None
    ) -> Heard | None:
        """Take a segment: the message once it is whole, or None."""
        if shown:
            return msgspec.structs.replace(
                self._show(code, Whole(Key(code, self.number, 0, 1), (piece,))),
                price=0,
                screen="end" if shown[1] else "ask",
                session=shown[0],
            )
        for outcome in self._reassembly.receive(code, self.number, piece, now):
            if isinstance(outcome, Whole):
                return self._show(code, outcome)
        return None

    def _show(self, code: str, whole: Whole) -> Heard:
        first = whole.pieces[0]
        parts = len(whole.pieces) if len(whole.pieces) > 1 else _parts_on_the_air(first)
        return Heard(
            number=self.number,
            code=code,
            text=whole.text,
            parts=parts,
            alphabet=first.charset,
            price=parts * self._price_per_part,
        )


def _parts_on_the_air(piece: Piece) -> int:
    """Parts of a message that came in one PDU: more than one if it was a message_payload."""
    alphabet: Alphabet = UCS2 if piece.charset == "ucs2" else GSM7
    units = len(piece.octets) // 2 if piece.charset == "ucs2" else len(piece.octets)
    if piece.charset not in ("gsm7", "ucs2"):
        # Eight bits a character: as many octets as a part of UCS-2 has.
        units = -(-len(piece.octets) // 2)
        alphabet = UCS2
    if units <= alphabet.units_alone():
        return 1
    return -(-units // alphabet.units_per_part())
