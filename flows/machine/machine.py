"""A program ready to run: its texts, its questions, and a function for every node."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial

from flows import effects
from flows import program as p
from flows.expression import ExpressionError
from flows.machine import questions, statements
from flows.machine.anywhere import Anywhere
from flows.machine.signs import END, Answer, Run, Trace, refused
from flows.render import RENDERED_CHARACTERS_MAX, Evaluate, Renderer
from flows.template import TemplateError
from flows.turn import Turn
from grammars.folding import fold
from grammars.opting_out import opt_out_words


class Machine:
    """A program ready to run."""

    def __init__(self, program: p.Program, trace: Trace | None = None) -> None:
        self.program = program
        self.trace = trace
        self.fingerprint = p.fingerprint(program)
        self.languages = {language: index for index, language in enumerate(program.languages)}
        self.products = {product.code: product for product in program.products}
        limits = program.limits
        self.session_s = (limits.voice_session_s, limits.sms_session_s, limits.ussd_session_s)
        self.renderer = Renderer(program)
        self._texts: dict[int, str | Callable[[Turn], str]] = {}
        self._rows: dict[int, tuple[str | Callable[[Turn], str], ...]] = {}
        self.elsewhere = [Anywhere(self, channel) for channel in p.CHANNELS]
        self.questions: dict[str, p.Question] = {}
        self.answers: dict[str, Answer] = {}
        self.strict: dict[str, Answer] = {}
        """As `answers`, for a first message: nothing that takes any words."""
        self.runs: list[Run] = [
            self._run(node) if trace is not None or isinstance(node, p.Question) else self._stub(i)
            for i, node in enumerate(program.nodes)
        ]
        if trace is not None:
            self.runs = [_traced(program, i, run, trace) for i, run in enumerate(self.runs)]

    def _stub(self, index: int) -> Run:
        """Makes a node's function when it is first come to: most buyers take one way of many."""

        def run(t: Turn) -> int:
            made = self.runs[index] = self._run(self.program.nodes[index])
            return made(t)

        return run

    def anywhere(self, turn: Turn, text: str) -> int:
        """Where a message leads from any question, or NO_MATCH."""
        return self.elsewhere[turn.channel].find(turn, text)

    @cached_property
    def anywhere_phrases(self) -> frozenset[str]:
        """Phrases of `anywhere`, folded: what the seller answers at every question."""
        return frozenset(
            fold(phrase) for option in self.program.anywhere for phrase in option.phrases
        )

    @cached_property
    def opt_out_words(self) -> frozenset[str]:
        """Words, folded, by which a buyer gets no more messages that were not asked for."""
        return opt_out_words(self.program.languages)

    @cached_property
    def irreversible(self) -> frozenset[int]:
        """Nodes from which an order is placed or money taken before the buyer is asked anything more."""
        nodes = self.program.nodes
        found = {i for i, node in enumerate(nodes) if isinstance(node, p.PlaceOrder | p.Pay)}
        waiting = p.Menu | p.Ask | p.HandOver | p.Request
        changed = True
        while changed:
            changed = False
            for index, node in enumerate(nodes):
                if index in found or isinstance(node, waiting):
                    continue
                if any(target in found for _, target in p.edges(node, "voice")):
                    found.add(index)
                    changed = True
        return frozenset(found)

    # --- wordings ---

    def row(self, wording: int) -> tuple[str | Callable[[Turn], str], ...]:
        """A wording's texts by column, each a text or a function that gives it."""
        row = self._rows.get(wording)
        if row is None:
            row = self._rows[wording] = tuple(self._text(i) for i in self.program.wordings[wording])
        return row

    def _text(self, index: int) -> str | Callable[[Turn], str]:
        text = self._texts.get(index)
        if text is None:
            try:
                text = self.renderer.text(self.program.texts[index])
            except (TemplateError, ExpressionError) as error:
                text = refused(error.message)
            self._texts[index] = text
        return text

    def evaluate(self, expression: str) -> Evaluate:
        """An expression as a function; one that the checker would refuse fails when it is reached."""
        try:
            return self.renderer.expression(expression)
        except ExpressionError as error:
            return refused(error.message)

    def say(self, turn: Turn, wording: int) -> str:
        """The text of a wording in this turn."""
        text = self.row(wording)[turn.w]
        return text if text.__class__ is str else text(turn)[:RENDERED_CHARACTERS_MAX]  # type: ignore[operator]

    # --- nodes ---

    def _run(self, node: p.AnyNode) -> Run:
        match node:
            case p.Say(wording, following, to_its_end):
                said = statements.announced if to_its_end else effects.Say
                return statements.say(self, wording, following, said)
            case p.SendSms(wording, following):
                return statements.say(self, wording, following, effects.SendSms)
            case p.TellShop(wording, following):
                return statements.tell_shop(
                    self, statements.say(self, wording, following, effects.TellShop)
                )
            case p.Menu():
                return questions.menu(self, node)
            case p.Ask():
                return questions.ask(self, node)
            case p.Branch(condition, yes, no):
                test = self.evaluate(condition)
                return lambda t: yes if test(t) else no
            case p.Assign():
                return statements.assign(self, node)
            case p.Add(amount, product, following):
                return statements.add(self.evaluate(amount), product, following)
            case p.Remove(product, following):
                return statements.remove(product, following)
            case p.Empty(following):
                return statements.empty(following)
            case p.PlaceOrder():
                return statements.place_order(node)
            case p.HandOver():
                return statements.hand_over(self, node)
            case p.Request():
                return statements.request(self, node)
            case p.Pay():
                return statements.pay(self, node)
            case p.Call():
                return statements.call(self, node)
            case p.Return():
                return partial(statements.come_back, self)
            case p.Goodbye():
                return lambda _: END


def _traced(program: p.Program, index: int, run: Run, trace: Trace) -> Run:
    """A node's function that also tells which edge it took."""
    labels = {target: label for label, target in reversed(p.edges(program.nodes[index]))}
    waits = isinstance(
        program.nodes[index], p.Menu | p.Ask | p.PlaceOrder | p.HandOver | p.Request | p.Pay
    )

    def traced(t: Turn) -> int:
        following = run(t)
        if not waits and following in labels:
            trace.edge(index, labels[following])
        return following

    return traced
