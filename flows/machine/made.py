"""Functions of a program's nodes and answers, each made when it is first come to: most buyers take one way of many."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import proxy

from flows.expression import ExpressionError
from flows.machine.signs import Answer, Run, Said, refused
from flows.program import CHANNELS
from flows.render import RENDERED_CHARACTERS_MAX, Renderer
from flows.template import TemplateError
from flows.turn import Turn

if TYPE_CHECKING:
    from flows.machine.machine import Machine


class Runs(dict[int, Run]):
    """By the node's index."""

    def __init__(self, machine: Machine) -> None:
        super().__init__()
        # Weak: a machine that was let go must not wait for the garbage collector.
        self._machine: Machine = proxy(machine)

    def __missing__(self, index: int) -> Run:
        made = self[index] = self._machine.make(index)
        return made


class Answers(dict[str, Answer]):
    """By the question's name; made with the question's own function."""

    def __init__(self, machine: Machine) -> None:
        super().__init__()
        self._machine: Machine = proxy(machine)

    def __missing__(self, question: str) -> Answer:
        machine = self._machine
        machine.make(machine.program.waits[question])
        return self[question]


class Row(dict[int, Said]):
    """A wording's texts by column: a buyer hears one of many. What says the same in every turn is written once."""

    __slots__ = ("_renderer", "_texts")

    def __init__(self, renderer: Renderer, texts: tuple[str, ...]) -> None:
        super().__init__()
        self._renderer = renderer
        self._texts = texts

    def __missing__(self, column: int) -> Said:
        made = self[column] = self._made(column)
        return made

    def _made(self, column: int) -> Said:
        text = self._texts[column]
        if "{" not in text:
            return text
        try:
            render, constant = self._renderer.text(text)
        except (TemplateError, ExpressionError) as error:
            return refused(error.message)
        if not constant:
            return render
        turn = Turn()
        turn.channel, turn.l = divmod(column, len(self._texts) // len(CHANNELS))
        turn.language = self._renderer.languages[turn.l]
        turn.values = {}
        return render(turn)[:RENDERED_CHARACTERS_MAX]
