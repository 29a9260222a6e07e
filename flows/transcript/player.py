"""A talk played on the engine against a small world of its own: buyer, stock, order numbers, a clock."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from msgspec.structs import replace

from flows import effects
from flows.due import due_at, due_text
from flows.effects import Effect
from flows.engine import begin, step
from flows.inputs import Buyer, Given, Input, Opened, Order, Outcome, Silence
from flows.machine import Machine
from flows.session import ENDED, Session
from flows.transcript.coverage import Column, Coverage
from flows.transcript.lines import effect_line, parse_input, parse_outcome, typed_outcome
from flows.transcript.talk import Talk, TalkError, TalkLine, local_seconds, pause_seconds

OUTCOMES_MAX = 8
"""Outcomes that one input may need in a row."""


@dataclass(slots=True)
class World:
    """What a flow can look at, and what its orders change."""

    buyer: Buyer
    stock: dict[str, int] = field(default_factory=dict[str, int])
    orders: int = 0
    now: int = 0


class Player:
    """One buyer's conversation."""

    def __init__(self, machine: Machine, channel: str, world: World) -> None:
        self.machine = machine
        self.channel = channel
        self.world = world
        self.session: Session | None = None

    def give(self, given_input: Input) -> list[Effect]:
        """One step of the engine; what it keeps of the buyer is kept."""
        given = Given(given_input, self.world.buyer, self.world.stock)
        if isinstance(self.machine.trace, Coverage):
            self.machine.trace.column = Column(self.channel, self._language())
        if self.session is None or self.session.at == ENDED:
            self.session, found = begin(self.machine, self.channel, given, self.world.now)
        else:
            self.session, found = step(self.machine, self.session, given, self.world.now)
        for effect in found:
            if isinstance(effect, effects.KeepBuyer):
                self.world.buyer = self.world.buyer.kept(effect.field, effect.value)
        return found

    def _language(self) -> str:
        if self.session is not None and self.session.at != ENDED:
            return self.session.language
        known = self.world.buyer.language
        return known if known in self.machine.languages else self.machine.program.languages[0]

    def needs_outcome(self) -> bool:
        """Whether the session waits for an effect's outcome."""
        return (
            self.session is not None
            and self.session.at != ENDED
            and self.session.at in self.machine.program.waits
            and self.session.at not in self.machine.questions
        )

    def outcome_of(self, found: Iterable[Effect]) -> Outcome | None:
        """What the world answers to the last effect that waits: orders are placed if the stock allows."""
        for effect in reversed(list(found)):
            match effect:
                case effects.PlaceOrder():
                    return self._place(effect)
                case effects.HandOver():
                    return Outcome("closed")
                case effects.Request() | effects.Pay():
                    return Outcome("failed")
                case _:
                    continue
        return None

    def note_outcome(self, outcome: Outcome, found: Iterable[Effect]) -> None:
        """An outcome that the transcript dictates changes the world as its effect would."""
        if outcome.name != "ok":
            return
        for effect in found:
            if isinstance(effect, effects.PlaceOrder):
                for line in effect.lines:
                    left = self.left(line.code)
                    self.world.stock[line.code] = max(0, left - line.quantity)
                self.world.orders += 1
                self._remember(effect, outcome)

    def _place(self, effect: effects.PlaceOrder) -> Outcome:
        for line in effect.lines:
            if self.left(line.code) < line.quantity:
                return Outcome("sold out", {"missing": line.code})
        for line in effect.lines:
            self.world.stock[line.code] = self.left(line.code) - line.quantity
        self.world.orders += 1
        program = self.machine.program
        language = self.session.language if self.session else program.languages[0]
        now = self.world.now
        eta = due_text(due_at(program, now), now, program.timezone, language)
        outcome = Outcome("ok", {"number": f"A{self.world.orders:04d}", "eta": eta})
        self._remember(effect, outcome)
        return outcome

    def _remember(self, effect: effects.PlaceOrder, outcome: Outcome) -> None:
        number, eta = str(outcome.values.get("number", "")), str(outcome.values.get("eta", ""))
        order = Order(number, "placed", effect.total, eta, effect.lines)
        self.world.buyer = replace(self.world.buyer, last_order=order)

    def left(self, code: str) -> int:
        """What is left of a product."""
        product = self.machine.products.get(code)
        return self.world.stock.get(code, product.stock if product else 0)

    def wait_s(self) -> int:
        """How long the current question waits for an answer."""
        question = self.machine.questions.get(self.session.at) if self.session else None
        return question.retry.wait_s if question else 6


def play(machine: Machine, talk: Talk) -> list[TalkLine]:
    """What happens when a talk's inputs are given: its driving lines with the lines that really follow them.

    Raises TalkError for a line that cannot be played.
    """
    return _Playing(machine, talk).play()


class _Playing:
    def __init__(self, machine: Machine, talk: Talk) -> None:
        program = machine.program
        try:
            now = local_seconds(talk.at, program.timezone)
        except ValueError as error:
            raise TalkError(talk.first_line, str(error)) from None
        buyer = replace(talk.buyer, language=talk.language or talk.buyer.language)
        self.player = Player(machine, talk.channel, World(buyer, dict(talk.stock), 0, now))
        self.program = program
        self.talk = talk
        self.lines: list[TalkLine] = []
        self.driving: deque[TalkLine] = deque(line for line in talk.lines if line.mark in ">~=?")

    def play(self) -> list[TalkLine]:
        first = self.talk.lines[0].mark if self.talk.lines else ""
        if first in ("<", "!"):
            # A talk that begins with the shop's words was opened without any.
            self._give(Opened(), None)
        while self.driving:
            line = self.driving.popleft()
            match line.mark:
                case "?":
                    self.lines.append(TalkLine("?", self._asserted(line), line.number))
                case "=":
                    raise TalkError(line.number, "no effect waits for an outcome here")
                case "~":
                    self.lines.append(line)
                    self._pause(line)
                case _:
                    self.lines.append(line)
                    self._give(self._parse(line), line)
        return self.lines

    def _parse(self, line: TalkLine) -> Input:
        try:
            return parse_input(line.text)
        except ValueError as error:
            raise TalkError(line.number, str(error)) from None

    def _pause(self, line: TalkLine) -> None:
        try:
            seconds = pause_seconds(line.text, self.player.wait_s())
        except ValueError as error:
            raise TalkError(line.number, str(error)) from None
        self.player.world.now += seconds
        session = self.player.session
        on_call = self.talk.channel == "voice" and session is not None and session.at != ENDED
        # On a call a pause as long as the question waits is an answer of its own.
        if on_call and seconds >= self.player.wait_s():
            self._give(Silence(), line)

    def _give(self, given: Input, line: TalkLine | None) -> None:
        number = line.number if line else 0
        found = self.player.give(given)
        self._show(found, number)
        for _ in range(OUTCOMES_MAX):
            if not self.player.needs_outcome() or not any(
                isinstance(effect, effects.Suspending) for effect in found
            ):
                return
            if self.driving and self.driving[0].mark == "=":
                dictated = self.driving.popleft()
                try:
                    outcome = typed_outcome(parse_outcome(dictated.text), self.program)
                except ValueError as error:
                    raise TalkError(dictated.number, str(error)) from None
                self.lines.append(dictated)
                self.player.note_outcome(outcome, found)
            else:
                simulated = self.player.outcome_of(found)
                if simulated is None:
                    return
                outcome = simulated
            found = self.player.give(outcome)
            self._show(found, number)

    def _show(self, found: list[Effect], number: int) -> None:
        for effect in found:
            text = effect_line(effect, self.program)
            if text == "! goodbye" or text[0] in "<!":
                self.lines.append(TalkLine(text[0], text[2:], number))

    def _asserted(self, line: TalkLine) -> str:
        """The statement as it really holds, so that a difference shows."""
        world = self.player.world
        words: list[str] = []
        for word in line.text.split():
            name, equals, _ = word.partition("=")
            if equals and (name in self.player.machine.products or name in world.stock):
                words.append(f"{name}={self.player.left(name)}")
            elif equals and name == "orders":
                words.append(f"orders={world.orders}")
            elif equals and name == "address":
                words.append(f"address={world.buyer.address}")
            elif equals and name == "opted_out":
                words.append(f"opted_out={'yes' if world.buyer.opted_out else 'no'}")
            elif word == "stock":
                words.append(word)
            else:
                raise TalkError(
                    line.number,
                    f"`{word}` cannot be asserted; write `stock 101=0`, `orders=1`, `address=...` or `opted_out=yes`",
                )
        return " ".join(words)
