"""What is said to a caller, as audio: texts by the shop's voice, and the recordings that they name in the caller's own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from center.recordings import named, parts
from ivr.channel.notes import Notes
from ivr.channel.ports import Speaking
from ivr.rtp.codec import encode
from ivr.speech.fragments import CODECS, SILENT, Codec
from ivr.speech.samples import RecordingError, for_telephone, read_recording, to_int16

BETWEEN_TEXTS_MS = 250

Texts = Sequence[tuple[str, str]]
"""In order, each with its language."""


class Spoken:
    """Makes audio for one call."""

    def __init__(self, voice: Speaking, notes: Notes, seller: str, codec: Codec) -> None:
        self._voice = voice
        self._notes = notes
        self._seller = seller
        self._codec: Codec = codec

    def ready(self, texts: Texts) -> bytes | None:
        """All of it, if it is in memory."""
        found: list[bytes] = []
        for text, language in texts:
            if any(is_recording for _, is_recording in parts(text)):
                return None
            audio = self._voice.ready(text, language, self._codec)
            if audio is None:
                return None
            found.append(audio)
        return self._joined(found)

    async def render(self, texts: Texts) -> bytes:
        """All of it, within the time that a voice may take; what could not be had by then is left out."""
        return self._joined([await self._text(text, language) for text, language in texts])

    async def _text(self, text: str, language: str) -> bytes:
        pieces: list[bytes] = []
        for part, is_recording in parts(text):
            path = self._notes.find(self._seller, part) if is_recording else None
            if path is not None:
                pieces.append(await asyncio.to_thread(_own_voice, path, self._codec))
            else:
                words = named(part, language) if is_recording else part
                pieces.append(await self._voice.speak(words, language, self._codec))
        return b"".join(pieces)

    def _joined(self, audio: Sequence[bytes]) -> bytes:
        pause = bytes([SILENT[self._codec]]) * (8 * BETWEEN_TEXTS_MS)
        return pause.join(piece for piece in audio if piece)


def _own_voice(path: Path, codec: Codec) -> bytes:
    """A recording as it is played back. Blocks; nothing where it cannot be read."""
    try:
        samples, rate_hz = read_recording(path.read_bytes(), path.name)
    except (OSError, RecordingError):
        return b""
    levels: np.ndarray[Any, np.dtype[np.int16]] = to_int16(for_telephone(samples, rate_hz))
    return encode(CODECS[codec], levels).tobytes()
