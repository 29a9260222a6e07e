"""Payments in a session: what surely came in vouches for the orders that it pays."""

from __future__ import annotations

from msgspec.structs import replace

from center.visit.visit import Visit
from flows import effects
from flows.inputs import Input, Outcome


def note(visit: Visit, effect: effects.Effect, outcome: Input) -> None:
    """Keep with the session what was paid, if an effect was a payment and it surely was."""
    session = visit.session
    if (
        isinstance(effect, effects.Pay)
        and isinstance(outcome, Outcome)
        and outcome.name == "ok"
        and session is not None
    ):
        visit.session = replace(session, paid=session.paid + effect.amount)


def unused(visit: Visit) -> int:
    """What was surely paid in the session and no order has used, in minor units."""
    return visit.session.paid if visit.session is not None else 0


def covers(visit: Visit, effect: effects.PlaceOrder) -> bool:
    """Whether all of an order was paid in its session. Part of it, or nothing for nothing, proves no number."""
    session = visit.session
    return session is not None and 0 < effect.total <= session.paid


def use(visit: Visit, effect: effects.PlaceOrder) -> int:
    """An order was placed: what was paid for it, which this gives, vouches for no other."""
    session = visit.session
    if session is None or not session.paid:
        return 0
    used = min(session.paid, effect.total)
    visit.session = replace(session, paid=session.paid - used)
    return used
