"""Colleagues whom an agent asks into a call: asked at their own desk, who may decline; then all hear one another.

    invite      a colleague who may serve this seller, has a headset and is on no call; it rings at their desk for ASK_S
    accept      CallJoined: the router takes their slot for calls, so nobody else's call is offered meanwhile
    finish      they leave, and have nothing to write up; the call goes on
    the end     when the call ends, or is handed on, it has ended for all of them

What is asked is not kept: after a restart calls have ended, and with them whatever was asked on them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from center.acd.events import CallJoined, CallParted
from center.acd.kept import KeptRouter
from center.desk.calls import Calls
from center.desk.colleagues import is_ready_colleague
from center.desk.conferences import Conferences, Party
from center.desk.desk import RefusedError
from center.desk.desks import Desks
from center.desk.talk import Talk
from center.desk.talks import Talks
from center.ports import Later

ASK_S = 20.0
"""So long a colleague is asked."""
GUESTS_MAX = 3
"""Beside the agent; more do not understand one another."""


class Guests:
    """What the floor does about them."""

    def __init__(
        self,
        kept: KeptRouter,
        talks: Talks,
        calls: Calls,
        desks: Desks,
        conferences: Conferences,
        *,
        later: Later,
        now: Callable[[], float],
    ) -> None:
        self._kept = kept
        self._talks = talks
        self._calls = calls
        self._desks = desks
        self._conferences = conferences
        self._later = later
        self._now = now

    def has(self, agent: str, contact: str) -> bool:
        """Whether an agent is a guest on this call, or asked to be."""
        talk = self._talks.named.get(contact)
        return talk is not None and agent in talk.guests

    def invite(self, talk: Talk, other: str) -> None:
        """Ask a colleague in. Raises RefusedError."""
        if len(talk.guests) >= GUESTS_MAX:
            raise RefusedError("a call has at most {most} guests", most=str(GUESTS_MAX))
        if other in talk.guests or not is_ready_colleague(self._kept.router, talk, other):
            raise RefusedError("{other} cannot be invited", other=other)
        if not self._calls.needed.has_line(other):
            raise RefusedError("{agent} has no headset connected", agent=other)
        self._conferences.join(talk.name, Party("guest", other), partial(self._lost, talk, other))
        self._talks.seat_guest(talk, other, "invited")
        talk.answer_by = self._now() + ASK_S
        self._later(ASK_S, partial(self._lapsed, talk, other))
        self._desks.tell(other)

    def accept(self, agent: str, contact: str) -> None:
        """A colleague comes in. Raises RefusedError."""
        if not self._calls.needed.has_line(agent):
            raise RefusedError("connect your headset first")
        self._kept.post(CallJoined(self._now(), contact, agent))

    def joined(self, contact: str, agent: str) -> None:
        """The router has taken in that a colleague is on the call, or cannot be."""
        talk = self._talks.named.get(contact)
        ticket = self._kept.router.tickets.get(contact)
        if talk is None or talk.guests.get(agent) != "invited":
            return
        beside = ticket.beside if ticket is not None else ()
        if not any(seat.person.agent.name == agent for seat in beside):
            self.leave(agent, contact)
            return
        self._talks.seat_guest(talk, agent, "guest")
        try:
            self._calls.needed.invite(contact, agent)
        except RefusedError as error:
            # The buyer has hung up, or the headset was lost, since the colleague said yes.
            self.leave(agent, contact)
            self._desks.refuse(talk, error)
            return
        self._calls.go_on(talk)
        self._tell(talk, agent)

    def leave(self, agent: str, contact: str) -> None:
        """A colleague does not come, or goes again."""
        talk = self._talks.named.get(contact)
        was = talk.guests.get(agent) if talk is not None else None
        if talk is None or was is None:
            return
        self._talks.seat_guest(talk, agent, None)
        self._conferences.part(contact, Party("guest", agent))
        if was == "guest":
            self._calls.needed.dismiss(contact, agent)
            self._kept.post(CallParted(self._now(), contact, agent))
            if self._desks.is_away(talk) or not self._calls.needed.has_line(talk.agent):
                self._calls.wait_for(talk.agent)
        else:
            self._desks.refuse(talk, RefusedError("{other} does not come in now", other=agent))
        self._tell(talk, agent)

    def gone(self, agent: str) -> None:
        """An agent is signed out: off every call where they were a guest."""
        for contact in list(self._talks.guest_of(agent)):
            self.leave(agent, contact)

    def _lapsed(self, talk: Talk, other: str) -> None:
        if talk.guests.get(other) == "invited":
            self.leave(other, talk.name)

    def _lost(self, talk: Talk, guest: str, why: RefusedError) -> None:
        """The platform has no place for them any longer."""
        was_on_call = talk.guests.get(guest) == "guest"
        self.leave(guest, talk.name)
        if was_on_call:
            self._desks.refuse(talk, why)

    def _tell(self, talk: Talk, guest: str) -> None:
        """Both desks: the guest's own, and that of who has the buyer."""
        self._desks.tell(guest)
        desk, card = self._desks.of(talk), self._desks.card(talk)
        if desk is not None and card is not None:
            desk.card(card)
