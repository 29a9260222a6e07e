"""What the front tells a shard, also of what it learnt while the shard was away."""

import asyncio
from pathlib import Path
from typing import Any, cast

import pytest
from msgspec.structs import astuple

from center.contact import Arrival, ContactKey
from center.text_news import Stage, TextNews
from commands.shards.shard_link import Going, ShardLink
from commands.shards.wire import FrameReader, Sent, ToFront, ToShard, frame, to_shard_decoder
from flows.inputs import Text


class Socket:
    """What a shard would read."""

    def __init__(self) -> None:
        self.reader = FrameReader()
        self.frames: list[ToShard] = []

    def write(self, data: bytes) -> None:
        self.frames += [to_shard_decoder().decode(body) for body in self.reader.feed(data)]


def up(link: ShardLink) -> Socket:
    """The link, connected to a shard that has given what waited there."""
    socket = Socket()
    link.connection_made(cast("Any", socket))
    link.data_received(frame(ToFront(given=True)))
    return socket


def made() -> ShardLink:
    def told(link: ShardLink, news: ToFront) -> None:
        if news.given:
            link.rise()

    return ShardLink(Path("shard-0.sock"), told)


def going(number: int) -> Going:
    key = ContactKey("shop", "13800138000", "sms")
    return Going("sms", number, Arrival(key, Text("2"), "1069", "c", b"", number, 17), rises=1)


def test_what_is_brought_in_one_turn_of_the_loop_is_one_frame_with_one_number() -> None:
    async def run() -> list[tuple[int, int]]:
        link = made()
        socket = up(link)
        for number in (1, 2):
            assert link.bring(going(number))
        await asyncio.sleep(0)
        assert link.bring(going(3))
        await asyncio.sleep(0)
        assert [one.ticket for one in link.taken(2, 5)] == [2, 3]
        assert not link.taken(3)
        return [(one.first, len(one.brought)) for one in socket.frames if one.brought]

    assert asyncio.run(run()) == [(1, 2), (3, 1)]


def test_what_became_of_texts_is_told_when_the_shard_is_back() -> None:
    failed = TextNews(9, Stage.FAILED, "refused")

    async def run() -> ToShard:
        link = made()
        up(link)
        await asyncio.sleep(0)
        link.connection_lost(None)
        assert not link.bring(going(1))
        link.note_sent(Sent("c", [7], ["17"]))
        link.note_sent(Sent("d", [5], ["17"]))
        link.note_sent(Sent("c", [8], ["18"]))
        link.note([failed], [6])
        await asyncio.sleep(0)
        socket = up(link)
        await asyncio.sleep(0)
        [told] = socket.frames
        return told

    told = asyncio.run(run())
    # With the name by which its receipt comes.
    assert [astuple(one) for one in told.sent] == [
        ("c", [7, 8], ["17", "18"]),
        ("d", [5], ["17"]),
    ]
    assert failed in told.news
    assert list(told.delivered) == [6]


def test_what_a_carrier_has_is_told_once() -> None:
    async def run() -> list[ToShard]:
        link = made()
        socket = up(link)
        link.note_sent(Sent("c", [7], ["17"]))
        await asyncio.sleep(0)
        link.note([], [7])
        await asyncio.sleep(0)
        return socket.frames

    first, second = asyncio.run(run())
    assert [one.texts for one in first.sent] == [[7]]
    assert (list(second.sent), list(second.delivered)) == ([], [7])


def test_what_was_brought_and_not_written_is_lost_with_the_connection() -> None:
    async def run() -> tuple[list[object], list[ToShard]]:
        link = made()
        lost: list[object] = []
        link.lost = lambda some: lost.extend(one.ticket for one in some)
        up(link)
        link.bring(going(1))
        link.connection_lost(None)
        socket = up(link)
        await asyncio.sleep(0)
        return lost, socket.frames

    lost, frames = asyncio.run(run())
    assert lost == [1]
    assert not any(one.brought for one in frames)


def test_a_shard_hears_for_which_carriers_there_is_no_room_also_when_it_is_back() -> None:
    async def run() -> list[tuple[list[str], list[str]] | None]:
        link = made()
        socket = up(link)
        link.have_no_room(["c"], ["c", "d"])
        await asyncio.sleep(0)
        link.connection_lost(None)
        again = up(link)
        await asyncio.sleep(0)
        link.have_no_room([], ["d"])
        await asyncio.sleep(0)
        link.note([], [6])
        await asyncio.sleep(0)
        told = [(one.full, one.busy) for one in (*socket.frames, *again.frames)]
        return [(list(full), list(busy)) if full is not None else None for full, busy in told]

    no_room = ["c"], ["c", "d"]
    assert asyncio.run(run()) == [no_room, no_room, ([], ["d"]), None]


def test_who_asks_how_a_shard_does_waits_until_it_tells_or_is_gone() -> None:
    async def run() -> None:
        link = made()
        socket = up(link)
        told = link.ask()
        assert link.ask() is told
        await asyncio.sleep(0)
        assert [one.asks for one in socket.frames if one.asks] == [True]
        assert not told.done()
        link.answered()
        assert told.done()
        link.answered()
        lost = link.ask()
        assert not lost.done()
        link.connection_lost(None)
        assert lost.done()

    asyncio.run(run())


def test_of_a_shard_that_is_away_only_so_much_news_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commands.shards.shard_link.SENT_KNOWN_MAX", 2)

    async def run() -> list[int]:
        link = made()
        for number in range(5):
            link.note([TextNews(number, Stage.FAILED)])
            link.note_sent(Sent("c", [number], [str(number)]))
        link.sent.clear()
        socket = up(link)
        await asyncio.sleep(0)
        [told] = socket.frames
        assert [one.texts for one in told.sent] == [[0, 1]]
        return [one.text for one in told.news]

    assert asyncio.run(run()) == [0, 1]
