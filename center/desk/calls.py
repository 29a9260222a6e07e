"""Calls of buyers who were handed over: brought to the agent who answers, phoned where nobody is on the line, released."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from center.calling_out import CallOut, Reached
from center.desk.desk import RefusedError
from center.desk.ports import Voice
from center.desk.talk import Talk
from center.desk.talks import Talks

NOT_REACHED = "the buyer could not be reached: {why}"


class Calls:
    """Where `voice` is None there are none. `refused` is told why one was not reached, `changed` whose desk has another stage."""

    def __init__(
        self,
        voice: Voice | None,
        talks: Talks,
        now: Callable[[], float],
        *,
        refused: Callable[[Talk, RefusedError], object],
        changed: Callable[[str], object],
    ) -> None:
        self.voice = voice
        self._talks = talks
        self._now = now
        self._refused = refused
        self._changed = changed

    @property
    def needed(self) -> Voice:
        """For what cannot be without. Raises RefusedError."""
        if self.voice is None:
            raise RefusedError("calls are not connected here")
        return self.voice

    def voice_of(self, talk: Talk) -> Voice | None:
        """None for one who is no caller."""
        return self.voice if talk.channel == "voice" else None

    def bring(self, talk: Talk) -> None:
        """An agent has answered: connect the caller, who is phoned first where nobody is on the line."""
        voice = self.voice_of(talk)
        if voice is None:
            return
        if voice.is_up(talk.name):
            voice.connect(talk.name, talk.agent)
        else:
            self.phone(talk)

    def phone(self, talk: Talk) -> None:
        """Call a buyer who is not on the line: one who wants to be called back, or whose call a restart cut off."""
        talk.reach, one = "calling", talk.awaited
        key = f"{talk.name} {talk.agent} {int(self._now())}"
        errand = CallOut(key, one.contact, one.code, one.carrier, opens=False)
        try:
            self.needed.phone(talk.name, errand, partial(self._reached, talk.name))
        except RefusedError as error:
            talk.reach = "missed"
            self._refused(talk, error)

    def release(self, talk: Talk) -> None:
        """The agent is off the call."""
        voice = self.voice_of(talk)
        if voice is not None:
            voice.release(talk.name)

    def _reached(self, contact: str, reached: Reached) -> None:
        talk = self._talks.named.get(contact)
        if talk is None or talk.reach != "calling":
            return
        if reached is Reached.PERSON:
            talk.reach = ""
            self.needed.connect(contact, talk.agent)
        else:
            talk.reach = "missed"
            self._refused(talk, RefusedError(NOT_REACHED, why=reached.value))
        self._changed(talk.agent)
