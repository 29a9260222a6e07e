"""A link on a transport that only remembers, with a clock that the test turns."""

import struct
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms.receipts import parse
from sms.smpp.frames import FRAME_BYTES_UNBOUND_MAX
from sms.smpp.pdu import PDU_BYTES_MAX, Address, CancelSm, DataSm, QuerySm, ReplaceSm, encode
from sms.smpp.status import Status
from sms.smsc import link as module
from sms.smsc.control import Text
from sms.smsc.doorkeeper import WRONG_BINDS_MAX
from sms.smsc.exchange import Account
from sms.smsc.faults import Faults
from sms.smsc.link import BIND_S_MAX, CLOSE_S_MAX, DELIVER_S_MAX, ENQUIRE_S, SILENCE_S_MAX, Link
from sms.smsc.network import Network
from sms.smsc.phone import Phone

BIND, SUBMIT, DELIVER_RESP, UNBIND, ENQUIRE = 9, 4, 0x80000005, 6, 0x15
TRANSMITTER, RECEIVER = 2, 1
NACK = 0x80000000


class Transport(module.asyncio.Transport):
    """Keeps what is written."""

    def __init__(self):
        super().__init__()
        self.written = bytearray()
        self.closed = self.aborted = False
        self.reading = True

    def write(self, data):
        self.written += data

    def is_closing(self):
        return self.closed

    def close(self):
        self.closed = True

    def abort(self):
        self.closed = self.aborted = True

    def pause_reading(self):
        self.reading = False

    def resume_reading(self):
        self.reading = True


class Bench:
    """One link and the network behind it."""

    def __init__(self, **given):
        self.now = 0.0
        accounts = [Account("noodles", "secret", ("10690",))]
        self.network = Network(accounts, clock=lambda: self.now, **given)
        self.network.wake = self.deliver
        self.transport = Transport()
        self.link = Link(
            1,
            self.network,
            came=lambda link: True,
            gone=lambda link: None,
            local_time=lambda: datetime(2026, 11, 24, 12, 0, tzinfo=UTC),
        )
        self.link.connection_made(self.transport)

    def deliver(self):
        for sent in self.network.exchange.next():
            self.link.send(self.link.deliver(sent))

    def say(self, command, body=b"", *, sequence=1, status=0):
        """Send a PDU; the PDUs that come back as (command, status, sequence, body)."""
        self.link.data_received(
            struct.pack(">IIII", 16 + len(body), command, status, sequence) + body
        )
        return self.heard()

    def bind(self, command=BIND, system_id=b"noodles", password=b"secret"):
        return self.say(command, system_id + b"\0" + password + b"\0\0\x34\0\0\0")

    def heard(self):
        pdus, data = [], bytes(self.transport.written)
        self.transport.written.clear()
        while len(data) >= 16:
            length, *header = struct.unpack_from(">IIII", data)
            pdus.append((*header, data[16:length]))
            data = data[length:]
        return pdus


def submit(text=b"hi", *, source=b"10690", destination=b"138", registered=0, coding=0, tlvs=b""):
    return (
        b"\0\0\1"
        + source
        + b"\0\1\1"
        + destination
        + b"\0\0\0\0\0\0"
        + bytes((registered, 0, coding, 0, len(text)))
        + text
        + tlvs
    )


def test_a_bind_is_answered_with_our_name_and_version():
    assert Bench().bind() == [(0x80000009, 0, 1, b"dialcart\0\x02\x10\x00\x01\x34")]


@pytest.mark.parametrize(
    ("system_id", "password", "status"),
    [
        (b"nobody", b"secret", Status.INVSYSID),
        (b"noodles", b"wrong", Status.INVPASWD),
    ],
)
def test_a_wrong_bind_is_refused(system_id, password, status):
    assert Bench().bind(BIND, system_id, password)[0][1] == status


def test_a_second_bind_is_refused():
    bench = Bench()
    bench.bind()
    assert bench.bind()[0][1] == Status.ALYBND


@pytest.mark.parametrize("command", [SUBMIT, UNBIND])
def test_nothing_goes_before_the_bind(command):
    body = submit() if command == SUBMIT else b""
    assert Bench().say(command, body)[0][:2] == (command | NACK, Status.INVBNDSTS)


def test_enquire_link_is_answered_even_before_the_bind():
    assert Bench().say(ENQUIRE, sequence=7) == [(0x80000015, 0, 7, b"")]


def test_a_receiver_may_not_submit():
    bench = Bench()
    bench.bind(RECEIVER)
    assert bench.say(SUBMIT, submit())[0][1] == Status.INVBNDSTS


def test_a_message_submitted_is_shown_and_answered_with_its_id():
    bench = Bench()
    phone = Phone(bench.network, "138")
    bench.bind(TRANSMITTER)
    assert bench.say(SUBMIT, submit(), sequence=5) == [(0x80000004, 0, 5, b"0000000001\0")]
    assert phone.heard[0].text == "hi"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (submit(source=b"99999"), Status.INVSRCADR),
        (submit(destination=b""), Status.INVDSTADR),
        (submit(destination=b"1" * 21), Status.INVCMDLEN),
        (submit()[:-1], Status.INVMSGLEN),
        (submit() + b"\0", Status.INVOPTPARSTREAM),
        (b"", Status.INVCMDLEN),
        (submit(b"a" * 255), Status.INVMSGLEN),
    ],
)
def test_a_wrong_submission_is_refused_and_the_link_lives(body, status):
    bench = Bench()
    bench.bind()
    assert bench.say(SUBMIT, body)[0][1] == status
    assert bench.say(SUBMIT, submit(b"a" * 254))[0][1] == Status.OK


@pytest.mark.parametrize(("pdu", "command"), [(QuerySm(), 3), (ReplaceSm(), 7), (CancelSm(), 8)])
def test_a_command_not_supported_gets_its_own_answer(pdu, command):
    assert Bench().say(command, encode(pdu)[16:])[0][:2] == (command | NACK, Status.INVCMDID)


def test_data_sm_is_a_submission_too():
    bench = Bench()
    phone = Phone(bench.network, "138")
    bench.bind()
    data = DataSm(source=Address("10690"), destination=Address("138"), tlvs=((0x0424, b"a" * 161),))
    assert bench.say(0x103, encode(data)[16:])[0][::3] == (0x80000103, b"0000000001\0")
    assert (phone.heard[0].text, phone.heard[0].parts) == ("a" * 161, 2)


def test_an_unknown_command_gets_a_generic_nack():
    assert Bench().say(0x77, sequence=9) == [(NACK, Status.INVCMDID, 9, b"")]


@pytest.mark.parametrize("length", [0, 15, PDU_BYTES_MAX + 1, 0xFFFFFFFF])
def test_a_stream_that_cannot_be_followed_is_closed(length):
    bench = Bench()
    bench.link.data_received(struct.pack(">IIII", length, 4, 0, 3))
    assert bench.heard() == [(NACK, Status.INVCMDLEN, 0, b"")]
    assert bench.transport.closed


def test_before_the_bind_only_short_pdus_are_taken():
    bench = Bench()
    bench.link.data_received(struct.pack(">IIII", FRAME_BYTES_UNBOUND_MAX + 1, SUBMIT, 0, 3))
    assert bench.transport.closed
    bench = Bench()
    bench.bind()
    bench.link.data_received(struct.pack(">IIII", FRAME_BYTES_UNBOUND_MAX + 1, SUBMIT, 0, 3))
    assert not bench.transport.closed


def test_octets_may_come_one_by_one():
    bench = Bench()
    bench.bind()
    pdu = struct.pack(">IIII", 16 + len(submit()), SUBMIT, 0, 4) + submit()
    for octet in pdu:
        bench.link.data_received(bytes((octet,)))
    assert bench.heard()[0][:3] == (0x80000004, 0, 4)


@given(st.binary(max_size=200), st.sampled_from([SUBMIT, BIND, UNBIND, DELIVER_RESP, NACK, 0x103]))
def test_any_body_leaves_the_simulator_alive(body, command):
    bench = Bench()
    bench.bind()
    bench.say(command, body)
    other = Bench()
    assert other.bind()[0][1] == 0


@given(st.binary(max_size=500))
def test_any_octets_leave_the_simulator_alive(data):
    Bench().link.data_received(data)


def test_a_text_from_a_phone_is_delivered_and_answered_once():
    bench = Bench()
    bench.bind(RECEIVER)
    bench.network.text(Text("138", "10690", "1"))
    ((command, status, sequence, body),) = bench.heard()
    assert (command, status) == (5, 0)
    assert body == b"\0\x01\x01138\0\0\x0110690\0\0\0\0\0\0\0\0\0\0\x011"
    assert bench.say(DELIVER_RESP, b"\0", sequence=sequence) == []
    assert bench.network.exchange.waiting == 0


def test_a_delivery_that_is_lost_is_brought_again():
    bench = Bench(faults=Faults(lost_delivery=1))
    bench.bind()
    bench.heard()
    bench.network.text(Text("138", "10690", "1"))
    assert bench.heard() == []
    bench.network.set_faults("none")
    bench.now = 9.0
    bench.link.tick(9.0)
    assert bench.heard() == []
    bench.link.tick(10.0)
    assert [pdu[0] for pdu in bench.heard()] == [5]


def test_a_delivery_that_comes_twice_has_one_number():
    bench = Bench(faults=Faults(duplicated_delivery=1))
    bench.bind()
    bench.heard()
    bench.network.text(Text("138", "10690", "1"))
    first, second = bench.heard()
    assert first == second
    bench.say(DELIVER_RESP, b"\0", sequence=first[2])
    bench.say(DELIVER_RESP, b"\0", sequence=first[2])
    bench.link.tick(10.0)
    assert bench.heard() == []
    assert bench.network.exchange.waiting == 0


def test_an_answer_that_is_not_heeded_brings_the_same_words_under_a_new_number():
    bench = Bench(faults=Faults(ignored_answer=1, named=1, again_s=3))
    bench.bind()
    bench.heard()
    bench.network.text(Text("138", "10690", "1"))
    [first] = bench.heard()
    bench.say(DELIVER_RESP, b"\0", sequence=first[2])
    bench.network.set_faults("none")
    bench.link.tick(3.0)
    [again] = bench.heard()
    assert again[2] != first[2]
    # Named, so that whoever has it knows.
    assert again[3] == first[3]
    assert first[3].endswith(b"\x02\x04\x00\x02\x00\x01")


def test_an_answer_that_is_lost_goes_down_with_its_line():
    bench = Bench(faults=Faults(lost_answer=1))
    bench.bind()
    bench.heard()
    bench.network.text(Text("138", "10690", "1"))
    [first] = bench.heard()
    bench.say(DELIVER_RESP, b"\0", sequence=first[2])
    assert bench.transport.closed
    assert bench.network.exchange.waiting == 1


def test_a_receipt_follows_its_response():
    bench = Bench()
    bench.bind()
    response, receipt = bench.say(SUBMIT, submit(registered=1))
    assert (response[0], receipt[0]) == (0x80000004, 5)
    assert b"id:0000000001 sub:001 dlvrd:001 submit date:2611241200" in receipt[3]


@pytest.mark.parametrize(
    ("faults", "commands"),
    [
        (Faults(early_receipt=1), [5, 0x80000004]),
        (Faults(lost_receipt=1), [0x80000004]),
        (Faults(duplicated_receipt=1), [0x80000004, 5, 5]),
        (Faults(lost_response=1), [5]),
        (Faults(duplicated_response=1), [0x80000004, 0x80000004, 5]),
    ],
)
def test_faults_of_answers(faults, commands):
    bench = Bench(faults=faults)
    bench.bind()
    assert [pdu[0] for pdu in bench.say(SUBMIT, submit(registered=1))] == commands


@pytest.mark.parametrize(
    ("faults", "status"),
    [(Faults(throttled=1), Status.THROTTLED), (Faults(queue_full=1), Status.MSGQFUL)],
)
def test_faults_of_submissions(faults, status):
    bench = Bench(faults=faults)
    bench.bind()
    assert [pdu[1] for pdu in bench.say(SUBMIT, submit(registered=1))] == [status]


def test_the_line_drops_in_the_middle_of_an_answer():
    bench = Bench(faults=Faults(disconnect=1))
    bench.bind()
    bench.say(SUBMIT, submit())
    assert bench.transport.closed


def test_an_unbind_is_answered_and_the_link_closed():
    bench = Bench()
    bench.bind()
    assert bench.say(UNBIND, sequence=3) == [(0x80000006, 0, 3, b"")]
    assert bench.transport.closed
    assert bench.network.exchange.binds == ()


def test_a_link_that_does_not_bind_is_closed():
    bench = Bench()
    bench.link.tick(BIND_S_MAX - 0.1)
    assert not bench.transport.closed
    bench.link.tick(BIND_S_MAX)
    assert bench.transport.closed


def test_a_silent_link_is_asked_once_then_closed():
    bench = Bench()
    bench.bind()
    bench.link.tick(ENQUIRE_S - 1)
    assert bench.heard() == []
    bench.link.tick(ENQUIRE_S)
    bench.link.tick(ENQUIRE_S + 1)
    assert [pdu[0] for pdu in bench.heard()] == [ENQUIRE]
    bench.link.tick(SILENCE_S_MAX)
    assert bench.transport.closed


def test_a_delivery_unanswered_too_long_gives_the_link_up():
    bench = Bench()
    bench.bind()
    bench.network.text(Text("138", "10690", "1"))
    bench.now = DELIVER_S_MAX
    bench.say(ENQUIRE)
    bench.link.tick(DELIVER_S_MAX)
    assert bench.transport.closed
    assert bench.network.exchange.waiting == 1


def test_a_peer_that_does_not_read_is_not_written_to_or_read_from():
    bench = Bench()
    bench.bind()
    bench.heard()
    bench.link.pause_writing()
    assert not bench.transport.reading
    bench.network.text(Text("138", "10690", "1"))
    assert bench.heard() == []
    bench.link.resume_writing()
    assert bench.transport.reading
    assert [pdu[0] for pdu in bench.heard()] == [5]


def test_a_peer_that_never_takes_the_last_octets_is_dropped():
    bench = Bench()
    bench.bind()
    bench.link.close()
    bench.link.tick(CLOSE_S_MAX - 0.1)
    assert not bench.transport.aborted
    bench.link.tick(CLOSE_S_MAX)
    assert bench.transport.aborted


def test_answers_held_back_have_a_limit(monkeypatch):
    monkeypatch.setattr(module, "ANSWERS_MAX", 2)
    due = []

    class Loop:
        def call_later(self, delay_s, do):
            due.append((delay_s, do))

    monkeypatch.setattr(module.asyncio, "get_running_loop", Loop)
    bench = Bench(faults=Faults(response_delay_s=2.0))
    bench.bind()
    assert bench.say(SUBMIT, submit()) == [], "held back, with its receipt"
    assert [delay_s for delay_s, _ in due] == [2.0, 2.0]
    assert [pdu[1] for pdu in bench.say(SUBMIT, submit())] == [Status.THROTTLED]
    for _, do in due:
        do()
    assert [pdu[1] for pdu in bench.heard()] == [Status.OK]


def test_a_receipt_is_read_by_our_own_reader():
    bench = Bench()
    bench.bind()
    _, receipt = bench.say(SUBMIT, submit(registered=1))
    text = receipt[3].partition(b"id:")[2].partition(b"\x00\x1e")[0]
    assert parse("id:" + text.decode()).message_id == "0000000001"


def test_a_client_with_wrong_passwords_is_shut_out_for_a_while():
    bench = Bench()
    for _ in range(WRONG_BINDS_MAX):
        assert bench.bind(password=b"wrong")[0][1] == Status.INVPASWD
    assert bench.bind()[0][1] == Status.BINDFAIL
    assert bench.transport.closed
