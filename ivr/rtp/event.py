"""Keys pressed, as telephone-events tell them: RFC 4733, one call's packets in, presses and releases out."""

from dataclasses import dataclass

KEYS = "0123456789*#ABCD"
"""By event code: RFC 4733, table 3. Other events are no keys and are passed over."""

RATES_HZ = (8_000, 12_000, 16_000, 24_000, 32_000, 48_000)
"""Clocks of events that are understood, in whole kHz: of the codecs that telephones offer beside G.711."""

LOST_END_S = 0.15
"""No packet of a key for so long: its end was lost. RFC 4733, section 2.5.2.2, asks for three intervals of 50 ms."""
SLACK_S = 0.02
"""A repetition whose timestamp moved by no more than this past the last duration goes on with the same press."""
BACK_S = 5.0
"""A timestamp older by less than this is an old packet; by more, the sender began anew."""

REPLAYED_S = 0.3
"""A first packet (by its marker) that comes so long after a key was over begins a press, whatever its timestamp: SIPp and
its kin play one recording of a key again and again. No network holds a packet back for so long and keeps the next."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One telephone-event packet."""

    payload_type: int
    clock_rate_hz: int
    """What the offer named for this payload type: one of RATES_HZ."""
    ssrc: int
    marker: bool
    timestamp: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class Pressed:
    """A key went down: told with the first packet that names it, so a prompt can stop at once."""

    key: str


@dataclass(frozen=True, slots=True)
class Released:
    """The key went up, or its packets stopped."""

    key: str
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Key:
    """The last key of a call, which tells repetitions from new presses."""

    key: str
    payload_type: int
    ssrc: int
    began: int
    """Timestamp of the press."""
    timestamp: int
    """Timestamp of its last segment: the same, unless the press outlasted the 16-bit duration."""
    duration: int
    clock_rate_hz: int
    heard: float
    down: bool


def hear(
    last: Key | None, packet: Packet, now: float
) -> tuple[Key | None, list[Pressed | Released]]:
    """What one packet tells. Call `expire` first when time has passed.

    Promised: one press is told once, however often and in whatever order its packets come, with or without marker.
    Not promised: two presses of one key told apart when every packet of the second is lost.
    """
    if len(packet.payload) < 4 or packet.payload[0] >= len(KEYS):
        return last, []
    key = KEYS[packet.payload[0]]
    ended = bool(packet.payload[1] & 0x80)
    duration = int.from_bytes(packet.payload[2:4], "big")
    replayed = (
        packet.marker and last is not None and not last.down and now - last.heard > REPLAYED_S
    )
    if (
        last is not None
        and not replayed
        and last.ssrc == packet.ssrc
        and last.payload_type == packet.payload_type
    ):
        ahead = _ahead(packet.timestamp, last.timestamp)
        same_segment = ahead == 0 and key == last.key
        if same_segment or (last.key == key and last.down and _goes_on(last, packet, ahead)):
            return _repeated(last, packet, duration, ended, now)
        if -BACK_S * packet.clock_rate_hz < ahead < 0:
            return last, []
    told: list[Pressed | Released] = []
    if last is not None and last.down:
        told.append(_release(last))
    fresh = Key(
        key=key,
        payload_type=packet.payload_type,
        ssrc=packet.ssrc,
        began=packet.timestamp,
        timestamp=packet.timestamp,
        duration=duration,
        clock_rate_hz=packet.clock_rate_hz,
        heard=now,
        down=not ended,
    )
    told.append(Pressed(key))
    if ended:
        told.append(_release(fresh))
    return fresh, told


def expire(last: Key | None, now: float) -> tuple[Key | None, list[Pressed | Released]]:
    """Release a key whose end was lost."""
    if last is None or not last.down or now - last.heard < LOST_END_S:
        return last, []
    return _with(last, last.timestamp, last.duration, last.heard, down=False), [_release(last)]


def _goes_on(last: Key, packet: Packet, ahead: int) -> bool:
    """Whether a later timestamp tells a further segment of a long press: section 2.5.1.3.

    It also covers senders that move the timestamp with each packet, which the RFC forbids.
    """
    slack = last.duration + int(SLACK_S * packet.clock_rate_hz)
    return not packet.marker and 0 < ahead <= slack


def _repeated(
    last: Key, packet: Packet, duration: int, ended: bool, now: float
) -> tuple[Key, list[Pressed | Released]]:
    if not last.down:
        return last, []
    # An old repetition that arrives late tells a shorter duration.
    longest = max(duration, last.duration) if packet.timestamp == last.timestamp else duration
    later = _with(last, packet.timestamp, longest, now, down=not ended)
    return later, [_release(later)] if ended else []


def _with(last: Key, timestamp: int, duration: int, heard: float, *, down: bool) -> Key:
    return Key(
        last.key,
        last.payload_type,
        last.ssrc,
        last.began,
        timestamp,
        duration,
        last.clock_rate_hz,
        heard,
        down,
    )


def _release(key: Key) -> Released:
    ticks = _ahead(key.timestamp, key.began) + key.duration
    return Released(key.key, round(1000 * ticks / key.clock_rate_hz))


def _ahead(one: int, other: int) -> int:
    """How far a 32-bit timestamp is past another, across the wrap."""
    return (one - other + 0x80000000) % 0x100000000 - 0x80000000
