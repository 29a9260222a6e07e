"""Calls that we make: what is dialled, what is not, and what became of it."""

import pytest

from center.batch import TurnBatch
from center.call_backs import AGAIN_AFTER_S, FIRST_AFTER_S, CallBacks, Missed
from center.call_backs import NOTE as OPEN
from center.calling_out import CallOut, Reached
from center.contact import ContactKey
from center.routing import Routes
from center.shops import Shops
from flows.program import Calling
from ivr.channel.agreement import Agreements
from ivr.channel.channel import VoiceCounters
from ivr.channel.greeting import HELLO_S_MAX, SILENT_S
from ivr.channel.missed import MissedCalls
from ivr.channel.outgoing import KEYS_KEPT_S, CallsMade, Way
from ivr.channel.outgoing import NOTE as DIALLED
from ivr.channel.trunk_calls import TrunkCalls
from ivr.sip.errors import CommandError
from ivr.sip.events import Answered, Cause, Digits, Ended, Progress, TrunkHealth
from ivr.sip.numbers import AllowList
from ivr.sip.offer import LocalMedia, answer
from store.memory import MemoryStore
from tests.flows.shops import program_of
from tests.ivr.channel.telephone import Clock
from tests.ivr.channel.test_agreement import FakeRows
from tests.ivr.channel.test_trunk_calls import FakeCall, FakeSignalling

BUYER = "13800138000"
SHOP = """\
flow 1

shop Noodles
  number 400-800-1234
  sms code 1069
  languages en
  channels voice, sms
  call back 138*
  quiet hours 03:00-04:00

step start
  say Hello.
  goodbye
"""
THERE = LocalMedia("198.51.100.7", 4_000, codecs=("PCMU",))


class Dialling(FakeSignalling):
    """Dials, unless every line of these trunks is taken."""

    def __init__(self):
        super().__init__()
        self.full = set()
        self.dialled = []

    def dial(self, trunk, number, sdp, allowed, *, caller="", ring_s=60.0):
        allowed.require(number)
        if trunk in self.full:
            raise CommandError("all lines are taken")
        self.dialled.append((trunk, number, caller))
        self.offer = sdp
        return f"o{len(self.dialled)}"


class FakeChannel:
    def __init__(self):
        self.counters = VoiceCounters()
        self.calls, self.watched = [], {}

    def begin(self, line, **about):
        self.calls.append(FakeCall(line, **about))
        return self.calls[-1]

    def end(self, call):
        self.calls.remove(call)

    def call_of(self, contact):
        return next((c for c in self.calls if c.about["contact"] == contact), None)

    def watch(self, leg, who, quiet_s):
        self.watched[leg] = who

    def unwatch(self, leg):
        self.watched.pop(leg, None)


class House:
    """One process; `disk` outlives it."""

    def __init__(self, disk=None, allowed=("138*",), trunks=("here", "there")):
        self.clock = Clock()
        self.store = disk or MemoryStore()
        if disk is None:
            self.store.publish("shop", program_of("", SHOP), int(self.clock.now))
        self.shops = Shops(self.store.published(), self.store.program)
        self.turns = TurnBatch(self.store, self.shops, later=self.clock.later)
        self.turns.open("voice", self)
        self.texts = []
        self.turns.send_texts_by(lambda texts: self.texts.extend(text for _, text in texts))
        self.channel, self.signalling, self.rows = FakeChannel(), Dialling(), FakeRows()
        self.trunks = TrunkCalls(
            self.channel, self.shops, Routes([]), Agreements(self.rows, "192.0.2.1"),
            later=self.clock.later,
        )  # fmt: skip
        self.trunks.signalling = self.signalling
        ticks = lambda: self.clock.now  # noqa: E731
        self.made = CallsMade(
            self.trunks, self.channel, self.shops, self.turns, Way(trunks, AllowList(allowed)),
            later=self.clock.later, clock=ticks, ticks=ticks,
        )  # fmt: skip
        self.keep(self.made.restore(self.store.notes(DIALLED)))
        self.missed = MissedCalls(
            CallBacks(), self.made, self.turns, self.shops, lambda contact: True,
            later=self.clock.later, clock=ticks,
        )  # fmt: skip
        self.missed.restore(self.store.notes(OPEN))
        self.reached = []

    def keep(self, notes):
        if notes:
            self.turns.hold("voice", None, notes=notes)

    def taken(self, taken):
        for one in taken:
            if one.ticket is not None:
                one.ticket.then(one.fate)

    def call(self, number=BUYER, key="k1", **more):
        errand = CallOut(key, ContactKey("shop", number, "voice"), "400-800-1234", **more)
        self.made.call(errand, self.reached.append)
        self.pass_s(0)

    def pass_s(self, seconds):
        self.clock.pass_s(seconds)
        self.turns.flush()
        self.clock.pass_s(0)

    def hear(self, *events):
        self.trunks.received(events)
        self.turns.flush()

    def answers(self, name="o1"):
        theirs, _ = answer(self.signalling.offer, THERE)
        self.hear(Progress(name, 180, None), Answered(name, theirs))


def test_a_person_who_says_nothing_is_put_through_to_the_flow():
    house = House()
    house.call()
    assert house.signalling.dialled == [("here", BUYER, "4008001234")]
    house.answers()
    assert house.channel.calls == []
    house.pass_s(SILENT_S)
    (call,) = house.channel.calls
    assert {name: call.about[name] for name in ("contact", "carrier", "codec", "opens")} == {
        "contact": ContactKey("shop", BUYER, "voice"), "carrier": "here", "codec": "ul", "opens": True,
    }  # fmt: skip
    assert house.reached == [Reached.PERSON]
    assert house.channel.watched == {}
    house.hear(Ended("o1", Cause.HUNG_UP))
    assert house.channel.calls == []
    assert house.reached == [Reached.PERSON]


def test_a_person_who_says_hello_is_put_through_after_it_and_a_key_at_once():
    house = House()
    house.call()
    house.answers()
    house.channel.watched[7].speech_started(20)
    house.pass_s(1)
    house.channel.watched[7].speech_ended(60)
    assert house.reached == [Reached.PERSON]
    house = House()
    house.call(opens=False)
    house.answers()
    house.hear(Digits("o1", "1", 160))
    (call,) = house.channel.calls
    assert (call.keys, call.about["opens"]) == ("1", False)


def test_a_machine_is_hung_up_on():
    house = House()
    house.call()
    house.answers()
    house.channel.watched[7].speech_started(20)
    house.pass_s(HELLO_S_MAX)
    assert house.signalling.names() == ["hang_up"]
    house.hear(Ended("o1", Cause.CLOSED))
    assert house.reached == [Reached.MACHINE]
    assert house.rows.names()[-1] == "close"


@pytest.mark.parametrize(
    ("cause", "status", "reached"),
    [
        (Cause.REFUSED, 486, Reached.BUSY), (Cause.REFUSED, 600, Reached.BUSY),
        (Cause.REFUSED, 480, Reached.NO_ANSWER), (Cause.REFUSED, 503, Reached.NO_ANSWER),
        (Cause.REFUSED, 404, Reached.REFUSED), (Cause.REFUSED, 603, Reached.REFUSED),
        (Cause.NO_ANSWER, 408, Reached.NO_ANSWER), (Cause.LOST, 0, Reached.FAILED),
    ],
)  # fmt: skip
def test_what_became_of_a_call_that_nobody_answered(cause, status, reached):
    house = House()
    house.call()
    house.hear(Ended("o1", cause, status))
    assert house.reached == [reached]
    assert house.rows.names() == ["open", "close"]


def test_who_hangs_up_at_once_is_not_called_again():
    house = House()
    house.call()
    house.answers()
    house.hear(Ended("o1", Cause.HUNG_UP))
    assert house.reached == [Reached.REFUSED]
    house.pass_s(60)
    assert house.channel.calls == []


@pytest.mark.parametrize("number", ["900123456", "00881234567", "4008001234", "1390013800", "138", "138*", "sip:138@evil.example", ""])  # fmt: skip
def test_no_number_is_dialled_that_the_sellers_list_does_not_hold(number):
    house = House(allowed=("138*", "9*", "0*", "4*"))
    house.call(number)
    assert house.reached == [Reached.NOT_ALLOWED]
    assert house.signalling.dialled == []


def test_no_number_is_dialled_that_the_operators_list_does_not_hold_nor_without_a_trunk():
    for house in (House(allowed=("139*",)), House(allowed=()), House(trunks=())):
        house.call()
        assert (house.reached, house.signalling.dialled) == ([Reached.NOT_ALLOWED], [])


def test_a_key_is_dialled_once_whatever_crashes():
    house = House()
    house.call()
    house.call()
    assert house.reached == [Reached.REPEATED]
    # Killed while it rings.
    after = House(disk=house.store)
    after.call()
    assert (after.reached, after.signalling.dialled) == ([Reached.REPEATED], [])
    after.clock.now += KEYS_KEPT_S + 1
    later = House(disk=house.store)
    later.clock.now = after.clock.now
    later.keep(later.made.restore(later.store.notes(DIALLED)))
    later.turns.flush()
    assert later.store.notes(DIALLED) == {}


def test_nothing_is_dialled_before_it_is_on_disk(monkeypatch):
    house = House()
    contact = ContactKey("shop", BUYER, "voice")
    house.made.call(CallOut("k1", contact, "4008001234"), house.reached.append)
    assert house.signalling.dialled == []
    house.turns.flush()
    assert len(house.signalling.dialled) == 1


def test_another_trunk_is_taken_where_one_is_full_or_down_and_the_buyers_own_first():
    house = House()
    house.signalling.full.add("here")
    house.call()
    house.call(key="k2", carrier="there")
    house.hear(TrunkHealth("there", False, "no answer"))
    house.call(key="k3")
    assert [trunk for trunk, *_ in house.signalling.dialled] == ["there", "there"]
    assert house.reached == [Reached.NO_ROOM]
    house.hear(TrunkHealth("here", False, "no answer"))
    house.call(key="k4")
    assert house.reached[1:] == [Reached.NO_TRUNK]
    house.hear(TrunkHealth("here", True, "it answers"))
    house.signalling.full.clear()
    house.call(key="k4")
    assert house.signalling.dialled[-1][0] == "here"


def test_who_is_on_the_line_already_is_not_called():
    house = House()
    house.call()
    house.answers()
    house.pass_s(SILENT_S)
    house.call(key="k2")
    assert house.reached == [Reached.PERSON, Reached.BUSY]


def test_a_call_that_nobody_wants_any_more_stops_ringing():
    house = House()
    house.call()
    house.made.give_up("k1")
    assert house.signalling.told == [("hang_up", "o1", "given up")]
    house.hear(Ended("o1", Cause.CLOSED))
    house.made.give_up("k1")
    assert house.reached == [Reached.NO_ANSWER]


class OneRoom:
    """A platform with room for so many; see ivr.channel.admission.Admission."""

    def __init__(self, room):
        self.room, self.held = room, []

    def has_room(self, call, program, seller):
        assert seller == "shop"
        if len(self.held) >= self.room:
            return False
        self.held.append(call)
        return True

    def rename(self, call, name):
        self.held[self.held.index(call)] = name

    def over(self, call):
        if call in self.held:
            self.held.remove(call)


def test_no_telephone_rings_for_which_the_platform_has_no_room():
    house = House()
    house.trunks.admission = OneRoom(0)
    house.call()
    assert house.signalling.dialled == []
    assert house.rows.told == []
    assert house.reached == [Reached.NO_ROOM]


def test_a_key_that_found_no_room_is_dialled_once_there_is_some_also_after_a_start():
    house = House()
    house.trunks.admission = OneRoom(0)
    house.call()
    house.turns.flush()
    after = House(disk=house.store)
    assert after.store.notes(DIALLED) == {}
    for again in (house, after):
        again.trunks.admission = OneRoom(1)
        again.call()
        assert len(again.signalling.dialled) == 1


def test_a_call_of_ours_holds_its_place_until_it_is_over_or_was_not_dialled():
    house = House()
    platform = house.trunks.admission = OneRoom(1)
    house.signalling.full.add("here")
    house.call()
    assert [trunk for trunk, *_ in house.signalling.dialled] == ["there"]
    assert platform.held == ["o1"]
    house.hear(Ended("o1", Cause.NO_ANSWER, 408))
    assert platform.held == []
    house.signalling.full.add("there")
    house.call(key="k2")
    assert platform.held == []
    assert house.reached == [Reached.NO_ANSWER, Reached.NO_ROOM]


# --- missed calls, called back ---


def missed(house, number=BUYER):
    house.missed.missed(Missed(ContactKey("shop", number, "voice"), "4008001234", "here"))
    house.turns.flush()


def test_who_missed_us_is_called_back_and_texted_if_not_reached():
    house = House()
    missed(house)
    house.pass_s(FIRST_AFTER_S)
    house.hear(Ended("o1", Cause.REFUSED, 486))
    assert house.texts == []
    house.pass_s(AGAIN_AFTER_S)
    house.hear(Ended("o2", Cause.NO_ANSWER, 408))
    (text,) = house.texts
    assert (text.source, text.destination) == ("1069", BUYER)
    assert "Call 400-800-1234 again" in text.text
    house.pass_s(86_400)
    assert len(house.signalling.dialled) == 2


def test_a_crash_while_it_rings_is_as_if_nobody_had_answered():
    house = House()
    missed(house)
    house.pass_s(FIRST_AFTER_S)
    assert len(house.signalling.dialled) == 1
    after = House(disk=house.store)
    after.pass_s(AGAIN_AFTER_S)
    assert after.signalling.dialled == []
    after.pass_s(FIRST_AFTER_S)
    assert len(after.signalling.dialled) == 1
    # And a second crash ends it: with two tries it has had all that it gets.
    last = House(disk=house.store)
    last.pass_s(86_400)
    assert last.signalling.dialled == []
    # And a crash before it was dialled forgets nobody.
    house = House()
    missed(house)
    after = House(disk=house.store)
    after.pass_s(FIRST_AFTER_S)
    assert len(after.signalling.dialled) == 1


def test_two_houses_that_miss_each_other_do_not_call_for_ever():
    house = House()
    for number in range(1, 20):
        missed(house)
        house.pass_s(FIRST_AFTER_S)
        # The other one answers, and hangs up to call us by itself.
        if len(house.signalling.dialled) >= number:
            house.hear(Ended(f"o{number}", Cause.REFUSED, 603))
    assert len(house.signalling.dialled) == 3


def test_a_seller_who_takes_the_list_away_stops_it():
    house = House()
    missed(house)
    program = house.shops.current("shop").program
    assert isinstance(program.calling, Calling)
    later = program_of("", SHOP.replace("  call back 138*\n  quiet hours 03:00-04:00\n", ""))
    house.store.publish("shop", later, 0)
    house.shops.publish("shop", house.store.published()["shop"])
    house.pass_s(FIRST_AFTER_S)
    assert house.signalling.dialled == []


def test_after_closing_nobody_is_called():
    house = House()
    house.missed.close()
    missed(house)
    house.pass_s(FIRST_AFTER_S)
    assert house.signalling.dialled == []
