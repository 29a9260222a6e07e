"""Cards made of what is known: the session, the buyer, the shop, past orders and the talk so far."""

from __future__ import annotations

from center.awaited import Awaited
from center.desk.card import BasketLine, Card, Goods, PastOrder
from center.desk.ports import Records, Voice
from center.orders.order import PlacedOrder
from center.shops import Shops
from flows import prompts
from flows.effects import Say
from flows.engine import go_to
from flows.inputs import Buyer, Given, Opened
from flows.machine import Machine
from flows.program import HandOver, Program
from flows.session import Session, unpack

ORDERS_SHOWN_MAX = 10
GOODS_SHOWN_MAX = 500
LINES_SHOWN_MAX = 200
TEMPLATES = ("template_agent", "template_order", "template_call_back", "template_thanks")
"""Names of messages in flows.prompts that every desk has ready."""


class Cards:
    """Looks things up for desks."""

    def __init__(self, records: Records, shops: Shops) -> None:
        self._records = records
        self._shops = shops

    def machine(self, awaited: Awaited) -> tuple[Session, Machine] | None:
        """The session that waits for an agent, and what it runs on; None if either is gone."""
        contact = self._records.contact(awaited.contact)
        if contact is None:
            return None
        session = unpack(contact.session)
        machine = self._shops.machine(session.program)
        return (session, machine) if machine is not None else None

    def program(self, awaited: Awaited) -> Program | None:
        """The flow of a buyer's shop; None if the session is gone."""
        found = self.machine(awaited)
        return found[1].program if found is not None else None

    def words(self, awaited: Awaited, step: str, now: float) -> list[str]:
        """What a step of the flow says to one who waits; nothing else of it happens. Nothing if there is no such step.

        It stands in the flow, so it has languages and channels as any text, and a seller's recording of it is played.
        """
        found = self.machine(awaited)
        if found is None or step not in found[1].program.steps:
            return []
        session, machine = found
        seller, number = awaited.contact.seller, awaited.contact.number
        buyer = self._records.buyer(seller, number) or Buyer(number)
        given = Given(Opened(), buyer, self._records.stock(seller))
        said = go_to(machine, session, step, given, int(now))[1]
        return [effect.text for effect in said if isinstance(effect, Say)]

    def card(
        self,
        name: str,
        awaited: Awaited,
        queue: str,
        waited_s: float,
        *,
        call_back: bool,
        voice: Voice | None,
    ) -> Card | None:
        """The card of a contact; None if its session is gone. `voice` knows what callers left in their own voice."""
        found = self.machine(awaited)
        if found is None:
            return None
        session, machine = found
        program = machine.program
        contact = awaited.contact
        seller, number, channel = contact.seller, contact.number, contact.channel
        language = machine.languages.get(session.language, 0)
        buyer = self._records.buyer(seller, number)
        shop = program.shop_names[language]
        orders = [
            _past(order, session.language)
            for order in self._records.orders_of(seller, number, ORDERS_SHOWN_MAX)
        ]
        last = orders[0].number if orders else ""
        came_by = [awaited.before] if awaited.before is not None else []
        return Card(
            contact=name,
            channel=channel,
            seller=seller,
            shop=shop,
            names=machine.shop.names_by_language,
            queue=queue,
            number=number,
            name=buyer.name if buyer else "",
            language=session.language,
            step=awaited.asked or session.at.partition(".")[0],
            transcript=tuple(
                line
                for key, serial in (*came_by, (awaited.contact, awaited.serial))
                for line in self._records.lines(key, serial)
                if line.startswith(("> ", "< "))
            )[-LINES_SHOWN_MAX:],
            basket=tuple(BasketLine(line.code, line.quantity) for line in session.cart),
            currency=program.currency,
            decimals=program.decimals,
            address=buyer.address if buyer else "",
            addresses=buyer.addresses if buyer else (),
            orders=tuple(orders),
            recordings=voice.recorded(seller, _texts(session, buyer)) if voice else (),
            goods=self._goods(seller, program, language),
            templates=tuple(
                prompts.word(template, session.language).format(shop=shop, order=last)
                for template in TEMPLATES
                if last or template != "template_order"
            ),
            steps=tuple(program.steps)[:GOODS_SHOWN_MAX],
            queues=queues_in(program),
            waited_s=waited_s,
            call_back=call_back,
            can_phone=(
                channel != "voice"
                and voice is not None
                and voice.can_phone(number, program.calling.back)
            ),
        )

    def _goods(self, seller: str, program: Program, language: int) -> tuple[Goods, ...]:
        left = self._records.stock(seller)
        return tuple(
            Goods(p.code, p.names[language], p.price, left.get(p.code, p.stock))
            for p in program.products[:GOODS_SHOWN_MAX]
        )


def _texts(session: Session, buyer: Buyer | None) -> list[str]:
    """Where a recording may be named: what the buyer answered, and where the buyer has goods sent to."""
    answers = [value for value in session.values.values() if isinstance(value, str)]
    return [*answers, *(buyer.addresses if buyer else ())]


def queues_in(program: Program) -> tuple[str, ...]:
    """Queues of a seller: those that are declared, and those that the flow hands over to."""
    named = {node.queue for node in program.nodes if isinstance(node, HandOver)}
    return tuple(sorted(named.union(program.queues)))


def _past(order: PlacedOrder, language: str) -> PastOrder:
    """An order in the words that the buyer gets."""
    line, join = prompts.word("line", language), prompts.word("line_join", language)
    return PastOrder(
        order.number,
        str(order.status),
        order.total,
        order.placed_at,
        join.join(line.format(name=one.name, quantity=one.quantity) for one in order.lines),
    )
