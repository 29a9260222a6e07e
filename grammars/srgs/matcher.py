"""Matching an utterance against a grammar, and the parse that comes of it.

The chart is filled as by Johnson ("Memoization in top-down parsing", 1995) with a work list in
place of the call stack: for each symbol and place there is one entry with the ends found so far
and with those who wait for more, so left recursion and ambiguity cost no more than a polynomial.
Then one parse is read off it: the first alternative that fits, repeats as long as they can be,
GARBAGE as short as it can be.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from grammars.srgs.model import LITERALS, Grammar, Tag, Token
from grammars.srgs.network import (
    ANYTHING,
    EMPTY,
    NEVER,
    NONEMPTY,
    SILENT,
    Loop,
    Network,
    Production,
    build,
)
from grammars.srgs.parse import Mark, Parse
from grammars.srgs.words import pieces

INPUT_CHARACTERS_MAX = 4096
INPUT_PIECES_MAX = 256
"""Words, Chinese characters or keys in an input."""
CHART_STEPS_MAX = 300_000
"""Work on one input, about a fifth of a second: past it the input counts as not understood."""
PARSE_MARKS_MAX = 10_000
"""The size of a parse."""

_networks: WeakKeyDictionary[Grammar, dict[str | None, Network]] = WeakKeyDictionary()


def match(grammar: Grammar, text: str, *, language: str | None = None) -> Parse | None:
    """How `text` fits the grammar as a whole, or None where it does not.

    In a grammar of keys each character is a key; spaces do not count. With `language`, words
    marked as another language do not match. None also for an input over the limits of this
    module: what cannot be decided in bounded time is not understood.
    """
    if len(text) > INPUT_CHARACTERS_MAX:
        return None
    # A token never holds a quotation mark, so those of the input only group its words.
    words = pieces(text.replace('"', " "), grammar.header.mode)
    if len(words) > INPUT_PIECES_MAX:
        return None
    networks = _networks.setdefault(grammar, {})
    network = networks.get(language)
    if network is None:
        network = networks[language] = build(grammar, language)
    chart = _Chart(network, words)
    if not chart.fill():
        return None
    for start in network.starts:
        if chart.spans(start):
            marks = chart.read(start)
            return None if marks is None else Parse(marks, grammar.header.tag_format == LITERALS)
    return None


@dataclass(slots=True, eq=False)
class _Entry:
    """A symbol begun at a place."""

    symbol: int
    start: int
    ends: dict[int, int] = field(default_factory=dict)
    """Where it may end, and the order in which that was found."""
    waiters: list[tuple[_Entry, Production, int]] = field(default_factory=list)


class _Chart:
    def __init__(self, network: Network, words: tuple[str, ...]) -> None:
        self._terminals = network.terminals
        self._nonterminals = network.nonterminals
        self._starts = network.starts
        self._words = words
        self._length = len(words)
        self._entries: dict[tuple[int, int], _Entry] = {}
        self._agenda: list[tuple[_Entry, Production, int, int]] = []
        # A production counts by its identity: hashing a long one each time would be the most work.
        self._seen: set[tuple[_Entry, int, int, int]] = set()
        self._rounds: dict[int, tuple[Production, ...]] = {}
        self._found = 0
        self._steps = 0
        # Symbols past the network's are counts of repeats: (loop's symbol, times so far).
        self._counts: list[tuple[Loop, int, int]] = []
        self._numbers: dict[tuple[int, int], int] = {}

    def fill(self) -> bool:
        """Find every end of every symbol; False where that takes too long."""
        for start in self._starts:
            self._entry(start, 0)
        agenda = self._agenda
        while agenda:
            self._steps += 1
            if self._steps > CHART_STEPS_MAX:
                return False
            self._advance(*agenda.pop())
        return True

    def spans(self, start: int) -> bool:
        """Whether the symbol matches the whole input."""
        return self._length in self._entries[start, 0].ends

    def _advance(self, entry: _Entry, production: Production, dot: int, at: int) -> None:
        size = len(production)
        while dot < size:
            symbol = production[dot]
            if symbol >= 0:
                child = self._entries.get((symbol, at)) or self._entry(symbol, at)
                child.waiters.append((entry, production, dot + 1))
                for end in child.ends:
                    self._resume(entry, production, dot + 1, end)
                return
            terminal = ~symbol
            if terminal == ANYTHING:
                if at < self._length:
                    self._resume(entry, production, dot, at + 1)
            elif terminal > EMPTY:
                wanted = self._terminals[terminal].pieces
                if wanted:
                    end = at + len(wanted)
                    if self._words[at:end] != wanted:
                        return
                    at = end
            elif (
                terminal == NEVER
                or (terminal == NONEMPTY and at == entry.start)
                or (terminal == EMPTY and at != entry.start)
            ):
                return
            dot += 1
        if at not in entry.ends:
            entry.ends[at] = self._found
            self._found += 1
            for waiter, theirs, place in entry.waiters:
                self._resume(waiter, theirs, place, at)

    def _resume(self, entry: _Entry, production: Production, dot: int, at: int) -> None:
        self._steps += 1
        state = (entry, id(production), dot, at)
        if state not in self._seen:
            self._seen.add(state)
            self._agenda.append((entry, production, dot, at))

    def _entry(self, symbol: int, at: int) -> _Entry:
        entry = self._entries[symbol, at] = _Entry(symbol, at)
        for production in self._productions(symbol, at):
            self._agenda.append((entry, production, 0, at))
        return entry

    def _productions(self, symbol: int, at: int) -> tuple[Production, ...]:
        """What a symbol may be at a place, the preferred first."""
        static = len(self._nonterminals)
        if symbol < static:
            found = self._nonterminals[symbol]
            if found.loop is not None:
                return self._rounds_of(found.loop, symbol, 0, symbol)
            if at < self._length:
                return found.by_piece.get(self._words[at], found.otherwise)
            return found.otherwise
        return self._rounds_of(*self._counts[symbol - static], symbol)

    def _rounds_of(
        self, loop: Loop, origin: int, count: int, symbol: int
    ) -> tuple[Production, ...]:
        rounds = self._rounds.get(symbol)
        if rounds is None:
            rounds = self._rounds[symbol] = self._round(loop, origin, count)
        return rounds

    def _round(self, loop: Loop, origin: int, count: int) -> tuple[Production, ...]:
        """A repeat after `count` rounds: once more, or enough.

        A round that matches nothing ends the repeat whatever the count still asks for: any
        number of NULL is one NULL, any number of the same tag is one tag (section 2.5).
        """
        if count == loop.maximum:
            return ((),)
        once_more = (loop.body, ~NONEMPTY, self._counted(loop, origin, count + 1))
        enough: tuple[Production, ...] = ((),) if count >= loop.minimum else ()
        if count < loop.minimum or count == 0:
            return (once_more, (loop.body, ~EMPTY), *enough)
        return (once_more, *enough)

    def _counted(self, loop: Loop, origin: int, count: int) -> int:
        if loop.maximum is None:
            count = min(count, max(loop.minimum, 1))
        key = (origin, count)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self._nonterminals) + len(self._counts)
            self._counts.append((loop, origin, count))
        return number

    # Reading one parse off the chart.

    def read(self, start: int) -> tuple[Mark, ...] | None:
        """The preferred parse of the whole input; None where it is too large to show."""
        marks: list[Mark] = []
        todo: list[tuple[int, int, int] | Mark] = [(start, 0, self._length)]
        work = 0
        while todo:
            work += 1
            if work > PARSE_MARKS_MAX * 4 or len(marks) > PARSE_MARKS_MAX:
                return None
            step = todo.pop()
            if isinstance(step, Mark):
                marks.append(step)
                continue
            symbol, at, end = step
            if symbol < 0:
                shown = self._terminals[~symbol].shown
                if isinstance(shown, Token):
                    marks.append(Mark("token", shown.text))
                elif isinstance(shown, Tag):
                    marks.append(Mark("tag", shown.text))
                continue
            label = self._nonterminals[symbol].label if symbol < len(self._nonterminals) else None
            if label is not None:
                marks.append(Mark("open", label))
                todo.append(Mark("close", ""))
            production, places = self._derivation(symbol, at, end)
            todo.extend(
                (production[index], places[index], places[index + 1])
                for index in range(len(production) - 1, -1, -1)
            )
        return tuple(marks)

    def _derivation(self, symbol: int, at: int, end: int) -> tuple[Production, list[int]]:
        """The first production that fits, and where its parts begin and end."""
        for production in self._productions(symbol, at):
            places = self._places(symbol, production, at, end)
            if places is not None:
                return production, places
        raise AssertionError("the chart has an end without a derivation")

    def _places(self, symbol: int, production: Production, at: int, end: int) -> list[int] | None:
        # A part as long as the whole that may be the whole again must have been found before it:
        # this keeps $a = $a | b from being read as itself for ever.
        before = self._entries[symbol, at].ends[end]
        circle = self._circle(symbol)
        levels: list[Collection[int]] = [[at]]
        reach: list[dict[int, Collection[int]]] = []
        for part in production:
            if part == ~ANYTHING:
                nearest = min(levels[-1])
                reach.append({place: range(place, end + 1) for place in levels[-1]})
                levels.append(range(nearest, end + 1))
                continue
            found: dict[int, Collection[int]] = {}
            following: set[int] = set()
            for place in levels[-1]:
                ends = self._ends(
                    part, place, at, end, before if self._circle(part) == circle else -1
                )
                found[place] = ends
                following.update(ends)
            if not following:
                return None
            reach.append(found)
            levels.append(following)
        if end not in levels[-1]:
            return None
        good: list[set[int]] = [{end}]
        for index in range(len(production) - 1, -1, -1):
            good.append(
                {
                    place
                    for place in levels[index]
                    if any(each in good[-1] for each in reach[index][place])
                }
            )
        good.reverse()
        if at not in good[0]:
            return None
        places = [at]
        for index, part in enumerate(production):
            fitting = [each for each in reach[index][places[-1]] if each in good[index + 1]]
            places.append(min(fitting) if part == ~ANYTHING else max(fitting))
        return places

    def _circle(self, symbol: int) -> int:
        static = len(self._nonterminals)
        if symbol >= static:
            symbol = self._counts[symbol - static][1]
        return self._nonterminals[symbol].circle if symbol >= 0 else -1

    def _ends(self, part: int, place: int, at: int, end: int, before: int) -> list[int]:
        if part >= 0:
            entry = self._entries.get((part, place))
            if entry is None:
                return []
            return [
                each
                for each, found in entry.ends.items()
                if each <= end and (before < 0 or found < before or place != at or each != end)
            ]
        terminal = ~part
        if terminal > EMPTY:
            wanted = self._terminals[terminal].pieces
            after = place + len(wanted)
            return [after] if after <= end and self._words[place:after] == wanted else []
        if terminal == NONEMPTY:
            return [place] if place != at else []
        if terminal == EMPTY:
            return [place] if place == at else []
        return [place] if terminal == SILENT else []
