"""Payments in a session: what surely came in vouches for the orders that it pays."""

from __future__ import annotations

from msgspec.structs import replace

from center.visit.visit import Visit
from flows import effects
from flows.inputs import Input, Outcome
from flows.session import Session
from grammars.money import write_money


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


def tell(visit: Visit) -> str:
    """Words for the seller on what was surely paid and no order has used; empty where nothing was. From then on it is told.

    A line on another try to order says it once more, as the same money.
    """
    session = visit.session
    if session is None or not session.paid:
        return ""
    visit.session = replace(session, told=session.paid)
    return words(visit, session)


def words(visit: Visit, session: Session) -> str:
    """What was paid in a session, for its seller, with how much of it they know already."""
    decimals = visit.machine.program.decimals
    paid = f"{write_money(session.paid, decimals)} paid"
    if not session.told:
        return paid
    if session.told == session.paid:
        return f"{paid}, told before"
    return f"{paid}, {write_money(session.told, decimals)} of it told before"


def is_news(session: Session) -> bool:
    """Whether something was surely paid in a session that no order has used and its seller was not told of."""
    return session.paid > session.told


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
    visit.session = replace(session, paid=session.paid - used, told=max(0, session.told - used))
    return used
