"""The turn batch: arrivals of many buyers in, one set of changes out.

Pure: the batch works on the world it is given and touches nothing else. Each arrival is stepped through its flow, its
effects are carried out against the world, and what was changed is collected. The caller keeps the changes in one
transaction and only then acknowledges and sends: a crash at any instruction loses nothing and doubles nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from center.awaited import Awaited
from center.changes import Changes, HandOverRequest, OutgoingText, ShopMessage, Talk
from center.contact import Arrival, Contact, ContactKey, Repeats, beside
from center.desk.deed import SENT_TO_STEP, Deed, PlaceForBuyer, SetBasket, WriteToBuyer
from center.desk.heard import Heard
from center.limits.codes import Answer, read_answer
from center.limits.guard import CODE_DIGITS, Guard, Placing, Spent, Verdict
from center.nobody import NOBODY
from center.orders.number import order_number
from center.orders.order import OrderLine, PlacedOrder
from center.ports import Performer
from center.reply import Expected, Reply, expected
from center.shops import Shops
from center.world import Seen, World
from flows import effects, prompts
from flows.dropped import SMS, VOICE, by_sms, by_voice
from flows.due import due_text
from flows.effects import Effect
from flows.engine import begin, go_to, step
from flows.inputs import Buyer, Given, HungUp, Keys, Opened, Order, Outcome, Silence, Speech, Text
from flows.machine import Machine
from flows.program import Ask, HandOver
from flows.publish import move
from flows.render import money
from flows.session import ENDED, SESSION_BYTES_MAX, Session, pack, unpack
from flows.transcript.log import log_head, log_lines
from grammars.folding import fold
from grammars.money import write_money
from grammars.opting_out import without_courtesies

CODE_EXPECTED = Expected("", "digits", (), CODE_DIGITS, 60)
"""What the buyer may do while an order waits for its code."""
OPT_OUT_CHARACTERS_MAX = 32
"""A longer text is no word that stops messages, whatever stands round it."""
OUTCOMES_PER_TURN_MAX = 8
"""Effects with an outcome that one turn may wait for in a row."""
PRIVATE_TYPES = frozenset({"address", "phone", "pin", "text"})
"""Types of questions whose answers the log does not show."""


def take_turns(
    arrivals: Iterable[Arrival],
    world: World,
    shops: Shops,
    performer: Performer = NOBODY,
    guard: Guard | None = None,
) -> Changes:
    """One batch. Arrivals of one buyer are taken in their order; `guard` says what is too much of anything."""
    changes = Changes()
    guard = guard or Guard()
    guard.begin()
    for arrival in arrivals:
        changes.replies.append(_take(arrival, world, shops, performer, guard, changes))
    return changes


def _take(
    arrival: Arrival,
    world: World,
    shops: Shops,
    performer: Performer,
    guard: Guard,
    changes: Changes,
) -> Reply | None:
    if arrival.key:
        seen = world.seen.get(arrival.key)
        world.seen[arrival.key] = changes.seen[arrival.key] = Seen(arrival.at, arrival.stamp)
        if seen is not None and _is_redelivery(arrival, seen, world.contacts.get(arrival.contact)):
            return None
    if arrival.asked is not None and not _is_awaited(arrival, world, changes):
        return None
    machine = shops.current(arrival.contact.seller)
    if machine is None:
        return None
    visit = _Visit(arrival, machine, world, shops, performer, guard, changes)
    if isinstance(arrival.input, Text) and arrival.contact.channel == "sms":
        verdict = guard.admit(arrival.contact, arrival.input.text, arrival.at)
        if verdict is not Verdict.TAKE:
            return visit.turn_away(verdict)
    return visit.take()


def _is_redelivery(arrival: Arrival, seen: Seen, contact: Contact | None) -> bool:
    """See sms.redelivery. A buyer who went on has read our reply to what was in doubt, and the carrier our answer before it."""
    if arrival.repeats is Repeats.CERTAIN:
        return True
    in_doubt = any(since <= seen.stamp < until for since, until in arrival.doubt)
    if arrival.repeats is Repeats.PERHAPS and not in_doubt:
        return False
    return contact is None or contact.stamp <= seen.stamp


def _is_awaited(outcome: Arrival, world: World, changes: Changes) -> bool:
    """Whether the session that asked still waits; from here on it waits no more."""
    awaited = world.awaited.get(outcome.contact)
    if awaited is None or outcome.asked != (awaited.serial, awaited.turn):
        return False
    del world.awaited[outcome.contact]
    changes.awaited[outcome.contact] = None
    contact = world.contacts.get(outcome.contact)
    return contact is not None and contact.serial == awaited.serial


class _Visit:
    """One arrival on its way through its flow."""

    def __init__(
        self,
        arrival: Arrival,
        current: Machine,
        world: World,
        shops: Shops,
        performer: Performer,
        guard: Guard,
        changes: Changes,
    ) -> None:
        self.arrival = arrival
        self.performer = performer
        self.guard = guard
        self.key = arrival.contact
        self.world = world
        self.changes = changes
        self.serial = 1
        self.stamp = 0
        self.session: Session | None = None
        self.machine = current
        contact = world.contacts.get(self.key)
        if contact is not None:
            self.serial = contact.serial
            self.stamp = contact.stamp
            self._resume(unpack(contact.session), current, shops)
        if isinstance(arrival.input, Opened) and (other := beside(arrival)) is not None:
            self._take_back(other, current, shops)
        buyer = world.buyers.get((self.key.seller, self.key.buyer))
        self.buyer = buyer or Buyer(self.key.buyer)
        self.known = buyer
        self.began = False
        """Whether the last step began a session."""
        self.said: list[str] = []
        self.asides: list[str] = []
        """Texts sent besides the conversation; they go out after what was said."""
        self.lines: list[str] = []
        self.performed: list[Effect] = []
        """All effects of the turn, for a channel that performs them itself."""

    def _resume(self, session: Session, current: Machine, shops: Shops) -> None:
        """Go on where the buyer was: on the newest program if the question is still the same there, else on its own."""
        if session.program == current.fingerprint:
            self.session = session
        elif session.at != ENDED:
            old = shops.machine(session.program)
            moved = move(session, old.program, current.program) if old is not None else None
            if moved is not None:
                self.session = moved
            elif old is not None:
                self.session, self.machine = session, old
        if self.session is None or self.session.at == ENDED:
            self.session = None
            self.serial += 1

    def _take_back(self, other: ContactKey, current: Machine, shops: Shops) -> None:
        """A caller whose last call was cut off calls again, before going on by SMS."""
        contact = self.world.contacts.get(other)
        session = by_voice(unpack(contact.session)) if contact is not None else None
        if contact is None or session is None:
            return
        self.session = None
        self._resume(session, current, shops)
        ended = Session(session.program, SMS, session.language)
        kept = Contact(contact.serial, pack(ended))
        self.world.contacts[other] = self.changes.contacts[other] = kept

    def _leave_to_sms(self) -> None:
        """A call was cut off with a basket: it goes on by SMS, unless the buyer is in the middle of something there."""
        session, other = self.session, beside(self.arrival)
        if (
            session is None
            or other is None
            or self.buyer.opted_out
            or not _is_number(self.key.buyer)
        ):
            return
        moved = by_sms(self.machine, session, self.arrival.at)
        if moved is None or not self.machine.program.codes.get("sms"):
            return
        contact = self.world.contacts.get(other)
        there = unpack(contact.session) if contact is not None else None
        if there is not None and there.at != ENDED:
            limit = self.machine.session_s[SMS]
            if self.arrival.at - there.touched <= limit:
                return
        serial = contact.serial + 1 if contact is not None else 1
        session, text = moved
        kept = Contact(serial, pack(session))
        self.world.contacts[other] = self.changes.contacts[other] = kept
        self.asides.append(text)
        # One session, in one place: calling again takes it back.
        self.session = Session(session.program, VOICE, session.language)

    def take(self) -> Reply | None:
        """Step the session to its next wait and carry out what it asks for on the way."""
        if self._opts_out():
            return None
        if isinstance(self.arrival.input, Deed):
            # Said by no buyer: the session does not take a turn.
            return self._do(self.arrival.input)
        if self._is_overheard():
            return None
        awaited = self.world.awaited.get(self.key)
        given_input = self.arrival.input
        if (
            awaited is not None
            and isinstance(awaited.effect, effects.PlaceOrder)
            and self.session is not None
            and awaited.serial == self.serial
        ):
            language = self._language()
            settled = self._confirm(awaited, awaited.effect)
            if settled is None:
                self._keep()
                return self._reply(language)
            given_input = settled
        given = Given(given_input, self.buyer, self._stock())
        private = self._private()
        language = self._language()
        buyer, stock = self.buyer, self._stock()
        turn_effects = self._advance(given)
        if self.began and self.session is not None:
            self.lines += log_head(
                self.machine.program, self.key.channel, self.session, buyer, stock, self.arrival.at
            )
        self.lines += log_lines(given_input, turn_effects, self.machine.program, private)
        for _ in range(OUTCOMES_PER_TURN_MAX):
            outcome = self._carry_out(turn_effects)
            if outcome is None:
                break
            turn_effects = self._advance(Given(outcome, self.buyer, self._stock()))
            self.lines += log_lines(outcome, turn_effects, self.machine.program, private)
        else:
            self._carry_out(turn_effects)
        if isinstance(given_input, HungUp):
            self._leave_to_sms()
        self._keep()
        return self._reply(language)

    def turn_away(self, verdict: Verdict) -> None:
        """Too much came from the sender: it is told once, and the session stays where it is."""
        if verdict is Verdict.TELL:
            self._send(prompts.word("slow_down", self._language()))

    # --- orders that must be confirmed ---

    def _confirm(self, awaited: Awaited, effect: effects.PlaceOrder) -> Outcome | None:
        """What became of an order that waits for its code, or None while it still waits."""
        answer = read_answer(awaited, self.arrival.input, self.arrival.at, self.guard)
        if answer in (Answer.RIGHT, Answer.OVER):
            del self.world.awaited[self.key]
            self.changes.awaited[self.key] = None
            return self._place(effect) if answer is Answer.RIGHT else Outcome("failed")
        if answer is Answer.WRONG:
            awaited = replace(awaited, tries=awaited.tries + 1)
            self.changes.awaited[self.key] = self.world.awaited[self.key] = awaited
        self._say(prompts.word("code_again", self._language()))
        return None

    def _ask_code(self, effect: effects.PlaceOrder) -> None:
        """Send a code to the number that the order bears, and wait for it."""
        awaited = self._await(effect)
        program, language = self.machine.program, self._language()
        values = {
            "code": self.guard.code(awaited.key),
            "total": write_money(effect.total, program.decimals),
        }
        if self.key.channel == "sms":
            self._say(prompts.word("code_sms", language).format(**values))
        else:
            self.asides.append(prompts.word("code_aside", language).format(**values))
            self._say(prompts.word("code_ask", language))

    def _say(self, text: str) -> None:
        """Something that the platform says, not the flow; the log does not show it."""
        self.said.append(text)
        self.performed.append(effects.Say(text))

    def _is_asked_for_code(self) -> bool:
        awaited = self.world.awaited.get(self.key)
        return awaited is not None and isinstance(awaited.effect, effects.PlaceOrder)

    def _opts_out(self) -> bool:
        """STOP works in every shop; where the seller's own flow takes the word, the flow has it."""
        said = self.arrival.input
        if not isinstance(said, Text) or self.key.channel != "sms":
            return False
        if len(said.text) > OPT_OUT_CHARACTERS_MAX:
            return False
        word = fold(said.text)
        if word not in self.machine.opt_out_words:
            # "STOP please", and on a code that shops share "STOP SHOES".
            plain = without_courtesies(word)
            for keyword in self.machine.program.codes.get("keyword", ()):
                plain = plain.removesuffix(" " + fold(keyword))
            if plain == word or plain not in self.machine.opt_out_words:
                return False
        elif word in self.machine.anywhere_phrases and not self._is_asked_for_code():
            return False
        language = self.session.language if self.session else self.machine.program.languages[0]
        self.buyer = replace(self.buyer, opted_out=True)
        self._send(prompts.word("opted_out", language))
        self._keep_buyer()
        return True

    # --- while a person has the buyer ---

    def _is_overheard(self) -> bool:
        """Whether a person has the buyer, or will: then the flow does not answer, and what was said is passed on."""
        session, said = self.session, self.arrival.input
        if session is None or not isinstance(said, Text | Speech | Keys | Silence | HungUp):
            return False
        node = self.machine.program.waits.get(session.at)
        if node is None or not isinstance(self.machine.program.nodes[node], HandOver):
            return False
        self.changes.heard.append(
            Heard(self.key, self.serial, session.turns, said, self.arrival.at)
        )
        if isinstance(said, Text | Speech):
            self._log(log_lines(said, [], self.machine.program, self._private()))
        return True

    def _do(self, deed: Deed) -> Reply | None:
        """An agent's deed in the buyer's session."""
        if self.session is None:
            return None
        outcome = self._outcome_of(deed, self.session)
        self._keep()
        return Reply((), self.session.language, None, False, self.machine.fingerprint, outcome)

    def _outcome_of(self, deed: Deed, session: Session) -> Outcome:
        match deed:
            case SetBasket(lines):
                self.session = replace(session, cart=lines, placed=False)
                return Outcome("ok")
            case WriteToBuyer(text):
                self.asides.append(text)
                for private in self._private():
                    text = text.replace(private, "…")
                self.lines.append("# agent: " + " ".join(text.split()))
                return Outcome("ok")
            case PlaceForBuyer(address):
                return self._place_for_buyer(session, address)
            case _:
                raise AssertionError(f"no deed: {deed}")

    def _place_for_buyer(self, session: Session, address: str) -> Outcome:
        """The basket as an order, as if the flow had placed it; the buyer is texted what was ordered."""
        if not session.cart:
            return Outcome("empty")
        program, products = self.machine.program, self.machine.products
        total = sum(products[line.code].price * line.quantity for line in session.cart)
        outcome = self._place(effects.PlaceOrder(session.cart, total, address), by_agent=True)
        if outcome.name != "ok":
            return outcome
        self.buyer = self.buyer.kept("address", address)
        order, language = self.changes.orders[-1], session.language
        line = prompts.word("line", language)
        text = prompts.word("agent_order", language).format(
            number=order.number,
            summary=prompts.word("line_join", language).join(
                line.format(name=one.name, quantity=one.quantity) for one in order.lines
            ),
            total=money(total, program.decimals),
            address=address,
        )
        self.asides.append(text)
        self.lines.append(f"# agent placed order {order.number}")
        self.session = replace(session, cart=(), order=self.buyer.last_order, placed=False)
        return Outcome("ok", {"number": order.number, "text": text})

    def _log(self, lines: list[str]) -> None:
        """Log lines of an arrival that moves no session."""
        assert self.session is not None
        self.changes.talks.append(
            Talk(self.key, self.serial, self.session.turns, self.arrival.at, "\n".join(lines))
        )

    # --- what the flow asks for ---

    def _private(self) -> tuple[str, ...]:
        """Words that the log must not show: who and where the buyer is, and a free answer."""
        words = [self.buyer.number, *self.buyer.addresses, self.buyer.name]
        session = self.session
        question = self.machine.questions.get(session.at) if session is not None else None
        if isinstance(question, Ask) and question.type in PRIVATE_TYPES:
            said = self.arrival.input
            if isinstance(said, Text):
                words.append(" ".join(said.text.split()))
        return tuple(word for word in words if word)

    def _advance(self, given: Given) -> list[Effect]:
        self.began = self.session is None
        if self.session is None:
            self.session, found = begin(self.machine, self.key.channel, given, self.arrival.at)
        else:
            before, said = self.session, given.input
            if isinstance(said, Outcome) and said.name == SENT_TO_STEP:
                to, now = str(said.values["step"]), self.arrival.at
                self.session, found = go_to(self.machine, before, to, given, now)
                return found
            self.session, found = step(self.machine, before, given, self.arrival.at)
            if self.session.turns < before.turns:
                # The buyer began again: a new session, which must not share the old one's order keys.
                self.serial += 1
                self.began = True
        return found

    def _carry_out(self, turn_effects: list[Effect]) -> Outcome | None:
        """Do what effects ask; the outcome of the last one, if the session waits for it and it is known."""
        outcome: Outcome | None = None
        self.performed += turn_effects
        for effect in turn_effects:
            match effect:
                case effects.Say(text):
                    self.said.append(text)
                case effects.SendSms(text):
                    self.asides.append(text)
                case effects.KeepBuyer(field, value):
                    self.buyer = self.buyer.kept(field, value)
                case effects.TellShop(text):
                    self.changes.messages.append(
                        ShopMessage(self.key.seller, self.key.buyer, text, self.arrival.at)
                    )
                case effects.PlaceOrder():
                    outcome = self._order(effect)
                case effects.HandOver(queue):
                    self.changes.hand_overs.append(
                        HandOverRequest(self.key, self.serial, queue, self.arrival.at)
                    )
                    outcome = self._ask(effect)
                case effects.Request() | effects.Pay():
                    outcome = self._ask(effect)
                case _:
                    pass
        return outcome

    def _ask(self, effect: effects.HandOver | effects.Request | effects.Pay) -> Outcome | None:
        """The outcome if the performer knows it now; else the session waits, which is kept."""
        outcome = self.performer.at_once(self.key, effect)
        if outcome is None:
            self._await(effect)
        return outcome

    def _await(self, effect: effects.Suspending) -> Awaited:
        """The session waits for what becomes of an effect, which is kept."""
        assert self.session is not None
        awaited = Awaited(
            self.key,
            self.serial,
            self.session.turns,
            effect,
            self.arrival.code,
            self.arrival.carrier,
            self.arrival.at,
        )
        self.changes.awaited[self.key] = self.world.awaited[self.key] = awaited
        return awaited

    def _order(self, effect: effects.PlaceOrder) -> Outcome | None:
        """Place an order, or do first what the platform's limits ask for."""
        placing = self.guard.judge(self._spent(effect))
        if placing is Placing.PLACE:
            return self._place(effect)
        if placing is Placing.ASK_CODE:
            missing = self._missing(effect)
            if missing is not None:
                return Outcome("sold out", {"missing": missing})
            self._ask_code(effect)
            return None
        what = ", ".join(f"{line.quantity}x{line.code}" for line in effect.lines)
        why = "call back" if placing is Placing.CALL_BACK else "over the limit"
        total = write_money(effect.total, self.machine.program.decimals)
        self.changes.messages.append(
            ShopMessage(
                self.key.seller,
                self.key.buyer,
                f"[{why}] {what}, {total}, {effect.address}",
                self.arrival.at,
            )
        )
        return Outcome("failed")

    def _spent(self, effect: effects.PlaceOrder) -> Spent:
        return Spent(
            self.key.seller,
            self.key.buyer,
            self.machine.program.currency,
            effect.total,
            self.arrival.at,
        )

    def _missing(self, effect: effects.PlaceOrder) -> str | None:
        """A product that there is not enough of."""
        stock, products = self._stock(), self.machine.products
        wanted = _wanted(effect)
        for code, quantity in wanted.items():
            if stock.get(code, products[code].stock) < quantity:
                return code
        return None

    def _place(self, effect: effects.PlaceOrder, *, by_agent: bool = False) -> Outcome:
        """Reserve the stock and write the order, or say what is sold out."""
        seller = self.key.seller
        stock = self._stock()
        program = self.machine.program
        products = self.machine.products
        missing = self._missing(effect)
        if missing is not None:
            return Outcome("sold out", {"missing": missing})
        wanted = _wanted(effect)
        for code, quantity in wanted.items():
            stock[code] = stock.get(code, products[code].stock) - quantity
            self.changes.stock[seller, code] = self.changes.stock.get((seller, code), 0) + quantity
        self.world.orders[seller] = serial = self.world.orders.get(seller, 0) + 1
        session = self.session
        assert session is not None
        language = self.machine.languages.get(session.language, 0)
        now = self.arrival.at
        due = now + program.delivery_s if program.delivery_s is not None else None
        order = PlacedOrder(
            seller=seller,
            number=order_number(serial),
            # An agent may place several while the flow stands still, and says each but once: no turn's number, but one
            # below zero that is the order's own.
            key=f"{seller}/{self.key.buyer}/{self.key.channel}/{self.serial}"
            f"/{-serial if by_agent else session.turns}",
            buyer=self.key.buyer,
            channel=self.key.channel,
            lines=tuple(
                OrderLine(
                    line.code,
                    products[line.code].names[language],
                    line.quantity,
                    products[line.code].price,
                )
                for line in effect.lines
            ),
            total=effect.total,
            currency=program.currency,
            address=effect.address,
            placed_at=now,
            due_at=due,
        )
        self.changes.orders.append(order)
        self.guard.placed(self._spent(effect))
        eta = due_text(due, now, program.timezone, session.language)
        self.buyer = replace(
            self.buyer, last_order=Order(order.number, "placed", order.total, eta, effect.lines)
        )
        return Outcome("ok", {"number": order.number, "eta": eta})

    def _send(self, text: str) -> None:
        if not text or not _is_number(self.key.buyer):
            # A caller who withholds the number has none to text to.
            return
        carrier, code = self.arrival.carrier, self.arrival.code
        if self.key.channel != "sms":
            # A text beside a call comes from the seller's own code, by any carrier.
            carrier, code = "", next(iter(self.machine.program.codes.get("sms", ())), code)
        self.changes.texts.append(
            OutgoingText(carrier, code, self.key.buyer, text, self.arrival.at)
        )

    def _stock(self) -> dict[str, int]:
        return self.world.stock.setdefault(self.key.seller, {})

    def _keep(self) -> None:
        session = self.session
        assert session is not None
        packed = pack(session)
        if len(packed) > SESSION_BYTES_MAX:
            # A flow that hoards is ended rather than kept; the checker's limits make this unreachable.
            session = Session(session.program, session.channel, session.language)
            packed = pack(session)
        if self.key.channel == "sms":
            # One message a turn: the carrier charges for each.
            self._send("\n".join(self.said))
        for text in self.asides:
            self._send(text)
        stamp = self.arrival.stamp or self.stamp
        contact = Contact(self.serial, packed, stamp)
        self.world.contacts[self.key] = self.changes.contacts[self.key] = contact
        self._keep_buyer()
        if self.lines:
            self.changes.talks.append(
                Talk(self.key, self.serial, session.turns, self.arrival.at, "\n".join(self.lines))
            )

    def _language(self) -> str:
        """In which the turn begins."""
        if self.session is not None:
            return self.session.language
        known, languages = self.buyer.language, self.machine.program.languages
        return known if known in languages else languages[0]

    def _reply(self, language: str) -> Reply | None:
        """For a channel that performs the effects itself; texts go by the outbox."""
        session = self.session
        if self.key.channel == "sms" or session is None:
            return None
        return Reply(
            tuple(self.performed),
            language,
            CODE_EXPECTED if self._is_asked_for_code() else expected(self.machine, session),
            session.at == ENDED,
            self.machine.fingerprint,
        )

    def _keep_buyer(self) -> None:
        if self.buyer != self.known:
            who = (self.key.seller, self.key.buyer)
            self.world.buyers[who] = self.changes.buyers[who] = self.buyer


def _wanted(effect: effects.PlaceOrder) -> dict[str, int]:
    """Pieces by product."""
    wanted: dict[str, int] = {}
    for line in effect.lines:
        wanted[line.code] = wanted.get(line.code, 0) + line.quantity
    return wanted


def _is_number(buyer: str) -> bool:
    return buyer.lstrip("+").isdigit()
