"""Callers whom a fall cut off: it counts as their hanging up, so they read by SMS where they were (center.visit.cut_off).

A line that breaks under a shop that runs is told to the flow at once. Of one that was killed nobody is left to tell: the next start finds
callers who were in the middle of an order a short while ago, before it takes a call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import islice
from typing import Final, Protocol, cast

from center.batch import TurnBatch
from center.contact import Arrival, Contact, ContactKey
from center.ports import Later
from center.shops import Shops
from center.taken import Fate, Taken
from flows.inputs import HungUp
from flows.machine import CONFIRM, RESUME
from flows.session import unpack
from ivr.channel.call import HUNG_UP_TRIES_MAX, REFUSED_AGAIN_S
from ivr.channel.surroundings import CHANNEL

CUT_OFF: Final = "cut off"
"""What the turn batch tells what became of it."""
CUT_OFF_S_MAX = 900
"""Who said something on the telephone longer ago is not told: they have ordered elsewhere, or called again."""
CUT_OFF_MAX = 10_000
"""Of more, the others go on only if they call again."""


class Kept(Protocol):
    """See store.ledger.Ledger."""

    def recent_contacts(self, channel: str) -> Iterable[tuple[ContactKey, Contact]]: ...


class CutOff:
    """Their hanging up, on its way to the disk. See center.ports.Channel."""

    def __init__(
        self, turns: TurnBatch, later: Later, call_of: Callable[[ContactKey], object]
    ) -> None:
        """`call_of`: the call of a contact that is up, if any is."""
        self._turns = turns
        self._later = later
        self._call_of = call_of
        turns.open(CUT_OFF, self)

    def hang_up(self, store: Kept, now: int) -> int:
        """Bring it to the turn batch; of how many. Who has hung up already has no basket waiting at a question, or is asked by SMS once more
        whether to go on, where they could not be before.
        """
        ordering = (
            contact
            for contact, kept in store.recent_contacts(CHANNEL)
            if _was_ordering(kept, self._turns.shops, now)
        )
        cut_off = list(islice(ordering, CUT_OFF_MAX))
        for contact in cut_off:
            self._bring(contact, now, 1)
        return len(cut_off)

    def taken(self, taken: Sequence[Taken]) -> None:
        """Try again what a full disk refused."""
        for one in taken:
            arrival, tries = one.arrival, cast("int", one.ticket)
            if one.fate is Fate.REFUSED and arrival is not None and tries < HUNG_UP_TRIES_MAX:
                again = partial(self._bring_again, arrival.contact, arrival.at, tries + 1)
                self._later(REFUSED_AGAIN_S * 2 ** (tries - 1), again)

    def _bring(self, contact: ContactKey, at: int, tries: int) -> None:
        # Nobody is on the line who could be told.
        self._turns.add(Arrival(contact, HungUp(), "", "", b"", 0, at), tries, told=CUT_OFF)

    def _bring_again(self, contact: ContactKey, at: int, tries: int) -> None:
        """Who has called again goes on by that call."""
        if self._call_of(contact) is None:
            self._bring(contact, at, tries)


def _was_ordering(kept: Contact, shops: Shops, now: int) -> bool:
    """Whether a session stands at a question, with a basket. Who waits for a person is the desk's to call back, and an order for its code."""
    session = unpack(kept.session)
    if not session.cart or session.placed or now - session.touched > CUT_OFF_S_MAX:
        return False
    machine = shops.machine(session.program)
    return machine is not None and session.at.lstrip(RESUME + CONFIRM) in machine.questions
