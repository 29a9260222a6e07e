"""The store on SQLite: one file, one writer, every batch one transaction that is on disk when it returns."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from center.awaited import Awaited
from center.changes import OutgoingText
from center.contact import Arrival, ContactKey
from center.limits.guard import Spent
from center.ports import StoreError
from center.text_news import TextNews, sent_alone
from center.unconfirmed import Place
from center.visit.placing import NOT_CONFIRMED
from store.batch import SqliteBatch, errors
from store.ledger import Ledger
from store.outbox_rows import ROW_MAX
from store.programs import Programs
from store.records import unpack_awaited
from store.retention import Retention

SECRET_OCTETS = 32


class SqliteStore(Programs, Ledger):
    """Keeps one shard of sellers in one file. Not to be shared between threads."""

    def __init__(self, path: Path | str) -> None:
        """Open or make the database. Raises StoreError if it is not one of ours."""
        self._batch_is_open = False
        """From its beginning until what it wrote is on disk and noted here."""
        self._batch_row = 0
        """The first of its texts."""
        super().__init__(path)
        self._retention = Retention(self._tables)

    def close(self) -> None:
        """Let go of the file."""
        with contextlib.suppress(StoreError):
            self.write_noted()
        self._db.close()

    # --- the batch ---

    @contextmanager
    def batch(self, arrivals: Sequence[Arrival]) -> Generator[SqliteBatch]:
        """See center.ports.Store."""
        with self._transaction():
            self._batch_is_open = True
            self._batch_row = self._tables.outbox.next_row
            try:
                yield SqliteBatch(self._tables, arrivals)
            finally:
                self._batch_is_open = False

    def _look(self) -> None:
        """Not while a batch is open: what it has written, and is not noted here yet, would be taken for another program's."""
        if not self._batch_is_open:
            super()._look()

    # --- the outbox ---

    def waiting_texts(self, after: int, limit: int) -> list[tuple[int, OutgoingText]]:
        """Texts that no carrier has taken yet, oldest first, with their ids. Not those of a batch that is open: who keeps it tells
        of them, when they are on disk.
        """
        return self._tables.outbox.waiting(after, limit, self._before_row)

    def waiting_phones(
        self, after: int, limit: int, before: int | None
    ) -> tuple[Sequence[str], int]:
        """See center.outbox.Outbox."""
        return self._tables.outbox.waiting_phones(after, limit, before, self._before_row)

    @property
    def _before_row(self) -> int:
        return self._batch_row if self._batch_is_open else ROW_MAX

    def note_texts(self, news: Sequence[TextNews]) -> None:
        """See center.outbox.Outbox."""
        self._tables.outbox.note(news)

    def note_sent(self, carrier: str, texts: Sequence[int], names: Sequence[str]) -> None:
        """See center.outbox.Outbox."""
        self._tables.outbox.note(sent_alone(carrier, texts, names))

    def note_delivered(self, texts: Sequence[int]) -> None:
        """See center.outbox.Outbox."""
        self._tables.outbox.note_delivered(texts)

    def texts_without_receipts(self, limit: int) -> list[TextNews]:
        """See center.outbox.Outbox."""
        return self._tables.outbox.without_receipts(limit)

    @property
    def is_behind(self) -> bool:
        """See center.ports.Store."""
        return self._tables.outbox.is_behind

    def write_noted(self) -> bool:
        """Write what no batch has written yet; not while a batch is open, which has its own to write."""
        outbox = self._tables.outbox
        if not outbox.is_behind:
            return True
        if self._batch_is_open:
            return False
        with self._transaction():
            noted = outbox.write()
        outbox.written(noted)
        return True

    def notes(self, prefix: str) -> dict[str, bytes]:
        """See center.outbox.Outbox."""
        return dict(self._db.execute(self._sql["notes"], {"prefix": prefix}).fetchall())

    def forget_old(self, now: int, ticks: float | None = None) -> None:
        """Drop a bounded part of what is kept no longer; see store.retention. To be called once a second or so.

        `ticks` are seconds that only go forward, by which messages that were taken grow old; None: `now` does as well.
        """
        self._tables.inbox.tick(now if ticks is None else ticks)
        if self._batch_is_open:
            # It is on its way to the disk. The next second does as well.
            return
        with self._transaction():
            self._retention.step(now)
        self._retention.stepped()

    # --- limits ---

    def secret(self) -> bytes:
        """Octets that nobody else knows, the same for as long as this database lives."""
        with self._transaction():
            self._db.execute(self._sql["keep_secret"], (secrets.token_hex(SECRET_OCTETS),))
            row = self._db.execute(self._sql["secret"]).fetchone()
        return bytes.fromhex(row[0])

    def recent_orders(self, since: int, limit: int) -> Iterator[tuple[Spent, bool]]:
        """Orders placed after a time, of so many the newest, oldest first; each with whether anything beside its number vouches for it."""
        names = dict(self._db.execute(self._sql["seller_names"]).fetchall())
        rows = self._db.execute(self._sql["recent_orders"], {"since": since, "limit": limit})
        for seller, *rest, is_vouched in rows:
            yield Spent(names[seller], *rest), bool(is_vouched)

    def recent_codes(self, since: int, limit: int) -> Iterator[tuple[str, int]]:
        """Numbers to which codes went that have not come back, with when that was or the order was given up, oldest first."""
        told = f"[{NOT_CONFIRMED}] "
        given = {"since": since, "limit": limit, "told": told}
        for buyer, at in self._db.execute(self._sql["recent_codes"], given):
            yield ContactKey("", buyer, "").number, at

    def unconfirmed(self, after: Place, before: int, limit: int) -> list[Awaited]:
        """See center.unconfirmed.Kept. Not while a batch is open, which may not be kept: the next second does as well."""
        if self._batch_is_open:
            return []
        with errors():
            rows = self._db.execute(self._sql["unconfirmed"], (*after, before, limit)).fetchall()
        return [unpack_awaited(row[0]) for row in rows]
