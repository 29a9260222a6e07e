"""Order numbers that a person can say on the phone: a letter or two and four digits."""

from __future__ import annotations

LETTERS = "AFHJKLQRUWXY"
"""Letters that are not taken for one another over a telephone line (B D P T, M N and I O are out)."""

_LETTERS = frozenset(LETTERS)
_PER_LETTER = 9_999


def order_number(serial: int) -> str:
    """The serial-th order of a seller, from 1: A0001 ... A9999, F0001 ..., AA0001 after the last letter."""
    if serial < 1:
        raise ValueError("order serials begin at 1")
    block, rest = divmod(serial - 1, _PER_LETTER)
    letters = ""
    block += 1
    while block:
        block, index = divmod(block - 1, len(LETTERS))
        letters = LETTERS[index] + letters
    return "%s%04d" % (letters, rest + 1)  # noqa: UP031 - half as long as an f-string takes


def order_serial(number: str) -> int:
    """The serial that `order_number` gives this number for. Raises ValueError if it gives it for none."""
    letters, digits = number[:-4], number[-4:]
    if (
        not letters
        or not _LETTERS.issuperset(letters)
        or not (digits.isascii() and digits.isdecimal() and int(digits))
    ):
        raise ValueError(f"`{number}` is no order number; they are written like A0001")
    block = 0
    for letter in letters:
        block = block * len(LETTERS) + LETTERS.index(letter) + 1
    return (block - 1) * _PER_LETTER + int(digits)
