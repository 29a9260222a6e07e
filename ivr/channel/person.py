"""A person on a call: one who is waited for, with music and a word between, or who has it.

The flow stands still meanwhile, and goes on when its outcome comes. See ivr.desk.lines, which has agents' lines.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from flows import prompts
from flows.inputs import Input, Keys
from ivr.channel.playing import Playing
from ivr.channel.ports import Line
from ivr.channel.surroundings import CHANNEL, Reached


class Attended(Protocol):
    """The call: see ivr.channel.call.Call."""

    over: bool
    language: str

    def hang_up(self, reason: str) -> None:
        """End it from here."""
        ...

    def bring(self, given: Input) -> None:
        """Bring what the caller did to the turn batch."""
        ...

    def stop_announcing(self) -> None:
        """What was to be heard to its end no longer is."""
        ...


class Person:
    """See the head of this file."""

    def __init__(self, call: Attended, reached: Reached, line: Line, playing: Playing) -> None:
        self.is_wanted = False
        """A person is waited for, or has the call."""
        self._call = call
        self._reached = reached
        self._line = line
        self._playing = playing
        self._is_here = False
        self._is_held = False
        """Somebody has the call, and the caller hears music all the same."""
        self._is_asked = False
        """Whether to be called back, while a person is waited for."""
        self._has_chosen = False
        """A key was pressed as an answer to that."""
        self._not_sent: Callable[[str], object] | None = None
        """Is told that the caller could not be sent on, while that is tried."""

    @property
    def is_awaited(self) -> bool:
        """Whether nobody has come yet."""
        return self.is_wanted and not self._is_here

    @property
    def is_missed(self) -> bool:
        """Whether one who hangs up now has waited in vain: whoever chose how to be reached has not."""
        return self.is_awaited and not self._has_chosen

    def pressed(self, key: str) -> bool:
        """A key; whether it answers what was asked of one who waits."""
        if not (self._is_asked and self.is_awaited):
            return False
        # Who hangs up now may have chosen to: whoever asked knows what is promised.
        self._has_chosen = True
        self._call.bring(Keys(key))
        return True

    def wait(self) -> None:
        """A person is waited for already: this caller has called again, or been called back."""
        self.is_wanted = True
        self._line.enter("wait")
        self.play_music()

    # --- one who has the call ---

    def join(self) -> None:
        """An agent has answered: no more music, and nothing that is said here comes between."""
        self._is_here = self.is_wanted = True
        self._is_held = False
        self._line.enter("talk")
        self._call.stop_announcing()
        self._playing.stop()

    def leave(self) -> None:
        """The agent is off the call; the flow goes on when its outcome comes, and until then there is music.

        The flow of one who writes goes on by SMS: that call is over.
        """
        self._is_here = self._is_held = False
        if self._reached.contact.channel != CHANNEL:
            self._call.hang_up("the agent is done")
        elif not self._call.over and self.is_wanted:
            self._line.enter("wait")
            self.play_music()

    def hold(self) -> None:
        """Music, though an agent has the call."""
        self._is_held = True
        self.play_music()

    def send_on(self, number: str, failed: Callable[[str], object]) -> None:
        """Have the caller's telephone call another number instead; this call ends once it is answered there.

        `failed` is told why, if it is not: the caller is still here then. Raises RefusedError.
        """
        self._line.send_to(number)
        self._not_sent = failed

    def not_sent_on(self, why: str) -> None:
        """Nobody answered where the caller was sent."""
        failed, self._not_sent = self._not_sent, None
        if failed is not None and not self._call.over:
            failed(why)

    # --- while one is waited for ---

    def play_music(self) -> None:
        """Music, until something else is played."""
        if not self._call.over and (self._is_held or not self._is_here):
            self._playing.music()

    def say(self, word: str, wait_s: float) -> None:
        """Say one of the platform's own sentences on how long it will be to one who waits, between the music."""
        self.tell([prompts.wait(word, self._call.language, wait_s, spoken=True)])

    def tell(self, texts: Sequence[str]) -> None:
        """Say texts of the seller's to one who waits, between the music."""
        if not self._call.over and self.is_awaited:
            for text in texts:
                self._line.said(text)
            self._playing.say([(text, self._call.language) for text in texts], barge_in=False)

    def ask(self, word: str, wait_s: float) -> None:
        """As `say`; from here on each key is brought to the turn batch, as long as a person is waited for."""
        self._is_asked = True
        self.say(word, wait_s)
