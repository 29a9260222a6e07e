"""A question asked once more, as it stands: no turn, and nothing that was said counts.

By SMS, of a buyer who may wait for a reply. In a USSD dialog whose phone may have no screen: an answer that was taken comes again,
and another may come behind it, to the question at which the session waits. To take the buyer for one who dials again would have the
session wait at "go on?", and the other answer read there. Where that answer has ended the session with an order, they are told which.
"""

from __future__ import annotations

from center.reply import Reply, expected
from center.superseded import turn_number
from center.visit.visit import Visit
from flows import effects, prompts
from flows.engine import question
from flows.inputs import Given
from flows.session import unpack


def ask_again(visit: Visit) -> Reply | None:
    """The question at which the session waits, if it waits at one: texted, if its buyer wants to have texts, or a dialog's reply."""
    session = visit.session
    in_a_dialog = visit.key.channel == "ussd"
    if session is None:
        return _ordered(visit) if in_a_dialog else None
    if visit.awaited_order() is not None or (visit.buyer.opted_out and not in_a_dialog):
        return None
    given = Given(visit.arrival.input, visit.buyer, visit.stock)
    asked = question(visit.machine, session, given, visit.arrival.at)
    if not in_a_dialog:
        visit.send(asked, turn_number(visit.serial, session.turns, asks=True))
        return None
    if not asked:
        return None
    return Reply(
        (effects.Say(asked),),
        session.language,
        expected(visit.machine, session),
        ended=False,
        program=visit.machine.fingerprint,
    )


def _ordered(visit: Visit) -> Reply | None:
    """What a dialog's session that is over has ordered: whatever its last screen said of it, the phone may not have it."""
    contact = visit.world.contacts.get(visit.key)
    session = unpack(contact.session) if contact is not None else None
    if session is None or session.order is None:
        return None
    if visit.arrival.at - session.touched > visit.machine.session_s[session.channel]:
        return None
    language = session.language
    told = prompts.word("was_placed", language).format(number=session.order.number)
    fingerprint = visit.machine.fingerprint
    return Reply((effects.Say(told),), language, None, ended=True, program=fingerprint)
