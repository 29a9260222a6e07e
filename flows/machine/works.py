"""The works of a machine: a function for every node, and for every question one that understands the answers.

Nothing in them is one seller's own: texts and goods come with the turn. So sellers of one template share them, and one more
such seller costs next to nothing, be it the first text of a day or the millionth.

Each function is made when it is first come to: most buyers take one way of many. No function holds the works, so that what
nobody runs any more is freed at once, without the garbage collector.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import cached_property
from weakref import WeakValueDictionary, proxy

from flows import program as p
from flows.answers import FREE_TYPES, PRIVATE_TYPES
from flows.machine import nodes
from flows.machine.anywhere import Anywhere
from flows.machine.signs import Answer, Question, Run, Trace
from flows.machine.texts import Texts
from flows.render import Renderer
from flows.same import Same
from flows.turn import Turn
from grammars.folding import fold


def shape(program: p.Program) -> Hashable:
    """The same for programs that may have the same works.

    Parts with the same bytes are the same object (flows.packed.decode), so that nothing is compared or hashed at length.
    """
    shared = (
        program.nodes,
        program.waits,
        program.anywhere,
        program.variables,
        program.grammars,
        program.choices,
    )
    return (program.languages, program.decimals, program.currency, *map(Same, shared))


class Works:
    """Made of the program of any of its sellers, of which only the shape is looked at."""

    def __init__(self, program: p.Program, trace: Trace | None = None) -> None:
        self.program = program
        self.trace = trace
        self.languages = {language: index for index, language in enumerate(program.languages)}
        self.renderer = Renderer(program)
        self.elsewhere = [Anywhere(program, self.renderer, channel) for channel in p.CHANNELS]
        self.questions: dict[str, p.Question] = {
            node.id: node for node in program.nodes if isinstance(node, p.Question)
        }
        self.runs = _Runs(self)
        self.answers = _Answers(self)
        self.strict = _Answers(self)
        """As `answers`, for a first message: nothing that takes any words."""
        self._texts: WeakValueDictionary[Hashable, Texts] = WeakValueDictionary()
        """By what sellers who say the same have in common, as long as one of them is there."""

    def texts_of(self, program: p.Program) -> Texts:
        """What a seller says, and their shop: those of another who has the same goods, names and words, where there is one."""
        # What is told by its identity is alive as long as its texts are.
        parts = program.texts, program.wordings, program.products, program.hours, program.limits
        key = (program.shop_names, program.number, program.timezone, *map(id, parts))
        texts = self._texts.get(key)
        if texts is None:
            texts = self._texts[key] = Texts(program, self.renderer)
        return texts

    def make(self, index: int) -> Run:
        """A node's function; what understands the answer, if it is a question, is noted too."""
        run = self.untraced(index)
        return run if self.trace is None else _traced(self.program, index, run, self.trace)

    def untraced(self, index: int) -> Run:
        """A node's function for a trial that nothing is to come of; of a node that asks nothing."""
        made = nodes.made(self.program, index, self.renderer, self.elsewhere, self.trace)
        if not isinstance(made, Question):
            return made
        self.answers[made.name], self.strict[made.name] = made.answer, made.strict
        return made.put

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

    @cached_property
    def private_names(self) -> dict[str, bool]:
        """Variables that keep such answers for later turns, and whether their digits are read back one by one.

        An address that becomes the buyer's at once is known as that, and after a last message nothing is said: most flows have none.
        """
        kinds = {
            name: kind
            for option in self.program.anywhere
            if self._waits_after(option.target)
            for name, kind in option.slots
        }
        for question in map(self.questions.__getitem__, sorted(self.private)):
            if isinstance(question, p.Ask) and self._waits_after(question.next):
                following = self.program.nodes[question.next]
                if not (
                    isinstance(following, p.Assign)
                    and (following.path, following.value) == ("buyer.address", question.name)
                ):
                    kinds[question.name] = question.type
        return {
            name: kind not in FREE_TYPES for name, kind in kinds.items() if kind in PRIVATE_TYPES
        }

    def _waits_after(self, index: int) -> bool:
        """Whether a walk from a node may come to a wait, or goes back to who called."""
        seen = {p.NOWHERE}
        ahead = [index]
        while ahead:
            index = ahead.pop()
            if index in seen:
                continue
            seen.add(index)
            node = self.program.nodes[index]
            if isinstance(
                node, p.Question | p.PlaceOrder | p.HandOver | p.Request | p.Pay | p.Return
            ):
                return True
            ahead += [target for _, target in p.edges(node)]
        return False


class _Runs(dict[int, Run]):
    """By the node's index."""

    def __init__(self, works: Works) -> None:
        super().__init__()
        # Weak: works that were let go must not wait for the garbage collector.
        self._works: Works = proxy(works)

    def __missing__(self, index: int) -> Run:
        made = self[index] = self._works.make(index)
        return made


class _Answers(dict[str, Answer]):
    """By the question's name; made with the question's own function."""

    def __init__(self, works: Works) -> None:
        super().__init__()
        self._works: Works = proxy(works)

    def __missing__(self, question: str) -> Answer:
        works = self._works
        works.make(works.program.waits[question])
        return self[question]


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
