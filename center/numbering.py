"""How telephone numbers are kept, whatever way a network wrote them: one buyer, by whatever channel he comes.

A carrier writes 8613800138000, a trunk +8613800138000 or 013800138000, a handset 138 0013 8000: all are one telephone. A
number is kept as `grammars.phones` reads it, so that it compares with what a buyer answers: a Chinese one as it is dialled
in China, any other in E.164 with its plus.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from grammars.phones import (
    E164_DIGITS_MAX,
    E164_DIGITS_MIN,
    is_as_dialled_in_china,
    read_phone,
)

NATIONAL_DIGITS_MIN: Final = 7
"""Shorter ones are services, or extensions of a switch; they are kept as they came."""
CHINA: Final = "86"

_SEPARATORS: Final = str.maketrans("", "", "-.() /")
"""What people write between digits (RFC 3966, section 5.1.1)."""


@dataclass(frozen=True, slots=True)
class Numbering:
    """How numbers without a plus are meant. Raises ValueError for what cannot be a plan."""

    country: str = CHINA
    "The country code of numbers that bear none (E.164)."
    trunk_prefix: str = "0"
    "Dialled before a national number, and no part of it; empty where there is none."
    abroad: str = "00"
    "Dialled before a country code."
    national_digits: int = 10
    "A number with neither plus nor prefix that has more bears its country code already."

    def __post_init__(self) -> None:
        if not (self.country.isascii() and self.country.isdigit() and 1 <= len(self.country) <= 3):
            raise ValueError(f"{self.country!r} is no country code; write its digits, such as 86")

    def of(self, written: str, *, international: bool = False) -> str:
        """A number as it is kept; what is none comes back as it was written.

        `international` says that the network told so beside the number (SMPP 3.4, section 5.2.5).
        """
        at_home = read_phone(written) if self.country == CHINA else None
        if at_home is not None:
            # Before all else: some carriers call international what is dialled within China.
            return at_home
        digits = written.translate(_SEPARATORS)
        bare = digits.removeprefix("+")
        if not (bare.isascii() and bare.isdigit()) or len(bare) < NATIONAL_DIGITS_MIN:
            return written
        # No country code begins with a zero, whatever was told beside it (ITU-T E.164, section 6.2.1).
        if bare != digits or (international and bare[0] != "0"):
            return _abroad(bare) or written
        if bare.startswith(self.abroad):
            return _abroad(bare.removeprefix(self.abroad)) or written
        return self._national(bare) or written

    def international(self, kept: str) -> str:
        """A number that is kept, in E.164 with its plus; what is no telephone's stays as it is."""
        if kept[:1] == "+" or len(kept) < NATIONAL_DIGITS_MIN or not is_as_dialled_in_china(kept):
            return kept
        # Of an area code its zero is the trunk prefix (ITU-T E.164, section 6.2); mobiles and 400 have none.
        return f"+{CHINA}{kept.removeprefix('0')}"

    def _national(self, digits: str) -> str | None:
        """One without plus; None for what is no number."""
        national = digits.removeprefix(self.trunk_prefix)
        if self.country == CHINA:
            at_home = read_phone(f"+{CHINA}{national}")
            if at_home is not None or national != digits or len(digits) <= self.national_digits:
                return at_home
        elif national != digits or len(digits) <= self.national_digits:
            return _abroad(self.country + national)
        return _abroad(digits)


def _abroad(digits: str) -> str | None:
    """One with its country code; None for what is no number."""
    found = read_phone(f"+{digits}")
    if found is not None or digits.startswith(CHINA):
        return found
    return f"+{digits}" if E164_DIGITS_MIN <= len(digits) <= E164_DIGITS_MAX else None
