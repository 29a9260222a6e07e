"""Programs in their tables: what sellers have in common is there once."""

import sqlite3
from pathlib import Path

import pytest
from msgspec.structs import replace

from center.ports import StoreError
from flows.packed import PARTS, fingerprint
from flows.program import Program
from store.sqlite import SqliteStore
from tests.flows.shops import NOON, program_of


def called(name: str, *, price: int = 250) -> Program:
    """A seller of the template that all here are of."""
    program = program_of()
    first, *others = program.products
    return replace(program, name=name, products=(replace(first, price=price), *others))


def parts(path: Path) -> int:
    db = sqlite3.connect(path)
    [(count,)] = db.execute("select count(*) from program_parts")
    db.close()
    return count


def test_what_sellers_have_in_common_is_there_once(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "shop.db")
    a, b, dear = called("a"), called("b"), called("dear", price=999)
    names = store.publish_all([("a", a), ("b", b)], NOON)
    # Parts may look alike, as two that are empty do.
    alone = parts(tmp_path / "shop.db")
    assert alone <= PARTS
    names.append(store.publish("dear", dear, NOON))
    assert parts(tmp_path / "shop.db") == alone + 1
    found = [store.program(name) for name in names]
    assert found == [a, b, dear]
    assert names == [fingerprint(each) for each in (a, b, dear)]
    store.close()


def test_what_is_the_same_is_one_object(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "shop.db")
    sellers = [("a", called("a")), ("b", called("b")), ("dear", called("dear", price=999))]
    a, b, dear = map(store.program, store.publish_all(sellers, NOON))
    assert a is not None
    assert b is not None
    assert dear is not None
    assert a.products is b.products is not dear.products
    assert a.nodes is b.nodes is dear.nodes
    assert a.languages is b.languages is dear.languages
    store.close()


def test_a_publication_that_came_to_nothing_leaves_no_gap(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "shop.db")
    program = called("a")
    unwritable = replace(program, products=(replace(program.products[0], stock=-1),))
    with pytest.raises(sqlite3.IntegrityError):
        store.publish_all([("a", program), ("b", unwritable)], NOON)
    assert store.program(store.publish("a", program, NOON)) == program
    store.close()


def test_a_part_that_is_missing_is_told(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "shop.db")
    name = store.publish("a", called("a"), NOON)
    db = sqlite3.connect(tmp_path / "shop.db", isolation_level=None)
    db.execute("delete from program_parts")
    db.close()
    with pytest.raises(StoreError, match=r"a part of a program, [0-9a-f]{16}, is not"):
        store.program(name)
    store.close()


def test_a_program_that_nobody_published_is_not_there(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "shop.db")
    assert store.program(b"\xffnobody.") is None
    store.close()
