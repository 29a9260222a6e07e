"""`dialcart acd explain` and `dialcart queues` as their users meet them."""

import re

import pytest
from typer.testing import CliRunner

from center.acd.events import ContactLeft, DayBegan
from center.acd.journal import encode
from cli import app
from commands.kept_files import journal_file
from commands.shards.homes import shard_database
from store.journal import SqliteJournal
from tests.center.acd.floor import Floor


@pytest.fixture
def database(tmp_path):
    floor = Floor(at=1_764_000_000.0)
    floor.do(DayBegan(floor.now))
    floor.agent("ann")
    floor.arrive("noodles/13800138000/1")
    floor.serve("noodles/13800138000/1", "ann")
    floor.arrive("noodles/13800138000/2")
    floor.arrive("tea/13900139000/1")
    floor.now += 9
    floor.do(ContactLeft(floor.now, "tea/13900139000/1"))
    journal = SqliteJournal(journal_file(tmp_path / "shop.db"))
    journal.append([encode(event) for event in floor.events])
    journal.close()
    return tmp_path / "shop.db"


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_a_contact_is_found_by_its_name_or_the_last_by_the_buyers_number(database):
    whole = run("acd", "explain", "noodles/13800138000/1", "--database", database)
    assert whole.exit_code == 0
    assert "offered to ann." in whole.output
    part = run("acd", "explain", "13800138000", "--database", database)
    assert "2 contacts are meant" in part.output
    assert "noodles/13800138000/2 joins sales" in part.output


def test_a_contact_that_never_came_is_told_as_such(database):
    result = run("acd", "explain", "13700137000", "--database", database)
    assert result.exit_code == 1
    assert (
        "no contact `13700137000` in the journal; it keeps 3, such as tea/13900139000/1"
        in result.output
    )


def test_queues_are_shown_with_their_formulas(database):
    output = run("queues", "--database", database).output
    assert "service level = answered in time / (answered + abandoned" in output
    row = next(line for line in output.splitlines() if line.startswith("sales")).split()
    assert row[1:3] == ["noodles", "0"]
    assert row[5:9] == ["3", "0", "1", "0"]
    assert re.search(r"counted since 2025-11-2\d \d\d:\d\d:\d\d", output)


def test_without_a_floor_it_says_what_opens_one(tmp_path):
    for words in (["queues"], ["acd", "explain", "c1"]):
        result = run(*words, "--database", tmp_path / "none.db")
        assert result.exit_code == 1
        assert "`dialcart serve` opens one" in result.output


def test_beside_shards_it_says_that_these_have_no_floor(tmp_path):
    first = shard_database(tmp_path / "shop.db", 0, 2)
    first.parent.mkdir()
    first.touch()
    for words in (["queues"], ["acd", "explain", "c1"]):
        result = run(*words, "--database", tmp_path / "shop.db")
        assert result.exit_code == 1
        assert "with shards there is no floor" in result.output
        assert "`dialcart serve` opens one" not in result.output


def test_a_journal_that_holds_something_else_is_told(database):
    journal = SqliteJournal(journal_file(database))
    journal.append([b"?"])
    journal.close()
    for words in (["queues"], ["acd", "explain", "noodles/13800138000/1"]):
        result = run(*words, "--database", database)
        assert result.exit_code == 1
        assert f"{journal_file(database)}: " in result.output


def test_the_queues_of_a_shop_that_others_may_only_read_are_shown(database):
    file = journal_file(database)
    before = file.read_bytes()
    file.chmod(0o444)
    result = run("queues", "--database", database)
    assert result.exit_code == 0
    assert "sales" in result.output
    assert file.read_bytes() == before


def test_a_journal_that_is_none_is_left_as_it_is(tmp_path):
    file = journal_file(tmp_path / "shop.db")
    file.touch()
    result = run("queues", "--database", tmp_path / "shop.db")
    assert result.exit_code == 1
    assert f"{file} cannot be read: no such table" in result.output
    assert file.read_bytes() == b""
