"""A grammar as numbered symbols and productions, ready for the matcher's chart.

A symbol of 0 or more is a nonterminal; a negative one is the terminal `~symbol`. Sequences are
laid out in productions, alternatives are productions of one nonterminal, and a repeat is a
nonterminal whose productions the matcher makes as it counts. A rule is a nonterminal for each
way it is referred to, because the logical parse structure shows the reference.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from grammars.srgs.model import (
    Alternatives,
    Expansion,
    Grammar,
    Repeat,
    Rule,
    RuleRef,
    Sequence,
    Tag,
    Token,
)
from grammars.srgs.words import pieces

Production: TypeAlias = tuple[int, ...]

SILENT: Final = 0
"""Matches nothing and shows nothing: NULL."""
NEVER: Final = 1
"""VOID."""
ANYTHING: Final = 2
"""GARBAGE."""
NONEMPTY: Final = 3
"""Holds where the production at hand has matched something so far."""
EMPTY: Final = 4
"""Holds where the production at hand has matched nothing so far."""
_FIXED = 5


@dataclass(frozen=True, slots=True)
class Terminal:
    """What is compared with the input, and what the parse shows for it."""

    pieces: tuple[str, ...]
    shown: Token | Tag | None


@dataclass(frozen=True, slots=True)
class Loop:
    """A repeat of one symbol."""

    body: int
    minimum: int
    maximum: int | None


@dataclass(frozen=True, slots=True)
class Nonterminal:
    """Productions in order of preference, found by the piece that they begin with."""

    label: str | None
    """The rule as the parse shows it, or None for what has no name."""
    productions: tuple[Production, ...]
    by_piece: dict[str, tuple[Production, ...]]
    otherwise: tuple[Production, ...]
    """Those that may begin with any piece, or with none."""
    circle: int
    """Nonterminals that may come to no more than one another bear the same number."""
    loop: Loop | None = None


@dataclass(frozen=True, slots=True)
class Network:
    """A compiled grammar."""

    nonterminals: tuple[Nonterminal, ...]
    terminals: tuple[Terminal, ...]
    starts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _First:
    """How something may begin."""

    pieces: frozenset[str]
    anything: bool
    """Whether words that no token names may come first: GARBAGE, which may also be nothing."""
    nothing: bool
    """Whether it may match no words at all."""


def build(grammar: Grammar, language: str | None) -> Network:
    """The network of a grammar; with a language, tokens of other languages never match."""
    return _Builder(grammar, language).network()


class _Builder:
    def __init__(self, grammar: Grammar, language: str | None) -> None:
        self._grammar = grammar
        self._language = _primary(language) if language else None
        self._documents = {each.uri: each for each in (grammar, *grammar.imports)}
        self._rules = {
            (each.uri, rule.name): rule for each in self._documents.values() for rule in each.rules
        }
        self._labels: list[str | None] = []
        self._productions: list[tuple[Production, ...]] = []
        self._loops: dict[int, Loop] = {}
        self._terminals: list[Terminal] = [Terminal((), None)] * _FIXED
        self._numbers: dict[tuple[str, str, str], int] = {}
        self._waiting: list[tuple[int, Grammar, Rule]] = []

    def network(self) -> Network:
        starts = tuple(self._rule(self._grammar, rule, rule.name) for rule in self._grammar.entries)
        while self._waiting:
            number, document, rule = self._waiting.pop()
            self._productions[number] = self._choices(document, rule.expansion)
        firsts = self._firsts()
        circles = self._circles(firsts)
        return Network(
            tuple(
                self._nonterminal(number, firsts, circles[number])
                for number in range(len(self._labels))
            ),
            tuple(self._terminals),
            starts,
        )

    def _rule(self, document: Grammar, rule: Rule, label: str) -> int:
        key = (document.uri, rule.name, label)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = self._new(label)
            self._waiting.append((number, document, rule))
        return number

    def _new(self, label: str | None) -> int:
        self._labels.append(label)
        self._productions.append(())
        return len(self._labels) - 1

    def _choices(self, document: Grammar, item: Expansion) -> tuple[Production, ...]:
        if isinstance(item, Alternatives):
            return tuple(self._sequence(document, choice.item) for choice in item.choices)
        return (self._sequence(document, item),)

    def _sequence(self, document: Grammar, item: Expansion) -> Production:
        if not isinstance(item, Sequence):
            symbol = self._symbol(document, item)
            return () if symbol == ~SILENT else (symbol,)
        found: list[int] = []
        for each in item.items:
            part = self._sequence(document, each)
            # Anything twice over is anything.
            if part != (~ANYTHING,) or found[-1:] != [~ANYTHING]:
                found.extend(part)
        return tuple(found)

    def _symbol(self, document: Grammar, item: Expansion) -> int:
        if isinstance(item, Token):
            return self._token(document, item)
        if isinstance(item, Tag):
            return self._terminal(Terminal((), item))
        if isinstance(item, RuleRef):
            return self._reference(document, item)
        if isinstance(item, Repeat):
            return self._repeat(document, item)
        if isinstance(item, (Alternatives, Sequence)):
            productions = self._choices(document, item)
            if len(productions) == 1 and len(productions[0]) == 1:
                return productions[0][0]
            number = self._new(None)
            self._productions[number] = productions
            return number
        return ~{"NULL": SILENT, "VOID": NEVER, "GARBAGE": ANYTHING}[item.name]

    def _token(self, document: Grammar, item: Token) -> int:
        mode = document.header.mode
        spoken = item.language or document.header.language
        if self._language and mode == "voice" and spoken and _primary(spoken) != self._language:
            return ~NEVER
        return self._terminal(Terminal(pieces(item.text, mode), item))

    def _terminal(self, terminal: Terminal) -> int:
        self._terminals.append(terminal)
        return ~(len(self._terminals) - 1)

    def _reference(self, document: Grammar, item: RuleRef) -> int:
        if item.document is None:
            assert item.name is not None
            return self._rule(document, self._rules[document.uri, item.name], item.name)
        target = self._documents[item.document]
        name = item.name if item.name is not None else target.header.root
        assert name is not None
        return self._rule(target, self._rules[target.uri, name], f"<{item.uri}>")

    def _repeat(self, document: Grammar, item: Repeat) -> int:
        body = self._symbol(document, item.item)
        number = self._new(None)
        if item.minimum == 0 and item.maximum == 1:
            self._productions[number] = ((body,), ())
        elif item.maximum == 0:
            self._productions[number] = ((),)
        else:
            self._loops[number] = Loop(body, item.minimum, item.maximum)
        return number

    # What a production may begin with, so that a menu of a thousand dishes is looked up.

    def _firsts(self) -> list[_First]:
        """How each nonterminal may begin."""
        firsts = [_First(frozenset(), anything=False, nothing=False) for _ in self._labels]
        changed = True
        while changed:
            changed = False
            for number in range(len(firsts) - 1, -1, -1):
                before = firsts[number]
                ways = [self._begin(production, firsts) for production in self._shapes(number)]
                now = _First(
                    before.pieces.union(*[way.pieces for way in ways]),
                    anything=before.anything or any(way.anything for way in ways),
                    nothing=before.nothing or any(way.nothing for way in ways),
                )
                if now != before:
                    firsts[number] = now
                    changed = True
        return firsts

    def _shapes(self, number: int) -> tuple[Production, ...]:
        loop = self._loops.get(number)
        if loop is None:
            return self._productions[number]
        return ((loop.body,), ()) if loop.minimum == 0 else ((loop.body,),)

    def _begin(self, production: Production, firsts: list[_First]) -> _First:
        pieces: set[str] = set()
        anything = False
        for symbol in production:
            if symbol >= 0:
                found = firsts[symbol]
                pieces |= found.pieces
                anything = anything or found.anything
                if not found.nothing:
                    return _First(frozenset(pieces), anything=anything, nothing=False)
            elif symbol == ~NEVER:
                return _First(frozenset(pieces), anything=anything, nothing=False)
            elif symbol == ~ANYTHING:
                anything = True
            elif heads := self._terminals[~symbol].pieces:
                pieces.add(heads[0])
                return _First(frozenset(pieces), anything=anything, nothing=False)
        return _First(frozenset(pieces), anything=anything, nothing=True)

    def _circles(self, firsts: list[_First]) -> list[int]:
        """The strongly connected components of "may be no more than", by Kosaraju's algorithm."""
        size = len(self._labels)
        onward: list[list[int]] = [[] for _ in range(size)]
        backward: list[list[int]] = [[] for _ in range(size)]
        for number in range(size):
            for production in self._shapes(number):
                solid = [part for part in production if not self._may_be_nothing(part, firsts)]
                for part in solid if len(solid) == 1 else production if not solid else ():
                    if part >= 0:
                        onward[number].append(part)
                        backward[part].append(number)
        finished: list[int] = []
        seen = [False] * size
        for origin in range(size):
            waiting = [(origin, False)]
            while waiting:
                number, left = waiting.pop()
                if left:
                    finished.append(number)
                elif not seen[number]:
                    seen[number] = True
                    waiting.append((number, True))
                    waiting.extend((each, False) for each in onward[number] if not seen[each])
        circles = [-1] * size
        for origin in reversed(finished):
            members = [origin]
            while members:
                number = members.pop()
                if circles[number] < 0:
                    circles[number] = origin
                    members.extend(each for each in backward[number] if circles[each] < 0)
        return circles

    def _may_be_nothing(self, symbol: int, firsts: list[_First]) -> bool:
        if symbol >= 0:
            return firsts[symbol].nothing
        return symbol != ~NEVER and not self._terminals[~symbol].pieces

    def _nonterminal(self, number: int, firsts: list[_First], circle: int) -> Nonterminal:
        productions = self._productions[number]
        starts = [self._begin(production, firsts) for production in productions]
        table: dict[str, list[int]] = {}
        free = [index for index, first in enumerate(starts) if first.anything or first.nothing]
        for index, first in enumerate(starts):
            if not (first.anything or first.nothing):
                for piece in first.pieces:
                    table.setdefault(piece, []).append(index)
        return Nonterminal(
            self._labels[number],
            productions,
            {
                piece: tuple(productions[index] for index in sorted((*found, *free)))
                for piece, found in table.items()
            },
            tuple(productions[index] for index in free),
            circle,
            self._loops.get(number),
        )


def _primary(language: str) -> str:
    return language.partition("-")[0].lower()
