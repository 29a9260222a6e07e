"""Sessions that go on by SMS: one session, in one place. A call that is cut off moves there, and so does who waits for a person."""

from __future__ import annotations

from msgspec.structs import replace

from center.awaited import Awaited
from center.contact import Contact, ContactKey, beside
from center.visit.visit import Visit
from flows import effects
from flows.dropped import SMS
from flows.program import CHANNELS
from flows.session import ENDED, Session, pack, unpack


def free_place(visit: Visit) -> ContactKey | None:
    """Where the session can go on by SMS; None if the buyer cannot be texted, or is in the middle of something there."""
    other = beside(visit.arrival)
    if other is None or visit.buyer.opted_out or not visit.has_number:
        return None
    if not visit.machine.program.codes.get("sms"):
        return None
    contact = visit.world.contacts.get(other)
    there = unpack(contact.session) if contact is not None else None
    if there is None or there.at == ENDED:
        return other
    is_over = visit.arrival.at - there.touched > visit.machine.session_s[SMS]
    return other if is_over else None


def move(visit: Visit, session: Session, there: ContactKey) -> int:
    """Go on there as this session, which is over here; its serial there."""
    contact = visit.world.contacts.get(there)
    serial = contact.serial + 1 if contact is not None else 1
    kept = Contact(serial, pack(session))
    visit.world.contacts[there] = visit.changes.contacts[there] = kept
    here = CHANNELS.index(visit.key.channel)
    visit.session = Session(session.program, here, session.language)
    return serial


def wait_by_sms(visit: Visit, effect: effects.HandOver) -> bool:
    """Wait for a person by SMS, if the buyer can; the session moves as it stands, and keeps its place in the queue."""
    session, there = visit.session, free_place(visit)
    program = visit.machine.program
    if session is None or there is None or "sms" not in program.channels:
        return False
    before = visit.world.awaited.pop(visit.key, None)
    if before is not None:
        visit.changes.awaited[visit.key] = None
    since = before.at if before is not None else visit.arrival.at
    asked = before.asked if before is not None else visit.step_asked()
    came_by = (visit.key, visit.serial)
    serial = move(visit, replace(session, channel=SMS, touched=visit.arrival.at), there)
    code = program.codes["sms"][0]
    awaited = Awaited(
        there, serial, session.turns, effect, code, "", since, before=came_by, asked=asked
    )
    visit.changes.awaited[there] = visit.world.awaited[there] = awaited
    return True
