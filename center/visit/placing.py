"""Orders: the stock first, then the order itself."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from center.limits.guard import Spent
from center.orders.number import order_number
from center.orders.order import OrderLine, PlacedOrder, Vouched
from center.recordings import names_one
from center.visit import payments
from center.visit.addressing import CORRECTION_S_MAX
from center.visit.visit import Visit
from flows import effects
from flows.due import due_at, due_text
from flows.inputs import Line, Order, Outcome
from flows.session import Session
from grammars.money import write_money

OVER_LIMIT = "over the limit"
SOLD_OUT = "sold out"
NOT_ORDERED = "paid, not ordered"
NOT_CONFIRMED = "not confirmed"
"""Its code came too late, too often wrong, or its buyer would rather have a person."""
_AGENT = Vouched.AGENT
"""Looked up once: for each order it would cost more than the two columns do."""
SESSIONS_PER_PLACE_MAX = 1 << 32
"""Sessions that the calls in one place of a number may come to, before their orders were taken for those of the next place."""


def place(
    visit: Visit,
    effect: effects.PlaceOrder,
    vouched: Vouched | None = None,
) -> Outcome:
    """Reserve the stock and write the order, or say what is sold out. `vouched` for by what, beside a payment."""
    wanted = pieces(effect)
    missing = sold_out(visit, wanted)
    if missing is not None:
        return not_there(visit, effect, missing)
    seller, channel = visit.key.seller, visit.key.channel
    program, products = visit.machine.program, visit.machine.products
    taken = visit.changes.stock
    visit.stock = stock = visit.world.stock_of(seller)
    for code, quantity in wanted.items():
        stock[code] = stock.get(code, products[code].stock) - quantity
        taken[seller, code] = taken.get((seller, code), 0) + quantity
    orders = visit.world.orders
    orders[seller] = serial = orders.get(seller, 0) + 1
    session = visit.session
    assert session is not None
    language = visit.machine.languages.get(session.language, 0)
    now = visit.arrival.at
    due = due_at(program, now)
    number = order_number(serial)
    # An agent may place several while the flow stands still, and says each but once: no turn's number, but one below zero
    # that is the order's own.
    turn = -serial if vouched is _AGENT else session.turns
    if vouched is None and payments.covers(visit, effect):
        vouched = Vouched.PAYMENT
    visit.shared.guard.placed(spent(visit, effect), is_vouched=vouched is not None)
    paid = payments.use(visit, effect)
    visit.changes.orders.append(
        PlacedOrder(
            seller=seller,
            serial=serial,
            buyer=visit.number,
            channel=channel,
            session=session_of(visit),
            turn=turn,
            lines=tuple(
                [
                    OrderLine(
                        line.code,
                        products[line.code].names[language],
                        line.quantity,
                        products[line.code].price,
                    )
                    for line in effect.lines
                ]
            ),
            total=effect.total,
            currency=program.currency,
            address=effect.address,
            placed_at=now,
            due_at=due,
            paid=paid,
            vouched=vouched,
        )
    )
    eta = due_text(due, now, program.timezone, session.language)
    written_until = 0
    if channel == "voice" and names_one(effect.address) and program.codes.get("sms"):
        written_until = now + CORRECTION_S_MAX
    last = Order(number, "placed", effect.total, eta, effect.lines, written_until)
    visit.buyer = replace(visit.buyer, last_order=last)
    return Outcome("ok", {"number": number, "eta": eta})


def confirmed(visit: Visit, effect: effects.PlaceOrder) -> Outcome:
    """Place an order whose code came back, unless others that were placed meanwhile make it too much."""
    order, guard = spent(visit, effect), visit.shared.guard
    guard.came_back(order)
    if guard.is_too_much(order, visit.arrival.elsewhere):
        return to_the_seller(visit, effect, OVER_LIMIT)
    return place(visit, effect, Vouched.CODE)


def to_the_seller(visit: Visit, effect: effects.PlaceOrder, why: str) -> Outcome:
    """The order is not placed; the seller may look whether it is meant, and has to where some of it is paid."""
    total = _money(visit, effect.total)
    if paid := payments.tell(visit):
        total += f" ({paid})"
    visit.tell_shop(f"[{why}] {_what(effect.lines)}, {total}, {effect.address}")
    return Outcome("failed")


def not_there(visit: Visit, effect: effects.PlaceOrder, missing: str) -> Outcome:
    """A product is sold out, which the flow tells; the seller too, once, where the order's buyer has paid."""
    if visit.session is not None and payments.is_news(visit.session):
        to_the_seller(visit, effect, SOLD_OUT)
    return Outcome("sold out", {"missing": missing})


def never_ordered(visit: Visit, session: Session) -> None:
    """A session was begun anew: where something in it was paid for a basket that was not ordered, the seller has that money.

    They know of it where they were told as an order was not placed, of which the flow went back to its menu.
    """
    if payments.is_news(session) and session.cart and not session.placed:
        visit.tell_shop(f"[{NOT_ORDERED}] {_what(session.cart)}, {payments.words(visit, session)}")


def _what(lines: Iterable[Line]) -> str:
    return ", ".join(f"{line.quantity}x{line.code}" for line in lines)


def _money(visit: Visit, amount: int) -> str:
    return write_money(amount, visit.machine.program.decimals)


def spent(visit: Visit, effect: effects.PlaceOrder) -> Spent:
    """What an order counts for."""
    return Spent(
        visit.key.seller,
        visit.number,
        visit.machine.program.currency,
        effect.total,
        visit.arrival.at,
    )


def session_of(visit: Visit) -> int:
    """A number of the session that no other of this buyer's has on this channel."""
    return (visit.key.place - 1) * SESSIONS_PER_PLACE_MAX + visit.serial


def sold_out(visit: Visit, wanted: dict[str, int]) -> str | None:
    """A product that there is not enough of."""
    stock, products = visit.stock, visit.machine.products
    for code, quantity in wanted.items():
        if stock.get(code, products[code].stock) < quantity:
            return code
    return None


def pieces(effect: effects.PlaceOrder) -> dict[str, int]:
    """Pieces by product."""
    wanted: dict[str, int] = {}
    for line in effect.lines:
        wanted[line.code] = wanted.get(line.code, 0) + line.quantity
    return wanted
