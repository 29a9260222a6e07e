"""Agents' softphones on calls: who hears whom once a line is up, is replaced, falls silent or never comes to be."""

from __future__ import annotations

import asyncio
import os
from types import SimpleNamespace
from typing import ClassVar

import pytest

from center.desk.desk import RefusedError
from ivr.desk import lines
from ivr.desk.lines import AgentLines
from ivr.media.client import PlaneFullError
from ivr.webrtc.description import OfferError
from ivr.webrtc.leg import LegState, Reception
from tests.ivr.webrtc.test_description import CHROMIUM

CONTACT = "shop/13800138000/voice/1/2"
BUYER = 1
TICKS = 1_000
"""Of the loop, in which what is closed is let go."""


class Leg:
    """See ivr.webrtc.leg.BrowserLeg."""

    made: ClassVar[list[Leg]] = []

    def __init__(self, reception, on_state):
        self.state, self._on_state = LegState.NEW, on_state
        self.is_watched = self.is_closed = False
        self.made.append(self)

    def moves(self, state):
        self.state = state
        self._on_state(state)

    def watch(self):
        self.is_watched = True

    async def close(self):
        self.is_closed = True
        self.moves(LegState.DOWN)


class Media:
    """Who hears whom, by row; rows that were closed are gone."""

    def __init__(self):
        self.heard: dict[int, tuple[int, ...]] = {}
        self.closed: list[int] = []

    def mix(self, call, legs):
        self.heard[call] = tuple(legs)

    def close(self, call):
        self.closed.append(call)


class Call:
    """See ivr.channel.call.Call, and what its `person` does."""

    reached = SimpleNamespace(leg=BUYER)
    over = ended = False

    def __init__(self):
        self.person = self

    def join(self):
        self.hears_music = False

    def hold(self):
        self.hears_music = True


class Office:
    """Lines, with a call that an agent can be put on."""

    def __init__(self, monkeypatch):
        self.media, self.call, self.told = Media(), Call(), []
        self.rows = iter(range(10, 99))
        self.later = []
        Leg.made = []
        monkeypatch.setattr(lines, "BrowserLeg", Leg)
        monkeypatch.setattr(lines, "put_on_plane", self.put_on_plane)
        calls = SimpleNamespace(call_of=lambda _: self.call)
        self.lines = AgentLines(calls, self.media, Reception, None, self.later.append)
        self.lines.watch(
            lambda a: self.told.append(f"{a} lost"), lambda a: self.told.append(f"{a} found")
        )

    async def put_on_plane(self, leg, media, offer, **limits):
        if isinstance(offer, Exception):
            await leg.close()
            raise offer
        return "answer", SimpleNamespace(call=next(self.rows)), "PCMU"

    def brings(self, agent, offer="offer"):
        assert asyncio.run(self.lines.line(agent, offer)) == "answer"
        leg = Leg.made[-1]
        leg.moves(LegState.UP)
        self.told.clear()
        return leg

    def spawned(self):
        for work in self.later:
            asyncio.run(work)
        self.later.clear()


@pytest.fixture
def office(monkeypatch):
    opened = Office(monkeypatch)
    yield opened
    opened.spawned()


def test_buyer_and_agent_hear_one_another_also_over_a_line_that_comes_later(office: Office):
    office.brings("li")
    office.lines.connect(CONTACT, "li")
    assert office.media.heard == {BUYER: (10,), 10: (BUYER,)}

    office.brings("li")
    assert office.media.closed == [10]
    assert (office.media.heard[BUYER], office.media.heard[11]) == ((11,), (BUYER,))


def test_a_headset_that_falls_silent_is_lost_until_it_is_heard(office: Office):
    leg = office.brings("li")
    assert leg.is_watched
    leg.moves(LegState.QUIET)
    assert not office.lines.has_line("li")
    leg.moves(LegState.UP)
    assert office.lines.has_line("li")
    leg.moves(LegState.DOWN)
    assert office.told == ["li lost", "li found", "li lost"]
    assert office.media.closed == [10]


def test_a_line_that_was_replaced_says_nothing_any_more(office: Office):
    before = office.brings("li")
    office.brings("li")
    office.spawned()
    assert before.is_closed
    assert office.told == []
    assert office.lines.has_line("li")


def test_a_page_that_goes_away_is_not_told_of_twice(office: Office):
    leg = office.brings("li")
    office.lines.hang_up("li")
    office.spawned()
    assert leg.is_closed
    assert office.told == [], "the floor knows that it went"


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (PlaneFullError(), "every line is taken"),
        (OfferError("no audio"), "headset cannot be connected: no audio"),
    ],
)
def test_a_line_that_cannot_be_is_refused_and_closed(office: Office, error, why):
    with pytest.raises(RefusedError, match=why):
        asyncio.run(office.lines.line("li", error))
    assert Leg.made[0].is_closed
    assert not office.lines.has_line("li")


def test_who_hangs_up_before_anybody_is_on_the_call_is_no_error(office: Office):
    office.call = None
    office.brings("li")
    office.lines.connect(CONTACT, "li")
    with pytest.raises(RefusedError, match="hung up"):
        office.lines.hold(CONTACT)


def test_a_supervisor_hears_until_the_ear_is_taken_off(office: Office):
    office.brings("li")
    office.brings("ear 1")
    office.lines.connect(CONTACT, "li")
    office.lines.listen("ear 1", CONTACT, "whisper")
    assert office.media.heard == {BUYER: (10,), 10: (BUYER, 11), 11: (BUYER, 10)}
    assert office.lines.listens("ear 1")
    office.lines.stop_listening("ear 1")
    assert office.media.heard == {BUYER: (10,), 10: (BUYER,), 11: ()}
    assert not office.lines.listens("ear 1")


def test_a_held_buyer_hears_music_and_nobody_hears_them(office: Office):
    office.brings("li")
    office.lines.connect(CONTACT, "li")
    office.lines.hold(CONTACT)
    assert office.call.hears_music
    assert office.media.heard == {BUYER: (), 10: ()}
    office.lines.resume(CONTACT)
    assert not office.call.hears_music
    assert office.media.heard == {BUYER: (10,), 10: (BUYER,)}


def sockets() -> int:
    return sum(os.readlink(f"/proc/self/fd/{n}").startswith("socket:") for n in fds())


def fds() -> list[str]:
    """Those that are still there when they are looked at."""
    return [n for n in os.listdir("/proc/self/fd") if os.path.islink(f"/proc/self/fd/{n}")]


@pytest.mark.parametrize("steps", [0, 1, 2, 3, 5, 8])
def test_a_page_that_goes_away_while_its_line_is_made_leaves_no_socket(steps: int):
    async def day():
        before = sockets()
        opened = AgentLines(SimpleNamespace(), Media(), Reception(), None, asyncio.ensure_future)
        line = asyncio.ensure_future(opened.line("li", CHROMIUM))
        for _ in range(steps):
            await asyncio.sleep(0)
        line.cancel()
        await asyncio.gather(line, return_exceptions=True)
        for _ in range(TICKS):
            if sockets() == before:
                return
            await asyncio.sleep(0)
        raise AssertionError(f"{sockets() - before} sockets are left")

    asyncio.run(day())
