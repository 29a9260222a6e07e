"""A list of numbers that may be called, compared as telephones and not as texts: +86 138, 0086138 and 0138 are one beginning.

Whoever could write a number in another way than the list does would be refused though the list means it, or called though it does not:
`0*` for the landlines of China must not hold 00 1 900. So both sides are read by the country's numbering first. A beginning is
written as it is dialled at home (`138*`, `010*`), or with its country code (`+86138*`, `0086138*`); it holds what is longer, but
nothing that a trunk could take for a call abroad, though the plan does not: 00 690 3100 has too few digits for one, and rings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from center.numbering import CHINA, NATIONAL_DIGITS_MIN, Numbering
from grammars.phones import E164_DIGITS_MAX

_SEPARATORS: Final = str.maketrans("", "", "-.() ")
"""What people write between digits (RFC 3966, section 5.1.1)."""
HOME_DIGITS_MAX: Final = 12
"""Of a number as it is dialled in China: an area code with its zero, and eight. Longer is a prefix of another carrier's, then anything."""
_is_dialable = re.compile(rf"\+?[0-9]{{1,{E164_DIGITS_MAX}}}").fullmatch
_is_entry = re.compile(rf"\+?[0-9]{{1,{E164_DIGITS_MAX}}}\*?").fullmatch
_is_mobile = re.compile(r"01[3-9]").match
"""A Chinese mobile with the zero that is dialled before it from elsewhere: no area code begins so."""


def plain(number: str) -> str:
    """A number as digits with perhaps a plus; "" for what cannot be one."""
    digits = number.translate(_SEPARATORS)
    return digits if digits.isascii() and _is_dialable(digits) else ""


class Allowed:
    """Whole numbers, and beginnings of numbers with `*` at their end."""

    def __init__(self, entries: Iterable[str] = (), numbering: Numbering | None = None) -> None:
        """Raises ValueError for an entry that is neither."""
        self.entries: Final = tuple(entries)
        """As they were written."""
        for entry in self.entries:
            if not _is_entry(entry):
                raise ValueError(
                    f"{entry!r} is no number to allow; write digits, perhaps + before and * after"
                )
        plan = self._numbering = numbering or Numbering()
        self._exact = frozenset(plan.of(entry) for entry in self.entries if entry[-1] != "*")
        beginnings = [entry[:-1] for entry in self.entries if entry[-1] == "*"]
        self._at_home = [_at_home(each, plan) for each in beginnings if each[0] != "+"]
        self._whole = [whole for each in beginnings if (whole := _whole(each, plan))]
        self._all_abroad = plan.abroad in beginnings

    def number(self, written: str) -> str:
        """A number as it is kept and dialled, where the list holds it; else ""."""
        digits = plain(written)
        if not digits:
            return ""
        plan = self._numbering
        kept = plan.of(digits)
        whole = plan.international(kept)
        held = kept in self._exact or (
            not _leads_abroad(kept, plan)
            and (
                (_is_at_home(kept, plan) and _begins(kept, self._at_home))
                or _begins(whole, self._whole)
                or (
                    self._all_abroad
                    and whole[0] == "+"
                    and not whole.startswith(f"+{plan.country}")
                )
            )
        )
        return kept if held else ""

    def holds(self, written: str) -> bool:
        """Whether a number may be called."""
        return self.number(written) != ""


def _begins(number: str, beginnings: Iterable[str]) -> bool:
    return any(number.startswith(each) and number != each for each in beginnings)


def _is_at_home(kept: str, plan: Numbering) -> bool:
    """Whether a number is kept as it is dialled at home: in China all of its own are, elsewhere those of services alone."""
    longest = HOME_DIGITS_MAX if plan.country == CHINA else NATIONAL_DIGITS_MIN - 1
    return kept[0] != "+" and len(kept) <= longest


def _leads_abroad(kept: str, plan: Numbering) -> bool:
    """Whether a number has the prefix for abroad where the plan would have read it, or just after the country's code."""
    if kept.startswith(plan.abroad):
        return True
    if len(kept) < NATIONAL_DIGITS_MIN:
        return False
    digits = kept.removeprefix("+")
    national = digits.removeprefix(plan.country)
    # Where a trunk prefix is dialled no national number begins with a zero; elsewhere one may (Italy's +39 06).
    hidden = "0" if plan.trunk_prefix else plan.abroad
    return national != digits and national.startswith((plan.abroad, hidden))


def _at_home(digits: str, plan: Numbering) -> str:
    """A beginning as it is dialled at home."""
    return digits[1:] if plan.country == CHINA and _is_mobile(digits) else digits


def _whole(digits: str, plan: Numbering) -> str:
    """A beginning with plus and country code; "" for one that is compared as it is dialled at home, and for all that is abroad."""
    if digits[0] == "+":
        return digits
    if digits.startswith(plan.abroad):
        abroad = digits.removeprefix(plan.abroad)
        return f"+{abroad}" if abroad else ""
    if plan.country == CHINA:
        return ""
    return f"+{plan.country}{digits.removeprefix(plan.trunk_prefix)}"
