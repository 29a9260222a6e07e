"""Every command tells a shop's times by the shop's clock, wherever the machine stands."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from center.acd.events import DayBegan
from center.acd.journal import encode
from center.acd.queue import Queue
from center.changes import Changes, OutgoingText, ShopMessage
from cli import app
from commands.kept_files import journal_file
from commands.shop_clocks import clocks_of
from store.journal import SqliteJournal
from store.sqlite import SqliteStore
from tests.center.acd.floor import Floor
from tests.commands.test_orders import PHONE, database
from tests.flows.shops import NOON

__all__ = ["database"]
HERE = "2026-11-24 12:00"
"""NOON, where the shop is."""


@pytest.fixture(autouse=True)
def machine_elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "America/Lima")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def run(database: Path, *words: str) -> str:
    result = CliRunner().invoke(app, [*words, "--database", str(database)])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize(
    "words",
    [
        ("orders",),
        ("orders", "--format", "csv"),
        ("buyer", "shop", PHONE),
        ("texts", "shop"),
        ("messages", "shop"),
        ("rollback", "shop"),
        ("queues",),
    ],
    ids=" ".join,
)
def test_a_time_is_the_shops_and_says_so(database: Path, words: tuple[str, ...]) -> None:
    store = SqliteStore(database)
    with store.batch([]) as batch:
        batch.commit(
            Changes(
                texts=[OutgoingText("c", "1069", PHONE, "x", NOON, "shop")],
                messages=[ShopMessage("shop", PHONE, "hello", NOON)],
            )
        )
    store.close()
    journal = SqliteJournal(journal_file(database))
    floor = Floor(Queue("sales", "shop"), at=float(NOON))
    floor.do(DayBegan(floor.now))
    journal.append([encode(event) for event in floor.events])
    journal.close()
    told = run(database, *words)
    assert HERE in told
    assert "+08:00" in told


def test_what_was_decided_of_a_contact_is_told_by_its_shops_clock(database: Path) -> None:
    floor = Floor(at=float(NOON))
    floor.arrive("shop/13800138000/1")
    journal = SqliteJournal(journal_file(database))
    journal.append([encode(event) for event in floor.events])
    journal.close()
    told = run(database, "acd", "explain", PHONE)
    assert told.startswith("12:00:00 shop/13800138000/1 joins")
    assert told.endswith("Times are of Asia/Shanghai.\n")


def test_a_shop_that_was_never_published_has_the_clock_of_utc(tmp_path: Path) -> None:
    with clocks_of(tmp_path / "none.db") as clocks:
        assert clocks.tell("nobody", NOON) == "2026-11-24 04:00:00+00:00"
