"""What passes between the front and a shard: frames of msgpack behind their length, many messages in each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from struct import Struct
from typing import get_args

import msgspec

from center.changes import OutgoingText
from center.contact import Arrival, ContactKey
from center.limits.tally import Counted
from center.measure import Measure, Spread
from center.reply import Expected, Reply
from center.taken import Fate
from center.text_news import TextNews
from flows import effects
from flows.inputs import HungUp, Keys, Opened, Outcome, Silence, Speech, Text

FRAME_BYTES_MAX = 64 * 2**20
"""A frame that says more is not one of ours."""
_LENGTH = Struct(">I")

AnyInput = Opened | Text | Keys | Speech | Silence | HungUp | Outcome
INPUTS = frozenset(get_args(AnyInput))
AnyEffect = (
    effects.Say
    | effects.SendSms
    | effects.TellShop
    | effects.KeepBuyer
    | effects.PlaceOrder
    | effects.HandOver
    | effects.Request
    | effects.Pay
    | effects.Goodbye
    | effects.Trouble
)


class Brought(Arrival, frozen=True, array_like=True):
    """An arrival as a shard reads it: the turn batch takes it as it is. An Arrival is written the same way."""

    input: AnyInput  # type: ignore[assignment]
    """What carriers bring, and nothing else."""


class Performed(msgspec.Struct, frozen=True, array_like=True):
    """A reply, with effects that can be told apart."""

    effects: tuple[AnyEffect, ...]
    language: str
    expected: Expected | None
    ended: bool
    program: bytes

    def reply(self) -> Reply:
        """As the channel takes it."""
        return Reply(self.effects, self.language, self.expected, self.ended, self.program)


class Told(msgspec.Struct, frozen=True, array_like=True):
    """What became of an arrival, or of several that were brought one behind the other."""

    number: int
    """Of the first."""
    fate: Fate
    reply: Performed | None = None
    count: int = 1
    """How many; they have no reply where it is more than one."""


class Led(msgspec.Struct, frozen=True, array_like=True):
    """What an outcome that a session waited for has led to, for a channel that performs it."""

    contact: ContactKey
    reply: Performed


class Sent(msgspec.Struct, frozen=True, array_like=True):
    """Texts of one segment that a carrier has, by its names for them. See center.outbox.Outbox.note_sent."""

    carrier: str
    texts: list[int]
    names: list[str]


class ToShard(msgspec.Struct, frozen=True, array_like=True):
    """A frame of the front."""

    first: int = 0
    """The number by which the first of `brought` is told; the others follow."""
    brought: Sequence[Arrival] = ()
    news: Sequence[TextNews] = ()
    """What became of the shard's texts, beside the next two, which is what becomes of nearly all."""
    sent: Sequence[Sent] = ()
    delivered: Sequence[int] = ()
    """Those of them that phones have."""
    full: Sequence[str] | None = None
    """Carriers of which the front has no room for more texts, when that or the next has changed."""
    busy: Sequence[str] = ()
    """Then: those of which it has none for texts that have waited."""
    asks: bool = False
    """Whether it wants to know at once how the shard does."""


class _ToShard(ToShard, frozen=True, array_like=True):
    """The same as it is read."""

    brought: tuple[Brought, ...] = ()
    sent: tuple[Sent, ...] = ()


class ToFront(msgspec.Struct, frozen=True, array_like=True):
    """A frame of a shard. All in it is on disk."""

    told: list[Told] = []
    texts: Sequence[tuple[int, OutgoingText]] = []
    """By the shard's numbers, which go up."""
    have_waited: bool = False
    """Whether they were left in the shard's outbox for others: what is new goes past them."""
    sent: list[TextNews] = []
    """Texts that carriers have and whose receipts are to come, when the front connects."""
    counts: list[Counted] = []
    """What was counted for limits that span sellers."""
    measures: list[Measure] = []
    spreads: list[Spread] = []
    """How the shard does: every figure that it has, now and then."""
    unready: str = ""
    """With these: why it cannot serve now, if it cannot."""
    anew: bool = False
    """Whether the counts are all that there are, from the beginning: the first frame to a front."""
    outcomes: list[Led] = []
    given: bool = False
    """Whether all texts that waited have been given, as far as there is room: once to a front, which brings nothing before."""


@cache
def _encoder() -> msgspec.msgpack.Encoder:
    return msgspec.msgpack.Encoder()


@cache
def to_shard_decoder() -> msgspec.msgpack.Decoder[_ToShard]:
    """Reads frames of the front."""
    return msgspec.msgpack.Decoder(_ToShard)


@cache
def to_front_decoder() -> msgspec.msgpack.Decoder[ToFront]:
    """Reads frames of a shard."""
    return msgspec.msgpack.Decoder(ToFront)


def frame(value: ToShard | ToFront) -> bytes:
    """A frame as it goes over the socket."""
    body = _encoder().encode(value)
    return _LENGTH.pack(len(body)) + body


def performed(reply: Reply | None) -> Performed | None:
    """A reply for the wire."""
    if reply is None:
        return None
    known: tuple[AnyEffect, ...] = tuple(
        effect for effect in reply.effects if isinstance(effect, AnyEffect)
    )
    return Performed(known, reply.language, reply.expected, reply.ended, reply.program)


class FrameReader:
    """Bytes in, whole frames out."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Frames that are whole now. Raises ValueError for a length that cannot be."""
        rest = self._rest
        rest += data
        while len(rest) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(rest)
            if length > FRAME_BYTES_MAX:
                raise ValueError(f"a frame of {length} bytes; at most {FRAME_BYTES_MAX} are read")
            end = _LENGTH.size + length
            if len(rest) < end:
                return
            body = bytes(rest[_LENGTH.size : end])
            del rest[:end]
            yield body
