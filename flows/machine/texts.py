"""What a seller says, by wording and column: a buyer hears one of many, so each is made when it is first said."""

from __future__ import annotations

from flows.expression import ExpressionError
from flows.machine.signs import Said, refused
from flows.program import Program
from flows.render import RENDERED_CHARACTERS_MAX, Evaluate, Renderer
from flows.shop import Shop
from flows.template import TemplateError
from flows.turn import Turn

COLUMNS_MAX = 1_000
"""A wording's texts are at its number times this, and their columns: three channels in more languages than there are."""


class Texts(dict[int, Said]):
    """One shop's. What says the same in every turn is a text, all else the function that gives it."""

    __slots__ = ("__weakref__", "_program", "_renderer", "shop")

    def __init__(self, program: Program, renderer: Renderer) -> None:
        super().__init__()
        self._program = program
        self._renderer = renderer
        self.shop = Shop(program)

    def __missing__(self, place: int) -> Said:
        made = self[place] = self._made(*divmod(place, COLUMNS_MAX))
        return made

    def _made(self, wording: int, column: int) -> Said:
        program = self._program
        text = program.texts[program.wordings[wording][column]]
        if "{" not in text:
            return text
        try:
            render, constant = self._renderer.text(text)
        except (TemplateError, ExpressionError) as error:
            return refused(error.message)
        if not constant:
            return render
        turn = Turn()
        turn.channel, turn.l = divmod(column, len(program.languages))
        turn.language = program.languages[turn.l]
        turn.values = {}
        turn.shop = self.shop
        return render(turn)[:RENDERED_CHARACTERS_MAX]


def text_of(t: Turn, wording: int) -> str:
    """The text of a wording in this turn."""
    text = t.texts[wording * COLUMNS_MAX + t.w]
    return text if isinstance(text, str) else text(t)[:RENDERED_CHARACTERS_MAX]


def evaluated(renderer: Renderer, expression: str) -> Evaluate:
    """An expression as a function; one that the checker would refuse fails when it is reached."""
    try:
        return renderer.expression(expression)
    except ExpressionError as error:
        return refused(error.message)
