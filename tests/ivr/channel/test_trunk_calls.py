"""Calls from trunks: SIP's events in, its commands out."""

import dataclasses
from types import SimpleNamespace

import pytest
from msgspec.structs import replace

from center.contact import ContactKey
from center.desk.desk import RefusedError
from center.numbering import Numbering
from flows.program import Calling
from ivr.channel.agreement import Agreements
from ivr.channel.channel import VoiceCounters
from ivr.channel.trunk_calls import TrunkCalls
from ivr.sip.errors import CommandError, NotAllowedError
from ivr.sip.events import (
    Answered,
    Cause,
    Digits,
    Ended,
    Incoming,
    Reinvited,
    TransferAsked,
    TransferProgress,
    TurnedAway,
)
from ivr.sip.numbers import AllowList
from ivr.sip.offer import LocalMedia, answer, make_offer
from tests.ivr.channel.telephone import Clock
from tests.ivr.channel.test_agreement import FakeRows, offer_of

OFFER = offer_of("m=audio 4000 RTP/AVP 8")
INCOMING = Incoming("c1", "here", "13800138000", "4008001234", OFFER)
OUTSIDE = AllowList(("02088886666", "95*"))
"""The operator's."""


def replace_call(event, name):
    return dataclasses.replace(event, call=name)


class FakeSignalling:
    """The commands, in order; `over` are calls that have ended already."""

    def __init__(self):
        self.told = []
        self.over = set()

    def __getattr__(self, name):
        def command(call, *words, **more):
            if call in self.over:
                raise CommandError("the call has ended")
            if name == "refer":
                number, allowed = words
                if not allowed.holds(number):
                    raise NotAllowedError(number)
            self.told.append((name, call, *words, *more.values()))

        return command

    def names(self):
        names, self.told = [each[0] for each in self.told], []
        return names


class FakeCall:
    was_missed = False

    def __init__(self, line, **about):
        self.line, self.about, self.keys = line, about, ""
        self.reached = SimpleNamespace(contact=about["contact"])
        self.not_sent = []
        self.person = SimpleNamespace(not_sent_on=self.not_sent.append)

    def pressed(self, keys):
        self.keys += keys

    informed = pressed


class FakeChannel:
    def __init__(self):
        self.counters = VoiceCounters()
        self.calls = []
        self.ended = []

    def begin(self, line, **about):
        self.calls.append(FakeCall(line, **about))
        return self.calls[-1]

    def end(self, call):
        self.ended.append(call)


class Shops:
    numbering = Numbering()

    def by_number(self, number):
        return {"4008001234": "noodles", "4008005678": "seeds"}.get(number)

    calling = Calling()

    def __init__(self):
        self.onward = {"noodles": ("02088886666", "900*"), "seeds": ("95*",)}

    def current(self, seller):
        if seller not in self.onward:
            return None
        calling = replace(self.calling, onward=self.onward[seller])
        return SimpleNamespace(program=SimpleNamespace(calling=calling))


class Exchange:
    def __init__(self, **more):
        self.channel, self.rows, self.signalling = FakeChannel(), FakeRows(), FakeSignalling()
        self.clock, self.shops = Clock(), Shops()
        shops = self.shops
        self.calls = TrunkCalls(
            self.channel, shops, shops, Agreements(self.rows, "192.0.2.1", **more),
            later=self.clock.later, outside=OUTSIDE,
        )  # fmt: skip
        self.calls.missed = self
        self.missed_calls, self.answered = [], []
        self.calls.signalling = self.signalling

    def missed(self, call):
        self.missed_calls.append((*call.contact.parts, call.code, call.carrier))

    def served(self, contact):
        self.answered.append(contact.buyer)

    def hear(self, *events):
        self.calls.received(events)

    def up(self):
        self.hear(INCOMING, Answered("c1", None))
        self.signalling.names()
        return self.channel.calls[0]


def test_a_call_begins_once_the_other_end_has_the_answer_and_ends_with_it():
    here = Exchange()
    here.hear(INCOMING)
    assert here.signalling.names() == ["answer"]
    assert here.channel.calls == []
    here.hear(Answered("c1", None))
    (call,) = here.channel.calls
    assert call.about == {
        "contact": ContactKey("noodles", "13800138000", "voice"), "dialled": "4008001234",
        "carrier": "here", "leg": 7, "codec": "al", "opens": True,
    }  # fmt: skip
    here.hear(Digits("c1", "12", 160), Ended("c1", Cause.HUNG_UP))
    assert (call.keys, here.channel.ended) == ("12", [call])


def test_a_call_that_fails_is_hung_up_and_those_whose_events_came_with_it_go_on():
    here = Exchange()
    begin = here.channel.begin

    def closed(line, **about):
        here.channel.begin = begin
        raise KeyError(about["contact"].seller)

    here.channel.begin = closed
    here.hear(INCOMING, replace_call(INCOMING, "c2"))
    here.signalling.names()
    here.hear(Answered("c1", None), Answered("c2", None))
    assert here.signalling.told == [("hang_up", "c1", "internal error")]
    assert len(here.channel.calls) == 1
    here.hear(Ended("c1", Cause.CLOSED))
    assert here.rows.names() == ["open", "change", "open", "change", "close"]


def test_a_caller_without_a_number_is_somebody_all_the_same():
    here = Exchange()
    here.hear(Incoming("c1", "here", "", "4008001234", OFFER), Answered("c1", None))
    assert here.channel.calls[0].about["contact"].buyer == "withheld-c1"


@pytest.mark.parametrize(
    ("dialled", "offer", "status"),
    [
        ("123456", OFFER, 404),
        ("4008001234", offer_of("m=audio 4000 RTP/AVP 18"), 488),
        ("4008001234", offer_of("m=video 4000 RTP/AVP 31"), 488),
    ],
)
def test_what_cannot_be_taken_is_refused(dialled, offer, status):
    here = Exchange()
    here.hear(Incoming("c1", "here", "13800138000", dialled, offer))
    assert here.signalling.told == [("refuse", "c1", status, None)]
    assert here.channel.counters.refused == 1
    assert here.rows.told == []


def test_a_trunk_that_must_protect_its_calls_is_refused_in_clear():
    here = Exchange(protected=frozenset({"here"}))
    here.hear(INCOMING)
    assert here.signalling.told == [("refuse", "c1", 488, None)]


def test_a_call_that_ends_before_its_answer_gives_its_row_back():
    here = Exchange()
    here.hear(INCOMING)
    here.rows.names()
    here.hear(Ended("c1", Cause.CANCELLED, 487))
    assert here.rows.names() == ["close"]
    assert here.channel.ended == []


def test_later_offers_are_answered_made_or_refused():
    here = Exchange()
    here.up()
    here.hear(Reinvited("c1", offer_of("m=audio 4000 RTP/AVP 8", "a=sendonly")))
    here.hear(Reinvited("c1", offer_of("m=audio 4000 RTP/AVP 0")))
    here.hear(Reinvited("c1", None))
    assert here.signalling.names() == ["accept", "reject", "accept"]


def test_a_delayed_offer_is_settled_by_the_acknowledgement():
    here = Exchange()
    here.hear(Incoming("c1", "here", "13800138000", "4008001234", None))
    ours = here.signalling.told[0][2]
    theirs, _ = answer(ours, LocalMedia("198.51.100.7", 4_000, codecs=("PCMU",)))
    here.hear(Answered("c1", theirs))
    assert here.channel.calls[0].about["codec"] == "ul"
    here.hear(Ended("c1", Cause.HUNG_UP), Incoming("c2", "here", "1380", "4008001234", None))
    here.signalling.names()
    nothing = make_offer(LocalMedia("198.51.100.7", 4_000, codecs=("G722",)))
    here.hear(Answered("c2", nothing))
    assert here.signalling.names() == ["hang_up"]


def test_nobody_is_sent_to_a_number_that_is_not_allowed():
    here = Exchange()
    line = here.up().line
    with pytest.raises(RefusedError, match="the platform lets"):
        line.send_to("900123456")
    line.send_to("02088886666")
    assert [each[:3] for each in here.signalling.told] == [("refer", "c1", "02088886666")]
    here.signalling.over.add("c1")
    with pytest.raises(RefusedError, match="cannot be sent there now"):
        line.send_to("02088886666")


def test_callers_of_one_seller_are_not_sent_where_another_sends_its_own():
    here = Exchange()
    noodles = here.up().line
    here.hear(Incoming("c2", "here", "13800138001", "4008005678", OFFER), Answered("c2", None))
    seeds = here.channel.calls[1].line
    here.signalling.names()
    with pytest.raises(RefusedError, match=r"this shop.* there are: 02088886666, 900\*$"):
        noodles.send_to("95588")
    with pytest.raises(RefusedError, match=r"this shop.* there are: 95\*$"):
        seeds.send_to("020-8888-6666")
    seeds.send_to("95588")
    noodles.send_to("020-8888-6666")
    sent = [each[:3] for each in here.signalling.told]
    assert sent == [("refer", "c2", "95588"), ("refer", "c1", "020-8888-6666")]


def test_a_seller_who_names_no_number_sends_nobody_outside():
    here = Exchange()
    line = here.up().line
    # Published while the call was up.
    here.shops.onward["noodles"] = ()
    with pytest.raises(RefusedError, match="this shop sends no callers outside"):
        line.send_to("02088886666")
    del here.shops.onward["noodles"]
    with pytest.raises(RefusedError, match="this shop sends no callers outside"):
        line.send_to("02088886666")
    assert here.signalling.told == []


def test_who_was_sent_on_and_answered_there_is_let_go():
    here = Exchange()
    here.up()
    here.hear(TransferProgress("c1", 180, False), TransferProgress("c1", 486, True))
    assert here.signalling.names() == []
    assert here.channel.calls[0].not_sent == ["486"]
    here.hear(TransferProgress("c1", 200, True))
    assert here.signalling.told == [("hang_up", "c1", "sent on")]


def test_a_callers_own_transfer_is_refused():
    here = Exchange()
    here.up()
    here.hear(TransferAsked("c1", "02088886666"))
    assert here.signalling.told == [("report_transfer", "c1", 403)]


def test_commands_to_calls_that_ended_meanwhile_are_forgotten():
    here = Exchange()
    line = here.up().line
    here.signalling.over.add("c1")
    line.hang_up("goodbye")
    here.hear(Reinvited("c1", OFFER))
    here.calls.cut_off("c1")
    assert here.signalling.names() == []


MISSED = ("noodles", "13800138000", "voice", "4008001234", "here")


def test_a_shop_may_let_it_ring_before_it_answers():
    here = Exchange()
    here.shops.calling = Calling(rings_s=4)
    here.hear(INCOMING)
    here.clock.pass_s(3.9)
    assert (here.signalling.names(), here.rows.told) == (["progress"], [])
    here.clock.pass_s(0.1)
    assert here.signalling.names() == ["answer"]
    here.hear(Answered("c1", None))
    assert (here.answered, here.missed_calls) == (["13800138000"], [])


def test_who_hangs_up_while_it_rings_has_missed_us_and_is_not_answered_later():
    here = Exchange()
    here.shops.calling = Calling(rings_s=4)
    here.hear(INCOMING, Ended("c1", Cause.CANCELLED, 487))
    here.clock.pass_s(10)
    assert here.signalling.names() == ["progress"]
    assert here.missed_calls == [MISSED]


@pytest.mark.parametrize(
    ("cause", "is_missed"),
    [(Cause.CANCELLED, True), (Cause.LOST, True), (Cause.HUNG_UP, True),
     (Cause.NO_MEDIA, False), (Cause.CLOSED, False), (Cause.REFUSED, False)],
)  # fmt: skip
def test_a_call_is_missed_if_its_caller_went_before_the_answer(cause, is_missed):
    here = Exchange()
    here.hear(INCOMING, Ended("c1", cause))
    assert here.missed_calls == ([MISSED] if is_missed else [])


def test_who_is_turned_away_for_want_of_a_line_has_missed_us():
    here = Exchange()
    here.hear(TurnedAway("here", "+8613800138000", "4008001234", 486))
    here.hear(TurnedAway("here", "+8613800138000", "4009999999", 503))
    assert here.missed_calls == [MISSED]


@pytest.mark.parametrize("waited", [True, False])
def test_who_hung_up_while_waiting_for_a_person_has_missed_one(waited):
    here = Exchange()
    here.up().was_missed = waited
    here.hear(Ended("c1", Cause.HUNG_UP))
    assert here.missed_calls == ([MISSED] if waited else [])
