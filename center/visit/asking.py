"""A question asked once more, as it stands: no turn, and nothing that was said counts.

By SMS, of a buyer who may wait for a reply. In a USSD dialog whose phone may have no screen: an answer that was taken comes again,
and another may come behind it, to the question at which the session waits. To take the buyer for one who dials again would have the
session wait at "go on?", and the other answer read there.
"""

from __future__ import annotations

from center.reply import Reply, expected
from center.superseded import turn_number
from center.visit.visit import Visit
from flows import effects
from flows.engine import question
from flows.inputs import Given


def ask_again(visit: Visit) -> Reply | None:
    """The question at which the session waits, if it waits at one: texted, if its buyer wants to have texts, or a dialog's reply."""
    session = visit.session
    if session is None or visit.awaited_order() is not None:
        return None
    in_a_dialog = visit.key.channel == "ussd"
    if visit.buyer.opted_out and not in_a_dialog:
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
