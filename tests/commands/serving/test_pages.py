"""The pages as a service: visits end with the working day and with the person, though nobody asks for a page."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from starlette.requests import HTTPConnection

from center.acd.agent import Agent
from center.desk.person import HOUSE, Person
from commands.serving import pages as serving
from commands.serving.pages import Pages
from store.people import People
from web.accounts.account import Account, Role
from web.accounts.routes import COOKIE
from web.accounts.visits import VISIT_S_MAX, OpenPage

LI = Person(Agent("li", HOUSE), "agent", "kept")
ROUND_S_MAX = 120.0


@pytest.fixture
def people(tmp_path: Path):
    opened = People(tmp_path / "shop.people")
    opened.keep(LI)
    yield opened
    opened.close()


def pages_of(people: People) -> tuple[Pages, SimpleNamespace]:
    floor = SimpleNamespace(
        people=people, person=people.person, switchboard=SimpleNamespace(floor=None)
    )
    return Pages("127.0.0.1", 0, floor, SimpleNamespace(messages_waiting=3, shops=list)), floor


def browser(token: str) -> HTTPConnection:
    return HTTPConnection({"type": "http", "headers": [(b"cookie", f"{COOKIE}={token}".encode())]})


def test_a_visit_ends_with_the_working_day_though_nobody_asks(people: People, monkeypatch):
    monkeypatch.setattr(serving, "LOOK_EVERY_S", 0.01)
    people.keep_visit(b"an old one", "li", b"digest", time.time() - VISIT_S_MAX - 1)

    async def day():
        ended = asyncio.Event()
        monkeypatch.setattr(people, "drop_visit", lambda _: ended.set())
        pages, _ = pages_of(people)
        await pages.open()
        try:
            await asyncio.wait_for(ended.wait(), ROUND_S_MAX)
        finally:
            await pages.close()

    asyncio.run(day())


def test_the_floor_tells_the_door_who_is_let_go(people: People):
    pages, floor = pages_of(people)
    visitor = browser(pages.door.admit(Account("li", Role.AGENT, "kept")))
    assert pages.door.who(visitor) is not None
    closed = []
    with pages.door.stays(visitor, OpenPage(lambda _: True, lambda: closed.append("li"))):
        floor.changed({"li"})
        assert closed == []
        people.drop("li")
        floor.changed({"li"})
        assert closed == ["li"]
    assert people.visits() == []
    assert pages.door.who(visitor) is None


def test_operators_are_told_what_waits_for_web_telephones(people: People):
    pages, _ = pages_of(people)
    assert [(one.name, one.samples) for one in pages.measures()] == [
        ("dialcart_web_messages_waiting", [((), 3)])
    ]
