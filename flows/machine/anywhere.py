"""What works at every question, on one channel: phrases, keys and patterns of `anywhere`."""

from __future__ import annotations

from flows.answers import Reader, slot_reader
from flows.machine.signs import ANYWHERE, NO_MATCH
from flows.machine.texts import evaluated
from flows.phrases import Phrases, option_phrases
from flows.program import Program
from flows.render import Evaluate, Renderer
from flows.turn import Turn


class Anywhere:
    """Phrases, keys and patterns of `anywhere` that work on one channel."""

    def __init__(self, program: Program, renderer: Renderer, channel: str) -> None:
        self.program = program
        self.renderer = renderer
        self.channel = channel
        self.options = program.anywhere
        self.phrases: Phrases | None = None
        self.guards: list[Evaluate | None] = []
        self.patterns: list[tuple[list[tuple[str, Reader]], int]] = []

    def _prepare(self) -> Phrases:
        program, renderer = self.program, self.renderer
        self.guards = [evaluated(renderer, o.guard) if o.guard else None for o in self.options]
        self.patterns = [
            ([(name, slot_reader(kind, program)) for name, kind in option.slots], index)
            for index, option in enumerate(self.options)
            if option.slots and option.channel in (None, self.channel)
        ]
        self.phrases = option_phrases(self.options, self.channel)
        return self.phrases

    def find(self, t: Turn, text: str) -> int:
        """Where a message leads from any question, or NO_MATCH."""
        phrases = self.phrases or self._prepare()
        found = phrases.find(text)
        if found is None and self.patterns:
            found = self._pattern(t, text)
        return self._go(t, found)

    def find_within(self, t: Turn, text: str) -> int:
        """As `find`, for a message that only contains a phrase (`转人工吧`) and means nothing else."""
        phrases = self.phrases or self._prepare()
        return self._go(t, phrases.find_within(text))

    def _go(self, t: Turn, found: int | None) -> int:
        if found is None:
            return NO_MATCH
        guard = self.guards[found]
        if guard is not None and not guard(t):
            return NO_MATCH
        t.calls = ()
        t.chosen = ANYWHERE + found
        return self.options[found].target

    def _pattern(self, t: Turn, text: str) -> int | None:
        words = text.replace("，", " ").replace(",", " ").replace("、", " ").split()
        for slots, index in self.patterns:
            values = _fill(t, slots, words)
            if values is not None:
                t.values.update(values)
                return index
        return None


def _fill(
    t: Turn, slots: list[tuple[str, Reader]], words: list[str]
) -> dict[str, int | str | bool] | None:
    """Values of the slots if the words fill them in order; the first may take several words."""
    count = len(slots)
    if len(words) < count or len(words) > count + 3:
        return None
    # The extra words belong to the first slot, which is the one with names of several words.
    extra = len(words) - count
    parts = [" ".join(words[: extra + 1]), *words[extra + 1 :]]
    values: dict[str, int | str | bool] = {}
    for (name, read), part in zip(slots, parts, strict=True):
        value = read(t, part)
        if value is None:
            return None
        values[name] = value
    return values
