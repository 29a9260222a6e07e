"""Who may wait for a reply, taken for an older word of theirs, is asked once more where they are."""

import pytest
from msgspec.structs import replace

from sms.channel import SmsChannel
from sms.redelivery import ASKS_AGAIN_S, RETURNS_S
from sms.smpp import pdu as p
from sms.smpp.status import Status
from sms.smpp.tlv import Tag
from store.memory import MemoryStore
from tests.sms.channels import Line, open_channel, text, write

LATER_S = ASKS_AGAIN_S + 0.01
MENU = "共5.00\n1 下单\n2 再加"


def begun(*said: str) -> tuple[SmsChannel, MemoryStore, Line]:
    """A buyer said this by a connection that broke under our last answer, and there is another."""
    channel, store, line = open_channel()
    channel.ticks = lambda: 0.0
    for place, words in enumerate(said, 1):
        # Who goes on has read the reply, and the carrier our answer before it.
        line.asked = line.answered = 2 * place
        write(channel, line, *text(place, words))
    line.alive = False
    return channel, store, Line()


def say(channel: SmsChannel, line: Line, words: str, later_s: float, sequence: int = 1) -> None:
    """So long after what went before, by our ticks. The stamps of a run that follows a crash are ahead of the clock, and go on by one."""
    channel.ticks = lambda: later_s
    write(channel, line, *text(sequence, words))
    assert line.answers[sequence] == Status.OK


def texts(store: MemoryStore) -> list[str]:
    return [sent.text for _, sent in store.waiting_texts(0, 10)]


def test_who_says_it_again_is_asked_again_and_goes_on() -> None:
    channel, store, line = begun("苹果", "2")
    assert texts(store) == ["要几个？", MENU]
    # They want more; or it is the two that they said before.
    say(channel, line, "2", LATER_S)
    assert texts(store) == ["要几个？", MENU, MENU]
    # The carrier answered what went out behind our answer.
    line.asked = line.answered = 1
    say(channel, line, "2", LATER_S + 1, 2)
    assert texts(store)[3:] == ["要什么？"]


@pytest.mark.parametrize("later_s", [1.0, LATER_S - 0.1])
def test_what_a_broken_connection_brings_again_at_once_has_no_reply(later_s: float) -> None:
    channel, store, line = begun("苹果", "2")
    say(channel, line, "2", later_s)
    assert texts(store) == ["要几个？", MENU]


def test_each_of_them_is_asked_once() -> None:
    channel, store, line = begun("苹果")
    say(channel, line, "苹果", LATER_S)
    line.alive = False
    say(channel, Line(), "苹果", LATER_S + 5)
    assert texts(store) == ["要几个？"] * 2


def test_the_same_number_on_the_same_connection_is_no_person() -> None:
    channel, store, _ = begun()
    line = Line()
    say(channel, line, "苹果", 0.0)
    say(channel, line, "苹果", LATER_S)
    assert texts(store) == ["要几个？"]


def test_who_has_gone_on_is_not_asked_again() -> None:
    channel, store, _ = begun()
    line, other = Line(), Line()
    say(channel, line, "苹果", 0.0)
    say(channel, line, "2", 0.1, 2)
    line.alive = False
    say(channel, other, "苹果", LATER_S + 1)
    assert texts(store) == ["要几个？", MENU]


def named(sequence: int, words: str) -> list[p.DeliverSm]:
    """A text to which the carrier gives a name of its own."""
    return [
        replace(one, tlvs=((Tag.USER_MESSAGE_REFERENCE, b"\0\5"),)) for one in text(sequence, words)
    ]


def test_who_has_gone_on_by_what_bears_a_name_is_not_asked_again() -> None:
    channel, store, _ = begun("苹果")
    write(channel, Line(), *named(1, "2"))
    other, third = Line(), Line()
    # The carrier brings again what it has no answer to, twice, as that connection breaks, too.
    say(channel, other, "苹果", LATER_S)
    other.alive = False
    say(channel, third, "苹果", 2 * LATER_S)
    assert texts(store) == ["要几个？", MENU]
    assert len(store.orders()) == 0


def test_a_name_that_came_again_is_no_sign_that_its_buyer_has_gone_on() -> None:
    channel, store, _ = begun()
    line = Line()
    write(channel, line, *named(1, "苹果"))
    write(channel, line, *text(2, "2"))
    line.alive = False
    write(channel, Line(), *named(1, "苹果"))
    # They may have no reply, and say it again.
    say(channel, Line(), "2", LATER_S)
    assert texts(store) == ["要几个？", MENU, MENU]


def test_who_has_gone_on_is_not_asked_again_though_the_carrier_has_our_answer_to_that() -> None:
    channel, store, _ = begun("苹果")
    other = Line()
    write(channel, other, *text(1, "2"))
    other.asked = other.answered = 1
    write(channel, other, *text(2, "苹果", "13800138001"))
    say(channel, other, "苹果", LATER_S, 3)
    assert texts(store) == ["要几个？", MENU, "要几个？"]


def test_who_says_it_for_longer_than_carriers_bring_it_is_asked_again() -> None:
    channel, store, _ = begun("苹果")
    write(channel, Line(), *named(1, "2"))
    other = Line()
    say(channel, other, "苹果", LATER_S)
    other.alive = False
    say(channel, Line(), "苹果", LATER_S + RETURNS_S + 1)
    assert texts(store) == ["要几个？", MENU, MENU]


def test_who_said_it_several_times_without_waiting_is_asked_at_the_first_that_comes_later() -> None:
    channel, store, _ = begun()
    line = Line()
    for sequence in range(1, 4):
        write(channel, line, *text(sequence, "苹果"))
    told = texts(store)
    line.alive = False
    # Nothing comes again, and without this their next three would be taken for it, silently.
    say(channel, Line(), "苹果", LATER_S)
    assert texts(store) == [*told, "要几个？"]


def test_where_no_question_waits_nothing_is_asked() -> None:
    channel, store, line = begun("苹果", "2", "1")
    told = texts(store)
    assert len(store.orders()) == 1
    say(channel, line, "1", LATER_S)
    assert texts(store) == told
    assert len(store.orders()) == 1


def test_who_wants_no_more_texts_has_none() -> None:
    channel, store, line = begun("苹果", "2")
    say(channel, line, "stop", 1.0)
    told = texts(store)
    assert told[-1] not in (MENU, "要几个？")
    line.alive = False
    say(channel, Line(), "stop", LATER_S + 2)
    assert texts(store) == told
