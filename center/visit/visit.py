"""One arrival on its way through its flow: from where its buyer was to the next wait.

A visit resumes the buyer's session, steps it, carries out its effects against the world, and notes what changed. What a
kind of effect or input needs beside stands in a file of its own: orders (placing), their codes (codes), agents' deeds
(deeds), calls that are cut off (cut_off).
"""

from __future__ import annotations

from msgspec.structs import replace

from center.awaited import Awaited
from center.changes import HandOverRequest, OutgoingText, ShopMessage, Talk
from center.contact import Arrival, Contact
from center.desk.deed import SENT_TO_STEP, Deed
from center.desk.heard import Heard
from center.limits.guard import CODE_DIGITS, Verdict
from center.reply import Expected, Reply, expected
from center.visit import addressing, codes, cut_off, deeds, moving, placing
from center.visit.shared import Shared
from flows import effects, prompts
from flows.effects import Effect
from flows.engine import begin, go_to, step
from flows.inputs import Buyer, Given, HungUp, Input, Keys, Opened, Outcome, Silence, Speech, Text
from flows.machine import Machine
from flows.program import HandOver
from flows.publish import move
from flows.session import ENDED, SESSION_BYTES_MAX, Session, pack, unpack
from flows.transcript.log import log_head, log_lines
from grammars.folding import fold
from grammars.opting_out import opts_out

CODE_EXPECTED = Expected("", "digits", (), CODE_DIGITS, 60)
"""What the buyer may do while an order waits for its code."""
OPT_OUT_CHARACTERS_MAX = 32
"""A longer text is no word that stops messages, whatever stands round it."""
OUTCOMES_PER_TURN_MAX = 8
"""Effects with an outcome that one turn may wait for in a row."""
OVERHEARD = Text | Speech | Keys | Silence | HungUp | Opened
"""What is passed on while a person is waited for. A caller who calls again, having been cut off, waits on as before."""


class Visit:
    """One arrival. Made, then told `take` or `turn_away` once."""

    __slots__ = (
        "arrival",
        "asides",
        "began",
        "buyer",
        "changes",
        "key",
        "known",
        "lines",
        "machine",
        "performed",
        "said",
        "serial",
        "session",
        "shared",
        "stamp",
        "stock",
        "world",
    )

    session: Session | None
    """Where the buyer is; None before the first turn, and when the last session is over."""
    asides: list[str]
    """Texts sent besides the conversation; they go out after what was said."""
    performed: list[Effect]
    """All effects of the turn, for a channel that performs them itself."""
    began: bool
    """Whether the last step began a session."""
    stock: dict[str, int]
    """What is left of the seller's products; one that is not in it has its catalog's stock."""

    def __init__(self, arrival: Arrival, current: Machine, shared: Shared) -> None:
        """`current` is the machine that new sessions of the seller run on."""
        self.arrival = arrival
        self.shared = shared
        self.changes = shared.changes
        self.world = world = shared.world
        self.key = key = arrival.contact
        self.machine = current
        contact = world.contacts.get(key)
        if contact is None:
            self.serial, self.stamp, self.session = 1, 0, None
        else:
            self.serial, self.stamp = contact.serial, contact.stamp
            self.resume(unpack(contact.session), current)
        if arrival.input.__class__ is Opened:
            cut_off.take_back(self, current)
        seller = key.seller
        self.known = world.buyers.get((seller, key.buyer))
        self.buyer = self.known or Buyer(key.buyer)
        stock = world.stock.get(seller)
        if stock is None:
            stock = world.stock[seller] = {}
        self.stock = stock
        self.began = False
        self.said: list[str] = []
        self.asides = []
        self.lines: list[str] = []
        self.performed = []

    def resume(self, session: Session, current: Machine) -> None:
        """Go on where the buyer was: on the newest program if the question is still the same there, else on its own."""
        self.session, self.machine = None, current
        if session.at != ENDED:
            if session.program == current.fingerprint:
                self.session = session
                return
            old = self.shared.shops.machine(session.program)
            if old is not None:
                moved = move(session, old.program, current.program)
                if moved is not None:
                    self.session = moved
                else:
                    self.session, self.machine = session, old
                return
        self.serial += 1

    def take(self) -> Reply | None:
        """Step the session to its next wait and carry out what it asks for on the way."""
        arrival = self.arrival
        given: Input = arrival.input
        if isinstance(given, Text):
            if self._opts_out(given):
                return None
        elif isinstance(given, Deed):
            # Said by no buyer: the session does not take a turn.
            return deeds.do(self, given)
        if self._is_overheard():
            return None
        if given.__class__ is HungUp and (self.session is None or self.key.channel == "sms"):
            # Its session is over, or has gone on by SMS; or an agent has phoned one who writes.
            return None
        language = self.language()
        awaited = self.awaited_order()
        if awaited is None and self._is_corrected():
            return None
        if awaited is not None and self.session is not None and awaited.serial == self.serial:
            settled = codes.confirm(self, awaited)
            if settled is None:
                self.keep()
                return self._reply(language)
            given = settled
        private = self.private()
        buyer = self.buyer
        turn_effects = self._advance(Given(given, buyer, self.stock))
        program, lines = self.machine.program, self.lines
        if self.began and self.session is not None:
            lines += log_head(
                program, self.key.channel, self.session, buyer, self.stock, arrival.at
            )
        lines += log_lines(given, turn_effects, program, private)
        for _ in range(OUTCOMES_PER_TURN_MAX):
            outcome = self._carry_out(turn_effects)
            if outcome is None:
                break
            turn_effects = self._advance(Given(outcome, self.buyer, self.stock))
            lines += log_lines(outcome, turn_effects, program, private)
        else:
            self._carry_out(turn_effects)
        if given.__class__ is HungUp:
            cut_off.leave_to_sms(self)
        self.keep()
        return self._reply(language)

    def turn_away(self, verdict: Verdict) -> None:
        """Too much came from the sender: it is told once, and the session stays where it is."""
        if verdict is Verdict.TELL:
            self.send(prompts.word("slow_down", self.language()))

    def _opts_out(self, said: Text) -> bool:
        """STOP works in every shop; where the seller's own flow takes the word, the flow has it."""
        if self.key.channel != "sms" or len(said.text) > OPT_OUT_CHARACTERS_MAX:
            return False
        program = self.machine.program
        if not opts_out(said.text, program.languages, program.codes.get("keyword", ())):
            return False
        if fold(said.text) in self.machine.anywhere_phrases and self.awaited_order() is None:
            return False
        language = self.session.language if self.session else self.machine.program.languages[0]
        self.buyer = replace(self.buyer, opted_out=True)
        self.send(prompts.word("opted_out", language))
        self.keep_buyer()
        return True

    def _is_corrected(self) -> bool:
        """Whether this is the address, in writing, of an order whose address was recorded."""
        last, said = self.buyer.last_order, self.arrival.input
        return (
            last is not None
            and last.written_until > self.arrival.at
            and self.key.channel == "sms"
            and isinstance(said, Text)
            and addressing.correct(self, said)
        )

    # --- while a person has the buyer ---

    def _is_overheard(self) -> bool:
        """Whether a person has the buyer, or will: then the flow does not answer, and what was said is passed on."""
        session = self.session
        if session is None or session.at in self.machine.questions:
            return False
        said = self.arrival.input
        node = self.machine.program.waits.get(session.at)
        if node is None or not isinstance(self.machine.program.nodes[node], HandOver):
            return False
        if not isinstance(said, OVERHEARD) or (
            isinstance(said, Opened) and self.key.channel != "voice"
        ):
            return False
        self.changes.heard.append(
            Heard(self.key, self.serial, session.turns, said, self.arrival.at)
        )
        if isinstance(said, Text | Speech):
            # The session does not move, but what was said is in its log.
            lines = log_lines(said, [], self.machine.program, self.private())
            self._talk(session, lines)
        return True

    def _talk(self, session: Session, lines: list[str]) -> None:
        self.changes.talks.append(
            Talk(self.key, self.serial, session.turns, self.arrival.at, "\n".join(lines))
        )

    # --- what the flow asks for ---

    def private(self) -> tuple[str, ...]:
        """Words that the log must not show: who and where the buyer is, and a free answer."""
        buyer, session, said = self.buyer, self.session, self.arrival.input
        words = [buyer.number, buyer.name, buyer.address, *buyer.earlier]
        if session is not None and session.at in self.machine.private and isinstance(said, Text):
            words.append(" ".join(said.text.split()))
        return tuple([word for word in words if word])

    def _advance(self, given: Given) -> list[Effect]:
        before, now = self.session, self.arrival.at
        if before is None:
            self.began = True
            self.session, found = begin(self.machine, self.key.channel, given, now)
            return found
        self.began = False
        said = given.input
        if said.__class__ is Outcome and said.name == SENT_TO_STEP:  # type: ignore[union-attr]
            to = str(said.values["step"])  # type: ignore[union-attr]
            self.session, found = go_to(self.machine, before, to, given, now)
            return found
        self.session, found = step(self.machine, before, given, now)
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
            if effect.__class__ is effects.Say:
                self.said.append(effect.text)  # type: ignore[attr-defined]
                continue
            match effect:
                case effects.SendSms(text):
                    self.asides.append(text)
                case effects.KeepBuyer(field, value):
                    self.buyer = self.buyer.kept(field, value)
                case effects.TellShop(text):
                    self.tell_shop(text)
                case effects.PlaceOrder():
                    outcome = placing.order(self, effect)
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
        outcome = self.shared.performer.at_once(self.key, effect)
        if outcome is not None:
            if isinstance(effect, effects.HandOver):
                self.changes.turned_away.append(self.changes.hand_overs[-1])
            return outcome
        if self.key.channel == "ussd" and isinstance(effect, effects.HandOver):
            # A dialog cannot wait for a person.
            language = self.language()
            if not moving.wait_by_sms(self, effect):
                return Outcome("busy")
            self.say(prompts.word("agent_by_sms", language))
            return None
        self.wait_for(effect)
        return None

    def wait_for(self, effect: effects.Suspending) -> Awaited:
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

    def awaited_order(self) -> Awaited | None:
        """The order that waits for its code, if one does."""
        awaited = self.world.awaited.get(self.key)
        return (
            awaited
            if awaited is not None and isinstance(awaited.effect, effects.PlaceOrder)
            else None
        )

    def tell_shop(self, text: str) -> None:
        """A message for the seller."""
        self.changes.messages.append(
            ShopMessage(self.key.seller, self.key.buyer, text, self.arrival.at)
        )

    def say(self, text: str) -> None:
        """Something that the platform says, not the flow; the log does not show it."""
        self.said.append(text)
        self.performed.append(effects.Say(text))

    def send(self, text: str) -> None:
        """A text to the buyer's number."""
        if not text or not self.has_number:
            return
        arrival = self.arrival
        carrier, code = arrival.carrier, arrival.code
        if self.key.channel != "sms":
            # A text beside a call comes from the seller's own code. It goes where the call came by, if texts can; else anywhere.
            carrier = carrier if self.key.channel == "voice" else ""
            code = next(iter(self.machine.program.codes.get("sms", ())), code)
        self.changes.texts.append(
            OutgoingText(carrier, code, self.key.buyer, text, arrival.at, self.key.seller)
        )

    @property
    def has_number(self) -> bool:
        """Whether the buyer can be texted to; a caller may withhold the number."""
        buyer = self.key.buyer
        return buyer.isdigit() or buyer.lstrip("+").isdigit()

    def language(self) -> str:
        """In which the turn begins."""
        if self.session is not None:
            return self.session.language
        known, languages = self.buyer.language, self.machine.program.languages
        return known if known in languages else languages[0]

    # --- what is kept ---

    def keep(self) -> None:
        """Note the session as it is now, the buyer, the texts and the log."""
        session = self.session
        assert session is not None
        packed = pack(session)
        if len(packed) > SESSION_BYTES_MAX:
            # A flow that hoards is ended rather than kept; the checker's limits make this unreachable.
            session = Session(session.program, session.channel, session.language)
            packed = pack(session)
        if self.said and self.key.channel == "sms":
            # One message a turn: the carrier charges for each.
            self.send("\n".join(self.said))
        for text in self.asides:
            self.send(text)
        contact = Contact(
            self.serial, packed, max(self.arrival.since or self.arrival.stamp, self.stamp)
        )
        self.world.contacts[self.key] = self.changes.contacts[self.key] = contact
        self.keep_buyer()
        if self.lines:
            self._talk(session, self.lines)

    def keep_buyer(self) -> None:
        """Note the buyer, where anything is known anew."""
        buyer = self.buyer
        if buyer is not self.known and buyer != self.known:
            who = (self.key.seller, self.key.buyer)
            self.world.buyers[who] = self.changes.buyers[who] = buyer

    def _reply(self, language: str) -> Reply | None:
        """For a channel that performs the effects itself; texts go by the outbox."""
        session = self.session
        if self.key.channel == "sms" or session is None:
            return None
        return Reply(
            tuple(self.performed),
            language,
            CODE_EXPECTED if self.awaited_order() is not None else expected(self.machine, session),
            session.at == ENDED,
            self.machine.fingerprint,
        )
