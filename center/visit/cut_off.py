"""Calls that are cut off: they go on by SMS, and come back from there when the buyer calls again. See flows.dropped."""

from __future__ import annotations

from center.contact import Contact, beside
from center.visit import moving
from center.visit.visit import Visit
from flows.dropped import SMS, by_sms, by_voice
from flows.session import Session, pack, unpack


def take_back(visit: Visit) -> None:
    """A caller whose last call was cut off calls again, before going on by SMS."""
    if visit.key.channel != "voice":
        return
    other = beside(visit.arrival)
    contact = visit.world.contacts.get(other) if other is not None else None
    session = by_voice(unpack(contact.session)) if contact is not None else None
    if other is None or contact is None or session is None:
        return
    visit.resume(session)
    ended = Session(session.program, SMS, session.language)
    kept = Contact(contact.serial, pack(ended))
    visit.world.contacts[other] = visit.changes.contacts[other] = kept


def leave_to_sms(visit: Visit) -> None:
    """A call was cut off with a basket: it goes on by SMS, unless the buyer is in the middle of something there.

    A USSD dialog that drops waits where it is: dialling again costs as little as an answer, and gateways drop many.
    """
    if visit.key.channel != "voice":
        return
    session, there = visit.session, moving.free_place(visit)
    if session is None or there is None:
        return
    moved = by_sms(visit.machine, session, visit.arrival.at)
    if moved is not None:
        session, text = moved
        moving.move(visit, session, there)
        visit.asides.append(text)
