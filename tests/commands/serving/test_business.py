"""A business that opens on what earlier versions left."""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from center.limits.guard import CODES_PER_SENDER_MAX, RESTORED_MAX, Placing, Spent
from center.limits.policy import Policies, Policy
from center.limits.tally import ORDERS_WINDOW_S
from center.ports import StoreError
from commands.alone import alone_on
from commands.serving.business import open_business
from commands.shards.business import open_front
from commands.shards.homes import front_database, shard_database, shard_databases
from store.migrations.steps import SCHEMA_VERSION
from store.sqlite import SqliteStore
from tests.flows.shops import ORDER, SHOP
from tests.store.migrations.test_migration import meta, written_by


def shop_in(folder: Path) -> Path:
    (folder / "shop").mkdir()
    (folder / "shop" / "seller.flow").write_text(SHOP + ORDER, "utf-8")
    return folder / "shop"


def test_an_older_database_is_brought_forward_and_it_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = written_by(3, tmp_path / "shop.db")
    business = open_business(database, [shop_in(tmp_path)])
    assert [order.number for order in business.store.orders("shop")] == ["A0001"]
    business.close()
    said = capsys.readouterr().out
    assert f"shop.db has schema 3, which this version brings to {SCHEMA_VERSION}" in said
    assert "kept in" in said


def test_a_front_brings_its_own_file_and_those_of_its_shards_forward(tmp_path: Path) -> None:
    database = tmp_path / "shop.db"
    files = [front_database(database), *(shard_database(database, one, 2) for one in range(2))]
    files[0].parent.mkdir()
    for file in files:
        written_by(3, file)
    business, _ = open_front(
        database, [shop_in(tmp_path)], Policies(), 2, log_level="info", log_format="text"
    )
    business.close()
    assert {meta(file) for file in files} == {str(SCHEMA_VERSION)}


def test_a_shard_that_outlives_its_front_is_not_brought_forward_under_its_feet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = tmp_path / "shop.db"
    file = shard_database(database, 0, 1)
    file.parent.mkdir()
    written_by(3, file)
    monkeypatch.setattr("commands.shards.business.LEAVES_S_MAX", 0)
    with (
        alone_on(file, wait_s=0),
        pytest.raises(StoreError, match=r"shard-0-of-1.db is served by process .*; stop that one"),
    ):
        open_front(
            database, [shop_in(tmp_path)], Policies(), 1, log_level="info", log_format="text"
        )
    assert meta(file) == "3"


def test_sockets_of_a_path_that_is_too_long_lie_in_a_folder_that_goes_with_the_shards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = tmp_path / "tmp"
    short.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(short))
    deep = tmp_path / ("long" * 20)
    deep.mkdir()
    business, shards = open_front(
        deep / "shop.db", [shop_in(tmp_path)], Policies(), 2, log_level="info", log_format="text"
    )
    [folder] = {plan.socket.parent for plan in shards.plans}
    assert folder.parent == short
    shards.plans = ()
    shards.turns.links.clear()

    async def run() -> None:
        assert list(short.iterdir()) == [], "nothing is left by one that never opens"
        await shards.open()
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "shard-0.sock").touch()
        await shards.close()
        assert list(short.iterdir()) == []

    asyncio.run(run())
    business.close()


def test_copies_that_lie_beside_shards_are_no_shards(tmp_path: Path) -> None:
    database = tmp_path / "shop.db"
    shard_database(database, 0, 1).parent.mkdir()
    written_by(3, shard_database(database, 0, 1))
    written_by(3, shard_database(database, 0, 1).with_suffix(".schema-3.db"))
    assert shard_databases(database) == [shard_database(database, 0, 1)]


def test_orders_and_codes_of_the_last_day_are_counted_again_so_many_the_newest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def recent_orders(_: SqliteStore, since: int, limit: int) -> Iterator[tuple[Spent, bool]]:
        asked.append(limit)
        yield Spent("shop", "13800138000", "CNY", 100, since + ORDERS_WINDOW_S), False

    def recent_codes(_: SqliteStore, since: int, limit: int) -> Iterator[tuple[str, int]]:
        asked.append(limit)
        yield from [("13800138001", since + ORDERS_WINDOW_S)] * CODES_PER_SENDER_MAX

    # What the store gives of them: tests/store/test_stores.py.
    monkeypatch.setattr(SqliteStore, "recent_orders", recent_orders)
    monkeypatch.setattr(SqliteStore, "recent_codes", recent_codes)
    policies = Policies(Policy(orders_per_sender=1, confirm_over={"CNY": 0}))
    business = open_business(tmp_path / "shop.db", [shop_in(tmp_path)], policies)
    assert asked == [RESTORED_MAX] * 2
    now, guard = int(time.time()), business.turns.guard
    assert guard.is_too_much(Spent("shop", "13800138000", "CNY", 100, now))
    assert guard.judge(Spent("shop", "13800138001", "CNY", 100, now)) is Placing.CALL_BACK
    business.close()
