"""A question asked once more, of a buyer who may wait for a reply: no turn, and nothing that they said counts."""

from __future__ import annotations

from center.superseded import turn_number
from center.visit.visit import Visit
from flows.engine import question
from flows.inputs import Given


def ask_again(visit: Visit) -> None:
    """Text the question at which the session waits, if it waits at one and its buyer wants to have texts."""
    session = visit.session
    if session is None or visit.buyer.opted_out or visit.awaited_order() is not None:
        return
    given = Given(visit.arrival.input, visit.buyer, visit.stock)
    asked = question(visit.machine, session, given, visit.arrival.at)
    visit.send(asked, turn_number(visit.serial, session.turns, asks=True))
