"""The floor as a service: who is entered, changed or let go while it runs is known to it."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from center.acd.agent import Agent, Skill
from center.contact import ContactKey
from center.desk.desk import RefusedError
from center.desk.person import HOUSE, Person
from center.desk.sitting import FLOOR_LOST
from commands.kept_files import people_file
from commands.serving.business import open_business
from commands.serving.demonstration import shop_with_a_person
from commands.serving.floor import FloorService, midnight
from flows.effects import HandOver
from flows.inputs import Outcome
from store.people import People
from tests.center.desk.house import Desk
from tests.flows.shops import NOON, ORDER, SHOP

NIGHT = NOON + 12 * 3_600


def opened(folder: Path):
    (folder / "seller.flow").write_text(SHOP + ORDER, "utf-8")
    return open_business(folder / "shop.db", [folder])


def test_people_and_contracts_are_known_while_the_shop_runs(tmp_path: Path):
    business = opened(tmp_path)
    people = People(people_file(tmp_path / "shop.db"))

    async def day():
        floor = FloorService(business, tmp_path / "shop.db")
        await floor.open()
        router = floor.switchboard.kept.router
        people.keep(Person(Agent("li", HOUSE)))
        people.contract("tea-desk", business.sellers[0].seller)
        floor.look()
        floor.switchboard.kept.flush()
        desk = Desk()
        floor.switchboard.floor.sign_in("li", desk)
        people.keep(Person(Agent("li", HOUSE, (Skill("tea", 3),))))
        floor.look()
        floor.switchboard.kept.flush()
        assert router.people["li"].agent.skills == (Skill("tea", 3),)
        assert ("tea-desk", business.sellers[0].seller) in floor.switchboard.kept.contracts
        assert router.people["li"].presence == "not ready"
        floor.switchboard.floor.ready("li")
        floor.switchboard.kept.flush()
        figures = {one.name: one.samples[0][1] for one in floor.measures()}
        assert figures == {
            "dialcart_floor_waiting": 0,
            "dialcart_floor_agents_ready": 1,
            "dialcart_floor_talking": 0,
        }
        told = []
        floor.changed = told.append
        floor.look()
        assert told == []

        people.drop("li")
        floor.look()
        assert told == [{"li"}]
        floor.switchboard.kept.flush()
        assert router.people["li"].presence == "signed out"
        assert ("refused", "you do not work here any more") in desk.told
        await floor.close()

    asyncio.run(day())
    people.close()
    business.close()


def test_a_floor_that_another_process_has_taken_over_serves_nobody(tmp_path: Path):
    business = opened(tmp_path)
    people = People(people_file(tmp_path / "shop.db"))
    people.keep(Person(Agent("li", HOUSE)))

    async def day():
        floor, other = (FloorService(business, tmp_path / "shop.db") for _ in range(2))
        await floor.open()
        floor.switchboard.kept.flush()
        desk = Desk()
        floor.switchboard.floor.sign_in("li", desk)
        floor.switchboard.kept.flush()
        assert floor.unready() is None
        await other.open()
        floor.look()
        assert floor.unready() == "another process has the floor"
        assert desk.told[-2:] == [("refused", FLOOR_LOST), ("presence", "signed out", "")]
        with pytest.raises(RefusedError, match="another server"):
            floor.switchboard.floor.ready("li")
        assert floor.switchboard.at_once(ContactKey("s", "b", "sms"), HandOver("sales")) == Outcome(
            "closed"
        )
        assert other.switchboard.kept.router.people["li"].presence == "not ready"
        await floor.close()
        await other.close()

    asyncio.run(day())
    people.close()
    business.close()


def test_a_contract_that_ends_while_the_shop_runs_is_known_and_others_stand(tmp_path: Path):
    business = opened(tmp_path)
    seller = business.sellers[0].seller
    people = People(people_file(tmp_path / "shop.db"))
    for pool in ("tea-desk", "north"):
        people.contract(pool, seller)

    async def day():
        floor = FloorService(business, tmp_path / "shop.db")
        await floor.open()
        kept = floor.switchboard.kept
        directory = kept.router.floor.directory
        for pool in ("tea-desk", HOUSE):
            people.end_contract(pool, seller)
        floor.look()
        kept.flush()
        assert kept.contracts == {(HOUSE, seller), ("north", seller)}
        assert not directory.may_serve("tea-desk", seller)

        people.contract("tea-desk", seller)
        floor.look()
        people.end_contract("tea-desk", seller)
        floor.look()
        people.contract("tea-desk", seller)
        floor.look()
        kept.flush()
        assert directory.may_serve("tea-desk", seller), "the last of three within a moment"
        await floor.close()

    asyncio.run(day())
    people.close()
    business.close()


def test_a_contract_that_ended_while_the_shop_was_down_is_known_at_the_start(tmp_path: Path):
    business = opened(tmp_path)
    seller = business.sellers[0].seller
    people = People(people_file(tmp_path / "shop.db"))
    for pool in ("tea-desk", "north"):
        people.contract(pool, seller)

    async def day() -> set[tuple[str, str]]:
        floor = FloorService(business, tmp_path / "shop.db")
        await floor.open()
        directory = floor.switchboard.kept.router.floor.directory
        contracts = set(directory.contracts())
        assert contracts == floor.switchboard.kept.contracts
        await floor.close()
        return contracts

    ours = {(HOUSE, seller), ("north", seller)}
    assert asyncio.run(day()) == {*ours, ("tea-desk", seller)}
    people.end_contract("tea-desk", seller)
    assert asyncio.run(day()) == ours
    assert asyncio.run(day()) == ours, "and stays ended"
    people.close()
    business.close()


def test_a_shop_is_named_where_a_person_is_reached_at_this_hour(tmp_path: Path):
    shop = SHOP.replace("  delivery", "  number 400-800-1234\n  open 09:00-20:00\n  delivery")
    closes = ORDER.replace("step agent\n", "step agent\n  if shop.is_closed -> bye\n")
    (tmp_path / "seller.flow").write_text(shop + closes, "utf-8")
    business = open_business(tmp_path / "shop.db", [tmp_path])
    try:
        assert shop_with_a_person(business, NOON) == business.sellers[0].seller
        assert shop_with_a_person(business, NIGHT) is None
    finally:
        business.close()


def test_a_day_begins_at_midnight_of_the_zone_that_is_set():
    noon = datetime(2026, 3, 8, 12, tzinfo=ZoneInfo("America/New_York"))
    began = datetime.fromtimestamp(midnight(noon.timestamp(), ZoneInfo("America/New_York")), UTC)
    assert began == datetime(2026, 3, 8, 5, tzinfo=UTC), "before the clocks went forward"
    assert midnight(NOON, ZoneInfo("Asia/Shanghai")) == NOON - 12 * 3_600


def test_figures_are_counted_from_the_midnight_before_the_start(tmp_path: Path):
    business = opened(tmp_path)

    async def day():
        floor = FloorService(business, tmp_path / "shop.db", timezone="Asia/Tokyo")
        await floor.open()
        floor.look()
        floor.switchboard.kept.flush()
        router = floor.switchboard.kept.router
        first = router.day_began_at
        assert 0 <= time.time() - first < 60
        floor.look()
        floor.switchboard.kept.flush()
        assert router.day_began_at == first
        await floor.close()
        again = FloorService(business, tmp_path / "shop.db", timezone="Asia/Tokyo")
        await again.open()
        again.switchboard.kept.flush()
        assert again.switchboard.kept.router.day_began_at == first
        await again.close()

    asyncio.run(day())
    business.close()
