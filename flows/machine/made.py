"""Functions of a program's nodes and answers, each made when it is first come to: most buyers take one way of many."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import proxy

from flows.expression import ExpressionError
from flows.machine.signs import Answer, Run, Said, refused
from flows.render import Renderer
from flows.template import TemplateError

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
    """A wording's texts by column: a buyer hears one of many."""

    __slots__ = ("_renderer", "_texts")

    def __init__(self, renderer: Renderer, texts: tuple[str, ...]) -> None:
        super().__init__()
        self._renderer = renderer
        self._texts = texts

    def __missing__(self, column: int) -> Said:
        text = self._texts[column]
        made: Said = text
        if "{" in text:
            try:
                made = self._renderer.text(text)
            except (TemplateError, ExpressionError) as error:
                made = refused(error.message)
        self[column] = made
        return made
