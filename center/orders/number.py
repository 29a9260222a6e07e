"""Order numbers that a person can say on the phone: a letter or two and four digits."""

from __future__ import annotations

LETTERS = "AFHJKLQRUWXY"
"""Letters that are not taken for one another over a telephone line (B D P T, M N and I O are out)."""

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
    return f"{letters}{rest + 1:04d}"
