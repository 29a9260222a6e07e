"""The text channel where things go wrong: messages that make a program fail, a store that is full."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, cast

import pytest

from center import backlog, batch
from center.batch import TurnBatch
from center.changes import Changes, OutgoingText
from center.contact import Arrival, ContactKey
from center.failing import TRIES_MAX
from center.ports import Batch, StoreFullError, Timer
from center.routing import Routes
from center.shops import Shops
from center.taken import Fate, Taken
from center.text_news import Stage, TextNews
from flows.inputs import Text
from sms import piece, receiving, segments, sending
from sms.answer import GIVEN_UP_S, Answer
from sms.carrier import Carrier
from sms.channel import SmsChannel
from sms.held import HOLD_S, REFUSED_HOLD_S
from sms.reassembly import WAIT_S_MAX
from sms.receiving import SEGMENTS_NOTE, SWEEP_S_MAX, SWEEP_S_MIN
from sms.smpp import pdu as p
from sms.smpp.status import Status
from sms.submission import Settlement
from store.memory import MemoryStore
from tests.flows.shops import NOON, SHOP, program_of
from tests.simulation.loop import SimulatedLoop


class Line:
    """A connection that remembers how it was answered."""

    def __init__(self) -> None:
        self.carrier = Carrier("carrier", "nowhere", 0, "us", "secret")
        self.asked = self.answered = self.returned = 0
        self.alive = True
        self.answers: dict[int, int] = {}

    def came_again(self, stamp: int) -> None:
        """It is not known when all has."""

    def acknowledge(self, answers: Sequence[tuple[int, int]]) -> None:
        self.answers.update(answers)


class Full:
    """A store without room."""

    is_behind = True

    def batch(self, arrivals: Sequence[Arrival]) -> AbstractContextManager[Batch]:
        raise StoreFullError("the disk is full")


def open_channel() -> tuple[SmsChannel, MemoryStore, Line]:
    store, program = MemoryStore(), program_of()
    store.publish("shop", program, NOON)
    shops = Shops(store.published(), store.program)
    routes = Routes([("shop", program)])
    turns = TurnBatch(store, shops, later=later)
    return SmsChannel(turns, store, routes, clock=lambda: NOON), store, Line()


def later(delay_s: float, callback: Callable[[], object], /) -> Timer:
    """Tests flush; the loop that would call is closed by then."""
    return asyncio.get_running_loop().call_later(delay_s, callback)


def write(channel: SmsChannel, line: Line, *messages: p.DeliverSm) -> None:
    """Messages that come together, and the batch that takes them."""

    async def run() -> None:
        channel.received(cast("Any", line), list(messages))
        channel.turns.flush()

    asyncio.run(run())


def text(sequence: int, words: str, buyer: str = "13800138000") -> list[p.DeliverSm]:
    """A phone's text as its deliver_sm, numbered from `sequence`."""
    return [
        p.DeliverSm(
            sequence=sequence + place,
            source=p.Address(buyer),
            destination=p.Address("1069"),
            esm_class=segment.esm_class,
            data_coding=segment.data_coding,
            message=segment.short_message,
        )
        for place, segment in enumerate(segments.split(words, reference=7))
    ]


@pytest.fixture
def poison(monkeypatch: pytest.MonkeyPatch) -> str:
    """Words that make the engine fail, as a defect of ours would."""
    sound = batch.take_turns

    def fail(arrivals: Sequence[Arrival], *rest: Any) -> Any:
        if any(isinstance(a.input, Text) and a.input.text == "poison" for a in arrivals):
            raise ZeroDivisionError("poison")
        return sound(arrivals, *rest)

    monkeypatch.setattr(batch, "take_turns", fail)
    return "poison"


def test_a_message_that_makes_the_program_fail_fails_alone(poison: str) -> None:
    channel, store, line = open_channel()
    write(
        channel,
        line,
        *text(1, "苹果 2"),
        *text(2, poison, "13900139000"),
        *text(3, "你好", "13700137000"),
    )
    assert line.answers == {1: Status.OK, 2: Status.X_T_APPN, 3: Status.OK}
    assert [sent.destination for _, sent in store.waiting_texts(0, 10)] == [
        "13800138000",
        "13700137000",
    ]


def test_texts_that_come_while_we_drain_stay_with_the_carrier_and_are_counted() -> None:
    channel, store, line = open_channel()
    channel.refuse_new()
    write(channel, line, *text(1, "苹果 2"), *text(2, "苹果 2", "13800138001"))
    assert line.answers == {1: Status.X_T_APPN, 2: Status.X_T_APPN}
    assert channel.receiving.counters.left == 2
    assert store.waiting_texts(0, 10) == []


def test_after_some_tries_a_person_has_it(poison: str) -> None:
    channel, store, line = open_channel()
    answers: list[int] = []
    for sequence in range(1, TRIES_MAX + 1):
        write(channel, line, *text(sequence, poison))
        answers.append(line.answers[sequence])
    assert answers == [Status.X_T_APPN] * (TRIES_MAX - 1) + [Status.X_R_APPN]
    assert store.messages("shop") == [("shop", "13800138000", "[not understood] poison", NOON)]
    assert channel.turns.counters.set_aside == 1


def test_what_the_program_was_told_is_not_in_the_log(
    poison: str, caplog: pytest.LogCaptureFixture
) -> None:
    channel, _, line = open_channel()
    write(channel, line, *text(1, poison))
    assert "ZeroDivisionError" in caplog.text
    assert poison not in caplog.text
    assert "13800138000" not in caplog.text


def test_a_message_that_cannot_be_read_is_refused_for_good_and_those_beside_it_are_taken(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    channel, store, line = open_channel()
    read = piece.alone

    def fail(octets: bytes, *rest: Any) -> str | None:
        if octets == b"poison":
            raise ValueError("13800138000")
        return read(octets, *rest)

    monkeypatch.setattr(piece, "alone", fail)
    write(channel, line, *text(1, "poison", "13900139000"), *text(2, "苹果 2"))
    assert line.answers == {1: Status.X_R_APPN, 2: Status.OK}
    assert channel.receiving.counters.unreadable == 1
    assert store.contact(ContactKey("shop", "13800138000", "sms")) is not None
    assert "ValueError" in caplog.text
    assert "13800138000" not in caplog.text


def test_a_long_text_refused_by_a_full_disk_is_taken_when_it_comes_again() -> None:
    channel, store, line = open_channel()
    long = "苹果 2" + " " * 100
    channel.turns.store = Full()
    write(channel, line, *text(1, long))
    assert set(line.answers.values()) == {Status.X_T_APPN}
    channel.turns.store = store
    write(channel, line, *text(11, long))
    assert line.answers[11] == line.answers[12] == Status.OK
    [(_, reply)] = store.waiting_texts(0, 10)
    assert reply.text == "共5.00\n1 下单\n2 再加"


def test_what_is_kept_too_late_is_refused_and_answered_at_once_when_it_comes_again() -> None:
    channel, store, line = open_channel()
    now = [0.0]
    channel.ticks = channel.receiving.ticks = lambda: now[0]

    async def run() -> None:
        channel.received(cast("Any", line), text(1, "苹果"))
        now[0] = GIVEN_UP_S
        channel.turns.flush()
        assert line.answers == {1: Status.X_T_APPN}
        # It is on disk, which may be as slow again.
        channel.received(cast("Any", line), text(2, "苹果"))
        assert line.answers[2] == Status.OK

    asyncio.run(run())
    assert len(store.waiting_texts(0, 10)) == 1


class Fills:
    """A store that has room for so many batches."""

    is_behind = True

    def __init__(self, store: MemoryStore, room: int) -> None:
        self._store = store
        self._room = room

    def batch(self, arrivals: Sequence[Arrival]) -> AbstractContextManager[Batch]:
        if not self._room:
            raise StoreFullError("the disk is full")
        self._room -= 1
        return self._store.batch(arrivals)


def test_what_is_kept_too_late_is_refused_though_a_copy_of_it_is_not_kept(poison: str) -> None:
    channel, store, line = open_channel()
    now = [0.0]
    channel.ticks = channel.receiving.ticks = lambda: now[0]
    told: list[tuple[int, int]] = []
    line.acknowledge = told.extend  # type: ignore[method-assign]

    async def run() -> None:
        # Twice under one number, and something that makes the batch fail.
        both = text(1, "苹果") * 2
        channel.received(cast("Any", line), [*both, *text(2, poison, "13900139000")])
        now[0] = GIVEN_UP_S
        channel.turns.store = Fills(store, 2)
        channel.turns.flush()
        refused = int(Status.X_T_APPN)
        assert sorted(told) == [(1, refused), (1, refused), (2, refused)]
        told.clear()
        # It is on disk since, and known there at once, and no doubt is left.
        channel.turns.store = store
        channel.received(cast("Any", line), text(3, "苹果"))
        assert told == [(3, int(Status.OK))]
        line.asked = line.answered = 1
        channel.received(cast("Any", line), text(4, "苹果"))
        channel.turns.flush()

    asyncio.run(run())
    # The last was new: the question is asked again.
    assert len(store.waiting_texts(0, 10)) == 2


@pytest.mark.parametrize("together", [True, False])
def test_a_copy_that_is_kept_is_refused_with_the_first_and_comes_again(together: bool) -> None:
    channel, _, line = open_channel()
    going: list[tuple[Answer, Arrival]] = []
    told: list[tuple[int, int]] = []
    line.acknowledge = told.extend  # type: ignore[method-assign]

    def go(arrival: Arrival, ticket: Any, **_: Any) -> None:
        going.append((ticket, arrival))

    async def run() -> None:
        # To a shard, which was full when the first came there, and was not when the copy did.
        channel.turns.add = go  # type: ignore[method-assign]
        channel.received(cast("Any", line), text(1, "苹果") * 2)
        fates = Fate.REFUSED, Fate.KEPT
        taken = [
            Taken(ticket, fate, arrival)
            for (ticket, arrival), fate in zip(going, fates, strict=True)
        ]
        for some in [taken] if together else [taken[:1], taken[1:]]:
            channel.taken(some)
        assert told == [(1, int(Status.X_T_APPN))] * 2
        channel.received(cast("Any", line), text(2, "苹果"))
        assert told[2:] == [(2, int(Status.OK))]

    asyncio.run(run())


class Slow:
    """A carrier that keeps what it is given until it is told to take it."""

    def __init__(self, queue: int = 1_000, carrier: Carrier | None = None) -> None:
        self.carrier = carrier or Carrier("carrier", "nowhere", 0, "us", "secret")
        self.bound = True
        self.queue = queue
        """Segments that it has room for."""
        self.given: list[Any] = []
        self.heard: list[str] = []

    @property
    def waiting(self) -> int:
        return len(self.given)

    @property
    def room(self) -> int:
        return self.queue - self.waiting

    def submit(self, submissions: Sequence[Any]) -> None:
        assert len(submissions) <= self.room
        self.given += submissions

    def take_all(self, channel: SmsChannel) -> None:
        """Take what was given so far."""
        taken, self.given = self.given, []
        self.heard += [submission.phone for submission in taken]

        async def run() -> None:
            channel.settled(self.carrier, [Settlement(one.key, "1", Status.OK) for one in taken])
            await asyncio.sleep(0)

        asyncio.run(run())


def test_a_reply_to_what_was_refused_for_being_late_goes_though_the_carrier_gave_up_for_good() -> (
    None
):
    loop = SimulatedLoop(cast("Any", None), cast("Any", None))
    channel, _, line = open_channel()
    carrier = Slow()
    channel.add(cast("Any", carrier))
    channel.ticks = channel.receiving.ticks = loop.time

    async def run() -> None:
        channel.received(cast("Any", line), text(1, "苹果"))
        loop.pass_time(GIVEN_UP_S)
        channel.turns.flush()
        assert line.answers == {1: Status.X_T_APPN}
        await asyncio.sleep(REFUSED_HOLD_S * 0.9)
        assert carrier.waiting == 0, "the message may still come again"
        await asyncio.sleep(REFUSED_HOLD_S * 0.2)
        assert carrier.waiting == 1
        # And it does come, after all.
        channel.received(cast("Any", line), text(2, "苹果"))
        assert line.answers[2] == Status.OK
        assert carrier.waiting == 1

    loop.run_until_complete(run())
    loop.close()


def test_texts_that_a_full_queue_left_behind_go_out_in_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sending, "WAITING_MAX", 2)
    channel, store, line = open_channel()
    slow = Slow()
    channel.add(cast("Any", slow))
    for sequence in range(1, 8):
        write(channel, line, *text(sequence, "你好", f"1380013800{sequence}"))
    assert slow.waiting == 2
    while slow.given:
        slow.take_all(channel)
    assert slow.heard == [f"1380013800{n}" for n in range(1, 8)]
    assert store.waiting_texts(0, 10) == []


def left_behind(store: MemoryStore, count: int) -> list[str]:
    """Phones that an earlier run left a text for."""
    phones = [f"1370013{n:04}" for n in range(count)]
    texts = [OutgoingText("carrier", "1069", phone, "late", NOON, "shop") for phone in phones]
    with store.batch([]) as batch:
        batch.commit(Changes(texts=texts))
    return phones


def test_who_writes_now_is_answered_before_what_an_outage_left_but_in_their_own_order() -> None:
    channel, store, line = open_channel()
    slow = Slow(carrier=Carrier("carrier", "nowhere", 0, "us", "secret", window=5, rate=10.0))
    channel.add(cast("Any", slow))
    waiting = left_behind(store, 100)
    asyncio.run(started(channel))
    # What the rate allows in BEHIND_S_MAX.
    assert [one.phone for one in slow.given] == waiting[:20]
    write(channel, line, *text(1, "你好"), *text(2, "你好", waiting[50]))
    assert [one.phone for one in slow.given] == [*waiting[:20], "13800138000"]
    while slow.given:
        slow.take_all(channel)
    assert slow.heard == [*waiting[:20], "13800138000", *waiting[20:], waiting[50]]
    assert store.waiting_texts(0, 10) == []


def test_of_what_waits_for_a_carrier_that_is_away_no_more_is_cut_than_its_window() -> None:
    channel, store, _ = open_channel()
    slow = Slow(carrier=Carrier("carrier", "nowhere", 0, "us", "secret", binds=2, window=8))
    slow.bound = False
    channel.add(cast("Any", slow))
    waiting = left_behind(store, 10)
    asyncio.run(started(channel))
    texts = [OutgoingText("carrier", "1069", str(n), "new", NOON, "shop") for n in range(100)]

    async def keep() -> None:
        channel.turns.hold("sms", None, texts=texts)
        channel.turns.flush()

    asyncio.run(keep())
    assert slow.waiting == 16
    slow.bound = True
    while slow.given:
        slow.take_all(channel)
    assert slow.heard == [*waiting, *(text.destination for text in texts)]


async def started(channel: SmsChannel) -> None:
    """It has taken up what an earlier run left."""
    channel.start()
    await asyncio.sleep(0)


def test_a_text_that_a_queue_has_no_room_for_waits_whole_and_all_behind_it() -> None:
    channel, store, _ = open_channel()
    slow = Slow(queue=4)
    channel.add(cast("Any", slow))
    long = "long " * 50  # two segments
    words = ["1", long, long, "4", "5"]
    texts = [OutgoingText("carrier", "1069", "138", said, NOON, "shop") for said in words]

    async def run() -> None:
        channel.turns.hold("sms", None, texts=texts)
        channel.turns.flush()

    asyncio.run(run())
    assert (slow.waiting, channel.sending.counters.replies) == (3, 2)
    slow.take_all(channel)
    assert (slow.waiting, channel.sending.counters.replies) == (4, 5)
    slow.take_all(channel)
    assert (slow.waiting, store.waiting_texts(0, 10)) == (0, [])


def test_segments_that_are_too_old_go_in_time_though_nobody_writes_also_after_a_refusal() -> None:
    loop = SimulatedLoop(cast("Any", None), cast("Any", None))
    channel, store, line = open_channel()
    receiving = channel.receiving
    receiving.clock = lambda: NOON + loop.time()

    def count() -> tuple[int, int]:
        return len(receiving.reassembly), len(store.notes(SEGMENTS_NOTE))

    async def run() -> None:
        channel.received(cast("Any", line), [text(1, "好" * 80)[0]])
        channel.turns.flush()
        assert count() == (1, 1)
        await asyncio.sleep(WAIT_S_MAX - 1)
        assert count() == (1, 1)
        disk, channel.turns.store = channel.turns.store, cast("Any", Full())
        await asyncio.sleep(SWEEP_S_MAX + SWEEP_S_MIN)
        assert count()[1] == 1
        channel.turns.store = disk
        await asyncio.sleep(3 * SWEEP_S_MIN)
        assert count() == (0, 0)

    loop.run_until_complete(run())
    loop.close()


def test_what_was_held_and_has_no_room_is_held_on_and_nothing_goes_twice() -> None:
    loop = SimulatedLoop(cast("Any", None), cast("Any", None))
    channel, store, _ = open_channel()
    carrier = Slow(queue=3)
    channel.add(cast("Any", carrier))
    channel.ticks = channel.receiving.ticks = loop.time

    def kept(*buyers: str) -> None:
        texts = [OutgoingText("carrier", "1069", buyer, "hello", NOON, "shop") for buyer in buyers]
        channel.turns.hold("sms", None, texts=texts)
        channel.turns.flush()

    async def run() -> list[str]:
        with store.batch([]) as batch:
            batch.commit(
                Changes(texts=[OutgoingText("carrier", "1069", "1", "hello", NOON, "shop")] * 2)
            )
        channel.sending.hold()
        channel.sending.answered(["2"])
        kept("2", "2")
        await asyncio.sleep(2 * HOLD_S)
        had = [one.phone for one in carrier.given]
        taken = [Settlement(one.key, "1", Status.OK) for one in carrier.given]
        carrier.given = []
        channel.settled(carrier.carrier, taken)
        await asyncio.sleep(2 * HOLD_S)
        return [*had, "/", *(one.phone for one in carrier.given)]

    assert loop.run_until_complete(run()) == ["2", "2", "1", "/", "1"]
    loop.close()


def test_what_an_outage_left_is_read_in_parts_and_nothing_newer_goes_before_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(backlog, "READ_MAX", 2)
    channel, store, _ = open_channel()
    slow = Slow()

    def kept(words: str) -> OutgoingText:
        return OutgoingText("carrier", "1069", "13800138000", words, NOON, "shop")

    async def run() -> list[int]:
        channel.turns.hold("sms", None, texts=[kept(str(n)) for n in range(5)])
        channel.turns.flush()
        channel.add(cast("Any", slow))
        channel.start()
        had = [len(slow.given)]
        channel.turns.hold("sms", None, texts=[kept("5")])
        channel.turns.flush()
        for _ in range(3):
            await asyncio.sleep(0)
            had.append(len(slow.given))
        channel.turns.hold("sms", None, texts=[kept("6")])
        channel.turns.flush()
        return [*had, len(slow.given)]

    assert asyncio.run(run()) == [2, 4, 6, 6, 7]
    ids = [text_id for text_id, _ in store.waiting_texts(0, 10)]
    assert [submission.key for submission in slow.given] == ids


def test_a_channel_that_has_ended_reads_no_outbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog, "READ_MAX", 1)
    channel, store, _ = open_channel()
    slow = Slow()
    hello = OutgoingText("carrier", "1069", "13800138000", "hello", NOON, "shop")

    async def run() -> None:
        channel.turns.hold("sms", None, texts=[hello] * 3)
        channel.turns.flush()
        channel.add(cast("Any", slow))
        channel.start()
        channel.end()
        monkeypatch.setattr(store, "waiting_texts", None)
        await asyncio.sleep(0)

    asyncio.run(run())
    assert len(slow.given) == 1


def test_a_text_that_was_read_before_it_is_told_of_goes_once() -> None:
    channel, store, _ = open_channel()
    slow = Slow()
    channel.add(cast("Any", slow))
    hello = OutgoingText("carrier", "1069", "13800138000", "hello", NOON, "shop")
    with store.batch([]) as batch:
        batch.commit(Changes(texts=[hello]))
    kept = store.waiting_texts(0, 10)

    async def run() -> None:
        # Its batch is on disk, and something settled while the channels are told.
        channel.sending.resend()
        channel.sending.send(kept)

    asyncio.run(run())
    assert [submission.key for submission in slow.given] == [kept[0][0]]


def test_a_clock_that_jumps_loses_no_basket() -> None:
    channel, store, line = open_channel()
    write(channel, line, *text(1, "苹果"))
    channel.receiving.clock = lambda: NOON - 86_400.0
    write(channel, line, *text(2, "2"))
    assert [sent.text for _, sent in store.waiting_texts(0, 10)][-1] == "共5.00\n1 下单\n2 再加"


def test_a_carrier_without_an_smsc_has_a_text_until_it_tells_what_became_of_it() -> None:
    channel, store, _ = open_channel()
    taken: list[tuple[int, OutgoingText]] = []
    note = channel.add_taker("web telephone", lambda *text: taken.append(text))
    hello = OutgoingText("web telephone", "1069", "13800138000", "hello", NOON, "shop")

    async def run() -> None:
        channel.turns.hold("sms", None, texts=[hello])
        channel.turns.flush()
        [(text_id, _)] = taken
        assert store.waiting_texts(0, 10) == [(text_id, hello)]
        # What an earlier run left is given to it again.
        assert channel.sending.resend() == 1
        assert taken == [(text_id, hello)] * 2
        note(TextNews(text_id, Stage.DELIVERED))
        assert store.waiting_texts(0, 10) == []

    asyncio.run(run())


def test_a_reply_of_too_many_segments_is_cut_and_says_so() -> None:
    channel, _, _ = open_channel()
    slow = Slow()
    channel.add(cast("Any", slow))
    words = "面" * (67 * sending.SEGMENTS_PER_REPLY_MAX + 1)
    texts = [OutgoingText("carrier", "1069", str(n), words[n:], NOON, "shop") for n in (0, 1)]

    async def run() -> None:
        channel.turns.hold("sms", None, texts=texts)
        channel.turns.flush()

    asyncio.run(run())
    by_phone = {n: [one.body for one in slow.given if one.phone == n] for n in ("0", "1")}
    cut, whole = by_phone.values()
    assert len(whole) == sending.SEGMENTS_PER_REPLY_MAX
    assert len(cut) <= sending.SEGMENTS_PER_REPLY_MAX
    dots = "...".encode("utf-16-be")
    assert (dots in cut[-1], dots in whole[-1]) == (True, False)


def test_a_text_is_read_up_to_a_length_and_no_further() -> None:
    channel, _, line = open_channel()
    read: list[Arrival] = []
    channel.turns.add = lambda arrival, *_, **__: read.append(arrival)  # type: ignore[method-assign]
    for length in (receiving.TEXT_CHARACTERS_MAX, receiving.TEXT_CHARACTERS_MAX + 1):
        write(channel, line, *text(1, "面" * length, f"1380013{length}"))
    assert [len(cast("Text", one.input).text) for one in read] == [2_000, 2_000]


def test_a_shop_that_memory_has_forgotten_is_found_on_disk(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(receiving, "LAST_SELLERS_MAX", 1)
    channel, store, line = open_channel()
    for seller, keyword in (("shop", "red"), ("other", "green")):
        shared = SHOP.replace("sms code 1069", f"sms code 1069\n  keyword {keyword}")
        channel.receiving.routes.add(seller, program_of(shop=shared))
    for buyer in ("13800138001", "13800138002"):
        write(channel, line, *text(1, "red", buyer))
    receiver = channel.receiving
    assert [*receiver._last] == [("1069", "13800138002")]  # noqa: SLF001
    assert receiver._last_seller("1069", "13800138001") == "shop"  # noqa: SLF001
    assert len(store.notes(receiving.LAST_NOTE)) == 2
