"""RTCP: reports and farewells, bytes in and out. RFC 3550, section 6."""

import struct
from dataclasses import dataclass

SENDER_REPORT = 200
RECEIVER_REPORT = 201
SOURCE_DESCRIPTION = 202
BYE = 203
PACKETS_MAX = 16
"""Packets of one datagram that are read."""
NTP_EPOCH_S = 2_208_988_800
"""From 1900, where NTP begins, to 1970."""

_HEADER = struct.Struct("!BBH")
_SENDER = struct.Struct("!QIII")
_BLOCK = struct.Struct("!IBBHIIII")


@dataclass(frozen=True, slots=True)
class Block:
    """What one end tells of what it hears."""

    ssrc: int
    fraction_lost: int
    """In units of 1/256, since the report before."""
    lost: int
    """Since the beginning; negative when packets were doubled."""
    sequence: int
    """The highest that came, extended by the number of times it went round."""
    jitter: int
    """In units of the timestamp."""
    last_report: int
    """The middle 32 bits of the NTP timestamp of the last sender's report that came; 0: none."""
    delay: int
    """Since then, in units of 1/65,536 s."""


@dataclass(frozen=True, slots=True)
class Sender:
    """What one end tells of what it sends."""

    ntp: int
    """64 bits: seconds since 1900, and units of 1/2**32 s."""
    timestamp: int
    packets: int
    octets: int


@dataclass(frozen=True, slots=True)
class Report:
    """What a datagram told."""

    ssrc: int
    sender: Sender | None
    blocks: tuple[Block, ...]
    bye: bool


def ntp(unix_s: float) -> int:
    """A time of day as NTP has it."""
    return int((unix_s + NTP_EPOCH_S) * 2**32) & 0xFFFFFFFFFFFFFFFF


def middle(stamp: int) -> int:
    """The middle 32 bits of an NTP timestamp."""
    return stamp >> 16 & 0xFFFFFFFF


def read(data: bytes) -> Report | None:
    """Read a compound packet; None when it is none. What it holds besides reports is passed over."""
    ssrc: int | None = None
    sender: Sender | None = None
    blocks: list[Block] = []
    bye = False
    at = 0
    for _ in range(PACKETS_MAX):
        if at == len(data):
            break
        if at + 8 > len(data):
            return None
        first, kind, words = _HEADER.unpack_from(data, at)
        end = at + 4 + 4 * words
        if first >> 6 != 2 or end > len(data) or words == 0:
            return None
        if kind in (SENDER_REPORT, RECEIVER_REPORT):
            ssrc = int.from_bytes(data[at + 4 : at + 8])
            start = at + 8
            if kind == SENDER_REPORT:
                if start + _SENDER.size > end:
                    return None
                sender = Sender(*_SENDER.unpack_from(data, start))
                start += _SENDER.size
            if start + (first & 31) * _BLOCK.size > end:
                return None
            blocks += [_block(data, start + n * _BLOCK.size) for n in range(first & 31)]
        elif kind == BYE:
            bye = True
            if ssrc is None:
                ssrc = int.from_bytes(data[at + 4 : at + 8])
        at = end
    return None if ssrc is None else Report(ssrc, sender, tuple(blocks), bye)


def write(ssrc: int, name: str, sender: Sender | None, blocks: tuple[Block, ...]) -> bytes:
    """A report with the name that must go with it (section 6.1): at most 31 blocks, 255 bytes of name."""
    body = ssrc.to_bytes(4)
    kind = RECEIVER_REPORT
    if sender is not None:
        kind = SENDER_REPORT
        body += _SENDER.pack(sender.ntp, sender.timestamp, sender.packets, sender.octets)
    for block in blocks:
        lost = min(max(block.lost, -0x800000), 0x7FFFFF) & 0xFFFFFF
        body += _BLOCK.pack(
            block.ssrc,
            block.fraction_lost,
            lost >> 16,
            lost & 0xFFFF,
            block.sequence,
            block.jitter,
            block.last_report,
            block.delay,
        )
    text = name.encode()[:255]
    # Section 6.5: items end with a null octet, and nulls fill the word.
    items = ssrc.to_bytes(4) + bytes((1, len(text))) + text
    items += bytes(4 - len(items) % 4)
    return _packet(len(blocks), kind, body) + _packet(1, SOURCE_DESCRIPTION, items)


def farewell(ssrc: int) -> bytes:
    """An empty report and a BYE: section 6.6."""
    return _packet(0, RECEIVER_REPORT, ssrc.to_bytes(4)) + _packet(1, BYE, ssrc.to_bytes(4))


def _packet(count: int, kind: int, body: bytes) -> bytes:
    return _HEADER.pack(0x80 | count, kind, len(body) // 4) + body


def _block(data: bytes, at: int) -> Block:
    ssrc, fraction, high, low, sequence, jitter, last_report, delay = _BLOCK.unpack_from(data, at)
    lost = high << 16 | low
    lost -= 0x1000000 if lost & 0x800000 else 0
    return Block(ssrc, fraction, lost, sequence, jitter, last_report, delay)
