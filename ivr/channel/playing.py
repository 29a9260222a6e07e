"""What a caller hears from us: texts, at once or as soon as they are rendered, and music while a person is waited for.

A text that is rendered too late is not played: `move_on` is called whenever the call has come to something else.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from center.failing import kind_of
from ivr.channel.hold_music import hold_music
from ivr.channel.ports import Speaking
from ivr.channel.spoken import Spoken, Texts
from ivr.channel.surroundings import Reached, Surroundings
from ivr.media.arena import ArenaFullError, Audio
from ivr.media.link import PlaneBehindError
from ivr.speech.fragments import CODECS

log = logging.getLogger("dialcart.calls")


class Playing:
    """Plays to one call; `over` is told that what was to be heard has been, or that there was nothing to hear."""

    def __init__(
        self, around: Surroundings, reached: Reached, voice: Speaking, over: Callable[[], None]
    ) -> None:
        self.first_audio_s: list[float] = []
        """From a key that made an answer whole to its prompt being played."""
        self._around = around
        self._leg = reached.leg
        self._payload_type = CODECS[reached.codec]
        self._spoken = Spoken(voice, around.notes, reached.contact.seller, reached.codec)
        self._over = over
        self._play = 0
        """The media plane's number of what is played now; 0 for nothing that anybody waits for."""
        self._step = 0
        """Counts what the call has come to, so that a late text knows that it is late."""
        self._answered_at: float | None = None

    def say(self, said: Texts, *, barge_in: bool) -> None:
        """Play texts, at once if all of them are in memory."""
        self._play = 0
        if not said:
            self._over()
            return
        audio = self._spoken.ready(said)
        if audio is None:
            self._around.spawn(self._render(self._step, said, barge_in=barge_in))
        else:
            self._play_audio(audio, barge_in=barge_in)

    def music(self) -> None:
        """Play music until something else is played."""
        music = Audio(hold_music(self._payload_type), self._payload_type)
        try:
            self._play = self._around.media.play(self._leg, [music], barge_in=False, loop=True)
        except (ArenaFullError, PlaneBehindError) as error:
            log.error("no music on hold: %s", kind_of(error))

    def stop(self) -> None:
        """Play nothing more, and tell nobody that it is over."""
        self._play = 0
        self._around.media.stop(self._leg)

    def played_out(self, play: int) -> None:
        """The plane is through with something, for whatever reason."""
        if play == self._play:
            self._play = 0
            self._over()

    def answered(self) -> None:
        """A key made an answer whole: what is played next is the first that its caller hears of it."""
        self._answered_at = self._around.ticks()

    def move_on(self) -> None:
        """Whatever is still being rendered is late."""
        self._step += 1

    async def _render(self, step: int, said: Texts, *, barge_in: bool) -> None:
        audio = await self._spoken.render(said)
        if step == self._step:
            self._play_audio(audio, barge_in=barge_in)

    def _play_audio(self, audio: bytes, *, barge_in: bool) -> None:
        if not audio:
            self._over()
            return
        piece = Audio(audio, self._payload_type)
        try:
            self._play = self._around.media.play(self._leg, [piece], barge_in=barge_in)
        except (ArenaFullError, PlaneBehindError) as error:
            log.error("a prompt is not played: %s", kind_of(error))
            self._over()
            return
        if self._answered_at is not None:
            self.first_audio_s.append(self._around.ticks() - self._answered_at)
            self._answered_at = None
