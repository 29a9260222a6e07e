"""A shard's end of the socket: what it tells the front, and in which order."""

import asyncio
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest
from msgspec.structs import replace

from center import backlog, noting
from center.batch import TurnBatch
from center.changes import OutgoingText
from center.contact import Arrival, ContactKey
from center.ports import StoreError, StoreFullError
from center.shops import Shops
from center.taken import Fate
from center.text_news import Stage, TextNews
from commands.shards import shard as shards
from commands.shards.shard import FrontLink
from commands.shards.wire import FrameReader, Sent, ToFront, Told, ToShard, frame, to_front_decoder
from flows.inputs import Text
from store.memory import MemoryStore
from tests.flows.shops import NOON, program_of


def text(words: str, channel: str = "sms") -> Arrival:
    return Arrival(
        ContactKey("shop", "13800138000", channel), Text(words), "1069", "c", b"", 1, NOON
    )


class Socket:
    """What a front would read."""

    def __init__(self) -> None:
        self.reader = FrameReader()
        self.frames: list[ToFront] = []
        self.is_closed = False

    def close(self) -> None:
        self.is_closed = True

    def abort(self) -> None:
        self.is_closed = True

    def write(self, data: bytes) -> None:
        self.frames += [to_front_decoder().decode(body) for body in self.reader.feed(data)]


def shard(store: MemoryStore) -> tuple[FrontLink, TurnBatch]:
    """A shard with one shop."""
    due = list[Callable[[], object]]()
    store.publish("shop", program_of(), NOON)
    turns = TurnBatch(
        store,
        Shops(store.published(), store.program),
        later=lambda _, callback: cast("Any", due.append(callback)),
    )
    return FrontLink(cast("Any", SimpleNamespace(turns=turns, store=store))), turns


async def with_a_front() -> tuple[FrontLink, TurnBatch, Socket]:
    """A shard whose front has come and heard what that led to."""
    (link, turns), socket = shard(MemoryStore()), Socket()
    link.connection_made(cast("Any", socket))
    turns.flush()
    await asyncio.sleep(0)
    return link, turns, socket


def test_a_reply_is_told_after_its_message_also_to_a_front_that_has_just_come() -> None:
    async def run() -> list[ToFront]:
        link, turns = shard(MemoryStore())
        socket = Socket()
        link.connection_made(cast("Any", socket))
        arrival = text("苹果 2")
        # In the same batch as what the front is to hear because it came.
        link.data_received(frame(ToShard(1, [arrival])))
        turns.flush()
        await asyncio.sleep(0)
        return socket.frames

    frames = asyncio.run(run())
    told = next(place for place, one in enumerate(frames) if one.told)
    texts = [place for place, one in enumerate(frames) if one.texts]
    assert texts
    assert told < min(texts)


def told_of(*brought: Arrival, waits: bool) -> list[ToFront]:
    """What a front reads of these until its link is closed, which `waits` until the loop has gone round."""

    async def run() -> list[ToFront]:
        link, turns, socket = await with_a_front()
        socket.frames.clear()
        link.data_received(frame(ToShard(1, brought)))
        turns.flush()
        if waits:
            await asyncio.sleep(0)
        link.close()
        return socket.frames

    return asyncio.run(run())


def test_a_reply_is_told_together_with_what_became_of_its_message() -> None:
    # A front that reads the one first may send again what the other would have told it is gone past.
    [told] = told_of(text("苹果 2"), text("1", "ussd"), waits=True)
    assert sum(one.count for one in told.told) == 2
    assert [one.text[:2] for _, one in told.texts] == ["共5"]


def test_what_became_of_a_batch_without_texts_is_told_before_a_link_is_closed() -> None:
    [told] = told_of(text("1", "ussd"), waits=False)
    assert [one.number for one in told.told] == [1]


def test_what_is_alike_and_was_brought_together_is_told_as_one() -> None:
    async def run() -> list[Told]:
        link, turns, socket = await with_a_front()
        # A dialog's turn has a reply, texts have none; each channel is told by itself.
        brought = [text("1"), text("2"), text("3", "ussd"), text("4"), text("5")]
        link.data_received(frame(ToShard(7, brought)))
        turns.flush()
        return [one for some in socket.frames for one in some.told]

    told = asyncio.run(run())
    assert [(one.number, one.count, one.reply is not None) for one in told] == [
        (7, 2, False),
        (10, 2, False),
        (9, 1, True),
    ]
    assert {one.fate for one in told} == {Fate.KEPT}


def test_what_was_found_is_told_apart_from_what_is_new() -> None:
    async def run() -> list[Told]:
        link, turns, socket = await with_a_front()
        first = replace(text("1"), key=b"first", stamp=10)
        again = replace(first, stamp=20, doubt=((10, 11),))
        for number, brought in ((7, [first]), (8, [again, text("2")])):
            link.data_received(frame(ToShard(number, brought)))
            turns.flush()
        return [one for some in socket.frames for one in some.told]

    told = asyncio.run(run())
    assert [(one.number, one.count, one.fate) for one in told] == [
        (7, 1, Fate.KEPT),
        (8, 1, Fate.FOUND),
        (9, 1, Fate.KEPT),
    ]


def test_texts_that_phones_have_are_noted() -> None:
    async def run() -> list[int]:
        store = MemoryStore()
        link, turns = shard(store)
        link.connection_made(cast("Any", Socket()))
        link.data_received(frame(ToShard(1, [text("苹果 2")])))
        turns.flush()
        waiting = [text_id for text_id, _ in store.waiting_texts(0, 10)]
        link.data_received(frame(ToShard(delivered=waiting)))
        assert waiting
        return [text_id for text_id, _ in store.waiting_texts(0, 10)]

    assert asyncio.run(run()) == []


def test_texts_that_a_carrier_has_are_noted_by_its_names_for_them() -> None:
    async def run() -> tuple[list[int], list[TextNews], list[int]]:
        store = MemoryStore()
        link, turns = shard(store)
        link.connection_made(cast("Any", Socket()))
        kept = [OutgoingText("c", "1069", str(n), "hello", NOON) for n in range(3)]
        turns.hold("sms", None, texts=kept)
        turns.flush()
        texts = [text_id for text_id, _ in store.waiting_texts(0, 10)]
        sent = [Sent("c", texts[:1], ["17"]), Sent("d", texts[1:2], ["17"])]
        link.data_received(frame(ToShard(sent=sent)))
        left = [text_id for text_id, _ in store.waiting_texts(0, 10)]
        return texts, store.texts_without_receipts(10), left

    texts, noted, left = asyncio.run(run())
    assert noted == [
        TextNews(texts[0], Stage.SENT, "", "c", ("17",)),
        TextNews(texts[1], Stage.SENT, "", "d", ("17",)),
    ]
    assert left == texts[2:]


@pytest.mark.parametrize("read", ["waiting_phones", "texts_without_receipts"])
def test_a_shard_whose_outbox_cannot_be_read_is_brought_messages_all_the_same(read: str) -> None:
    def fails(*_: object) -> None:
        raise StoreError("disk I/O error")

    async def run() -> list[bool]:
        store, socket = MemoryStore(), Socket()
        setattr(store, read, fails)
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        link, turns = shard(store)
        link.connection_made(cast("Any", socket))
        turns.flush()
        await asyncio.sleep(0)
        return [one.given for one in socket.frames]

    assert asyncio.run(run())[-1]


class FullStore(MemoryStore):
    """Has no room the first time."""

    def __init__(self) -> None:
        super().__init__()
        self.tries = 0
        self.written = asyncio.Event()

    def write_noted(self) -> bool:
        self.tries += 1
        if self.tries == 1:
            raise StoreFullError("no room")
        self.written.set()
        return True


def test_what_became_of_texts_is_written_when_there_is_room_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(noting, "WRITTEN_S", 0.0)

    async def run() -> None:
        store = FullStore()
        link, _ = shard(store)
        link.data_received(frame(ToShard(news=[TextNews(1, Stage.SENT)])))
        await asyncio.wait_for(store.written.wait(), 120)

    asyncio.run(run())


def test_what_an_outage_left_is_given_in_parts_as_the_front_reads_and_nothing_newer_before_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(backlog, "READ_MAX", 2)

    async def run() -> tuple[list[list[str]], list[ToFront]]:
        store, socket = MemoryStore(), Socket()
        link, turns = shard(store)
        left = [OutgoingText("c", "1069", "13800138000", str(n), NOON) for n in range(5)]
        turns.hold("", None, texts=left)
        turns.flush()
        link.connection_made(cast("Any", socket))
        # Kept before the front has heard of anything: behind what waits.
        turns.hold("", None, texts=[OutgoingText("c", "1069", "13800138000", "5", NOON)])
        turns.flush()
        given: list[list[str]] = []

        async def turn() -> None:
            await asyncio.sleep(0)
            given.append([text.text for one in socket.frames for _, text in one.texts])

        await turn()
        link.pause_writing()
        turns.hold("", None, texts=[OutgoingText("c", "1069", "13800138000", "6", NOON)])
        turns.flush()
        await turn()
        link.resume_writing()
        for _ in range(3):
            await turn()
        return given, socket.frames

    given, frames = asyncio.run(run())
    # Only then does it bring anything: who says their last word again has not read the reply that waits.
    assert [one.given for one in frames] == [False] * (len(frames) - 1) + [True]
    assert given[:2] == [["0", "1"]] * 2
    assert given[-1] == ["0", "1", "2", "3", "4", "5", "6"]
    assert given[2] == ["0", "1", "2", "3"]


def given_after(turns: TurnBatch, socket: Socket, kept: Sequence[OutgoingText]) -> list[str]:
    """What the front has been given once these are kept."""
    turns.hold("", None, texts=kept)
    turns.flush()
    return [text.text for one in socket.frames for _, text in one.texts]


def test_texts_of_a_carrier_for_which_the_front_has_no_room_stay_here_and_no_others() -> None:
    async def run() -> list[list[str]]:
        link, turns, socket = await with_a_front()
        given: list[list[str]] = []

        def keep(*texts: str) -> None:
            kept = [OutgoingText(text[0], "1069", "138", text, NOON) for text in texts]
            given.append(given_after(turns, socket, kept))

        link.data_received(frame(ToShard(full=["c"])))
        keep("c1", "d1")
        # Another front knows by itself what it has room for.
        link.connection_made(cast("Any", socket))
        link.data_received(frame(ToShard(full=["d"])))
        turns.flush()
        await asyncio.sleep(0)
        keep("d2")
        link.data_received(frame(ToShard(full=[])))
        keep()
        return given

    assert asyncio.run(run()) == [["d1"], ["d1", "c1"], ["d1", "c1", "d1", "d2"]]


def test_what_has_waited_here_is_told_apart_from_what_is_new() -> None:
    async def run() -> list[tuple[bool, list[str]]]:
        link, turns = shard(MemoryStore())
        socket = Socket()
        kept = [OutgoingText("c", "1069", str(n), "late", NOON) for n in range(2)]
        turns.hold("sms", None, texts=kept)
        turns.flush()
        link.connection_made(cast("Any", socket))
        turns.flush()
        await asyncio.sleep(0)
        turns.hold("sms", None, texts=[OutgoingText("c", "1069", "2", "new", NOON)])
        turns.flush()
        return [
            (one.have_waited, [text.destination for _, text in one.texts])
            for one in socket.frames
            if one.texts
        ]

    assert asyncio.run(run()) == [(True, ["0", "1"]), (False, ["2"])]


def test_a_new_text_goes_past_what_waits_for_a_carrier_that_the_front_is_busy_with() -> None:
    async def run() -> list[list[str]]:
        link, turns, socket = await with_a_front()
        given: list[list[str]] = []

        def keep(*texts: str) -> None:
            kept = [OutgoingText("c", "1069", text[0], text, NOON) for text in texts]
            given.append(given_after(turns, socket, kept))

        link.data_received(frame(ToShard(full=["c"])))
        keep("a1", "b1")
        link.data_received(frame(ToShard(full=[], busy=["c"])))
        keep("a2", "d1")
        link.data_received(frame(ToShard(full=[])))
        keep()
        return given

    assert asyncio.run(run()) == [[], ["d1"], ["d1", "a1", "b1", "a2"]]


def test_of_a_text_that_went_past_others_nothing_is_known_once_its_carrier_has_it() -> None:
    async def run() -> list[set[int]]:
        link, turns, socket = await with_a_front()
        link.data_received(frame(ToShard(full=["c"])))
        given_after(turns, socket, [OutgoingText("c", "1069", "a", "a1", NOON)])
        link.data_received(frame(ToShard(full=[], busy=["c"])))
        given_after(turns, socket, [OutgoingText("c", "1069", "b", "b1", NOON)])
        ahead = [set(link._backlog._ahead)]  # noqa: SLF001
        link.data_received(frame(ToShard(sent=[Sent("c", [*ahead[0]], ["17"])])))
        return [*ahead, link._backlog._ahead]  # noqa: SLF001

    went, left = asyncio.run(run())
    assert (len(went), left) == (1, set())


class ClosedStore(MemoryStore):
    """Tells who touches it once it is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.is_closed = False
        self.touched: list[str] = []

    def close(self) -> None:
        self.is_closed = True

    def write_noted(self) -> bool:
        self._touch("write_noted")
        return super().write_noted()

    def texts_without_receipts(self, limit: int) -> list[TextNews]:
        self._touch("texts_without_receipts")
        return super().texts_without_receipts(limit)

    def _touch(self, what: str) -> None:
        if self.is_closed:
            self.touched.append(what)


def test_a_link_that_is_closed_leaves_the_store_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(noting, "WRITTEN_S", 0.0)

    async def run() -> tuple[list[str], bool]:
        store, socket = ClosedStore(), Socket()
        link, turns = shard(store)
        # A front that has just come, and news of texts: both are seen to in the next turns of the loop.
        link.connection_made(cast("Any", socket))
        link.data_received(frame(ToShard(news=[TextNews(1, Stage.SENT)])))
        turns.flush()
        link.close()
        store.close()
        ended = asyncio.Event()
        asyncio.get_running_loop().call_later(0.0, ended.set)
        await ended.wait()
        return store.touched, socket.is_closed

    assert asyncio.run(run()) == ([], True)


def test_a_front_that_asks_how_it_does_is_told_at_once() -> None:
    async def run() -> list[bool]:
        link, _ = shard(MemoryStore())
        asked = list[bool]()
        link.asked = lambda: asked.append(True)
        link.connection_made(cast("Any", Socket()))
        link.data_received(frame(ToShard()))
        assert not asked
        link.data_received(frame(ToShard(asks=True)))
        return asked

    assert asyncio.run(run()) == [True]


def test_a_front_that_comes_hears_of_so_many_texts_whose_receipts_are_to_come(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shards, "SENT_MAX", 2)

    async def run() -> list[int]:
        store, socket = MemoryStore(), Socket()
        link, turns = shard(store)
        left = [OutgoingText("c", "1069", "13800138000", str(n), NOON) for n in range(3)]
        turns.hold("", None, texts=left)
        turns.flush()
        for text_id, _ in store.waiting_texts(0, 9):
            store.note_texts([TextNews(text_id, Stage.SENT, "", "c", (str(text_id),))])
        link.connection_made(cast("Any", socket))
        turns.flush()
        await asyncio.sleep(0)
        return [one.text for some in socket.frames for one in some.sent]

    assert asyncio.run(run()) == [2, 3]
