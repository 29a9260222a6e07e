"""A copy is whole and consistent, also while the shop is open; what is not whole gets no name."""

import sqlite3
from pathlib import Path

import pytest

from center.changes import Changes, OutgoingText
from center.ports import StoreError
from store.backup import back_up
from store.sqlite import SqliteStore
from tests.flows.shops import NOON, program_of


def keep(store: SqliteStore, count: int) -> None:
    texts = [OutgoingText("c", "1069", "13800138000", "x" * 100, NOON) for _ in range(count)]
    with store.batch([]) as batch:
        batch.commit(Changes(texts=texts))


def test_an_open_store_is_copied_and_opens_again(tmp_path: Path) -> None:
    # A name that reads otherwise where it is taken for a URI.
    database = tmp_path / "shop?%41.db"
    store = SqliteStore(database)
    store.publish("shop", program_of(), NOON)
    keep(store, 100)
    size = back_up(database, tmp_path / "kept" / "copy.db")
    keep(store, 1)
    store.close()
    assert size > 4_096
    copy = SqliteStore(tmp_path / "kept" / "copy.db")
    assert len(copy.waiting_texts(0, 1_000)) == 100
    assert set(copy.published()) == {"shop"}
    copy.close()
    assert [file.name for file in (tmp_path / "kept").glob("*.unfinished*")] == []


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    SqliteStore(tmp_path / "shop.db").close()
    (tmp_path / "copy.db").write_bytes(b"mine")
    with pytest.raises(StoreError, match="name a new file"):
        back_up(tmp_path / "shop.db", tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_bytes() == b"mine"


def test_what_is_no_database_gives_no_copy(tmp_path: Path) -> None:
    (tmp_path / "shop.db").write_bytes(b"x" * 8_192)
    with pytest.raises(StoreError, match="not copied"):
        back_up(tmp_path / "shop.db", tmp_path / "copy.db")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["shop.db"]
    with pytest.raises(StoreError, match="no database"):
        back_up(tmp_path / "none.db", tmp_path / "copy.db")


def test_a_copy_with_a_broken_page_gets_no_name(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    store = SqliteStore(path)
    keep(store, 500)
    store.close()
    with sqlite3.connect(path) as db:
        db.execute("pragma wal_checkpoint(truncate)")
    db.close()
    octets = bytearray(path.read_bytes())
    for page in range(20, len(octets) // 4_096):
        octets[page * 4_096 : page * 4_096 + 64] = b"\xff" * 64
    path.write_bytes(octets)
    with pytest.raises(StoreError):
        back_up(path, tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()
