"""A buyer who has not read our reply answers nothing by saying the same: they say it again, since none came."""

import asyncio
import random
from typing import Any, cast

from sms.carrier import Carrier
from sms.channel import SmsChannel
from sms.client import Esme
from sms.outgoing import LOOKED_AT_MAX
from sms.smpp import pdu as p
from sms.smpp.status import Status
from sms.submission import submission
from store.memory import MemoryStore
from tests.sms.channels import Line, Slow, open_channel, text, write
from tests.sms.test_outgoing import bound
from tests.sms.wire import LATENCY_S, Owner, SmscTransport, at_once

BUYER = "13800138000"


def open_slow() -> tuple[SmsChannel, MemoryStore, Line, Slow]:
    """A shop beside a carrier of which each test says for whom something waits."""
    channel, store, line = open_channel()
    carrier = Slow()
    channel.sending.esmes["carrier"] = cast("Any", carrier)
    return channel, store, line, carrier


def test_the_same_again_takes_no_turn_as_long_as_the_reply_waits() -> None:
    channel, store, line, carrier = open_slow()
    write(channel, line, *text(1, "苹果"))
    write(channel, line, *text(2, "2"))
    # The carrier has our answers for certain, and our reply does not get through.
    line.asked = line.answered = 1
    carrier.unread.add(BUYER)
    write(channel, line, *text(3, "2"))
    write(channel, line, *text(4, "2"))
    assert set(line.answers.values()) == {Status.OK}
    assert len(list(store.texts("shop"))) == 2
    # What reads otherwise they may mean for whatever question.
    write(channel, line, *text(5, "1"))
    assert next(store.texts("shop")).text.text.startswith("订单A0001")


def test_a_question_that_waits_is_not_asked_once_more_for_each_word_said_again() -> None:
    channel, store, line, carrier = open_slow()
    write(channel, line, *text(1, "苹果"))
    write(channel, line, *text(2, "2"))
    carrier.unread.add(BUYER)
    for sequence in range(3, 9, 2):
        # With others who write meanwhile, what they said last is not in doubt any more.
        line.asked = line.answered = sequence
        write(channel, line, *text(sequence, "苹果", f"1390013900{sequence}"))
        write(channel, line, *text(sequence + 1, "2"))
    sent = [one.text.destination for one in store.texts("shop")]
    assert sent.count(BUYER) == 2
    carrier.unread.clear()
    write(channel, line, *text(9, "2"))
    assert next(store.texts("shop")).text.destination == BUYER


def test_who_writes_ahead_answers_by_what_they_said_before_and_something_else_since() -> None:
    channel, store, line, carrier = open_slow()
    carrier.unread.add(BUYER)
    # So many that they come in several batches; none of the replies is read before the last is written.
    for sequence, word in enumerate(("苹果", "2", "1") * 2, 1):
        write(channel, line, *text(sequence, word))
    assert len([one for one in store.texts("shop") if one.text.text.startswith("订单A")]) == 2


def test_the_same_again_is_the_next_answer_when_the_carrier_has_the_reply() -> None:
    channel, store, line, _ = open_slow()
    write(channel, line, *text(1, "苹果"))
    write(channel, line, *text(2, "2"))
    line.asked = line.answered = 1
    write(channel, line, *text(3, "2"))
    assert len(list(store.texts("shop"))) == 3


def test_what_is_held_back_is_not_read() -> None:
    channel, _, line = open_channel()
    channel.sending.esmes["carrier"] = cast("Any", Slow())
    unread = channel.sending.is_unread

    async def run() -> None:
        channel.received(cast("Any", line), text(1, "苹果"))
        line.alive = False
        channel.turns.flush()
        assert unread("carrier", "1069", BUYER)
        assert not unread("carrier", "1069", "13900139000")
        assert not unread("carrier", "1070", BUYER), "a reply is from the code that was written to"
        # Its answer goes by another connection, and it goes behind that.
        channel.received(cast("Any", Line()), text(1, "苹果"))
        channel.turns.flush()
        assert not unread("carrier", "1069", BUYER)

    asyncio.run(run())


def test_a_text_is_not_read_before_it_is_sent_nor_when_its_connection_is_lost() -> None:
    async def run() -> None:
        owner, wire = Owner(), SmscTransport(0.0, 1)
        carrier = Carrier("carrier", "nowhere", 0, "us", "secret")
        esme = Esme(carrier, owner, chance=random.Random(1), now=lambda: wire.now, soon=at_once)
        sent = p.SubmitSm(source=p.Address("1069"), destination=p.Address("1"))

        def unread(phone: str) -> bool:
            addresses = p.submit_addresses(sent.source, p.Address(phone))
            return esme.outgoing.is_unread(phone, addresses)

        assert not unread("1")
        esme.submit([submission(1, sent)])
        assert unread("1"), "nobody is there"
        link = bound(esme, wire, 0)
        esme.outgoing.pump()
        assert not unread("1"), "the carrier may have it"
        esme.submit([submission(2, sent)])
        assert unread("1"), "the next waits for it"
        wire.now += LATENCY_S
        link.data_received(wire.answers())
        assert not unread("1"), "the first is taken, and the second under way"
        link.connection_lost(ConnectionResetError())
        assert unread("1"), "the carrier may have it, or its buyer wait for it"
        assert not unread("2")

    asyncio.run(run())


def test_what_another_code_says_is_no_reply_that_waits() -> None:
    """Behind another shop's news, what answers a reply that was read takes its turn."""

    async def run() -> None:
        owner, wire = Owner(), SmscTransport(0.0, 1)
        carrier = Carrier("carrier", "nowhere", 0, "us", "secret")
        esme = Esme(carrier, owner, chance=random.Random(1), now=lambda: wire.now, soon=at_once)
        phone = p.Address("1")
        news = p.SubmitSm(source=p.Address("1070"), destination=phone)
        reply = p.SubmitSm(source=p.Address("1069"), destination=phone)

        def unread(code: str) -> bool:
            return esme.outgoing.is_unread("1", p.submit_addresses(p.Address(code), phone))

        esme.submit([submission(1, news)])
        assert unread("1070")
        assert not unread("1069"), "it is the other's that is to be sent"
        link = bound(esme, wire, 0)
        esme.outgoing.pump()
        esme.submit([submission(2, news)])
        assert unread("1070")
        assert not unread("1069"), "the other's waits for what is under way"
        esme.submit([submission(3, reply)])
        assert unread("1069")
        link.connection_lost(ConnectionResetError())
        assert unread("1070")
        for key in range(4, 4 + LOOKED_AT_MAX):
            esme.submit([submission(key, p.SubmitSm(destination=p.Address(str(key))))])
        esme.submit(
            [submission(3, p.SubmitSm(source=p.Address("1070"), destination=p.Address("2")))]
        )
        addresses = p.submit_addresses(p.Address("1069"), p.Address("2"))
        assert esme.outgoing.is_unread("2", addresses), "it is too far behind to be looked at"

    asyncio.run(run())
