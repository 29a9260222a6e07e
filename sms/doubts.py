"""What a run leaves to the next of the answers that its carriers may lack: see sms.redelivery."""

from __future__ import annotations

import msgspec


class Doubts(msgspec.Struct, frozen=True, array_like=True):
    """What the next run must know."""

    reserved: int = 0
    """All stamps given so far are below."""
    certain: int = 0
    """What this run took with a lower stamp is certain."""
    runs: tuple[tuple[int, int, float], ...] = ()
    """Stamps in doubt of runs before this one, and for how many more seconds of running they are."""
    lost: tuple[bytes, ...] = ()
    """Keys of messages in doubt whose connection is gone, or that had come before."""
    lost_stamps: tuple[int, ...] = ()
    lost_firsts: tuple[int, ...] = ()
    """Of what they repeat, or their own."""
    lost_ages_s: tuple[int, ...] = ()
    """How long ago they came, in seconds of running."""
    lost_again: tuple[int, ...] = ()
    """Which of them, counted from 0, had surely come again and were lost once more, with that connection."""


_packer = msgspec.msgpack.Encoder()
_unpacker = msgspec.msgpack.Decoder(Doubts)


def read_doubts(kept: bytes) -> Doubts:
    """What `write_doubts` of an earlier run gave; none if it gave nothing."""
    return _unpacker.decode(kept) if kept else Doubts()


def write_doubts(doubts: Doubts) -> bytes:
    """To be kept beside the messages."""
    return _packer.encode(doubts)


def reserved_in(kept: bytes) -> int:
    """Of what is to be kept: below which all stamps are that may be given before something else is."""
    return _unpacker.decode(kept).reserved
