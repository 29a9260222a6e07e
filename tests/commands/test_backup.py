"""A backup has all that belongs to a shop, under names by which a shop opens on it."""

from pathlib import Path

import pytest

from center.acd.agent import Agent
from center.desk.person import HOUSE, Person
from commands.backup import backup
from commands.kept_files import people_file
from commands.shards.homes import front_database, shard_database, stores_of
from store.people import People
from store.sqlite import SqliteStore
from tests.flows.shops import NOON, program_of


def test_people_are_copied_with_the_database(tmp_path: Path) -> None:
    SqliteStore(tmp_path / "shop.db").close()
    people = People(people_file(tmp_path / "shop.db"))
    people.keep(Person(Agent("li", HOUSE)))
    people.close()
    assert backup(tmp_path / "shop.db", tmp_path / "kept" / "monday.db") == 0
    kept = People(people_file(tmp_path / "kept" / "monday.db"))
    assert [person.agent.name for person in kept.people()] == ["li"]
    kept.close()


def test_all_shards_are_copied_and_a_shop_finds_them(tmp_path: Path) -> None:
    database, copy = tmp_path / "shop.db", tmp_path / "kept" / "monday.db"
    SqliteStore(front_database(database)).close()
    for index in range(2):
        store = SqliteStore(shard_database(database, index, 2))
        store.publish(f"shop {index}", program_of(), NOON)
        store.close()
    assert backup(database, copy) == 0
    stores = stores_of(copy)
    assert [set(store.published()) for store in stores] == [{"shop 0"}, {"shop 1"}]
    for store in stores:
        store.close()
    assert front_database(copy).exists()


def test_where_there_is_nothing_it_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert backup(tmp_path / "none.db", tmp_path / "copy.db") == 1
    assert "there is no database" in capsys.readouterr().err
