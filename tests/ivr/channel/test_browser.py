"""A browser's call at the platform's door: what it takes there is given back however it ends."""

import asyncio
from types import SimpleNamespace

import pytest
from msgspec.structs import replace

from center.uap.boards import Place
from ivr.channel import browser
from ivr.channel.browser import BROWSER, BrowserCall, BusyError
from ivr.media.client import PlaneFullError
from ivr.webrtc.description import OfferError
from ivr.webrtc.leg import LegState
from tests.flows.shops import program_of
from tests.ivr.channel.test_admission import CALLER, Door
from tests.ivr.channel.test_agreement import FakeRows
from tests.ivr.channel.test_trunk_calls import FakeChannel

PROGRAM = replace(program_of(), queues=("sales",))
"""Its callers may come to a person."""


class Leg:
    """A browser whose connection the test makes and breaks."""

    state = LegState.NEW

    def __init__(self, reception, moved):
        reception.append(moved)

    async def close(self):
        """Gone."""


class Page:
    """One browser, and the platform whose door it comes to. An offer that is an exception fails as that."""

    def __init__(self, monkeypatch, *boards):
        async def put_on_plane(leg, media, offer):
            if isinstance(offer, BaseException):
                raise offer
            return "answer", SimpleNamespace(call=7), "PCMU"

        monkeypatch.setattr(browser, "BrowserLeg", Leg)
        monkeypatch.setattr(browser, "put_on_plane", put_on_plane)
        self.door, self.channel, self.rows = Door(*boards), FakeChannel(), FakeRows()
        self.legs, self.heard = [], []
        self.call = BrowserCall(
            self.channel, self.rows, self, lambda work: work.close(), "web", self.door.admission
        )

    def said(self, text):
        """Nobody reads along."""

    def ended(self, reason):
        self.heard.append(reason)

    def dials(self, offer="offer"):
        dialling = self.call.dial(
            self.legs, PROGRAM, seller="shop", caller=CALLER, dialled="400", offer=offer
        )
        return asyncio.run(dialling)

    def moves(self, state):
        self.legs[0](state)

    def up(self):
        assert self.dials() == "answer"
        self.moves(LegState.UP)
        return self

    def on_platform(self):
        return list(self.door.capacity.calls())


@pytest.mark.parametrize(
    "ends",
    [
        lambda page: page.call.hang_up("goodbye"),
        lambda page: page.call.drop(),
        lambda page: page.moves(LegState.DOWN),
    ],
)
def test_a_browsers_call_holds_its_place_until_it_is_over(monkeypatch, ends):
    page = Page(monkeypatch, "MSU", "GPU").up()
    [name] = page.on_platform()
    assert name.startswith(BROWSER)
    page.call.enter("talk")
    assert page.door.capacity.calls()[name][1] == "talk"
    ends(page)
    assert page.on_platform() == []
    assert len(page.heard) == 1


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (OfferError("no codec"), OfferError),
        (PlaneFullError(), BusyError),
        (asyncio.CancelledError(), asyncio.CancelledError),
    ],
)
def test_a_browsers_call_that_never_came_to_be_holds_nothing(monkeypatch, fault, told):
    page = Page(monkeypatch, "MSU", "GPU")
    with pytest.raises(told):
        page.dials(fault)
    assert page.on_platform() == []


def test_a_browser_that_never_connects_gives_its_place_back(monkeypatch):
    page = Page(monkeypatch, "MSU", "GPU")
    page.dials()
    assert len(page.on_platform()) == 1
    page.moves(LegState.DOWN)
    assert page.on_platform() == []
    assert page.rows.names() == ["close"]


def test_a_browser_that_finds_no_room_is_told_and_nobody_is_texted(monkeypatch):
    page = Page(monkeypatch, "GPU")
    with pytest.raises(BusyError):
        page.dials()
    assert page.legs == []
    assert page.door.turns.texts == []


def test_a_browser_whose_board_fails_is_told_why_its_call_is_over(monkeypatch):
    page = Page(monkeypatch, "MSU", "GPU").up()
    [name] = page.door.capacity.fail(Place("1", 1))
    assert page.door.admission.cut_off(name)
    assert page.heard == ["out of service"]
    assert page.channel.ended == page.channel.calls
    assert not page.door.admission.cut_off(name), "told once"


def test_a_browser_is_asked_for_keys_where_the_platform_has_no_recogniser(monkeypatch):
    assert not Page(monkeypatch, "MSU", "GPU").up().call.may_hear()
    page = Page(monkeypatch)
    assert BrowserCall(page.channel, page.rows, page, page.heard.append, "web").may_hear()
