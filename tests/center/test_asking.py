"""Who may wait for a reply, taken for an older word of theirs, is asked once more where they are."""

import pytest

from center.turns import ASKS_AGAIN_US
from sms.channel import SmsChannel
from sms.smpp.status import Status
from store.memory import MemoryStore
from tests.flows.shops import NOON
from tests.sms.channels import Line, open_channel, text, write

LATER_S = ASKS_AGAIN_US / 1e6 + 0.01
MENU = "共5.00\n1 下单\n2 再加"


def begun(*said: str) -> tuple[SmsChannel, MemoryStore, Line]:
    """A buyer said this by a connection that broke under our last answer, and there is another."""
    channel, store, line = open_channel()
    for place, words in enumerate(said, 1):
        # Who goes on has read the reply, and the carrier our answer before it.
        line.asked = line.answered = 2 * place
        write(channel, line, *text(place, words))
    line.alive = False
    return channel, store, Line()


def say(channel: SmsChannel, line: Line, words: str, later_s: float, sequence: int = 1) -> None:
    channel.receiving.clock = lambda: NOON + later_s
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
