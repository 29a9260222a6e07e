"""Where sellers live."""

from pathlib import Path

import pytest

from center.ports import StoreError
from commands.shards.homes import (
    check_count,
    shard_database,
    shard_databases,
    shard_of,
    stores_of,
)
from store.sqlite import SqliteStore


def test_a_seller_lives_in_the_same_shard_in_every_run() -> None:
    assert [shard_of(name, 4) for name in ("noodles", "tea", "面馆", "topup")] == [0, 0, 2, 1]


def test_sellers_are_spread_evenly() -> None:
    homes = [shard_of(f"seller{number:05d}", 8) for number in range(40_000)]
    assert all(4_700 < homes.count(shard) < 5_300 for shard in range(8))


def test_a_database_of_another_number_of_shards_is_refused(tmp_path: Path) -> None:
    database = tmp_path / "shop.db"
    check_count(database, 2)
    for index in range(2):
        SqliteStore(shard_database(database, index, 2)).close()
    check_count(database, 2)
    with pytest.raises(StoreError, match="holds 2 shards; write `shards = 2` under"):
        check_count(database, 3)
    with pytest.raises(StoreError, match="holds 2 shards"):
        check_count(database, 0)
    SqliteStore(shard_database(database, 0, 3)).close()
    with pytest.raises(StoreError, match="shards of 2 and of 3"):
        shard_databases(database)


def test_what_was_one_store_is_not_spread_unseen(tmp_path: Path) -> None:
    SqliteStore(tmp_path / "shop.db").close()
    with pytest.raises(StoreError, match="holds all sellers in one"):
        check_count(tmp_path / "shop.db", 2)


def test_a_command_finds_the_store_of_a_seller(tmp_path: Path) -> None:
    database = tmp_path / "shop.db"
    for index in range(2):
        SqliteStore(shard_database(database, index, 2)).close()
    assert len(stores_of(database)) == 2
    [own] = stores_of(database, "tea")
    assert own.path == str(shard_database(database, shard_of("tea", 2), 2))
