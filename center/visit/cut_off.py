"""Calls that are cut off: they go on by SMS, and come back from there when the buyer calls again. See flows.dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from center.contact import Contact, beside
from flows.dropped import SMS, VOICE, by_sms, by_voice
from flows.machine import Machine
from flows.session import ENDED, Session, pack, unpack

if TYPE_CHECKING:
    from center.visit.visit import Visit


def take_back(visit: Visit, current: Machine) -> None:
    """A caller whose last call was cut off calls again, before going on by SMS."""
    other = beside(visit.arrival)
    contact = visit.world.contacts.get(other) if other is not None else None
    session = by_voice(unpack(contact.session)) if contact is not None else None
    if other is None or contact is None or session is None:
        return
    visit.resume(session, current)
    ended = Session(session.program, SMS, session.language)
    kept = Contact(contact.serial, pack(ended))
    visit.world.contacts[other] = visit.changes.contacts[other] = kept


def leave_to_sms(visit: Visit) -> None:
    """A call was cut off with a basket: it goes on by SMS, unless the buyer is in the middle of something there."""
    session, other = visit.session, beside(visit.arrival)
    if session is None or other is None or visit.buyer.opted_out or not visit.has_number:
        return
    machine, now = visit.machine, visit.arrival.at
    moved = by_sms(machine, session, now)
    if moved is None or not machine.program.codes.get("sms"):
        return
    contact = visit.world.contacts.get(other)
    there = unpack(contact.session) if contact is not None else None
    if there is not None and there.at != ENDED and now - there.touched <= machine.session_s[SMS]:
        return
    serial = contact.serial + 1 if contact is not None else 1
    session, text = moved
    kept = Contact(serial, pack(session))
    visit.world.contacts[other] = visit.changes.contacts[other] = kept
    visit.asides.append(text)
    # One session, in one place: calling again takes it back.
    visit.session = Session(session.program, VOICE, session.language)
