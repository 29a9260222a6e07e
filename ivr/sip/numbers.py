"""Telephone numbers: what was dialled, what may be dialled, and by whose leave.

Toll fraud is somebody making us call a number that costs money. So nothing is ever dialled but digits that an allow-list
holds; the list is empty unless a seller writes one; and the host of a URI that somebody sends us is never called.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ivr.sip.errors import NotAllowedError
from ivr.sip.uri import Uri

DIGITS_MAX = 15
"""E.164, section 6."""
SEPARATORS = str.maketrans("", "", "-.() ")
"""What people write between digits. RFC 3966, section 5.1.1."""

_is_dialable = re.compile(rf"\+?[0-9]{{1,{DIGITS_MAX}}}").fullmatch
_is_entry = re.compile(rf"\+?[0-9]{{1,{DIGITS_MAX}}}\*?").fullmatch


def plain(number: str) -> str:
    """A number as digits with perhaps a plus; "" for what cannot be one."""
    digits = number.translate(SEPARATORS)
    return digits if digits.isascii() and _is_dialable(digits) else ""


@dataclass(frozen=True, slots=True)
class AllowList:
    """Numbers that may be called: each exact, or the beginning of many with `*` at its end (`+8610*`).

    A plus is part of a number: +8610 and 8610 are two entries, since a trunk may dial them differently.
    Raises ValueError for an entry that is neither.
    """

    entries: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for entry in self.entries:
            if not _is_entry(entry):
                raise ValueError(
                    f"{entry!r} is no number to allow; write digits, perhaps + before and * after"
                )

    def holds(self, number: str) -> bool:
        """Whether this number may be called."""
        wanted = plain(number)
        return wanted != "" and any(
            wanted.startswith(entry[:-1]) and wanted != entry[:-1]
            if entry[-1] == "*"
            else wanted == entry
            for entry in self.entries
        )

    def require(self, number: str) -> str:
        """The number as it is dialled. Raises NotAllowedError."""
        if not self.holds(number):
            raise NotAllowedError(f"{number!r} is not on the allow-list")
        return plain(number)


NOBODY = AllowList()
"""Holds no number."""


def number_of(uri: Uri) -> str:
    """The number that a URI stands for; "" where it stands for none."""
    if uri.scheme == "tel" or (uri.scheme in ("sip", "sips") and uri.user):
        return plain(uri.number)
    return ""
