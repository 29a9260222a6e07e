"""How much a USSD screen holds: 160 octets, in whichever alphabet its text goes. 3GPP TS 24.090 and TS 23.038, section 5."""

from __future__ import annotations

from typing import Final

from grammars.gsm.parts import UCS2, choose, count_units

SEPTETS_MAX: Final = 182
"""At 7 bits a character."""
UNITS_MAX: Final = 80
"""At 16 bits."""


def measure(text: str) -> tuple[int, int]:
    """What a text takes as a screen, and what there is room for."""
    alphabet = choose(text)
    return count_units(text, alphabet), UNITS_MAX if alphabet is UCS2 else SEPTETS_MAX


def fits(text: str) -> bool:
    """Whether a text is one screen."""
    units, room = measure(text)
    return units <= room
