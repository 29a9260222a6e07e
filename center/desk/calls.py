"""Calls of buyers who were handed over: brought to the agent who answers, phoned where nobody is on the line, released."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from center.acd.events import CallParted
from center.acd.kept import KeptRouter
from center.calling_out import CallOut, Reached
from center.desk.cards import Cards
from center.desk.conferences import Conferences
from center.desk.desk import RefusedError
from center.desk.ports import Voice
from center.desk.talk import Talk
from center.desk.talks import Talks

NOT_REACHED = "the buyer could not be reached: {why}"


class Calls:
    """Where `voice` is None there are none. `refused` is told why one was not reached, `changed` whose desk has another stage."""

    def __init__(
        self,
        kept: KeptRouter,
        talks: Talks,
        cards: Cards,
        conferences: Conferences,
        now: Callable[[], float],
        *,
        refused: Callable[[Talk, RefusedError], object],
        changed: Callable[[str], object],
    ) -> None:
        self.voice: Voice | None = None
        self._kept = kept
        self._talks = talks
        self._cards = cards
        self._conferences = conferences
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
        """Call a buyer who is not on the line: one who wants to be called back, whose call a restart cut off, or who writes."""
        talk.reach, one = "calling", talk.awaited
        key = f"{talk.name} {talk.agent} {int(self._now())}"
        number, trunk = one.code, one.carrier
        if talk.channel != "voice":
            program = self._cards.program(one)
            number, trunk = program.number if program is not None else "", ""
        errand = CallOut(key, one.contact, number, trunk, opens=False)
        try:
            self.needed.phone(talk.name, errand, partial(self._reached, talk.name))
        except RefusedError as error:
            self._missed(talk, error)
        self._changed(talk.agent)

    def came(self, talk: Talk) -> None:
        """A caller who was not on the line any more has called again: their agent has them at once."""
        if talk.reach == "missed" and self.voice is not None:
            talk.reach = ""
            self.voice.connect(talk.name, talk.agent)
            self._changed(talk.agent)

    def wait_for(self, agent: str) -> None:
        """The desk or the headset of an agent is away: callers who are alone with them hear music, and no silence."""
        for talk in self._busy_with(agent):
            if (
                talk.is_on_call
                and talk.stage in ("talking", "on call")
                and "guest" not in talk.guests.values()
                and not talk.hears_music
                and self.needed.is_up(talk.name)
            ):
                talk.hears_music = True
                self.needed.hold(talk.name)

    def go_on_with(self, agent: str) -> None:
        """It is back: they are heard again. A desk that comes back has its headset a little later."""
        if self.voice is not None and self.voice.has_line(agent):
            for talk in self._busy_with(agent):
                self.go_on(talk)

    def go_on(self, talk: Talk) -> None:
        """Somebody is with a caller again who heard music for want of anybody."""
        if talk.hears_music:
            talk.hears_music = False
            if self.needed.is_up(talk.name):
                self.needed.resume(talk.name)

    def _busy_with(self, agent: str) -> list[Talk]:
        named = self._talks.named
        held = self._talks.held(agent) if self.voice is not None else {}
        return [named[n] for n, slot in held.items() if slot == "busy" and n in named]

    def release(self, talk: Talk) -> None:
        """The agent is off the call; one who writes is hung up on."""
        is_on_call = talk.channel == "voice" or talk.reach
        talk.reach, talk.is_held, talk.hears_music = "", False, False
        if is_on_call and self.voice is not None:
            self.voice.release(talk.name)
        self._conferences.over(talk.name)
        for guest, stage in list(talk.guests.items()):
            self._talks.seat_guest(talk, guest, None)
            if stage == "guest":
                self._kept.post(CallParted(self._now(), talk.name, guest))
            self._changed(guest)

    def over(self, talk: Talk) -> None:
        """One who writes is on the line no more; the conversation goes on."""
        if talk.channel != "voice" and talk.reach:
            self.release(talk)
            self._kept.post(CallParted(self._now(), talk.name, talk.agent))
            self._changed(talk.agent)

    def _reached(self, contact: str, reached: Reached) -> None:
        talk = self._talks.named.get(contact)
        if talk is None or talk.reach != "calling":
            return
        if reached is Reached.PERSON:
            talk.reach = "" if talk.channel == "voice" else "up"
            self.needed.connect(contact, talk.agent)
        else:
            self._missed(talk, RefusedError(NOT_REACHED, why=reached.value))
        self._changed(talk.agent)

    def _missed(self, talk: Talk, why: RefusedError) -> None:
        """Nobody answered: one who writes is with the agent as before, another may be called again."""
        self._refused(talk, why)
        if talk.channel == "voice":
            talk.reach = "missed"
        else:
            self.over(talk)
