"""Every arrow of the four tables, and every arrow that is not there."""

import itertools

import pytest

from ivr.sip.flow import Flow
from ivr.sip.timers import Timers, Times
from ivr.sip.transaction import MACHINES, Do, Event, State, Transaction

UDP, TCP = Flow("udp", "192.0.2.1", 5060), Flow("tcp", "192.0.2.1", 5060, 1)


class Ground:
    """Remembers what transactions do."""

    def __init__(self):
        self.timers, self.times = Timers(), Times()
        self.sent, self.told, self.over = [], [], []

    def send(self, flow, data):
        self.sent.append(data)

    def ended(self, transaction):
        self.over.append(transaction)

    def make(self, kind, flow=UDP):
        made = Transaction(kind, ("k",), flow, self, lambda do, message, now: self.told.append(do))
        made.ack = lambda message: b"ACK"
        return made


CELLS = [
    (kind, state, event)
    for kind, (table, _) in MACHINES.items()
    for state in table
    for event in Event
]


@pytest.mark.parametrize(("kind", "state", "event"), CELLS)
def test_a_cell_does_what_the_table_says_and_nothing_else(kind, state, event):
    ground = Ground()
    transaction = ground.make(kind)
    transaction.state = state
    transaction.data = b"before"
    row = MACHINES[kind][0][state].get(event)
    assert transaction.take(event, 0.0, "message", b"data") is (row is not None)
    if row is None:
        assert transaction.state is state
        assert not ground.sent
        assert not ground.told
        assert not len(ground.timers)
        return
    following, actions = row
    assert transaction.state is following
    sent = {Do.SEND: b"data", Do.RESEND: b"before", Do.ACK: b"ACK"}
    assert ground.sent == [sent[do] for do in actions if do in sent]
    assert ground.told == [do for do in actions if do in (Do.TELL, Do.TIMED_OUT, Do.FAILED)]
    assert len(ground.timers) == sum(do.startswith("arm") for do in actions)
    assert bool(ground.over) is (following is State.TERMINATED)


def times_sent(kind, event, seconds):
    """When a transaction sends, if nothing comes."""
    ground = Ground()
    transaction = ground.make(kind)
    transaction.take(event, 0.0, data=b"x")
    found = [0.0]
    while (due := ground.timers.next()) is not None and due <= seconds:
        before = len(ground.sent)
        ground.timers.run(due)
        found += [due] * (len(ground.sent) - before)
    return found, transaction, ground


def test_an_invite_is_sent_seven_times_and_given_up_after_32_s():
    found, transaction, ground = times_sent("INVITE client", Event.START, 100)
    # RFC 3261, section 17.1.1.2: 0, 500 ms, 1500, 3500, 7500, 15500, 31500.
    assert found == [0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5]
    assert ground.told == [Do.TIMED_OUT]
    assert transaction.state is State.TERMINATED


def test_another_request_is_sent_eleven_times():
    found, _, ground = times_sent("client", Event.START, 100)
    # Section 17.1.2.2: 0.5, 1, 2, then every 4 s.
    assert found == [0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert ground.told == [Do.TIMED_OUT]


def test_a_refusal_is_repeated_until_its_ack_comes():
    found, _, ground = times_sent("INVITE server", Event.FAILURE, 100)
    assert found[:5] == [0, 0.5, 1.5, 3.5, 7.5]
    assert max(b - a for a, b in itertools.pairwise(found)) == 4.0
    assert ground.told == [Do.TIMED_OUT]


def test_a_reliable_transport_is_not_helped():
    for kind, event in (
        ("INVITE client", Event.START),
        ("client", Event.START),
        ("INVITE server", Event.FAILURE),
    ):
        ground = Ground()
        ground.make(kind, TCP).take(event, 0.0, data=b"x")
        ground.timers.run(31.9)
        assert len(ground.sent) == 1


def test_on_a_reliable_transport_a_completed_transaction_is_over_at_once():
    ground = Ground()
    transaction = ground.make("server", TCP)
    transaction.take(Event.SUCCESS, 0.0, data=b"x")
    ground.timers.run(0.0)
    assert transaction.state is State.TERMINATED
