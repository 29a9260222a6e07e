"""Comfort messages: what buyers are told who wait for a person, by text or between the music."""

from __future__ import annotations

import logging
from collections.abc import Callable

from center.acd.decisions import ProposeCallBack
from center.batch import TurnBatch
from center.changes import OutgoingText
from center.desk.call_backs import CallBacks
from center.desk.calls import Calls
from center.desk.cards import Cards
from center.desk.deeds import TELLER
from center.desk.queues import AGENT_WAIT
from center.desk.talks import Talks
from flows import prompts

log = logging.getLogger(__name__)


class Comfort:
    """What the switchboard does about them; a contact that is gone meanwhile is told nothing."""

    def __init__(
        self,
        turns: TurnBatch,
        talks: Talks,
        calls: Calls,
        cards: Cards,
        call_backs: CallBacks,
        *,
        now: Callable[[], float],
    ) -> None:
        self._turns = turns
        self._talks = talks
        self._calls = calls
        self._cards = cards
        self._call_backs = call_backs
        self._now = now
        self._speechless: set[tuple[str, str]] = set()
        """Queues and what the recipe says there in vain, of which a line is in the log."""

    def say(self, contact: str, message: str, wait_s: float) -> None:
        """What a step of the flow says, or how long it will be; that, too, where the flow has no such step."""
        talk = self._talks.named.get(contact)
        if talk is None:
            return
        own: list[str] = []
        if message != AGENT_WAIT:
            own = self._cards.words(talk.awaited, message, self._now())
            if not own:
                self._note_speechless(talk.queue, message)
        if talk.channel == "voice":
            voice = self._calls.voice
            if voice is not None and own:
                voice.tell(contact, own)
            elif voice is not None:
                voice.say(contact, AGENT_WAIT, wait_s)
            return
        found = self._cards.machine(talk.awaited)
        language = found[0].language if found is not None else ""
        text = "\n".join(own) or prompts.wait(AGENT_WAIT, language, wait_s)
        one = talk.awaited
        buyer, seller = one.contact.number, one.contact.seller
        texts = [OutgoingText(one.carrier, one.code, buyer, text, int(self._now()), seller)]
        self._turns.hold(TELLER, None, texts=texts)

    def propose(self, decision: ProposeCallBack) -> None:
        """Offer to call or text back; one who waits by SMS is texted anyway."""
        talk = self._talks.named.get(decision.contact)
        if talk is None:
            return
        if talk.channel == "voice" and self._calls.voice is not None:
            self._call_backs.propose(self._calls.voice, talk, decision)
        else:
            self.say(decision.contact, AGENT_WAIT, decision.wait_s)

    def called_back(self, contact: str) -> None:
        """The router has it that this caller will be called: the caller hears so, and need not hold the line."""
        talk, voice = self._talks.named.get(contact), self._calls.voice
        if talk is not None and voice is not None and self._call_backs.keeps_place(talk):
            voice.farewell(contact, "call_back_taken")

    def _note_speechless(self, queue: str, step: str) -> None:
        if (queue, step) not in self._speechless:
            self._speechless.add((queue, step))
            log.warning("%s: the flow has no step `%s` that says anything", queue, step)
