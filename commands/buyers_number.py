"""A buyer's number as whoever types a command writes it, and how shops may have kept it."""

from __future__ import annotations

from center.numbering import Numbering
from grammars.phones import read_phone

EXAMPLE = "+254711111111"
_NUMBERING = Numbering()


def readings(written: str) -> tuple[str, ...]:
    """How a number may be kept, the likeliest first: within China, then from abroad, also where its plus was left out.

    What a shop's own country is, the database does not say: a number as it is dialled elsewhere is not found.
    """
    found = [
        read_phone(written),
        _NUMBERING.of(written),
        _NUMBERING.of(f"+{written.strip()}"),
        written,
    ]
    return tuple(dict.fromkeys(reading for reading in found if reading))


def what_to_write(written: str) -> str:
    """Behind a number that nobody has: how to write one, unless it was written so."""
    return "" if written.startswith("+") else f"; write it with its country code, such as {EXAMPLE}"
