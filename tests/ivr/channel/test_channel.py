"""The voice channel: what the media plane tells, to the call that it is about."""

from dataclasses import dataclass, field

import pytest
from msgspec.structs import replace

from center.batch import TurnBatch
from center.contact import Arrival, ContactKey
from center.shops import Shops
from flows.inputs import Text
from ivr.channel.channel import VoiceChannel
from ivr.channel.notes import Notes
from ivr.media.messages import Digit, RtpTimeout
from store.memory import MemoryStore
from store.sqlite import SqliteStore
from tests.flows.noodle_shop import noodle_basket
from tests.flows.shops import program_of
from tests.ivr.channel.telephone import (
    BUYER,
    LEG,
    Clock,
    FakeHearing,
    FakeLine,
    FakeMedia,
    FakeVoice,
)

CALL = ContactKey("shop", BUYER, "voice")
PHONE = ContactKey("shop", BUYER, "sms")


@dataclass
class Plane(FakeMedia):
    """A media plane that tells what the test has it tell."""

    waiting: list = field(default_factory=list)

    def events(self):
        told, self.waiting = self.waiting, []
        return told


class Writes:
    """A channel whose replies go out as texts."""

    def taken(self, taken):
        pass


class House:
    """A shop with a telephone and texts, on one turn batch."""

    def __init__(self, folder, store=None):
        clock = Clock()
        self.clock, self.store, self.plane = clock, store or MemoryStore(), Plane()
        self.store.publish("shop", program_of("", noodle_basket()), int(clock.now))
        shops = Shops(self.store.published(), self.store.program)
        self.turns = TurnBatch(self.store, shops, later=clock.later)
        self.texts, self.voice = [], FakeVoice()
        self.turns.send_texts_by(lambda texts: self.texts.extend(text for _, text in texts))
        self.turns.open("sms", Writes())
        self.channel = VoiceChannel(
            self.turns, shops, self.plane, FakeHearing(), Notes(folder, lambda most: 1),
            lambda seller, program: self.voice,
            later=clock.later, clock=lambda: clock.now, ticks=lambda: clock.now,
        )  # fmt: skip
        self.line = self.calls(LEG)

    def calls(self, leg):
        """One more call from the buyer's number; its line."""
        line = FakeLine()
        self.channel.begin(
            line, contact=CALL, dialled="4008001234", carrier="trunk", leg=leg, codec="al"
        )
        self.turns.flush()
        return line

    def hangs_up(self, place=1):
        self.channel.end(self.channel.call_of(CALL.further(place)))
        self.turns.flush()

    def said(self):
        """What was played since the last time."""
        said, self.voice.said = self.voice.said, []
        return said

    def plane_tells(self, *events):
        self.plane.waiting += events
        self.channel.heard()
        self.turns.flush()

    def press(self, keys, leg=LEG):
        for key in keys:
            self.plane_tells(Digit(leg, key, "event", 1.0, 1))

    def writes(self, text):
        now = int(self.clock.now)
        self.turns.add(Arrival(PHONE, Text(text), "1069", "carrier", b"", 0, now), None)
        self.turns.flush()
        return self.texts[-1].text


def test_a_call_without_media_is_hung_up_and_its_basket_goes_on_by_sms(tmp_path):
    house = House(tmp_path)
    house.press("1012#")
    house.plane_tells(RtpTimeout(LEG, first=False, at=30.0))
    assert house.line.hung_up == ["no media came"]
    assert house.plane.told[-1] == "close"
    assert house.channel.counters.lost == 1
    (text,) = house.texts
    assert (text.destination, text.source) == (BUYER, "1069")
    assert "Your basket is kept: Beef noodles x2, 36.00." in text.text
    # Whoever tells that the line is down, now that it is hung up, changes nothing.
    house.channel.end(house.channel.call_of(CALL))
    house.turns.flush()
    assert (house.channel.calls, len(house.texts)) == (0, 1)

    assert house.writes("1").startswith("36.00.")
    assert "Order A0001 is placed." in house.writes("1")
    (order,) = house.store.orders("shop")
    assert (order.channel, order.total) == ("sms", 3600)


@pytest.mark.parametrize("is_on_disk", [False, True])
def test_two_who_share_a_number_order_at_once_and_neither_ends_the_others_call(
    tmp_path, is_on_disk
):
    """As the people of an office do, behind one switch."""
    store = SqliteStore(tmp_path / "shop.db") if is_on_disk else MemoryStore()
    house = House(tmp_path, store)
    house.press("1012#")
    other = house.calls(8)
    assert house.line.hung_up == []
    assert house.said()[-1] == "Which dish?", "the other's basket is none of theirs"
    house.press("1013#", 8)
    house.press("1")
    house.press("1", 8)
    orders = sorted(house.store.orders("shop"), key=lambda order: order.total)
    assert [(order.buyer, order.total) for order in orders] == [(BUYER, 3600), (BUYER, 5400)]
    assert len({order.origin for order in orders}) == 2
    assert house.line.hung_up == other.hung_up == []
    if is_on_disk:
        store.close()


def test_who_calls_again_before_the_first_call_is_seen_to_be_over_goes_on_with_it(tmp_path):
    house = House(tmp_path)
    house.press("1012#")
    house.plane.silent[LEG] = 2.5
    house.said()
    house.calls(8)
    assert house.line.hung_up == ["called again"]
    assert "Your basket is kept" in house.texts[-1].text
    house.press("1", 8)
    assert any("36.00" in said for said in house.said())
    assert house.channel.calls == 1


def test_a_second_call_that_is_cut_off_is_gone_on_with_when_its_number_calls_again(tmp_path):
    house = House(tmp_path)
    house.calls(8)
    house.press("1013#", 8)
    # The buyer is in the middle of something by SMS, so that the call cannot go on there.
    house.writes("101")
    house.hangs_up(2)
    house.said()
    house.hangs_up(1)
    house.calls(9)
    house.press("1", 9)
    assert any("54.00" in said for said in house.said())
    assert house.channel.call_of(CALL.further(2)) is not None


def test_a_third_call_takes_the_first_place_that_is_free(tmp_path):
    house = House(tmp_path)
    house.calls(8)
    house.calls(9)
    assert house.channel.call_of(CALL.further(3)) is not None
    house.press("1011#1", 8)
    house.hangs_up(2)
    house.calls(10)
    assert house.channel.call_of(CALL.further(2)) is not None
    assert house.channel.calls == 3


@pytest.mark.parametrize("broken", ["heard", "told", "hung up"])
def test_a_call_that_fails_takes_no_other_along(tmp_path, caplog, broken):
    house = House(tmp_path)
    other = house.calls(8)

    def fail(*_):
        raise RuntimeError("13800138000")

    call = house.channel.call_of(CALL)
    if broken == "told":
        call.took = fail
    else:
        call.pressed = fail
    if broken == "hung up":
        house.line.hang_up = fail
    house.said()
    for key in "1012#":
        house.plane_tells(*(Digit(leg, key, "event", 1.0, 1) for leg in (LEG, 8)))
    assert any("36.00" in said for said in house.said()), "the other's basket"
    assert house.line.hung_up == ([] if broken == "hung up" else ["something failed"])
    assert other.hung_up == []
    assert "RuntimeError" in caplog.text
    assert BUYER not in caplog.text


def test_the_number_of_a_further_call_is_the_number():
    assert [CALL.further(place).buyer for place in (1, 2, 3)] == [BUYER, f"{BUYER}~2", f"{BUYER}~3"]
    assert CALL.further(2).further(1) == CALL
    assert CALL.further(2).number == BUYER


@pytest.mark.parametrize(
    "name", ["anna~x", "anna~", "~", "anna~1", "anna~²", "anna~" + "9" * 5_000]
)
def test_a_name_that_looks_like_a_further_call_is_a_name(name):
    contact = replace(CALL, buyer=name)
    assert (contact.number, contact.place, contact.further(1)) == (name, 1, contact)
    assert contact.further(2).further(1) == contact
    assert contact.further(2).place == 2
