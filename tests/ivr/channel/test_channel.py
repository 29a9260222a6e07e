"""The voice channel: what the media plane tells, to the call that it is about."""

from dataclasses import dataclass, field

from center.batch import TurnBatch
from center.contact import Arrival, ContactKey
from center.shops import Shops
from flows.inputs import Text
from ivr.channel.channel import VoiceChannel
from ivr.channel.notes import Notes
from ivr.media.messages import Digit, RtpTimeout
from store.memory import MemoryStore
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

    def __init__(self, folder):
        clock = Clock()
        self.clock, self.store, self.plane, self.line = clock, MemoryStore(), Plane(), FakeLine()
        self.store.publish("shop", program_of("", noodle_basket()), int(clock.now))
        shops = Shops(self.store.published(), self.store.program)
        self.turns = TurnBatch(self.store, shops, later=clock.later)
        self.texts = []
        self.turns.send_texts_by(lambda texts: self.texts.extend(text for _, text in texts))
        self.turns.open("sms", Writes())
        self.channel = VoiceChannel(
            self.turns, shops, self.plane, FakeHearing(), Notes(folder, lambda most: 1),
            lambda seller, program: FakeVoice(),
            later=clock.later, clock=lambda: clock.now, ticks=lambda: clock.now,
        )  # fmt: skip
        self.channel.begin(
            self.line, contact=CALL, dialled="4008001234", carrier="trunk", leg=LEG, codec="al"
        )
        self.turns.flush()

    def plane_tells(self, *events):
        self.plane.waiting += events
        self.channel.heard()
        self.turns.flush()

    def press(self, keys):
        for key in keys:
            self.plane_tells(Digit(LEG, key, "event", 1.0, 1))

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
