"""What a buyer can be sent in one turn: its runs, and the texts on them.

A written channel gives the texts of a turn as one message, a line each; a call says them one after another.
"""

from __future__ import annotations

from functools import lru_cache

from flows import program as p
from flows.checker.subject import Subject
from flows.checker.told.sayings import Sayings
from flows.checker.ways.runs import Run, runs_of
from flows.length import lengths_of
from flows.sample import Bounds, Size


@lru_cache(maxsize=4)
def turns_of(subject: Subject) -> Turns:
    """The turns of a flow, worked out once."""
    return Turns(subject)


class Turns:
    """All turns of a program."""

    def __init__(self, subject: Subject) -> None:
        self.program: p.Program = subject.program
        self.ways = runs_of(subject.shape)
        """The runs of all turns."""
        self._bounds = Bounds(subject.program)
        self._sayings: dict[tuple[str, Size], Sayings] = {}

    def all_runs(self, channel: str) -> tuple[Run, ...]:
        """Every run of every turn in every language, each once."""
        return self.ways.all(channel)

    def sayings(self, channel: str, size: Size) -> Sayings:
        """What nodes say on a channel, texts filled at a size."""
        found = self._sayings.get((channel, size))
        if found is None:
            lengths = lengths_of(self._bounds, size)
            found = self._sayings[channel, size] = Sayings(self.program, channel, lengths)
        return found
