"""Which contacts wait for an outcome or a code, so that of all others nothing is looked for."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from center.awaited import Awaited
from center.contact import ContactKey

KNOWN_MAX = 200_000
"""Contacts that are known to wait, some 50 MB. Where more do, each that says something is looked for, which costs a few microseconds,
until the next start."""


class Awaiting:
    """Read at a start, and noted from batch to batch: nobody else writes it."""

    __slots__ = ("known",)

    known: set[ContactKey] | None
    """None: too many to know."""

    def __init__(self, db: sqlite3.Connection, sql: Mapping[str, str]) -> None:
        self.known = {ContactKey(*row) for row in db.execute(sql["who_waits"], (KNOWN_MAX + 1,))}
        self._bound()

    def note(self, changed: Mapping[ContactKey, Awaited | None]) -> None:
        """A batch that is on disk has changed these."""
        if self.known is None:
            return
        for contact, awaited in changed.items():
            (self.known.discard if awaited is None else self.known.add)(contact)
        self._bound()

    def _bound(self) -> None:
        if self.known is not None and len(self.known) > KNOWN_MAX:
            self.known = None
