"""A store whose process may die around a commit, whose disk fills up, and which is slow, as chance has it."""

import asyncio
import random
import sqlite3
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Any

from center.changes import Changes
from center.contact import Arrival
from center.ports import StoreBusyError, StoreFullError
from center.text_news import TextNews


class DiedError(BaseException):
    """The process was killed at this instruction. Nothing of the product may catch it."""


STALLS_S = 10.0
"""A commit that stalls takes so long at most, as where a disk is written back or fails over."""


class Moods:
    """What the disk does next."""

    def __init__(
        self,
        chance: random.Random,
        *,
        dies: float,
        refuses: float,
        stalls: float = 0.0,
        sweeping: random.Random | None = None,
    ) -> None:
        """`sweeping` is the chance of what befalls sweeps."""
        self.chance = chance
        self.sweeping = sweeping or chance
        self.dies = dies
        """Of commits around which the process dies."""
        self.refuses = refuses
        self.stalls = stalls
        """Of commits that stall."""
        self.full = False
        """Every batch is refused while it lasts."""
        self.refused = 0


class Disk:
    """See center.ports.Store; wraps one that keeps its promises. One for each life of the process."""

    def __init__(self, store: Any, moods: Moods, died: Callable[[], None]) -> None:
        self._store = store
        self._moods = moods
        self._died = died
        self.dead = False

    def die(self) -> None:
        """Here and now."""
        if not self.dead:
            self.dead = True
            self._died()
        raise DiedError

    def _maybe_die(self, chance: random.Random | None = None) -> None:
        if self.dead or (chance or self._moods.chance).random() < self._moods.dies / 4:
            self.die()

    @property
    def _read(self) -> Any:
        """The store, for who only looks: nothing of a process that is dead does."""
        if self.dead:
            raise DiedError
        return self._store

    @contextmanager
    def batch(self, arrivals: Sequence[Arrival]) -> Generator["DiskBatch"]:
        """See center.ports.Store."""
        if self.dead:
            raise DiedError
        moods = self._moods
        is_full = moods.full
        if is_full or moods.chance.random() < moods.refuses:
            moods.refused += 1
            if not is_full:
                raise StoreBusyError("busy")
        try:
            with self._store.batch(arrivals) as batch:
                yield DiskBatch(self, batch, is_full=is_full)
        except sqlite3.ProgrammingError:
            # Collected long after its process died, and after its connection.
            if not self.dead:
                raise

    # --- center.outbox.Outbox ---

    def waiting_texts(self, after: int, limit: int) -> Any:
        return self._read.waiting_texts(after, limit)

    def waiting_phones(self, after: int, limit: int, before: int | None) -> Any:
        return self._read.waiting_phones(after, limit, before)

    def note_texts(self, news: Sequence[TextNews]) -> None:
        self._maybe_die()
        self._store.note_texts(news)

    def note_sent(self, carrier: str, texts: Sequence[int], names: Sequence[str]) -> None:
        self._maybe_die()
        self._store.note_sent(carrier, texts, names)

    def note_delivered(self, texts: Sequence[int]) -> None:
        self._maybe_die()
        self._store.note_delivered(texts)

    def texts_without_receipts(self, limit: int) -> Any:
        return self._read.texts_without_receipts(limit)

    @property
    def is_behind(self) -> bool:
        """See center.ports.Store."""
        return self._read.is_behind

    def write_noted(self) -> Any:
        self._maybe_die()
        if self._moods.full:
            raise StoreFullError("no room")
        return self._store.write_noted()

    def forget_old(self, now: int, ticks: float) -> None:
        """See store.sqlite.SqliteStore."""
        sweeping = self._moods.sweeping
        self._maybe_die(sweeping)
        if self._moods.full:
            raise StoreFullError("no room")
        self._store.forget_old(now, ticks)
        self._maybe_die(sweeping)

    def notes(self, prefix: str) -> dict[str, bytes]:
        return self._read.notes(prefix)

    def maybe_die(self) -> None:
        """One of the instructions between a commit and its telling."""
        self._maybe_die()


class DiskBatch:
    """See center.ports.Batch."""

    def __init__(self, disk: Disk, batch: Any, *, is_full: bool) -> None:
        """Where the disk `is_full` all can be read, and nothing written."""
        self._disk = disk
        self._batch = batch
        self._is_full = is_full

    @property
    def world(self) -> Any:
        return self._batch.world

    @property
    def text_ids(self) -> Sequence[int]:
        return self._batch.text_ids

    def commit(self, changes: Changes) -> None:
        self.write(changes)
        self.finish()
        self.finished()

    def write(self, changes: Changes) -> None:
        if self._is_full:
            raise StoreFullError("no room")
        self._disk.maybe_die()
        self._batch.write(changes)

    def finish(self) -> None:
        self._disk.maybe_die()
        self._batch.finish()
        self._disk.maybe_die()

    def finished(self) -> None:
        self._batch.finished()
        self._disk.maybe_die()


class SlowDisk:
    """See center.ports.Aside: each commit takes a while, and a stalled one may be on disk long before that is known."""

    def __init__(self, chance: random.Random, disk: Disk, moods: Moods, slow_s: float) -> None:
        self._chance = chance
        self._disk = disk
        self._moods = moods
        self._slow_s = slow_s
        self._running: Callable[[], None] | None = None
        """What is left of it."""

    def run(self, work: Callable[[], None], done: Callable[[BaseException | None], None]) -> None:
        """See center.ports.Aside."""
        moods, loop = self._moods, asyncio.get_running_loop()
        error: BaseException | None = None

        def keep() -> None:
            nonlocal error
            if self._disk.dead:
                raise DiedError
            try:
                work()
            except Exception as failed:  # noqa: BLE001 - handed on
                error = failed

        def tell() -> None:
            if self._disk.dead:
                raise DiedError
            self._running = None
            done(error)

        def finish() -> None:
            keep()
            tell()

        def then(delay_s: float, step: Callable[[], None]) -> None:
            self._running = step
            loop.call_later(delay_s, lambda: step() if self._running is step else None)

        if not (moods.stalls and moods.chance.random() < moods.stalls):
            then(self._chance.uniform(0.0, 2 * self._slow_s), finish)
            return
        takes_s = moods.chance.uniform(0.0, STALLS_S)
        kept_s = moods.chance.uniform(0.0, takes_s)

        def keep_first() -> None:
            keep()
            then(takes_s - kept_s, tell)

        then(kept_s, keep_first)

    def wait(self) -> None:
        """See center.ports.Aside."""
        while self._running is not None:
            self._running()
