"""Callers whom a fall cut off: it counts as their hanging up, so they read by SMS where they were (center.visit.cut_off).

A line that breaks under a shop that runs is told to the flow at once. Of one that was killed nobody is left to tell: the next start finds
callers who were in the middle of an order a short while ago, before it takes a call.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Protocol

from center.batch import TurnBatch
from center.contact import Arrival, Contact, ContactKey
from center.shops import Shops
from flows.inputs import HungUp
from flows.machine import CONFIRM, RESUME
from flows.session import unpack
from ivr.channel.channel import CHANNEL

CUT_OFF_S_MAX = 900
"""Who said something on the telephone longer ago is not told: they have ordered elsewhere, or called again."""
CUT_OFF_MAX = 10_000
"""Of more, the others go on only if they call again."""


class Kept(Protocol):
    """See store.ledger.Ledger."""

    def recent_contacts(self, channel: str) -> Iterable[tuple[ContactKey, Contact]]: ...


def hang_up_cut_off(store: Kept, turns: TurnBatch, now: int) -> int:
    """Bring their hanging up to the turn batch; of how many. Who has hung up already has no basket waiting at a question, or is asked by SMS
    once more whether to go on, where they could not be before.
    """
    cut_off = [
        contact
        for contact, kept in islice(store.recent_contacts(CHANNEL), CUT_OFF_MAX)
        if _was_ordering(kept, turns.shops, now)
    ]
    for contact in cut_off:
        # Nobody is on the line who could be told.
        turns.add(Arrival(contact, HungUp(), "", "", b"", 0, now), None, told="")
    return len(cut_off)


def _was_ordering(kept: Contact, shops: Shops, now: int) -> bool:
    """Whether a session stands at a question, with a basket. Who waits for a person is the desk's to call back, and an order for its code."""
    session = unpack(kept.session)
    if not session.cart or session.placed or now - session.touched > CUT_OFF_S_MAX:
        return False
    machine = shops.machine(session.program)
    return machine is not None and session.at.lstrip(RESUME + CONFIRM) in machine.questions
