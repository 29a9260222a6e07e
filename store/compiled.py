"""Compiled flows by the content they were compiled from, so that unchanged sellers open at once.

An entry is found by the hash of a flow file and holds the hashes of the files it named (includes, catalogs, grammars);
it counts only while all of them are as they were, and while the program is the one that its fingerprint names: what a disk
did to it would else be found by the buyer who is told a text of it. The hash covers the versions of the language and of the encoding too.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from flows.packed import ENCODING_VERSION, decode, name_of
from flows.program import Program

COMPILER_VERSION = b"2"
"""Raised when the same source compiles or checks to something else."""

Read = Callable[[str], bytes]

_SCHEMA = """
create table if not exists compiled (
  source blob primary key,
  entry blob not null
) without rowid
"""


class CompiledFlow(msgspec.Struct, frozen=True, array_like=True):
    """What is kept of a flow that compiled."""

    fingerprint: bytes
    program: bytes
    """Encoded; see flows.packed.decode."""
    files: dict[str, bytes]
    """Other files it named, with their hashes."""
    errors: int
    """Errors the checker found; such a flow is not published."""

    def load(self) -> Program:
        """The program itself."""
        return decode(self.program)


@dataclass(frozen=True, slots=True)
class Keyed:
    """An entry and its key, to be kept."""

    key: bytes
    entry: CompiledFlow


_decoder: msgspec.msgpack.Decoder[CompiledFlow] = msgspec.msgpack.Decoder(CompiledFlow)
_encoder = msgspec.msgpack.Encoder()


def digest(data: bytes) -> bytes:
    """Sixteen bytes that name a content."""
    return hashlib.blake2b(data, digest_size=16).digest()


def key_of(name: str, source: bytes) -> bytes:
    """The key of a flow file: its name counts, since programs bear it."""
    head = b"\0".join((COMPILER_VERSION, str(ENCODING_VERSION).encode(), name.encode(), b""))
    return digest(head + source)


class CompiledFlows:
    """A cache file. It may be deleted at any time; what is lost is time.

    So one that cannot be read is made anew, and on a disk without room it is kept in memory.
    """

    def __init__(self, path: Path | str) -> None:
        file = Path(path)
        if str(path) != ":memory:":
            file.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._db = _open(path)
        except sqlite3.OperationalError:
            self._db = _open(":memory:")
        except sqlite3.DatabaseError:
            for beside in ("", "-wal", "-shm"):
                file.with_name(file.name + beside).unlink(missing_ok=True)
            self._db = _open(path)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def find(self, name: str, source: bytes, read: Read) -> CompiledFlow | None:
        """The entry of a flow whose files are all unchanged; `read` gives the bytes of a file it named."""
        try:
            row = self._db.execute(
                "select entry from compiled where source = ?", (key_of(name, source),)
            ).fetchone()
        except sqlite3.DatabaseError:
            return None
        if row is None:
            return None
        try:
            entry = _decoder.decode(row[0])
            unchanged = all(digest(read(file)) == known for file, known in entry.files.items())
        except (msgspec.DecodeError, OSError):
            return None
        return entry if unchanged and name_of(entry.program) == entry.fingerprint else None

    def keep(self, entries: Sequence[Keyed]) -> None:
        """Keep entries, in one transaction; on a disk without room none."""
        with contextlib.suppress(sqlite3.DatabaseError), self._db:
            self._db.execute("begin")
            self._db.executemany(
                "insert into compiled values (?, ?) on conflict do update set entry = excluded.entry",
                [(keyed.key, _encoder.encode(keyed.entry)) for keyed in entries],
            )


def _open(path: Path | str) -> sqlite3.Connection:
    """The file, with its table. Raises sqlite3.DatabaseError if it is damaged, and OperationalError if it cannot be had."""
    db = sqlite3.connect(path, isolation_level=None)
    try:
        # A cache that tears in a crash is made anew, so nothing waits for the disk.
        db.execute("pragma journal_mode = wal")
        db.execute("pragma synchronous = off")
        db.execute(_SCHEMA)
    except sqlite3.DatabaseError:
        db.close()
        raise
    return db
