"""Where a seller lives: which of the shards, and in which file."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from pathlib import Path

from center.ports import StoreError
from store.sqlite import SqliteStore

SELLERS_KNOWN_MAX = 65_536
"""Sellers whose shard is not worked out again for each of their messages."""
_FRONT = "front.db"
_COUNT = re.compile(r"shard-\d+-of-(\d+)\.db")


@lru_cache(SELLERS_KNOWN_MAX)
def shard_of(seller: str, count: int) -> int:
    """The shard of a seller, from 0: the same in every process and every run."""
    return int.from_bytes(hashlib.blake2b(seller.encode(), digest_size=8).digest()) % count


def folder_of(database: Path) -> Path:
    """Where the shards of a database are: `var/dialcart.shards` beside `var/dialcart.db`."""
    return database.with_suffix(".shards")


def front_database(database: Path) -> Path:
    """What the front itself keeps: first segments of texts, and where buyers of shared codes were last."""
    return folder_of(database) / _FRONT


def shard_database(database: Path, index: int, count: int) -> Path:
    """A shard's own file."""
    return folder_of(database) / f"shard-{index}-of-{count}.db"


def shard_databases(database: Path) -> list[Path]:
    """The files of all shards, in order; none where a database is not spread. Raises StoreError for a mixture."""
    # Copies of older schemas may lie beside them.
    named = [_COUNT.fullmatch(path.name) for path in folder_of(database).glob("shard-*-of-*.db")]
    counts = {match[1] for match in named if match}
    if len(counts) > 1:
        raise StoreError(f"{folder_of(database)} holds shards of {' and of '.join(sorted(counts))}")
    if not counts:
        return []
    count = int(counts.pop())
    return [shard_database(database, index, count) for index in range(count)]


def check_count(database: Path, count: int) -> None:
    """Raises StoreError if sellers were spread over another number of shards: they would not be found."""
    known = len(shard_databases(database))
    if known not in (0, count):
        raise StoreError(
            f"{folder_of(database)} holds {known} shards; write `shards = {known}` under [store], or --shards {known}"
        )
    if count > 1 and database.exists():
        raise StoreError(
            f"{database} holds all sellers in one; write no shards, or name another database"
        )


def stores_of(database: Path, seller: str | None = None) -> list[SqliteStore]:
    """The store, or those of all shards, or of the one where a seller lives. Raises StoreError."""
    shards = shard_databases(database)
    if not shards:
        return [SqliteStore(database)]
    if seller is not None:
        shards = [shards[shard_of(seller, len(shards))]]
    return [SqliteStore(path) for path in shards]


def is_there(database: Path) -> bool:
    """Whether there is anything to open."""
    return database.exists() or bool(shard_databases(database))
