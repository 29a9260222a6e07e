"""What the floor does in a buyer's session, carried out in the turn batch like a buyer's own turn."""

from __future__ import annotations

from msgspec.structs import replace

from center.desk.deed import Deed, GoOnBySms, PlaceForBuyer, SetBasket, WriteToBuyer
from center.orders.order import Vouched
from center.reply import Reply
from center.visit import moving, placing
from center.visit.visit import Visit
from flows import effects, prompts
from flows.inputs import Outcome
from flows.render import money
from flows.session import Session


def do(visit: Visit, deed: Deed) -> Reply | None:
    """An agent's deed; None if the buyer's session is over."""
    session = visit.session
    if session is None:
        return None
    outcome = _outcome_of(visit, deed, session)
    visit.keep()
    return Reply((), session.language, None, False, visit.machine.fingerprint, outcome)


def _outcome_of(visit: Visit, deed: Deed, session: Session) -> Outcome:
    match deed:
        case SetBasket(lines):
            visit.session = replace(session, cart=lines, placed=False)
            return Outcome("ok")
        case GoOnBySms():
            awaited = visit.world.awaited.get(visit.key)
            effect = awaited.effect if awaited is not None else None
            can = isinstance(effect, effects.HandOver) and moving.wait_by_sms(visit, effect)
            return Outcome("ok" if can else "busy")
        case WriteToBuyer(text):
            visit.asides.append(text)
            for private in (*visit.private(), *visit.answered()):
                text = text.replace(private, "…")
            visit.lines.append("# agent: " + " ".join(text.split()))
            return Outcome("ok")
        case PlaceForBuyer(address):
            return _place_for_buyer(visit, session, address)
        case _:
            raise AssertionError(f"no deed: {deed}")


def _place_for_buyer(visit: Visit, session: Session, address: str) -> Outcome:
    """The basket as an order, as if the flow had placed it; the buyer is texted what was ordered."""
    if not session.cart:
        return Outcome("empty")
    program, products = visit.machine.program, visit.machine.products
    total = sum(products[line.code].price * line.quantity for line in session.cart)
    asked = effects.PlaceOrder(session.cart, total, address)
    outcome = placing.place(visit, asked, Vouched.AGENT)
    if outcome.name != "ok":
        return outcome
    visit.buyer = visit.buyer.kept("address", address)
    order, language = visit.changes.orders[-1], session.language
    line = prompts.word("line", language)
    text = prompts.word("agent_order", language).format(
        number=order.number,
        summary=prompts.word("line_join", language).join(
            line.format(name=one.name, quantity=one.quantity) for one in order.lines
        ),
        total=money(total, program.decimals),
        address=address,
    )
    visit.asides.append(text)
    visit.lines.append(f"# agent placed order {order.number}")
    assert visit.session is not None
    visit.session = replace(visit.session, cart=(), order=visit.buyer.last_order, placed=False)
    return Outcome("ok", {"number": order.number, "text": text})
