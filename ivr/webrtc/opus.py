"""Opus on a browser's side, G.711 on the plane's: one leg's packets coded anew, both ways. Packets in, packets out.

A browser's packet is decoded at 48 kHz, narrowed to what a telephone carries and handed on as mu-law; the plane's frames are encoded at 8 kHz,
which Opus takes as it is. Only the payload and the clock change: sequence numbers and markers are those of the packet that came, so the
plane sees what was lost. Keys pass, told in the telephone's clock. Sources: RFC 7587 (Opus in RTP), RFC 4733.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Literal, Protocol, SupportsBytes, cast

import numpy as np
from av import AudioFrame, CodecContext, Packet
from av.error import FFmpegError
from numpy.typing import NDArray

from ivr.rtp.codec import FRAME_BYTES, PCMU, RATE_HZ, decode, encode

RATE_OPUS_HZ = 48_000
"""The clock of Opus in RTP, whatever is coded (RFC 7587, section 4.1)."""
STEP = RATE_OPUS_HZ // RATE_HZ
TAPS = 96
"""Of the filter before samples are left out: 2 ms."""
EDGE_HZ = 3_700
"""What is above would fold below 4 kHz."""
BITS_A_SECOND = 24_000
"""Transparent for telephone sound."""
COMPLEXITY = 0
"""Of 10, which cost three times as much and are not heard at this rate."""
HEADER_BYTES = 12
WORD = 2**32


def _low_pass() -> NDArray[np.float32]:
    at = np.arange(TAPS) - (TAPS - 1) / 2
    taps = np.sinc(2 * EDGE_HZ / RATE_OPUS_HZ * at) * np.hamming(TAPS)
    return (taps / taps.sum()).astype(np.float32)


LOW_PASS = _low_pass()


class _Context(Protocol):
    """The part of PyAV's contexts that is used here; its own types leave packets open."""

    format: str
    layout: str
    sample_rate: int
    bit_rate: int
    options: dict[str, str]

    def encode(self, frame: AudioFrame) -> Sequence[SupportsBytes]: ...

    def decode(self, packet: object) -> Sequence[AudioFrame]: ...


class OpusCoder:
    """Of one leg, in which `payload_type` is Opus and `event` is a key, counted in `event_rate_hz`."""

    def __init__(self, payload_type: int, event: int | None, event_rate_hz: int) -> None:
        self._payload_type = payload_type
        self._event = event
        self._event_step = event_rate_hz // RATE_HZ
        self._decoder = _context("r", RATE_OPUS_HZ)
        self._encoder = _context("w", RATE_HZ)
        self._encoder.bit_rate = BITS_A_SECOND
        # `voip` would take the depth out of voices and of music on hold, and costs more.
        self._encoder.options = {"application": "audio", "compression_level": str(COMPLEXITY)}
        self._before = np.zeros(TAPS - STEP, np.float32)
        """The end of what was decoded, which the filter reaches back to."""
        self._stamp: int | None = None
        """The latest timestamp, without an end: a sixth of a counter that begins anew would jump."""

    def heard(self, packet: bytes) -> bytes | None:
        """A browser's packet for the plane; None for one that is neither Opus nor a key."""
        payload = _payload(packet)
        if payload is None:
            return None
        kind = packet[1] & 0x7F
        if kind == self._event:
            if len(payload) < 4:
                return None
            # RFC 4733, section 2.3: the event, its end and volume, and how long it lasts.
            event, flags, duration = struct.unpack_from(">BBH", payload)
            payload = struct.pack(">BBH", event, flags, duration // self._event_step)
        elif kind == self._payload_type:
            payload = self._narrowed(payload)
            if payload is None:
                return None
            kind = PCMU
        else:
            return None
        stamp = self._unwound(int.from_bytes(packet[4:8])) // STEP % WORD
        marker = packet[1] & 0x80
        return (
            bytes((0x80, marker | kind)) + packet[2:4] + stamp.to_bytes(4) + packet[8:12] + payload
        )

    def played(self, packet: bytes) -> bytes | None:
        """The plane's packet for the browser; None for one that is no frame of 20 ms."""
        if packet[1] & 0x7F != PCMU or len(packet) != HEADER_BYTES + FRAME_BYTES:
            return None
        samples = decode(PCMU, np.frombuffer(packet, np.uint8, offset=HEADER_BYTES))
        frame = AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = RATE_HZ
        coded = self._encoder.encode(frame)
        if not coded:
            return None
        stamp = int.from_bytes(packet[4:8]) * STEP % WORD
        marker = packet[1] & 0x80
        head = bytes((0x80, marker | self._payload_type)) + packet[2:4]
        return head + stamp.to_bytes(4) + packet[8:12] + bytes(coded[0])

    # --- within ---

    def _unwound(self, stamp: int) -> int:
        before = self._stamp
        if before is None:
            self._stamp = stamp
        else:
            self._stamp = before + (stamp - before + WORD // 2) % WORD - WORD // 2
        return self._stamp

    def _narrowed(self, payload: bytes) -> bytes | None:
        """Opus as mu-law; None for what is no Opus."""
        try:
            frames = self._decoder.decode(Packet(payload))
        except FFmpegError:
            return None
        if not frames:
            return None
        fresh = np.concatenate([frame.to_ndarray()[0] for frame in frames]).astype(np.float32)
        samples = np.concatenate([self._before, fresh])
        self._before = samples[len(fresh) :]
        windows = np.lib.stride_tricks.sliding_window_view(samples, TAPS)[::STEP]
        narrow = np.clip(windows @ LOW_PASS, -32_768, 32_767).astype(np.int16)
        return encode(PCMU, narrow).tobytes()


def _context(mode: Literal["r", "w"], rate_hz: int) -> _Context:
    context = cast("_Context", CodecContext.create("libopus", mode))
    context.format = "s16"
    context.layout = "mono"
    context.sample_rate = rate_hz
    return context


def _payload(packet: bytes) -> bytes | None:
    """What an RTP packet carries (RFC 3550, section 5.1); None where its lengths do not fit."""
    if len(packet) < HEADER_BYTES or packet[0] >> 6 != 2:
        return None
    start, end = HEADER_BYTES + 4 * (packet[0] & 0x0F), len(packet)
    if packet[0] & 0x10:
        if start + 4 > end:
            return None
        start += 4 + 4 * int.from_bytes(packet[start + 2 : start + 4])
    if packet[0] & 0x20:
        if packet[-1] == 0:
            return None
        end -= packet[-1]
    return packet[start:end] if start <= end else None
