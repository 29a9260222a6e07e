"""Where prompts lie in shared memory: each once, found by its content, the one not played for longest giving way."""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ivr.media.memory import F32, RESERVED_FRAMES, U8, U32
from ivr.media.sending import LEVELS_OF, word_sums
from ivr.rtp.codec import ACROSS, FRAME_BYTES, PCMA, PCMU, SILENCE


class ArenaFullError(Exception):
    """All memory for prompts is being played: give the plane more `prompts_s`."""


@dataclass(frozen=True, slots=True)
class Audio:
    """A piece of a prompt in G.711, 8,000 codes a second. Two of the same content are one."""

    codes: bytes
    codec: int
    """Payload type: 0 (mu-law) or 8 (A-law)."""
    key: bytes = field(init=False)

    def __post_init__(self) -> None:
        if self.codec not in (PCMU, PCMA):
            raise ValueError(f"payload type {self.codec} is not G.711: 0 or 8")
        if not self.codes:
            raise ValueError("audio of no length cannot be played")
        made = hashlib.sha256(bytes((self.codec,)) + self.codes).digest()
        object.__setattr__(self, "key", made)

    @classmethod
    def read(cls, path: Path, codec: int) -> "Audio":
        """A file of raw codes, as `.al` and `.ul` files are. Raises OSError."""
        return cls(path.read_bytes(), codec)

    @property
    def frames(self) -> int:
        """Frames of 20 ms; the last is filled up with silence."""
        return -(-len(self.codes) // FRAME_BYTES)


@dataclass(slots=True)
class _Held:
    start: int
    frames: int
    users: int = 0


class Arena:
    """Puts audio where the plane plays it from. Only the signalling process writes; what is in use never moves."""

    def __init__(self, codes: U8, sums: U32, energies: F32) -> None:
        self._codes, self._sums, self._energies = codes, sums, energies
        self._held: OrderedDict[tuple[bytes, int], _Held] = OrderedDict()
        self._free: list[tuple[int, int]] = [(RESERVED_FRAMES, len(codes) - RESERVED_FRAMES)]

    def take(self, audio: Audio, codec: int) -> tuple[int, int]:
        """The frames of this audio in a call's codec: first, and one after the last. Give them back with `release`.

        Raises ArenaFullError.
        """
        held = self._held.get((audio.key, codec))
        if held is None:
            held = self._put(audio, codec)
        self._held.move_to_end((audio.key, codec))
        held.users += 1
        return held.start, held.start + held.frames

    def release(self, audio: Audio, codec: int) -> None:
        """One play of it is over."""
        self._held[audio.key, codec].users -= 1

    @property
    def frames_free(self) -> int:
        """Frames that hold nothing."""
        return sum(count for _, count in self._free)

    def _put(self, audio: Audio, codec: int) -> _Held:
        start = self._room(audio.frames)
        rows = self._codes[start : start + audio.frames]
        flat = rows.reshape(-1)
        codes: U8 = np.frombuffer(audio.codes, np.uint8)
        flat[: len(codes)] = ACROSS[audio.codec, codec][codes]
        flat[len(codes) :] = SILENCE[codec]
        self._sums[start : start + audio.frames] = word_sums(rows)
        levels = LEVELS_OF[int(codec == PCMA)].astype(np.float32) ** 2
        self._energies[start : start + audio.frames] = levels[rows].mean(axis=1)
        held = self._held[audio.key, codec] = _Held(start, audio.frames)
        return held

    def _room(self, frames: int) -> int:
        """The first gap that is wide enough, after as many idle pieces gave way as it takes."""
        while True:
            for at, (start, count) in enumerate(self._free):
                if count >= frames:
                    self._free[at : at + 1] = (
                        [(start + frames, count - frames)] if count > frames else []
                    )
                    return start
            idle = next((key for key, held in self._held.items() if not held.users), None)
            if idle is None:
                raise ArenaFullError
            gone = self._held.pop(idle)
            self._give_back(gone.start, gone.frames)

    def _give_back(self, start: int, frames: int) -> None:
        merged: list[tuple[int, int]] = []
        for each in sorted([*self._free, (start, frames)]):
            if merged and sum(merged[-1]) == each[0]:
                merged[-1] = (merged[-1][0], merged[-1][1] + each[1])
            else:
                merged.append(each)
        self._free = merged
