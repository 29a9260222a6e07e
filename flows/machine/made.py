"""Functions of a program's nodes and answers, each made when it is first come to: most buyers take one way of many."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import proxy

from flows.machine.signs import Answer, Run

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
