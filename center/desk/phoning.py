"""Phoning a buyer who writes: an agent who has them by SMS calls them, and talks and writes beside one another.

    phone       allowed by the seller's list and the operator's, not after STOP, not in quiet hours; the agent has a headset
    CallJoined  the router takes the agent's slot for calls: nobody else's call is offered meanwhile
    PERSON      buyer and agent hear one another; the conversation by SMS stays as it is, and its flow hears nothing of it
    CallParted  the buyer or the agent has hung up, or nobody answered; the conversation goes on

The call is written down before it is dialled, twice: in the router's journal, and under its key (center.calling_out).
"""

from __future__ import annotations

from collections.abc import Callable

from center.acd.events import CallJoined, CallParted
from center.acd.kept import KeptRouter
from center.call_backs import is_quiet_at
from center.desk.calls import Calls
from center.desk.cards import Cards
from center.desk.desk import RefusedError
from center.desk.desks import Desks
from center.desk.ports import Records
from center.desk.talk import Talk
from center.desk.talks import Talks

NO_HEADSET = "your headset is not connected; allow the microphone and load the page anew"


class Phoning:
    """What the floor does about it."""

    def __init__(
        self,
        kept: KeptRouter,
        talks: Talks,
        calls: Calls,
        desks: Desks,
        cards: Cards,
        records: Records,
        *,
        now: Callable[[], float],
    ) -> None:
        self._kept = kept
        self._talks = talks
        self._calls = calls
        self._desks = desks
        self._cards = cards
        self._records = records
        self._now = now

    def begin(self, agent: str, contact: str) -> None:
        """An agent wants to phone a buyer. Raises RefusedError."""
        talk = self._talks.at(agent, contact, "busy")
        if talk.channel == "voice" or talk.reach:
            raise RefusedError("the buyer is on the line, or being called")
        if not self._calls.needed.has_line(agent):
            raise RefusedError(NO_HEADSET)
        self._check_wanted(talk)
        self._kept.post(CallJoined(self._now(), contact, agent))

    def _check_wanted(self, talk: Talk) -> None:
        """Raise RefusedError if this buyer must not be called now."""
        number = talk.awaited.contact.buyer
        buyer = self._records.buyer(talk.awaited.contact.seller, number)
        if buyer is not None and buyer.opted_out:
            raise RefusedError("the buyer has said STOP, and must not be called")
        program = self._cards.program(talk.awaited)
        if program is None or not self._calls.needed.can_phone(number, program.calling.back):
            raise RefusedError("the shop does not allow calls to this number")
        if is_quiet_at(program, int(self._now())):
            begins, ends = (f"{at // 60:02}:{at % 60:02}" for at in program.calling.quiet)
            raise RefusedError(
                "nobody is called between {begins} and {ends}", begins=begins, ends=ends
            )

    def made(self, contact: str) -> None:
        """The router has taken in that an agent phones somebody, or that the agent cannot."""
        talk = self._talks.named.get(contact)
        ticket = self._kept.router.tickets.get(contact)
        if talk is None or ticket is None or talk.reach or talk.channel == "voice":
            return
        if not ticket.beside:
            self._desks.refuse(talk, RefusedError("you are on a call already"))
        else:
            self._calls.phone(talk)

    def end(self, agent: str, contact: str) -> None:
        """The agent hangs up, or stops the ringing; the buyer stays by SMS. Raises RefusedError."""
        talk = self._talks.at(agent, contact, "busy")
        if talk.channel == "voice" or not talk.reach:
            raise RefusedError("that is no call")
        self._calls.over(talk)

    def forget_calls(self) -> None:
        """After a start: calls ended with the process that had them, and their slots are free."""
        for name, ticket in self._kept.router.tickets.items():
            for seat in ticket.beside:
                self._kept.post(CallParted(self._now(), name, seat.person.agent.name))
