"""Telephone numbers: what was dialled, what may be dialled, and by whose leave.

Toll fraud is somebody making us call a number that costs money. So nothing is ever dialled but digits that an allow-list
holds; the list is empty unless a seller writes one; and the host of a URI that somebody sends us is never called.
"""

from __future__ import annotations

from center.allowed import Allowed, plain
from ivr.sip.errors import NotAllowedError
from ivr.sip.uri import Uri


class AllowList(Allowed):
    """Numbers that may be dialled; see center.allowed for how they are compared."""

    def require(self, number: str) -> str:
        """The number as it is dialled: what was compared, and not what was written. Raises NotAllowedError."""
        kept = self.number(number)
        if not kept:
            raise NotAllowedError(f"{number!r} is not on the allow-list")
        return kept


NOBODY = AllowList()
"""Holds no number."""


def number_of(uri: Uri) -> str:
    """The number that a URI stands for; "" where it stands for none."""
    if uri.scheme == "tel" or (uri.scheme in ("sip", "sips") and uri.user):
        return plain(uri.number)
    return ""


__all__ = ["NOBODY", "AllowList", "number_of", "plain"]
