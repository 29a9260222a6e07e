"""What a shop says, as audio: at once where every fragment is in memory, else by workers and within a bounded time.

Promised: `speak` answers within SPEAK_S_MAX, whatever a voice does, and the event loop never waits for a program or a
disk. Not promised: that a buyer's own words are heard; where a voice is too slow, they are left out and the rest is said.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass

from flows.program import Program
from ivr.speech.fragments import Audio, Codec, Fragments, join
from ivr.speech.phrasing import Phrasing
from ivr.speech.pieces import Fragment, Piece
from ivr.speech.recordings import Recordings
from ivr.speech.script import Script
from ivr.speech.voices import VoiceError

SPEAK_S_MAX = 1.0
"""Time in which a text is said whole or without what is missing."""
WORKERS = 2
"""Voices that run at the same time for calls; rendering ahead has one more."""
WAITING_MAX = 64
"""Fragments that wait for a voice; past it new ones are left out at once."""

log = logging.getLogger("dialcart.speech")


@dataclass(frozen=True, slots=True)
class Rendered:
    """What rendering ahead came to."""

    fragments: int
    failed: int
    seconds: float
    """Of speech."""


class Voicebox:
    """The workers that render, shared by all shops."""

    def __init__(self, fragments: Fragments) -> None:
        self.fragments = fragments
        self._calls: Executor = ThreadPoolExecutor(WORKERS, "speech")
        self._ahead: Executor = ThreadPoolExecutor(1, "speech-ahead")
        self._waiting = 0
        self.closed = False

    def close(self) -> None:
        """Take no new work; rendering ahead ends with the fragment that it is at."""
        self.closed = True
        self._calls.shutdown(wait=False, cancel_futures=True)
        self._ahead.shutdown(wait=False, cancel_futures=True)
        self.fragments.close()

    async def load(
        self, fragment: Fragment, recordings: Recordings, phrasing: Phrasing
    ) -> Audio | None:
        """A fragment for a call; None if no voice can say it now."""
        if self._waiting >= WAITING_MAX:
            return None
        self._waiting += 1
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(
                self._calls, self.fragments.load, fragment, recordings, phrasing.spoken
            )
        except (VoiceError, OSError, ValueError) as error:
            # The text may be a buyer's own words, so it does not go into the log.
            log.warning("a fragment of %d characters is not said: %s", len(fragment.text), error)
            return None
        finally:
            self._waiting -= 1

    async def render(self, shop: ShopVoice) -> Rendered:
        """Everything that a shop can say and that is known now, before its first call."""
        return await asyncio.get_running_loop().run_in_executor(self._ahead, shop.render)


class ShopVoice:
    """One program, with the recordings of its seller."""

    def __init__(self, program: Program, recordings: Recordings, voicebox: Voicebox) -> None:
        self.script = Script(program)
        self.recordings = recordings
        self._voicebox = voicebox
        self._phrasings = {
            language: self.script.phrasing(language) for language in program.languages
        }
        self._default = program.languages[0]

    def pieces(self, text: str, language: str) -> tuple[Piece, ...]:
        """What is said of a text."""
        return self._phrasing(language).pieces(text)

    def ready(self, text: str, language: str, codec: Codec) -> bytes | None:
        """The audio of a text if all of it is in memory."""
        pieces = self.pieces(text, language)
        find = self._find
        if any(isinstance(piece, Fragment) and find(piece) is None for piece in pieces):
            return None
        return join(pieces, find, codec)

    async def speak(
        self, text: str, language: str, codec: Codec, limit_s: float = SPEAK_S_MAX
    ) -> bytes:
        """The audio of a text, within `limit_s` seconds; what could not be rendered by then is left out."""
        pieces = self.pieces(text, language)
        missing = {
            piece for piece in pieces if isinstance(piece, Fragment) and self._find(piece) is None
        }
        got: dict[Fragment, Audio | None] = {}
        if missing:
            phrasing = self._phrasing(language)
            tasks = {
                asyncio.ensure_future(self._voicebox.load(piece, self.recordings, phrasing)): piece
                for piece in missing
            }
            done, late = await asyncio.wait(tasks, timeout=limit_s)
            got = {tasks[task]: task.result() for task in done}
            if late:
                log.warning("%d fragments were not rendered within %.1f s", len(late), limit_s)
        return join(pieces, lambda piece: got.get(piece) or self._find(piece), codec)

    def render(self) -> Rendered:
        """Render everything that is known. Blocks: call it in a worker."""
        done = failed = size = 0
        for language, phrasing in self._phrasings.items():
            for fragment in self.known(language):
                if self._voicebox.closed:
                    break
                try:
                    audio = self._voicebox.fragments.load(
                        fragment, self.recordings, phrasing.spoken
                    )
                except (VoiceError, OSError, ValueError) as error:
                    log.warning("%r is not rendered: %s", fragment.text, error)
                    failed += 1
                    continue
                done += 1
                size += len(audio["al"])
        return Rendered(done, failed, size / 8_000)

    def known(self, language: str) -> Iterable[Fragment]:
        """Every fragment that can be rendered ahead."""
        spoken = self._phrasing(language).language
        for phrase in (*self.script.phrases(language), *self.script.value_words(language)):
            yield Fragment(phrase.text, spoken)

    def _phrasing(self, language: str) -> Phrasing:
        return self._phrasings.get(language) or self._phrasings[self._default]

    def _find(self, fragment: Fragment) -> Audio | None:
        return self._voicebox.fragments.find(fragment, self.recordings)
