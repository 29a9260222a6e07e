"""What an operator does to the platform, as values that are kept, and doing it."""

import msgspec

from center.uap.boards import Place
from center.uap.capacity import Capacity

RECORD_BYTES_MAX = 4_096


class Change(msgspec.Struct, frozen=True, tag=True):
    """Something done to the platform at a time, Unix seconds."""

    at: float
    chassis: str


class Insert(Change, frozen=True, tag=True):
    """A board is put into a slot; it tests itself and is in service then."""

    slot: int
    kind: str


class Drain(Change, frozen=True, tag=True):
    """A board takes nothing new; it is out with the last that it carries."""

    slot: int


class Restore(Change, frozen=True, tag=True):
    """A board comes back into service."""

    slot: int


class Remove(Change, frozen=True, tag=True):
    """A board that is out of service is pulled."""

    slot: int


class Fail(Change, frozen=True, tag=True):
    """A board is taken for broken; what uses it is cut off."""

    slot: int


class FailChassis(Change, frozen=True, tag=True):
    """A chassis is taken for broken; what uses it is cut off, and a standby takes over."""


class RepairChassis(Change, frozen=True, tag=True):
    """A broken chassis works again and stands by, or takes over where one is missing."""


AnyChange = Insert | Drain | Restore | Remove | Fail | FailChassis | RepairChassis

_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[AnyChange] = msgspec.msgpack.Decoder(AnyChange)


class ChangeError(ValueError):
    """A record that holds no change."""


def encode(change: AnyChange) -> bytes:
    """Write a change as a record."""
    return _encoder.encode(change)


def decode(record: bytes) -> AnyChange:
    """Read a record; raises ChangeError."""
    if len(record) > RECORD_BYTES_MAX:
        raise ChangeError(f"a record of {len(record)} bytes")
    try:
        return _decoder.decode(record)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ChangeError(str(error)) from error


def apply(change: AnyChange, capacity: Capacity) -> list[str]:
    """Do it; the calls and seats that are cut off by it. Raises PlatformError, and nothing is done."""
    capacity.advance(change.at)
    match change:
        case Insert(chassis=chassis, slot=slot, kind=kind):
            capacity.insert(Place(chassis, slot), kind, change.at)
        case Drain(chassis=chassis, slot=slot):
            capacity.drain(Place(chassis, slot))
        case Restore(chassis=chassis, slot=slot):
            capacity.restore(Place(chassis, slot), change.at)
        case Remove(chassis=chassis, slot=slot):
            capacity.remove(Place(chassis, slot))
        case Fail(chassis=chassis, slot=slot):
            return capacity.fail(Place(chassis, slot))
        case FailChassis(chassis=chassis):
            return capacity.fail_chassis(chassis, change.at)
        case RepairChassis(chassis=chassis):
            capacity.repair_chassis(chassis, change.at)
    return []
