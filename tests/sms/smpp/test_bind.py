"""Both ends of a bind, each a machine, wired to one another without a network."""

import itertools
from typing import NamedTuple

import pytest

from sms.smpp import pdu as p
from sms.smpp.bind import SEQUENCE_MAX, BindMachine
from sms.smpp.errors import ProtocolError
from sms.smpp.events import (
    Answered,
    Changed,
    Closing,
    Delivered,
    Event,
    Receipted,
    Requested,
    Submitted,
    Unanswered,
)
from sms.smpp.frames import FRAME_BYTES_UNBOUND_MAX
from sms.smpp.state import ALLOWED, State
from sms.smpp.status import Status
from sms.smpp.timers import Timers


class Pair:
    """An ESME and an SMSC; what one sends the other receives."""

    def __init__(self, *, window: int = 64) -> None:
        self.now = 0.0
        self.esme = BindMachine("esme", 0.0, window=window)
        self.smsc = BindMachine("smsc", 0.0)
        self.events: dict[str, list[Event]] = {"esme": [], "smsc": []}

    def settle(self) -> None:
        while True:
            out, back = self.esme.data_to_send(), self.smsc.data_to_send()
            if not out and not back:
                return
            if out:
                self.events["smsc"] += self.smsc.receive(out, self.now)
            if back:
                self.events["esme"] += self.esme.receive(back, self.now)

    def take(self, end: str) -> list[Event]:
        self.settle()
        events, self.events[end] = self.events[end], []
        return events

    def bind(self, command: int = p.BIND_TRANSCEIVER, status: int = 0) -> list[Event]:
        self.esme.request(p.Bind(command=command, system_id="shop"), self.now)
        [asked] = self.take("smsc")
        assert isinstance(asked, Requested)
        assert isinstance(asked.pdu, p.Bind)
        answer = p.BindResp(
            sequence=asked.pdu.sequence, status=status, command=command | p.RESPONSE
        )
        self.smsc.respond(answer)
        return self.take("esme")


def test_a_bind_is_asked_and_accepted() -> None:
    pair = Pair()
    changed, answered = pair.bind()
    assert changed == Changed(State.BOUND_TRX)
    assert isinstance(answered, Answered)
    assert pair.esme.state is pair.smsc.state is State.BOUND_TRX


def test_a_refused_bind_leaves_both_ends_open() -> None:
    pair = Pair()
    [answered] = pair.bind(status=Status.INVPASWD)
    assert isinstance(answered, Answered)
    assert answered.pdu.status == Status.INVPASWD
    assert pair.esme.state is pair.smsc.state is State.OPEN


def test_a_message_and_its_answer_carry_the_context() -> None:
    pair = Pair()
    pair.bind()
    pair.esme.request(p.SubmitSm(message=b"hi"), 0.0, context="order 1")
    [asked] = pair.take("smsc")
    assert isinstance(asked, Requested)
    pair.smsc.respond(p.SubmitSmResp(sequence=asked.pdu.sequence, message_id="77"))
    assert pair.take("esme") == [Submitted([("order 1", "77")])]


def test_messages_and_answers_keep_their_order() -> None:
    pair = Pair(window=9)
    pair.bind()
    for number in range(4):
        pair.esme.request(p.SubmitSm(), 0.0, context=number)
    [first, *_] = [
        event.pdu.sequence for event in pair.take("smsc") if isinstance(event, Requested)
    ]
    for place, status in enumerate([0, 0, Status.THROTTLED, 0]):
        pair.smsc.respond(p.SubmitSmResp(sequence=first + place, status=status, message_id="m"))
    pair.smsc.request(p.DeliverSm(message=b"hi"), 0.0)
    submitted, refused, again, delivered = pair.take("esme")
    assert submitted == Submitted([(0, "m"), (1, "m")])
    assert isinstance(refused, Answered)
    assert refused.context == 2
    assert again == Submitted([(3, "m")])
    assert isinstance(delivered, Delivered)
    assert [message.message for message in delivered.messages] == [b"hi"]


class Body(NamedTuple):
    """Something to submit."""

    body: bytes


def test_bodies_are_submitted_in_one_go_and_told_by_what_they_were() -> None:
    pair = Pair()
    pair.bind()
    source, phone = p.Address("1069"), p.Address("138")
    addresses = p.submit_addresses(source, phone)
    bodies = [Body(addresses + p.submit_rest(b"hi", data_coding=coding)) for coding in (0, 8)]
    pair.esme.submit(bodies, 0.0)
    asked = [event.pdu for event in pair.take("smsc") if isinstance(event, Requested)]
    assert asked == [
        p.SubmitSm(
            sequence=one.sequence,
            source=source,
            destination=phone,
            data_coding=coding,
            message=b"hi",
        )
        for one, coding in zip(asked, (0, 8), strict=True)
    ]
    for one, status in zip(asked, (0, Status.THROTTLED), strict=True):
        pair.smsc.respond(p.SubmitSmResp(sequence=one.sequence, status=status))
    taken, refused = pair.take("esme")
    assert taken == Submitted([(bodies[0], "")])
    assert isinstance(refused, Answered)
    assert refused.context is bodies[1]


def test_nothing_is_submitted_before_the_bind() -> None:
    pair = Pair()
    with pytest.raises(ProtocolError):
        pair.esme.submit([Body(b"")], 0.0)
    assert pair.esme.data_to_send() == b""


def test_what_came_before_a_length_that_cannot_be_is_told() -> None:
    pair = Pair()
    pair.bind()
    whole = p.encode(p.DeliverSm(sequence=5, message=b"hi"))
    delivered, changed, closing = pair.esme.receive(whole + b"\0\0\0\5", 0.0)
    assert isinstance(delivered, Delivered)
    assert changed == Changed(State.CLOSED)
    assert isinstance(closing, Closing)


def test_receipts_as_nearly_all_write_them_become_no_pdu() -> None:
    pair = Pair()
    pair.bind()
    for message in (b"id:1 stat:DELIVRD", b"id:2 stat:DELIVRD"):
        pair.smsc.request(p.DeliverSm(esm_class=4, message=message), 0.0)
    pair.smsc.request(p.DeliverSm(esm_class=4, message=b"id:3", validity="000100000000000R"), 0.0)
    receipted, delivered = pair.take("esme")
    assert receipted == Receipted([(1, b"id:1 stat:DELIVRD"), (2, b"id:2 stat:DELIVRD")])
    assert isinstance(delivered, Delivered)
    assert [message.sequence for message in delivered.messages] == [3]


def test_an_answer_that_is_cut_short_is_read_as_it_is() -> None:
    pair = Pair()
    pair.bind()
    pair.esme.request(p.SubmitSm(), 0.0, context="order 1")
    [asked] = pair.take("smsc")
    assert isinstance(asked, Requested)
    # Without a body, as some write it.
    bare = p.HEADER.pack(16, p.SUBMIT_SM | p.RESPONSE, 0, asked.pdu.sequence)
    assert pair.esme.receive(bare, 0.0) == [Submitted([("order 1", "")])]


def test_answers_may_come_in_any_order() -> None:
    pair = Pair()
    pair.bind()
    for number in range(3):
        pair.esme.request(p.SubmitSm(), 0.0, context=number)
    asked = [event.pdu.sequence for event in pair.take("smsc") if isinstance(event, Requested)]
    for sequence in reversed(asked):
        pair.smsc.respond(p.SubmitSmResp(sequence=sequence))
    assert pair.take("esme") == [Submitted([(2, ""), (1, ""), (0, "")])]


def test_the_window_closes_and_opens() -> None:
    pair = Pair(window=2)
    pair.bind()
    pair.esme.request(p.SubmitSm(), 0.0)
    pair.esme.request(p.SubmitSm(), 0.0)
    assert pair.esme.room() == 0
    asked = pair.take("smsc")[0]
    assert isinstance(asked, Requested)
    pair.smsc.respond(p.SubmitSmResp(sequence=asked.pdu.sequence))
    pair.settle()
    assert pair.esme.room() == 1


def test_a_late_and_a_doubled_answer_are_counted_and_dropped() -> None:
    pair = Pair()
    pair.bind()
    pair.take("esme")
    pair.smsc.respond(p.SubmitSmResp(sequence=99))
    assert pair.take("esme") == []
    assert pair.esme.counters.stray_responses == 1


def test_a_request_without_an_answer_runs_out_of_time() -> None:
    pair = Pair()
    pair.bind()
    pair.esme.request(p.SubmitSm(), 5.0, context="lost")
    assert pair.esme.handle_timer(14.9) == []
    [late] = pair.esme.handle_timer(15.0)
    assert isinstance(late, Unanswered)
    assert late.context == "lost"


def test_a_silent_peer_is_asked_and_then_given_up() -> None:
    pair = Pair()
    pair.bind()
    assert pair.esme.timer() == 30.0
    assert pair.esme.handle_timer(30.0) == []
    assert isinstance(p.decode(pair.esme.data_to_send()), p.EnquireLink)
    [closing] = pair.esme.handle_timer(40.0)
    assert closing == Closing("no answer to enquire_link")


def test_enquire_link_is_answered_by_itself() -> None:
    pair = Pair()
    pair.bind()
    pair.smsc.request(p.EnquireLink(), 1.0)
    assert pair.take("esme") == []
    assert pair.smsc.room() == 64


def test_who_does_not_bind_in_time_is_closed() -> None:
    smsc = BindMachine("smsc", 0.0, timers=Timers(session_init_s=3))
    assert smsc.timer() == 3
    assert smsc.handle_timer(3.0) == [Closing("nobody bound in time")]


@pytest.mark.parametrize("asker", ["esme", "smsc"])
def test_unbind_is_answered_and_closes_either_way(asker: str) -> None:
    pair = Pair()
    pair.bind()
    end = pair.esme if asker == "esme" else pair.smsc
    end.request(p.Unbind(), 0.0)
    pair.settle()
    for events in pair.events.values():
        assert any(isinstance(event, Closing) for event in events)
    assert pair.esme.state is pair.smsc.state is State.UNBOUND


REQUESTS = {
    p.Bind: p.Bind(),
    p.Outbind: p.Outbind(),
    p.SubmitSm: p.SubmitSm(),
    p.QuerySm: p.QuerySm(),
    p.CancelSm: p.CancelSm(),
    p.ReplaceSm: p.ReplaceSm(),
    p.DeliverSm: p.DeliverSm(),
    p.AlertNotification: p.AlertNotification(),
    p.DataSm: p.DataSm(),
}


@pytest.mark.parametrize(
    ("state", "role", "kind"), list(itertools.product(State, ["esme", "smsc"], REQUESTS))
)
def test_every_arrow_of_the_table_and_no_other(state: State, role: str, kind: type[p.Pdu]) -> None:
    asker = BindMachine("esme" if role == "esme" else "smsc", 0.0, state=state)
    peer = BindMachine("smsc" if role == "esme" else "esme", 0.0, state=state)
    if kind in ALLOWED[state][role]:
        asker.request(REQUESTS[kind], 0.0)
        [event] = peer.receive(asker.data_to_send(), 0.0)
        if isinstance(event, Delivered):
            [asked] = event.messages
        else:
            assert isinstance(event, Requested)
            asked = event.pdu
        assert type(asked) is kind
        return
    with pytest.raises(ProtocolError):
        asker.request(REQUESTS[kind], 0.0)
    # A peer that asks all the same is told that it may not, and nobody else hears of it.
    assert peer.receive(p.encode(REQUESTS[kind]), 0.0) == []
    answer = peer.data_to_send()
    if answer:
        assert p.decode(answer).status == Status.INVBNDSTS


def test_a_bad_pdu_is_nacked_and_the_next_is_read() -> None:
    pair = Pair()
    pair.bind()
    bad = bytearray(p.encode(p.SubmitSm(sequence=50, message=b"abc")))
    bad[-4] = 99
    events = pair.smsc.receive(bytes(bad) + p.encode(p.SubmitSm(sequence=51)), 1.0)
    assert [event.pdu.sequence for event in events if isinstance(event, Requested)] == [51]
    assert p.decode(pair.smsc.data_to_send()) == p.GenericNack(sequence=50, status=Status.INVMSGLEN)


def test_a_bad_response_answers_all_the_same_and_is_not_nacked() -> None:
    pair = Pair()
    pair.bind()
    asked = pair.esme.request(p.SubmitSm(message=b"abc"), 1.0, "a text")
    # A name for the message of more than 64 characters. Section 5.2.23.
    bad = p.HEADER.pack(116, p.SUBMIT_SM | p.RESPONSE, 0, asked) + b"9" * 100
    assert pair.esme.receive(bad, 1.0) == [Submitted([("a text", "")])]
    assert not pair.esme.handle_timer(1.0 + Timers().response_s)
    refused = pair.esme.request(p.SubmitSm(message=b"abc"), 1.0, "another")
    nack = p.HEADER.pack(18, p.GENERIC_NACK, Status.SYSERR, refused) + b"??"
    [event] = pair.esme.receive(nack, 1.0)
    assert isinstance(event, Answered)
    assert event.pdu.status == Status.SYSERR
    assert pair.esme.data_to_send().count(p.GENERIC_NACK.to_bytes(4)) == 0


def test_an_unknown_command_is_nacked() -> None:
    pair = Pair()
    pair.bind()
    pair.smsc.receive(p.HEADER.pack(16, 0x00000777, 0, 8), 1.0)
    assert p.decode(pair.smsc.data_to_send()) == p.GenericNack(sequence=8, status=Status.INVCMDID)


def test_before_a_bind_long_pdus_are_refused_unread() -> None:
    smsc = BindMachine("smsc", 0.0)
    head = (FRAME_BYTES_UNBOUND_MAX + 1).to_bytes(4, "big")
    events = smsc.receive(head, 0.0)
    assert any(isinstance(event, Closing) for event in events)
    assert smsc.state is State.CLOSED


def test_sequence_numbers_wrap_to_one() -> None:
    pair = Pair()
    pair.bind()
    pair.esme._sequence = SEQUENCE_MAX - 1  # noqa: SLF001  # two thousand million requests take too long
    assert pair.esme.request(p.SubmitSm(), 0.0) == SEQUENCE_MAX
    assert pair.esme.request(p.SubmitSm(), 0.0) == 1


def test_when_the_connection_goes_what_waited_is_unanswered() -> None:
    pair = Pair()
    pair.bind()
    pair.esme.request(p.SubmitSm(), 0.0, context="half way")
    lost, changed = pair.esme.closed()
    assert isinstance(lost, Unanswered)
    assert lost.context == "half way"
    assert changed == Changed(State.CLOSED)
    assert pair.esme.timer() is None


def test_an_answer_of_another_kind_than_was_asked_is_no_answer() -> None:
    pair = Pair()
    pair.bind()
    sequence = pair.esme.request(p.EnquireLink(), 0.0)
    asked = pair.esme.request(p.SubmitSm(message=b"hi"), 0.0, context="order")
    for wrong in (
        p.SubmitSmResp(sequence=sequence),
        p.BindResp(sequence=asked, command=p.BIND_TRANSCEIVER | p.RESPONSE),
    ):
        assert pair.esme.receive(p.encode(wrong), 0.0) == []
    assert pair.esme.counters.stray_responses == 2
    [answered] = pair.esme.receive(p.encode(p.SubmitSmResp(sequence=asked, message_id="1")), 0.0)
    assert answered == Submitted([("order", "1")])


def test_a_connection_that_is_gone_keeps_no_half_of_a_pdu() -> None:
    # Answers that a carrier may lack are remembered for an hour with their connection (sms.redelivery): 70 KB for each it breaks.
    machine = BindMachine("smsc", 0.0, state=State.BOUND_TRX)
    machine.receive(p.HEADER.pack(FRAME_BYTES_UNBOUND_MAX, p.DELIVER_SM, 0, 1) + bytes(900), 0.0)
    assert len(machine._rest) > 900  # noqa: SLF001  # nothing else tells what waits
    machine.closed()
    assert not machine._rest  # noqa: SLF001
