"""What a seller says, by column and wording: a buyer hears one of many, so each is made when it is first said.

A column is a channel in a language. Texts of one are a list of their own, so that a turn, which has one column, looks into a
few places that lie together.
"""

from __future__ import annotations

from flows.expression import ExpressionError
from flows.machine.signs import FlowTroubleError, refused
from flows.program import CHANNELS, Program
from flows.render import RENDERED_CHARACTERS_MAX, Evaluate, Renderer
from flows.shop import Shop
from flows.template import TemplateError
from flows.turn import Column, Said, Turn


class Texts:
    """One shop's. What says the same in every turn is a text, all else the function that gives it, and its words."""

    __slots__ = ("__weakref__", "_columns", "_program", "_renderer", "shop")

    def __init__(self, program: Program, renderer: Renderer) -> None:
        self._program = program
        self._renderer = renderer
        self._columns: list[Column | None] = [None] * (len(CHANNELS) * len(program.languages))
        self.shop = Shop(program)

    def column(self, number: int) -> Column:
        """What is said in a column; see Turn.w."""
        column = self._columns[number]
        if column is not None:
            return column
        new: Column = [None] * len(self._program.wordings)
        self._columns[number] = new
        return new

    def make(self, number: int, wording: int) -> Said:
        """A text that is said for the first time."""
        made = self.column(number)[wording] = self._made(number, wording)
        return made

    def _made(self, number: int, wording: int) -> Said:
        program = self._program
        text = program.texts[program.wordings[wording][number]]
        if "{" not in text:
            return text
        try:
            render, words, constant = self._renderer.text(text)
        except (TemplateError, ExpressionError) as error:
            return _refuse, error.message
        if not constant:
            return render, words
        turn = Turn()
        turn.channel, turn.l = divmod(number, len(program.languages))
        turn.language = program.languages[turn.l]
        turn.values = {}
        turn.shop = self.shop
        return render(turn, words)[:RENDERED_CHARACTERS_MAX]


def text_of(t: Turn, wording: int) -> str:
    """The text of a wording in this turn."""
    said = t.column[wording]
    if said is None:
        said = t.texts.make(t.w, wording)
    return said if isinstance(said, str) else said[0](t, said[1])[:RENDERED_CHARACTERS_MAX]


def _refuse(_: Turn, message: str) -> str:
    """A text that the checker would refuse: it fails when it is reached."""
    raise FlowTroubleError("text.failed", message)


def evaluated(renderer: Renderer, expression: str) -> Evaluate:
    """An expression as a function; one that the checker would refuse fails when it is reached."""
    try:
        return renderer.expression(expression)
    except ExpressionError as error:
        return refused(error.message)
