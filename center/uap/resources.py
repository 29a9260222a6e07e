"""What a call or a seat takes of the platform, each counted in units of its own."""

from collections.abc import Iterable, Mapping

RESOURCES = (
    "e1",
    "sip",
    "ivr",
    "dtmf",
    "conference",
    "fax",
    "asr",
    "tts",
    "record",
    "seats",
    "caps",
)
"""e1 and sip are ports to the telephone network, one a call; caps is call attempts a second and is never held."""

INDEX = {name: place for place, name in enumerate(RESOURCES)}
E1, SIP, ASR, CAPS = INDEX["e1"], INDEX["sip"], INDEX["asr"], INDEX["caps"]

Vector = tuple[int, ...]
"""Units of each of RESOURCES, in their order."""

NOTHING: Vector = (0,) * len(RESOURCES)


class UnknownResourceError(ValueError):
    """A name that is none of RESOURCES."""


def vector(units: Mapping[str, int]) -> Vector:
    """Units by name as a vector. Raises UnknownResourceError, and ValueError for less than none."""
    for name, count in units.items():
        if name not in INDEX:
            raise UnknownResourceError(
                f"`{name}` is no resource; write one of {', '.join(RESOURCES)}"
            )
        if count < 0:
            raise ValueError(f"{name} = {count}: a number from 0 up")
    return tuple(units.get(name, 0) for name in RESOURCES)


def named(units: Iterable[float]) -> dict[str, float]:
    """A vector by name, without what is nought."""
    return {name: count for name, count in zip(RESOURCES, units, strict=True) if count}


def most(vectors: Iterable[Vector]) -> Vector:
    """The least vector that covers each of these."""
    return tuple(map(max, zip(NOTHING, *vectors, strict=True)))
