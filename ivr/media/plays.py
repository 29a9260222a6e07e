"""Which pieces of audio each play of a call holds in the arena, until it is over."""

from collections.abc import Sequence
from itertools import count

from ivr.media.arena import Arena, Audio
from ivr.media.memory import SEGMENTS_MAX

_NUMBERS = 0xFFFFFFFF
"""Plays have numbers from 1 on; a call that plays nothing has 0."""


class Plays:
    """Those of all calls."""

    def __init__(self, arena: Arena) -> None:
        self._arena = arena
        self._numbers = count()
        self._held: dict[int, dict[int, list[tuple[Audio, int]]]] = {}

    def number(self) -> int:
        """The number of the next play."""
        return next(self._numbers) % _NUMBERS + 1

    def hold(
        self, call: int, play: int, audio: Sequence[Audio], codec: int
    ) -> tuple[tuple[int, int], ...]:
        """Put pieces into the arena and keep them there: the segments. Raises ArenaFullError; ValueError for no pieces or too many."""
        if not 0 < len(audio) <= SEGMENTS_MAX:
            raise ValueError(f"a prompt has 1 to {SEGMENTS_MAX} pieces, not {len(audio)}")
        held = self._held.setdefault(call, {}).setdefault(play, [])
        segments: list[tuple[int, int]] = []
        try:
            for piece in audio:
                segments.append(self._arena.take(piece, codec))
                held.append((piece, codec))
        except Exception:
            self.release(call, play)
            raise
        return tuple(segments)

    def release(self, call: int, play: int) -> None:
        """A play is over."""
        for piece, codec in self._held.get(call, {}).pop(play, ()):
            self._arena.release(piece, codec)

    def forget(self, call: int) -> None:
        """A call is over, and with it all that it plays."""
        for play in list(self._held.get(call, ())):
            self.release(call, play)
        self._held.pop(call, None)
