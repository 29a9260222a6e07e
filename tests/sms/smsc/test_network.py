"""Phones and ESMEs meet on the network, without a socket."""

from datetime import UTC, datetime

import pytest

from sms.piece import read
from sms.receipts import State, parse
from sms.smsc import network as module
from sms.smsc.control import AskStatus, Listen, Listening, Refused, SetFaults, Text
from sms.smsc.exchange import Account
from sms.smsc.faults import Answer, Faults
from sms.smsc.network import Network, Submission
from sms.smsc.phone import Phone

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def network_of(**given):
    return Network([Account("noodles", "secret")], clock=lambda: 0.0, **given)


def submission(text="hi", *, registered=1, to="138", tlvs=None):
    piece = read(text.encode(), data_coding=0)
    return Submission("10690", to, piece, registered, tlvs or {})


def test_what_an_esme_submits_a_phone_shows():
    network = network_of(price_per_part=5)
    phone = Phone(network, "138")
    taken = network.submit(submission(), local_time=NOON)
    assert taken.message_id == "0000000001"
    assert [(h.text, h.code, h.price) for h in phone.heard] == [("hi", "10690", 5)]


def test_a_phone_that_is_off_shows_nothing():
    network = network_of()
    phone = Phone(network, "138")
    phone.off()
    network.submit(submission(), local_time=NOON)
    assert phone.heard == []
    assert network.delivered == 1


def test_what_a_phone_writes_goes_out_in_segments():
    network = network_of()
    woken = []
    network.wake = lambda: woken.append(True)
    network.exchange.admit(1, "noodles", "secret", "receiver")
    said = Phone(network, "138").text("10690", "牛" * 71)
    assert (said.parts, said.alphabet) == (2, "ucs2")
    assert woken == [True]
    assert [s.delivery.source for s in network.exchange.next()] == ["138", "138"]


@pytest.mark.parametrize(
    ("faults", "registered", "state"),
    [
        (Faults(), 0, None),
        (Faults(), 1, State.DELIVERED),
        (Faults(), 2, None),
        (Faults(), 3, State.DELIVERED),
        (Faults(undeliverable=1), 0, None),
        (Faults(undeliverable=1), 1, State.UNDELIVERABLE),
        (Faults(undeliverable=1), 2, State.UNDELIVERABLE),
        (Faults(undeliverable=1), 3, None),
        (Faults(), 0x11, State.DELIVERED),
    ],
)
def test_a_receipt_is_written_if_it_was_asked_for(faults, registered, state):
    taken = network_of(faults=faults).submit(submission(registered=registered), local_time=NOON)
    if state is None:
        assert taken.receipt is None
        return
    assert (taken.receipt.source, taken.receipt.destination) == ("138", "10690")
    for told in (
        parse(taken.receipt.segment.short_message.decode()),
        parse("", dict(taken.receipt.tlvs)),
    ):
        assert (told.message_id, told.state) == (taken.message_id, state)


def test_a_message_refused_reaches_no_phone():
    network = network_of(faults=Faults(throttled=1))
    phone = Phone(network, "138")
    taken = network.submit(submission(), local_time=NOON)
    assert (taken.fate.answer, taken.message_id, taken.receipt) == (Answer.THROTTLE, "", None)
    assert phone.heard == []


def test_ussd_goes_both_ways_with_its_session():
    network = network_of()
    phone = Phone(network, "138")
    network.exchange.admit(1, "noodles", "secret", "receiver")
    network.text(Text("138", "*123#", "*123#", "dial", 9))
    (sent,) = network.exchange.next()
    tlvs = ((0x0501, b"\x01"), (0x1383, b"\x09\x00"))
    assert (sent.delivery.service_type, sent.delivery.tlvs) == ("USSD", tlvs)
    ask = {0x0501: b"\x02", 0x1383: b"\x09\x00"}
    end = {0x0501: b"\x11", 0x1383: b"\x09\x01"}
    network.submit(submission(tlvs=ask), local_time=NOON)
    network.submit(submission(tlvs=end), local_time=NOON)
    assert [(heard.screen, heard.session) for heard in phone.heard] == [("ask", 9), ("end", 9)]


@pytest.mark.parametrize(
    ("number", "code"),
    [("", "10690"), ("1" * 21, "10690"), ("138", ""), ("138", "\n"), ("手机", "10690")],
)
def test_a_number_that_is_none_is_refused(number, code):
    assert isinstance(network_of().text(Text(number, code, "hi")), Refused)


def test_a_text_too_long_is_refused():
    with pytest.raises(ValueError, match="256 segments"):
        Phone(network_of(), "138").text("10690", "a" * (153 * 255 + 1))


def test_handsets_are_forgotten_past_the_limit(monkeypatch):
    monkeypatch.setattr(module, "HANDSETS_MAX", 2)
    network = network_of()
    for number in ("1", "2", "3"):
        network.text(Text(number, "10690", "a" * 161))
    first = network.exchange
    first.admit(1, "noodles", "secret", "receiver")
    network.text(Text("1", "10690", "a" * 161))
    references = [
        s.delivery.segment.short_message[3] for s in first.next() if s.delivery.source == "1"
    ]
    assert references == [1, 1, 1, 1], "a forgotten phone counts its references anew"


def test_so_many_phones_are_heard(monkeypatch):
    monkeypatch.setattr(module, "LISTENERS_MAX", 1)
    network = network_of()
    line = network.line()
    assert line.answer(Listen("1")) == Listening("1")
    assert line.answer(Listen("1")) == Listening("1"), "twice is once"
    assert isinstance(line.answer(Listen("2")), Refused)
    line.close()
    assert network.line().answer(Listen("2")) == Listening("2")


def test_faults_can_be_changed_while_it_runs():
    line = network_of().line()
    assert line.answer(SetFaults("throttled=50%")).faults == "throttled=0.5"
    assert line.answer(SetFaults("nonsense")).why.startswith("nonsense: say NAME=VALUE")
    assert line.answer(AskStatus()).faults == "throttled=0.5"
