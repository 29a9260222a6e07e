"""Who is signed in: a token in the browser's cookie, and what it stands for here."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import dataclass

from web.accounts.account import Account

IDLE_S_MAX = 1_800.0
"""A browser not heard of for so long is signed out."""
VISIT_S_MAX = 43_200.0
"""A working day; then one signs in again."""
VISITS_MAX = 100_000
"""Twelve hours of 80,000 agents; the one that was used longest ago makes room."""
TOKEN_BYTES = 32


@dataclass(slots=True)
class Visit:
    """A browser that has signed in."""

    account: Account
    began_at: float
    seen_at: float


class Visits:
    """All of them. `now` is seconds of a clock that only goes forward. A restart signs everybody out."""

    def __init__(self) -> None:
        self._visits: OrderedDict[str, Visit] = OrderedDict()

    def begin(self, account: Account, now: float) -> str:
        """A new visit's token."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        self._visits[token] = Visit(account, now, now)
        while len(self._visits) > VISITS_MAX:
            self._visits.popitem(last=False)
        return token

    def find(self, token: str, now: float) -> Account | None:
        """Who has this token."""
        visit = self._visits.get(token)
        if visit is None:
            return None
        if now - visit.seen_at > IDLE_S_MAX or now - visit.began_at > VISIT_S_MAX:
            del self._visits[token]
            return None
        visit.seen_at = now
        self._visits.move_to_end(token)
        return visit.account

    def end(self, token: str) -> None:
        """Sign out."""
        self._visits.pop(token, None)
