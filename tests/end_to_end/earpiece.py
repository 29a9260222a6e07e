"""The sound of a telephone whose signalling SIPp does: it says a tone, and measures which tones it hears."""

from __future__ import annotations

import socket
import threading
import time
from types import TracebackType
from typing import Self

import numpy as np

from ivr.rtp.codec import PCMU, decode, encode
from tests.end_to_end.sipp import EVENT_PAYLOAD_TYPE, EVENTS

RATE_HZ = 8_000
FRAME_S = 0.02
FRAME = int(RATE_HZ * FRAME_S)
HEARD_S = 0.5
"""Of what came last, that is measured."""
LOUD = 300.0
"""Mean amplitude of a tone, of 32,767, that a person hears."""
WAIT_S_MAX = 120.0
KEY_PACKETS = 9
KEY_S = 0.5
"""From a key to the next."""
GREETING_S = 0.6
"""Who is called says hello, and waits to hear who it is: else it is a machine."""


class Earpiece:
    """One telephone's ear and mouth, on a port of its own; PCMU."""

    def __init__(self, tone_hz: float, *, greets: bool = False) -> None:
        self._tone_hz = tone_hz
        self._talks = not greets
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(FRAME_S / 4)
        self.port = self._socket.getsockname()[1]
        self._peer: tuple[str, int] | None = None
        self._heard = np.zeros(int(RATE_HZ * HEARD_S), np.float64)
        self._keys_heard: dict[bytes, str] = {}
        """By their timestamps: each is told several times (RFC 4733, section 2.5.1.4)."""
        self._came = threading.Condition()
        self._keys = 0
        self._stop = False
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop = True
        self._thread.join()
        self._socket.close()

    def hears(self, *tones_hz: float, without: tuple[float, ...] = ()) -> None:
        """Wait until all of these are heard at once, and none of those."""

        def is_so() -> bool:
            return all(map(self._is_loud, tones_hz)) and not any(map(self._is_loud, without))

        with self._came:
            so = self._came.wait_for(is_so, WAIT_S_MAX)
        levels = {tone: round(self._level(tone)) for tone in (*tones_hz, *without)}
        assert so, f"not heard so: {levels}"

    def talk(self) -> None:
        """Say more than hello: somebody is there."""
        self._talks = True

    def hears_music(self, *, without: float) -> None:
        """Wait until something is heard, and this tone is not."""
        # The end of the tone is no music: it is looked for in what came after it.
        newest = len(self._heard) // 4

        def is_so() -> bool:
            loudness = float(np.sqrt(np.mean(self._heard[-newest:] ** 2)))
            return loudness > LOUD and not self._is_loud(without)

        with self._came:
            assert self._came.wait_for(is_so, WAIT_S_MAX), "no music"

    def hears_keys(self, keys: str) -> None:
        """Wait until these were pressed, in this order, and no others."""
        with self._came:
            so = self._came.wait_for(lambda: self._all_keys() == keys, WAIT_S_MAX)
        assert so, f"keys: {self._all_keys()}"

    def press(self, keys: str) -> None:
        """Press keys, once somebody is there to hear them, as a finger does: one after another (RFC 4733)."""
        with self._came:
            assert self._came.wait_for(lambda: self._peer is not None, WAIT_S_MAX), "nobody answers"
            peer = self._peer
        assert peer is not None
        for key in keys:
            self._keys += 1
            for step in range(KEY_PACKETS):
                self._socket.sendto(self._event(key, step), peer)
            time.sleep(KEY_S)

    def _event(self, key: str, step: int) -> bytes:
        """One of the packets of a key; the keys before it have other numbers and times."""
        is_end = step >= KEY_PACKETS - 3
        number, at = KEY_PACKETS * self._keys + step, 2 * RATE_HZ * self._keys
        head = bytes((0x80, EVENT_PAYLOAD_TYPE)) + number.to_bytes(2) + at.to_bytes(4)
        event = bytes((EVENTS.index(key), 0x80 * is_end | 10))
        return head + b"\0\0\x51\xb1" + event + (160 * min(step + 1, 6)).to_bytes(2)

    def _all_keys(self) -> str:
        return "".join(self._keys_heard.values())

    def _is_loud(self, tone_hz: float) -> bool:
        return self._level(tone_hz) > LOUD

    def _level(self, tone_hz: float) -> float:
        """Amplitude of one tone in what came last."""
        turns = np.exp(-2j * np.pi * tone_hz * np.arange(len(self._heard)) / RATE_HZ)
        return float(abs(np.mean(self._heard * turns)) * 2)

    def _run(self) -> None:
        begun: float | None = None
        sent = 0
        while not self._stop:
            self._listen()
            if self._peer is None:
                continue
            begun = time.monotonic() if begun is None else begun
            while sent * FRAME_S < time.monotonic() - begun:
                self._socket.sendto(self._packet(sent), self._peer)
                sent += 1

    def _listen(self) -> None:
        try:
            data, self._peer = self._socket.recvfrom(2_048)
        except TimeoutError:
            return
        if data[1] & 0x7F == EVENT_PAYLOAD_TYPE:
            with self._came:
                self._keys_heard[data[4:8]] = EVENTS[data[12]]
                self._came.notify_all()
        if len(data) != 12 + FRAME or data[1] & 0x7F != PCMU:
            return
        samples = decode(PCMU, np.frombuffer(data[12:], np.uint8)).astype(np.float64)
        with self._came:
            self._heard = np.concatenate((self._heard[FRAME:], samples))
            self._came.notify_all()

    def _packet(self, number: int) -> bytes:
        at = np.arange(number * FRAME, (number + 1) * FRAME) / RATE_HZ
        is_quiet = not self._talks and at[0] > GREETING_S
        volume = 0 if is_quiet else 8_000
        wave = (volume * np.sin(2 * np.pi * self._tone_hz * at)).astype(np.int16)
        head = bytes((0x80, PCMU)) + (number & 0xFFFF).to_bytes(2) + (number * FRAME).to_bytes(4)
        return head + b"\0\0\x51\xb0" + encode(PCMU, wave).tobytes()
