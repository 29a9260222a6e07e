"""Fragments of speech as G.711, rendered once: in memory while they are used, on disk by what they are made of.

A fragment's file is raw A-law or mu-law, 160 bytes to 20 ms, named by the SHA-256 of engine, version, voice, rate, text
and codec; a JSON beside it says what it is (`sox -t al -r 8000 -c 1 FILE.al out.wav` hears it). A buyer's own words
are never written to disk.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ivr.rtp.codec import PCMA, PCMU, encode
from ivr.speech.pieces import Fragment, Pause, Piece
from ivr.speech.piper import Pipers
from ivr.speech.recordings import Recordings
from ivr.speech.samples import Samples, for_telephone, read_recording, speech_level, to_int16
from ivr.speech.voices import Voice, VoiceError, speak, synthesise

Codec = Literal["al", "ul"]
CODECS: Mapping[Codec, int] = {"al": PCMA, "ul": PCMU}
"""File ending and sox's name of a codec, to its RTP payload type."""
SILENT: Mapping[Codec, int] = {"al": 0xD5, "ul": 0xFF}
FRAME_BYTES = 160
BYTES_PER_MS = 8
MEMORY_BYTES_MAX = 256 << 20
"""Fragments kept in memory; the one that was used longest ago makes room."""

Audio = Mapping[Codec, bytes]
Spoken = Callable[[str], str]
"""Gives a text with its numbers in words, as a voice reads it."""


class Fragments:
    """All sellers' fragments. `find` only looks in memory; `load` may read, run a program and take seconds."""

    def __init__(
        self, folder: Path, voices: Mapping[str, Voice], memory_bytes_max: int = MEMORY_BYTES_MAX
    ) -> None:
        self.folder = folder
        self.voices = voices
        self._memory: OrderedDict[tuple[str, ...], Audio] = OrderedDict()
        self._memory_bytes = 0
        self._memory_bytes_max = memory_bytes_max
        self._lock = threading.Lock()
        self._pipers = Pipers()

    def close(self) -> None:
        """End programs that are kept running."""
        self._pipers.close()

    def find(self, fragment: Fragment, recordings: Recordings) -> Audio | None:
        """A fragment that is in memory."""
        identity = self.identity(fragment, recordings)
        with self._lock:
            audio = self._memory.get(identity) if identity else None
            if audio is not None and identity is not None:
                self._memory.move_to_end(identity)
        return audio

    def identity(self, fragment: Fragment, recordings: Recordings) -> tuple[str, ...] | None:
        """What decides how a fragment sounds; None if neither a recording nor a voice has it."""
        path = recordings.find(fragment.text, fragment.language) if fragment.known else None
        if path is not None:
            # By time and size, not by content: this is asked for every fragment of every turn.
            return "recorded", str(path), recordings.stamp(path), fragment.text
        voice = self.voices.get(fragment.language)
        return (*voice.identity(), fragment.language, fragment.text) if voice is not None else None

    def load(self, fragment: Fragment, recordings: Recordings, spoken: Spoken) -> Audio:
        """A fragment from memory, from disk, or rendered now. Raises VoiceError. Blocks: call it in a worker."""
        found = self.find(fragment, recordings)
        if found is not None:
            return found
        identity = self.identity(fragment, recordings)
        if identity is None:
            raise VoiceError(
                f"there is no voice for {fragment.language}: scripts/debian espeak-ng=espeak-ng fetches one"
            )
        if identity[0] == "recorded":
            content = Path(identity[1]).read_bytes()
            parts = ("recorded", hashlib.sha256(content).hexdigest(), "", "", fragment.text)
            audio = self._from_disk(parts) or self._keep(
                parts, fragment, _recorded(content, identity[1])
            )
        else:
            said = spoken(fragment.text)
            parts = (*identity[:4], said)
            audio = self._from_disk(parts) if fragment.known else None
            if audio is None:
                samples = speak(said, fragment.language, self.voices, self._synthesis)
                audio = (
                    self._keep(parts, fragment, samples) if fragment.known else _encoded(samples)
                )
        self._remember(identity, audio)
        return audio

    def _synthesis(self, voice: Voice, text: str) -> Samples:
        if voice.engine != "piper":
            return synthesise(voice, text)
        return for_telephone(*read_recording(self._pipers.say(voice, text), voice.engine))

    def _remember(self, identity: tuple[str, ...], audio: Audio) -> None:
        size = sum(map(len, audio.values()))
        with self._lock:
            self._memory[identity] = audio
            self._memory_bytes += size
            while self._memory_bytes > self._memory_bytes_max and len(self._memory) > 1:
                _, oldest = self._memory.popitem(last=False)
                self._memory_bytes -= sum(map(len, oldest.values()))

    def path(self, parts: Sequence[str], codec: Codec) -> Path:
        """Where a fragment lies; `parts` are engine, version, voice, rate and text."""
        name = hashlib.sha256("\0".join((*parts, codec)).encode()).hexdigest()
        return self.folder / name[:2] / f"{name}.{codec}"

    def _from_disk(self, parts: Sequence[str]) -> Audio | None:
        try:
            return {codec: self.path(parts, codec).read_bytes() for codec in CODECS}
        except OSError:
            return None

    def _keep(self, parts: Sequence[str], fragment: Fragment, samples: Samples) -> Audio:
        audio = _encoded(samples)
        engine, version, voice, rate, said = parts
        for codec, data in audio.items():
            path = self.path(parts, codec)
            path.parent.mkdir(parents=True, exist_ok=True)
            about = {
                "engine": engine, "version": version, "voice": voice, "rate": rate, "said": said,
                "text": fragment.text, "language": fragment.language, "codec": codec,
                "seconds": round(len(data) / 8_000, 3), "level_db": round(speech_level(samples), 1),
            }  # fmt: skip
            _write(path, data)
            _write(
                path.with_suffix(".json"), json.dumps(about, ensure_ascii=False, indent=1).encode()
            )
        return audio


def join(pieces: Sequence[Piece], audio: Callable[[Fragment], Audio | None], codec: Codec) -> bytes:
    """Pieces one after the other, filled up to a whole frame; a fragment without audio is left out.

    Fragments fade at both ends and keep 12 ms of silence there, so that words follow one another without click or gap.
    """
    silent = bytes([SILENT[codec]])
    parts: list[bytes] = []
    for piece in pieces:
        if isinstance(piece, Pause):
            parts.append(silent * (piece.ms * BYTES_PER_MS))
        elif (found := audio(piece)) is not None:
            parts.append(found[codec])
    joined = b"".join(parts)
    return joined + silent * (-len(joined) % FRAME_BYTES)


def _recorded(content: bytes, name: str) -> Samples:
    samples, rate_hz = read_recording(content, name)
    return for_telephone(samples, rate_hz)


def _encoded(samples: Samples) -> Audio:
    levels: NDArray[np.int16] = to_int16(samples)
    return {codec: encode(payload_type, levels).tobytes() for codec, payload_type in CODECS.items()}


def _write(path: Path, data: bytes) -> None:
    """Write a file whole: another process may read it at any time."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
