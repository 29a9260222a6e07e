"""What is published by another program while the shop is open."""

import asyncio
from pathlib import Path

import pytest

from center.routing import Routes
from center.shops import Shops
from commands.serving.publications import AT_ONCE_MAX, Publications
from flows.program import Program
from store.sqlite import SqliteStore
from tests.flows.shops import NOON, ORDER, SHOP, program_of

OLD = program_of()
NEW = program_of(ORDER, SHOP.replace("sms code 1069", "sms code 1069, 1070"))


@pytest.fixture
def house(tmp_path: Path):
    store = SqliteStore(tmp_path / "shop.db")
    store.publish("shop", OLD, NOON)
    routes = Routes([("shop", OLD)])
    yield store, Shops(store.published(), store.program), routes
    store.close()


def publish(store: SqliteStore, program: Program, seller: str = "shop") -> None:
    other = SqliteStore(Path(store.path))
    other.publish(seller, program, NOON)
    other.close()


def test_it_is_live_once_it_is_prepared_and_by_its_own_ways(house) -> None:
    store, shops, routes = house
    live: list[bool] = []

    async def prepare(seller: str, program: Program) -> None:
        live.append(shops.current(seller).program == program)

    publications = Publications(store, shops, routes, prepare)
    asyncio.run(publications.take())
    assert publications.count == 0
    publish(store, NEW)
    assert shops.current("shop").program == OLD
    asyncio.run(publications.take())
    assert live == [False]
    assert shops.current("shop").program == NEW
    assert routes.serves("1070")
    assert publications.count == 1
    asyncio.run(publications.take())
    assert publications.count == 1


def test_a_seller_who_was_not_there_opens_and_one_goes_back(house) -> None:
    store, shops, routes = house
    publications = Publications(store, shops, routes)
    publish(store, NEW, "other")
    publish(store, NEW)
    publish(store, OLD)
    asyncio.run(publications.take())
    assert shops.current("other").program == NEW
    assert shops.current("shop").program == OLD


def test_many_at_once_are_taken_bit_by_bit(house) -> None:
    store, shops, routes = house
    publications = Publications(store, shops, routes)
    for number in range(AT_ONCE_MAX + 1):
        publish(store, OLD, f"shop{number}")
    asyncio.run(publications.take())
    assert len(shops.sellers()) == 1 + AT_ONCE_MAX
    asyncio.run(publications.take())
    assert len(shops.sellers()) == 2 + AT_ONCE_MAX
