"""One arrival on its way through its flow: where its buyer is, and what the turn has changed so far.

A visit resumes the buyer's session, and keeps it as it is after the turn. What becomes of it in between stands in
center.visit.taking.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from center.awaited import Awaited
from center.changes import OutgoingText, ShopMessage, Talk
from center.contact import Arrival, Contact
from center.superseded import TURNS_MAX
from center.visit.shared import Shared
from flows import effects
from flows.answers import ADDRESS_SHOWN_CHARACTERS_MAX, FREE_TYPES
from flows.effects import Effect
from flows.inputs import Buyer, Given, Input, Text
from flows.machine import CONFIRM, Machine
from flows.program import Ask
from flows.publish import move
from flows.session import ENDED, SESSION_BYTES_MAX, Session, pack, unpack
from flows.transcript.masked import MADE_UP_ANSWER, awaiting_yes, masked, said_again

NO_STOCK: Mapping[str, int] = {}


class Visit:
    """One arrival, where its buyer is, and what was changed so far."""

    __slots__ = (
        "arrival",
        "asides",
        "asked",
        "began",
        "buyer",
        "changes",
        "current",
        "hangs_up",
        "key",
        "known",
        "lines",
        "machine",
        "number",
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
    asked: Session | None
    """Where the buyer was when the turn began."""
    asides: list[str]
    """Texts sent besides the conversation; they go out after what was said."""
    performed: list[Effect]
    """All effects of the turn, for a channel that performs them itself."""
    began: bool
    """Whether the last step began a session."""
    hangs_up: bool
    """Whether a call is to end with what is said, though its session is not over."""
    stock: Mapping[str, int]
    """What is left of the seller's products; one that is not in it has its catalog's stock."""
    number: str
    """The buyer's."""

    def __init__(self, arrival: Arrival, current: Machine, shared: Shared) -> None:
        """`current` is the machine that new sessions of the seller run on."""
        self.arrival = arrival
        self.shared = shared
        self.changes = shared.changes
        self.world = world = shared.world
        self.key = key = arrival.contact
        self.machine = self.current = current
        contact = world.contacts.get(key)
        if contact is None:
            self.serial, self.stamp, self.session = 1, 0, None
        else:
            self.serial, self.stamp = contact.serial, contact.stamp
            self.resume(unpack(contact.session))
        seller = key.seller
        self.asked = self.session
        number = self.number = key.number
        self.known = world.buyers.get((seller, number))
        self.buyer = self.known or Buyer(number)
        self.stock = world.stock.get(seller, NO_STOCK)
        self.began = self.hangs_up = False
        self.said: list[str] = []
        self.asides = []
        self.lines: list[str] = []
        self.performed = []

    def resume(self, session: Session) -> None:
        """Go on where the buyer was: on the newest program if the question is still the same there, else on its own."""
        current = self.current
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

    def language(self) -> str:
        """In which the turn begins."""
        if self.session is not None:
            return self.session.language
        known, languages = self.buyer.language, self.machine.program.languages
        return known if known in languages else languages[0]

    @property
    def has_number(self) -> bool:
        """Whether the buyer can be texted to; a caller may withhold the number."""
        return self.number.lstrip("+").isdigit()

    def awaited_order(self) -> Awaited | None:
        """The order that waits for its code, if one does."""
        awaited = self.world.awaited.get(self.key)
        return (
            awaited
            if awaited is not None and isinstance(awaited.effect, effects.PlaceOrder)
            else None
        )

    def masked(self, before: Session, given: Input, buyer: Buyer, private: list[str]) -> Input:
        """What was said at a question whose answers no log shows, as the log shows it; `private` gets what it must show nowhere.

        `before` and `buyer` are as they were when the turn began.
        """
        assert self.session is not None
        if given.__class__ is Text:
            ask, words = self.machine.questions[before.at], " ".join(given.text.split())  # type: ignore[union-attr]
            if ask.type in FREE_TYPES and self.session.values.get(ask.name) == words:  # type: ignore[union-attr]
                # It was taken as it stands, as nearly every address is: that is told apart at no cost.
                private.append(words)
                if len(words) > ADDRESS_SHOWN_CHARACTERS_MAX:
                    private.append(words[:ADDRESS_SHOWN_CHARACTERS_MAX])
                return MADE_UP_ANSWER
        world = Given(given, buyer, self.stock)
        shown, secrets = masked(self.machine, before, world, self.arrival.at)
        private += secrets
        return shown

    def said_again(self, before: Session, given: Input, earlier: Sequence[str]) -> Input:
        """What was said at another question, of which what answered a private one before is not shown; `earlier` as by `answered`."""
        world = Given(given, self.buyer, self.stock)
        return said_again(self.machine, before, world, self.arrival.at, earlier)

    def private(self) -> list[str]:
        """Words that the log must not show: who and where the buyer is."""
        buyer = self.buyer
        words = [buyer.number]
        # One by one: nearly always there is no more than the address.
        if buyer.name:
            words.append(buyer.name)
        if buyer.address:
            words.append(buyer.address)
        if buyer.earlier:
            words += buyer.earlier
        # Behind all of them: what is hidden holds the beginning of no other.
        if len(buyer.address) > ADDRESS_SHOWN_CHARACTERS_MAX:
            words.append(buyer.address[:ADDRESS_SHOWN_CHARACTERS_MAX])
        if buyer.earlier:
            words += [one[:ADDRESS_SHOWN_CHARACTERS_MAX] for one in buyer.earlier]
        return words if all(words) else [word for word in words if word]

    def answered(self) -> Sequence[str]:
        """Words that the log must show nowhere either: what the buyer answered at questions whose answers no log shows, or is to confirm."""
        session, names = self.session, self.machine.private_names
        if session is None:
            return ()
        known = self.buyer.address
        words: list[str] = []
        for name, value in session.values.items():
            # One character would hide more than it tells.
            if name in names and isinstance(value, str) and len(value) > 1 and value != known:
                words.append(value)
                if names[name]:
                    words.append(" ".join(value))
        return words + self._to_confirm(session) if session.pending is not None else words

    def _to_confirm(self, session: Session) -> list[str]:
        if session.at.lstrip(CONFIRM) not in self.machine.private:
            return []
        world = Given(self.arrival.input, self.buyer, self.stock)
        return awaiting_yes(self.machine, session, world, self.arrival.at)

    def say(self, text: str) -> None:
        """Something that the platform says, not the flow; the log does not show it."""
        self.said.append(text)
        self.performed.append(effects.Say(text))

    def send(self, text: str, turn: int = 0) -> None:
        """A text to the buyer's number; `turn`: see OutgoingText."""
        if not text:
            return
        arrival = self.arrival
        carrier, code = arrival.carrier, arrival.code
        if self.key.channel != "sms":
            if not self.has_number:
                return
            # A text beside a call comes from the seller's own code. It goes where the call came by, if texts can; else anywhere.
            carrier = carrier if self.key.channel == "voice" else ""
            code = next(iter(self.machine.program.codes.get("sms", ())), code)
        self.changes.texts.append(
            OutgoingText(carrier, code, self.number, text, arrival.at, self.key.seller, turn)
        )

    def tell_shop(self, text: str) -> None:
        """A message for the seller."""
        self.changes.messages.append(
            ShopMessage(self.key.seller, self.number, text, self.arrival.at)
        )

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
            asked=self.step_asked(),
        )
        self.changes.awaited[self.key] = self.world.awaited[self.key] = awaited
        return awaited

    def step_asked(self) -> str:
        """The step at whose question the buyer was; empty where there was none."""
        return self.asked.at.lstrip("~?").partition(".")[0] if self.asked is not None else ""

    def keep(self, *, was_said: bool = False) -> None:
        """Note the session as it is now, the buyer, the texts and the log. `was_said`: what the flow heard is what its buyer said."""
        session = self.session
        assert session is not None
        packed = pack(session)
        if len(packed) > SESSION_BYTES_MAX:
            # A flow that hoards is ended rather than kept; the checker's limits make this unreachable.
            session = Session(session.program, session.channel, session.language)
            packed = pack(session)
        if self.said and self.key.channel == "sms":
            # One message a turn: the carrier charges for each.
            turns, turn = session.turns, 0
            if turns < TURNS_MAX:
                # As center.superseded.turn_number has it, without a call: this is done for each text. An outcome has gone past questions, too.
                turn = (self.serial * TURNS_MAX + turns) * 2
                if was_said and len(self.performed) == 1 and session.order is None:
                    # It asks, and tells nothing that is told once. A question without words has those of a step before it.
                    asked = self.machine.questions.get(session.at)
                    if asked is not None and (asked.__class__ is not Ask or asked.wordings):  # type: ignore[union-attr]
                        turn += 1
            self.send("\n".join(self.said), turn)
        for text in self.asides:
            self.send(text)
        contact = Contact(
            self.serial, packed, max(self.arrival.since or self.arrival.stamp, self.stamp)
        )
        self.world.contacts[self.key] = self.changes.contacts[self.key] = contact
        self.keep_buyer()
        if self.lines:
            self.talk(session, self.lines)

    def keep_buyer(self) -> None:
        """Note the buyer, where anything is known anew."""
        buyer = self.buyer
        if buyer is not self.known and buyer != self.known:
            who = (self.key.seller, self.number)
            self.world.buyers[who] = self.changes.buyers[who] = buyer

    def talk(self, session: Session, lines: list[str]) -> None:
        self.changes.talks.append(
            Talk(self.key, self.serial, session.turns, self.arrival.at, "\n".join(lines))
        )
