"""An order that a flow asks for: what the platform's limits want first, then the order."""

from __future__ import annotations

from center.limits.guard import Placing
from center.visit import codes, payments, placing
from center.visit.visit import Visit
from flows import effects
from flows.inputs import Outcome


def order(visit: Visit, effect: effects.PlaceOrder) -> Outcome | None:
    """Place an order, or do first what the platform's limits ask for."""
    judged = visit.shared.guard.judge(
        placing.spent(visit, effect),
        visit.arrival.elsewhere,
        is_vouched=payments.covers(visit, effect),
    )
    if judged is Placing.PLACE:
        return placing.place(visit, effect)
    if judged is Placing.ASK_CODE and not visit.has_number:
        # No code can be texted to a caller who withholds their number: nobody is asked for one.
        return placing.to_the_seller(visit, effect, placing.NOT_CONFIRMED)
    if judged is Placing.ASK_CODE:
        missing = placing.sold_out(visit, placing.pieces(effect))
        if missing is not None:
            return placing.not_there(visit, effect, missing)
        codes.ask(visit, effect)
        return None
    return placing.to_the_seller(
        visit, effect, "call back" if judged is Placing.CALL_BACK else placing.OVER_LIMIT
    )
