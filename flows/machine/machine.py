"""A program ready to run: its texts, its questions, and a function for every node."""

from __future__ import annotations

from functools import cached_property, partial

from flows import effects
from flows import program as p
from flows.answers import PRIVATE_TYPES
from flows.expression import ExpressionError
from flows.machine import questions, statements
from flows.machine.anywhere import Anywhere
from flows.machine.made import Answers, Row, Runs
from flows.machine.signs import END, Run, Trace, refused
from flows.render import RENDERED_CHARACTERS_MAX, Evaluate, Renderer
from flows.turn import Turn
from grammars.folding import fold


class Machine:
    """A program ready to run."""

    def __init__(
        self, program: p.Program, trace: Trace | None = None, *, fingerprint: bytes | None = None
    ) -> None:
        """`fingerprint` is the program's, where it is known."""
        self.program = program
        self.trace = trace
        self.fingerprint = fingerprint or p.fingerprint(program)
        self.languages = {language: index for index, language in enumerate(program.languages)}
        self.products = {product.code: product for product in program.products}
        limits = program.limits
        self.session_s = (limits.voice_session_s, limits.sms_session_s, limits.ussd_session_s)
        self.renderer = Renderer(program)
        self._rows: dict[int, Row] = {}
        self.elsewhere = [Anywhere(self, channel) for channel in p.CHANNELS]
        self.questions: dict[str, p.Question] = {
            node.id: node for node in program.nodes if isinstance(node, p.Question)
        }
        self.runs = Runs(self)
        self.answers = Answers(self)
        self.strict = Answers(self)
        """As `answers`, for a first message: nothing that takes any words."""

    def make(self, index: int) -> Run:
        """A node's function, and what understands the answer if it is a question."""
        run = self._run(self.program.nodes[index])
        return run if self.trace is None else _traced(self.program, index, run, self.trace)

    def untraced(self, index: int) -> Run:
        """A node's function for a trial that nothing is to come of; of a node that asks nothing."""
        return self._run(self.program.nodes[index])

    def rest(self) -> None:
        """Let go of all that can be made again."""
        for made in (self.runs, self.answers, self.strict):
            made.clear()

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
    def private(self) -> frozenset[str]:
        """Questions whose answers no log shows."""
        return frozenset(
            name
            for name, question in self.questions.items()
            if isinstance(question, p.Ask) and question.type in PRIVATE_TYPES
        )

    # --- wordings ---

    def row(self, wording: int) -> Row:
        """A wording's texts by column."""
        row = self._rows.get(wording)
        if row is None:
            texts = self.program.texts
            columns = tuple([texts[index] for index in self.program.wordings[wording]])
            row = self._rows[wording] = Row(self.renderer, columns)
        return row

    def is_constant(self, wording: int) -> bool:
        """Whether a wording says the same in every turn, on every channel and in every language."""
        texts = self.program.texts
        return not any("{" in texts[index] for index in self.program.wordings[wording])

    def evaluate(self, expression: str) -> Evaluate:
        """An expression as a function; one that the checker would refuse fails when it is reached."""
        try:
            return self.renderer.expression(expression)
        except ExpressionError as error:
            return refused(error.message)

    def say(self, turn: Turn, wording: int) -> str:
        """The text of a wording in this turn."""
        text = self.row(wording)[turn.w]
        return text if isinstance(text, str) else text(turn)[:RENDERED_CHARACTERS_MAX]

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
