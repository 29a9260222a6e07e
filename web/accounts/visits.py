"""Who is signed in: a token in the browser's cookie, what it stands for here, and the pages that are open on it.

A visit with an open page is not idle, and when it ends its pages are closed; at VISIT_S_MAX it ends, whatever is open. What
is kept of a visit is a digest of its token, so that who reads the file is nobody, and one of the password, so that a new
password ends all visits that began with the old one. A restart ends none.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from web.accounts.account import Account, Accounts

IDLE_S_MAX = 1_800.0
"""A browser not heard of for so long is signed out."""
VISIT_S_MAX = 43_200.0
"""A working day; then one signs in again."""
VISITS_MAX = 100_000
"""Twelve hours of 80,000 agents; the one that was used longest ago makes room."""
TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class KeptVisit:
    """A visit as it is kept."""

    token: bytes
    """Its digest."""
    name: str
    password: bytes
    """A digest of what is kept of it."""
    began_at: float
    """Unix seconds."""


class VisitBook(Protocol):
    """Where visits outlive the process."""

    def visits(self) -> Iterable[KeptVisit]:
        """All of them, oldest first."""
        ...

    def keep_visit(self, visit: KeptVisit) -> None:
        """One more."""
        ...

    def drop_visit(self, token: bytes) -> None:
        """It has ended."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class OpenPage:
    """A page that is connected for as long as somebody looks at it."""

    may: Callable[[Account], bool]
    """Who may look at it."""
    close: Callable[[], object]


@dataclass(slots=True)
class _Visit:
    """A browser that has signed in."""

    kept: KeptVisit
    seen_at: float
    pages: set[OpenPage] = field(default_factory=set[OpenPage])


class Visits:
    """All of them. `now` is Unix seconds."""

    def __init__(self, accounts: Accounts, book: VisitBook | None = None, now: float = 0.0) -> None:
        self._accounts = accounts
        self._book = book
        self._visits: OrderedDict[bytes, _Visit] = OrderedDict()
        """The one that was used longest ago first."""
        self._began: OrderedDict[bytes, float] = OrderedDict()
        """When each began, the oldest first."""
        for kept in book.visits() if book is not None else ():
            self._add(kept, now)

    def begin(self, account: Account, now: float) -> str:
        """A new visit's token."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        kept = KeptVisit(_digest(token), account.name, _digest(account.password), now)
        self._add(kept, now)
        if self._book is not None:
            self._book.keep_visit(kept)
        if len(self._visits) > VISITS_MAX:
            self._make_room()
        return token

    def find(self, token: str, now: float) -> Account | None:
        """Who has this token."""
        digest = _digest(token)
        visit = self._visits.get(digest)
        account = self._find(digest, visit, now) if visit is not None else None
        if account is not None and visit is not None:
            self._see(digest, visit, now)
        return account

    def open(self, token: str, page: OpenPage) -> None:
        """A page is connected; the token is one that was found just now."""
        self._visits[_digest(token)].pages.add(page)

    def shut(self, token: str, page: OpenPage, now: float) -> None:
        """It is not any more: the browser was here until now, without asking for anything."""
        digest = _digest(token)
        visit = self._visits.get(digest)
        if visit is not None:
            visit.pages.discard(page)
            self._see(digest, visit, now)

    def look_again(self, names: Collection[str], now: float) -> None:
        """Some people have changed, or are let go: close what they have open and may not see any more."""
        for token, visit in [x for x in self._visits.items() if x[1].kept.name in names]:
            account = self._find(token, visit, now)
            if account is not None:
                for page in [page for page in visit.pages if not page.may(account)]:
                    page.close()

    def end_old(self, now: float) -> None:
        """End those that have lasted for a working day, and close their pages."""
        while self._began:
            digest, began_at = next(iter(self._began.items()))
            if now - began_at <= VISIT_S_MAX:
                return
            self._drop(digest)

    def end(self, token: str) -> None:
        """Sign out."""
        self._drop(_digest(token))

    def _add(self, kept: KeptVisit, now: float) -> None:
        self._visits[kept.token] = _Visit(kept, now)
        self._began[kept.token] = kept.began_at

    def _find(self, digest: bytes, visit: _Visit, now: float) -> Account | None:
        """Whose visit it is; it ends here if it is nobody's any more."""
        account = self._accounts.account(visit.kept.name)
        if (
            account is None
            or _digest(account.password) != visit.kept.password
            or (not visit.pages and now - visit.seen_at > IDLE_S_MAX)
            or now - visit.kept.began_at > VISIT_S_MAX
        ):
            self._drop(digest)
            return None
        return account

    def _make_room(self) -> None:
        for _ in range(len(self._visits)):
            oldest = next(iter(self._visits))
            if not self._visits[oldest].pages:
                break
            # Somebody is there now.
            self._visits.move_to_end(oldest)
        self._drop(next(iter(self._visits)))

    def _see(self, digest: bytes, visit: _Visit, now: float) -> None:
        visit.seen_at = now
        self._visits.move_to_end(digest)

    def _drop(self, digest: bytes) -> None:
        visit = self._visits.pop(digest, None)
        if visit is None:
            return
        del self._began[digest]
        if self._book is not None:
            self._book.drop_visit(digest)
        for page in visit.pages:
            page.close()


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
