"""At the door of the voice channel: who may come in, and what the others are told."""

from center.uap.boards import Place
from center.uap.capacity import Capacity
from center.uap.door import Why
from center.uap.gate import Gate
from center.uap.models import model
from ivr.channel.admission import BUSY_TEXT_EVERY_S, Admission
from tests.flows.shops import program_of

CALLER = "13800138000"


class Turns:
    """Notes the texts that are to be sent."""

    def __init__(self):
        self.texts = []

    def hold(self, channel, ticket, *, texts):
        assert channel == "voice"
        assert ticket is None
        self.texts += texts


class Door:
    def __init__(self, *boards):
        self.capacity = Capacity()
        self.capacity.add_chassis("1", model("UAP2100"))
        for slot, board in enumerate(boards, 1):
            self.capacity.insert(Place("1", slot), board, 0.0)
        self.capacity.advance(100.0)
        self.now = 1_000.0
        self.turns = Turns()
        gate = Gate(self.capacity, lambda: self.now)
        self.admission = Admission(gate, "voice", frozenset({"en"}), lambda: self.now, self.turns)

    def calls(self, call="c1", caller=CALLER):
        return self.admission.admit(call, "shop", program_of(), caller)


def test_a_call_that_may_come_in_is_told_nothing_and_holds_its_place_until_it_is_over():
    door = Door("MSU", "GPU")
    assert door.calls() is None
    assert "c1" in door.capacity.calls()
    for phase in ("talk", "menu", "no such phase"):
        door.admission.enter("c1", phase)
    door.admission.over("c1")
    door.admission.over("never came")
    assert door.capacity.calls() == {}
    assert door.turns.texts == []


def test_who_is_refused_is_texted_once_that_all_lines_are_busy():
    door = Door("GPU")
    refused = door.calls()
    assert (refused.why, refused.sip_status) == (Why.CLOSED, 503)
    [text] = door.turns.texts
    assert text.destination.endswith(CALLER)
    assert text.source == program_of().codes["sms"][0]
    assert "线路都在忙" in text.text
    door.now += BUSY_TEXT_EVERY_S - 1
    door.calls("c2")
    assert len(door.turns.texts) == 1
    door.now += 1
    door.calls("c3")
    assert len(door.turns.texts) == 2


def test_a_caller_who_cannot_be_texted_is_only_refused():
    door = Door("GPU")
    assert door.calls(caller="withheld") is not None
    assert door.turns.texts == []
