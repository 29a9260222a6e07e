"""A program ready to run: works that it may share with others, and what is its seller's own."""

from __future__ import annotations

from flows import packed
from flows import program as p
from flows.machine.signs import Trace
from flows.machine.works import Works
from flows.turn import Turn


class Machine:
    """One seller's. Forty thousand of them pass through the processor's caches: it holds little, and that close together."""

    __slots__ = (
        "__weakref__",
        "answers",
        "fingerprint",
        "languages",
        "private",
        "private_names",
        "products",
        "program",
        "questions",
        "runs",
        "session_s",
        "shop",
        "strict",
        "texts",
        "trace",
        "works",
    )

    def __init__(
        self,
        program: p.Program,
        trace: Trace | None = None,
        *,
        fingerprint: bytes | None = None,
        works: Works | None = None,
    ) -> None:
        """`fingerprint` is the program's, where it is known; `works` are those of its shape, where there are some."""
        self.works = works = works or Works(program, trace)
        self.trace = works.trace
        self.languages = works.languages
        self.questions = works.questions
        self.runs = works.runs
        self.answers = works.answers
        self.strict = works.strict
        self.private = works.private
        self.private_names = works.private_names
        self.program = program
        self.fingerprint = fingerprint or packed.fingerprint(program)
        self.texts = works.texts_of(program)
        self.shop = self.texts.shop
        self.products = self.shop.products
        self.session_s = self.shop.session_s

    def anywhere(self, turn: Turn, text: str) -> int:
        """Where a message leads from any question, or NO_MATCH."""
        return self.works.elsewhere[turn.channel].find(turn, text)

    @property
    def anywhere_phrases(self) -> frozenset[str]:
        """Phrases of `anywhere`, folded: what the seller answers at every question."""
        return self.works.anywhere_phrases
