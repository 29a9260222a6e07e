"""What passes between the front and a shard."""

import msgspec
import pytest
from msgspec.structs import astuple

from center.changes import OutgoingText
from center.contact import Arrival, ContactKey, Repeats
from center.desk.deed import WriteToBuyer
from center.reply import Expected, Reply
from center.taken import Fate
from center.text_news import Stage, TextNews
from commands.shards.wire import (
    FRAME_BYTES_MAX,
    FrameReader,
    Sent,
    ToFront,
    Told,
    ToShard,
    frame,
    performed,
    to_front_decoder,
    to_shard_decoder,
)
from flows import effects
from flows.inputs import HungUp, Input, Keys, Line, Opened, Silence, Text

KEY = ContactKey("shop", "13800138000", "ussd")


@pytest.mark.parametrize("given", [Opened(), Text("牛肉面 2"), Keys("1#"), Silence(), HungUp()])
def test_an_arrival_comes_out_as_it_went_in(given: Input) -> None:
    arrival = Arrival(
        KEY, given, "1069", "c", b"\x00key", 2**60, 17, doubt=((3, 9),), repeats=Repeats.LIKELY
    )
    news = [
        TextNews(1, Stage.SENT, "", "c", ("17",)),
        TextNews(2**60, Stage.FAILED, "UNDELIV 001"),
    ]
    sent = [Sent("c", [3, 2**60], ["17", "18"])]
    [body] = FrameReader().feed(frame(ToShard(7, [arrival], news, sent, [4, 2**60])))
    read = to_shard_decoder().decode(body)
    assert (read.first, [astuple(one) for one in read.brought]) == (7, [astuple(arrival)])
    assert (read.news, [*read.sent], read.delivered) == (news, sent, [4, 2**60])


def test_an_arrival_that_no_carrier_brings_is_not_read() -> None:
    deed = Arrival(KEY, WriteToBuyer("x"), "1069", "c", b"", 0, 17)
    [body] = FrameReader().feed(frame(ToShard(1, [deed])))
    with pytest.raises(msgspec.ValidationError):
        to_shard_decoder().decode(body)


def test_a_reply_comes_out_with_its_effects() -> None:
    reply = Reply(
        (
            effects.Say("共36.00"),
            effects.PlaceOrder((Line("101", 2),), 3600, "文三路1号"),
            effects.Goodbye(),
        ),
        "zh",
        Expected("main", "menu", ("1", "2"), 0, 6),
        False,
        b"program",
    )
    news = ToFront([Told(1, Fate.SET_ASIDE), Told(2, Fate.KEPT, performed(reply))], [])
    [body] = FrameReader().feed(frame(news))
    first, second = to_front_decoder().decode(body).told
    assert (first.fate, first.reply) == (Fate.SET_ASIDE, None)
    assert second.reply is not None
    assert second.reply.reply() == reply


def test_frames_are_found_however_they_are_cut() -> None:
    text = OutgoingText("c", "1069", "13800138000", "下单成功", 17)
    data = frame(ToFront([], [(1, text)])) + frame(ToFront([], [(2, text)]))
    for size in (1, 3, 1_000):
        reader = FrameReader()
        bodies = [
            body
            for begin in range(0, len(data), size)
            for body in reader.feed(data[begin : begin + size])
        ]
        assert [to_front_decoder().decode(body).texts for body in bodies] == [
            [(1, text)],
            [(2, text)],
        ]


def test_a_frame_that_is_too_long_is_refused() -> None:
    assert list(FrameReader().feed(FRAME_BYTES_MAX.to_bytes(4))) == []
    with pytest.raises(ValueError, match="at most"):
        list(FrameReader().feed((FRAME_BYTES_MAX + 1).to_bytes(4)))
