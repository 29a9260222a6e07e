"""Texts on their way out: what waits in the outbox, for a queue with room, for a carrier that is away."""

import asyncio
from collections.abc import Sequence
from typing import Any, cast

import pytest

from center import backlog
from center.changes import Changes, OutgoingText
from center.text_news import Stage, TextNews
from sms import sending
from sms.carrier import Carrier
from sms.channel import SmsChannel
from sms.held import HOLD_S
from sms.smpp.status import Status
from sms.submission import Settlement
from store.memory import MemoryStore
from tests.flows.shops import NOON
from tests.simulation.loop import SimulatedLoop
from tests.sms.channels import Slow, open_channel, text, write


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
    assert len(channel.sending._backlog._ahead) == 1  # noqa: SLF001
    while slow.given:
        slow.take_all(channel)
    assert slow.heard == [*waiting[:20], "13800138000", *waiting[20:], waiting[50]]
    assert channel.sending._backlog._ahead == set()  # noqa: SLF001
    assert store.waiting_texts(0, 10) == []


def test_of_what_waits_for_a_carrier_that_is_away_no_more_is_cut_than_its_window() -> None:
    channel, store, _ = open_channel()
    slow = Slow(carrier=Carrier("carrier", "nowhere", 0, "us", "secret", binds=2, window=16))
    slow.bound = False
    channel.add(cast("Any", slow))
    waiting = left_behind(store, 10)
    asyncio.run(started(channel))
    texts = [OutgoingText("carrier", "1069", str(n), "new", NOON, "shop") for n in range(100)]

    async def keep() -> None:
        channel.turns.hold("sms", None, texts=texts)
        channel.turns.flush()

    asyncio.run(keep())
    assert slow.waiting == 32
    slow.bound = True
    while slow.given:
        slow.take_all(channel)
    assert slow.heard == [*waiting, *(text.destination for text in texts)]


def test_a_long_text_for_a_carrier_that_is_away_is_not_read_in_every_turn_of_the_loop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(backlog, "READ_MAX", 4)
    read, reads = MemoryStore.waiting_texts, [0]

    def counted(store: MemoryStore, after: int, limit: int) -> list[tuple[int, OutgoingText]]:
        reads[0] += 1
        return read(store, after, limit)

    monkeypatch.setattr(MemoryStore, "waiting_texts", counted)
    channel, store, _ = open_channel()
    slow = Slow(carrier=Carrier("carrier", "nowhere", 0, "us", "secret", window=10))
    slow.bound = False
    channel.add(cast("Any", slow))
    long = "面" * 67 * sending.SEGMENTS_PER_REPLY_MAX
    texts = [OutgoingText("carrier", "1069", "1", "short", NOON, "shop")]
    texts += [OutgoingText("carrier", "1069", str(n), long, NOON, "shop") for n in range(2, 9)]
    with store.batch([]) as batch:
        batch.commit(Changes(texts=texts))

    async def run() -> None:
        channel.start()
        for _ in range(5):
            await asyncio.sleep(0)
        before = reads[0]
        for _ in range(50):
            await asyncio.sleep(0)
        assert reads[0] == before

    asyncio.run(run())
    assert slow.waiting == 11


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


def settled(channel: SmsChannel, carrier: Carrier, names: dict[int, str]) -> None:
    """A carrier has these texts of one segment, and calls them so."""

    async def run() -> None:
        taken = [Settlement(text, name, Status.OK) for text, name in names.items()]
        channel.settled(carrier, taken)

    asyncio.run(run())


def test_what_a_receipt_said_before_the_answer_is_noted_before_that_the_carrier_has_the_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    channel, store, _ = open_channel()
    slow = Slow()
    channel.add(cast("Any", slow))
    left_behind(store, 2)
    early, late = [text_id for text_id, _ in store.waiting_texts(0, 10)]
    note_sent = store.note_sent
    before: list[set[Stage]] = []

    def noted(carrier: str, texts: Sequence[int], names: Sequence[str]) -> None:
        before.append({one.stage for one in store.texts("shop")})
        note_sent(carrier, texts, names)

    monkeypatch.setattr(store, "note_sent", noted)
    receipt = b"id:17 sub:001 dlvrd:001 submit date:1 done date:1 stat:DELIVRD err:000 text:x"
    channel.sending.deliveries.receive(slow.carrier, [(receipt, ())])
    settled(channel, slow.carrier, {early: "17", late: "18"})
    assert before == [{Stage.WAITING, Stage.DELIVERED}]
    assert {one.stage for one in store.texts("shop")} == {Stage.SENT, Stage.DELIVERED}
    assert [one.text for one in store.texts_without_receipts(10)] == [late]


@pytest.mark.parametrize(("receipts", "name"), [(False, "17"), (False, ""), (True, "")])
def test_of_texts_without_receipts_or_names_no_more_is_waited_for(
    receipts: bool, name: str
) -> None:
    channel, store, _ = open_channel()
    carrier = Carrier("carrier", "nowhere", 0, "us", "secret", receipts=receipts)
    channel.add(cast("Any", Slow(carrier=carrier)))
    left_behind(store, 2)
    settled(channel, carrier, {text_id: name for text_id, _ in store.waiting_texts(0, 10)})
    assert [one.stage for one in store.texts("shop")] == [Stage.SENT] * 2
    assert (store.texts_without_receipts(10), channel.sending.deliveries.waiting) == ([], 0)
