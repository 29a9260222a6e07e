"""Sellers in the store, and the programs that they published."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from flows.program import Program
from store.batch import errors
from store.database import Database
from store.parted import PartedPrograms


class Programs(Database):
    """What is live, what was before it, and the programs that sessions are pinned to."""

    def __init__(self, path: Path | str) -> None:
        super().__init__(path)
        self._programs = PartedPrograms(self._db, self._sql)

    def publish(self, seller: str, program: Program, now: int) -> bytes:
        """Make a program the one that new sessions of a seller run; its products get their stock once."""
        return self.publish_all([(seller, program)], now)[0]

    def publish_all(self, programs: Iterable[tuple[str, Program]], now: int) -> list[bytes]:
        """The same of many sellers, in one transaction; their programs' fingerprints."""
        kept: set[int] = set()
        with self._transaction():
            names = [self._publish(seller, program, now, kept) for seller, program in programs]
        self._tables.hot.clear()
        return names

    def _publish(self, seller: str, program: Program, now: int, kept: set[int]) -> bytes:
        name = self._programs.keep(program, kept)
        self._db.execute(self._sql["publish"], (seller, name))
        number = self._db.execute(self._sql["seller"], (seller,)).fetchone()[0]
        self._db.execute(self._sql["note_publication"], (number, name, now))
        self._db.executemany(
            self._sql["put_stock_if_absent"],
            [(number, product.code, product.stock) for product in program.products],
        )
        return name

    def published(self) -> dict[str, bytes]:
        """The fingerprint of each seller's program."""
        return dict(self._db.execute(self._sql["published"]).fetchall())

    def publications(self, seller: str, limit: int = 20) -> list[tuple[bytes, int]]:
        """What a seller published, newest first, with the times."""
        rows = self._db.execute(self._sql["publications"], (self._number(seller), limit))
        return [(row[0], row[1]) for row in rows]

    def last_publication(self) -> int:
        """The number of the newest publication of all; 0 where there is none."""
        return self._db.execute(self._sql["last_publication"]).fetchone()[0]

    def publications_after(self, number: int, limit: int) -> list[tuple[int, str, bytes]]:
        """Publications after that one, in order: number, seller, fingerprint. Raises StoreError."""
        with errors():
            return self._db.execute(self._sql["publications_after"], (number, limit)).fetchall()

    def program(self, name: bytes) -> Program | None:
        """The program of a fingerprint."""
        return self._programs.find(name)

    def sessions(self, seller: str) -> list[bytes]:
        """Packed sessions of a seller, live or over."""
        number = self._number(seller)
        if number is None:
            return []
        self._look()
        recent = self._tables.recent.contacts_of(number)
        rested = self._db.execute(self._sql["sessions_of_seller"], (number,))
        return [contact.session for contact in recent.values()] + [
            session for buyer, channel, session in rested if (buyer, channel) not in recent
        ]
