"""What can be said of a grammar without an input: its phrases, its words, whether it is empty."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from grammars.srgs.model import (
    Alternatives,
    Expansion,
    Grammar,
    Repeat,
    Rule,
    RuleRef,
    Sequence,
    Special,
    Tag,
    Token,
)

PHRASE_STEPS_MAX = 100_000
"""Work on one enumeration."""
PHRASE_DEPTH_MAX = 64
"""Expansions inside one another, through rules, that an enumeration follows."""
PHRASE_TOKENS_MAX = 64
"""Tokens of one phrase."""
REPEATS_BEYOND_MINIMUM = 2
"""How many more times than it must a repeat is enumerated."""

_Key: TypeAlias = tuple[str, str]
"""A rule: its document and its name."""


def phrases(grammar: Grammar, limit: int) -> list[str]:
    """At most `limit` inputs that match, those of few nested rules first, tokens between spaces.

    Not all of them: repeats go only a little beyond their minimum, GARBAGE is left out, and the
    work is bounded by the constants above.
    """
    return _Enumeration(grammar, limit).phrases()


def is_empty_language(grammar: Grammar) -> bool:
    """Whether no input at all can match: VOID in every way, or rules that never come to an end."""
    rules = _Rules(grammar)
    finite = rules.closure(lambda leaf: not (isinstance(leaf, Special) and leaf.name == "VOID"))
    return not any((grammar.uri, rule.name) in finite for rule in grammar.entries)


def vocabulary(grammar: Grammar) -> set[str]:
    """Every word of every token that an input may come to, as written."""
    found: set[str] = set()
    rules = _Rules(grammar)
    for _, rule in rules.reached():
        for item in _inside(rule.expansion):
            if isinstance(item, Token):
                found.update(item.text.split())
    return found


def left_recursive(grammar: Grammar) -> tuple[str, ...]:
    """The rules that may begin with themselves, in order; those of other grammars by URI.

    The matcher copes with them; a recogniser that compiles grammars may not.
    """
    rules = _Rules(grammar)
    nullable = rules.closure(
        lambda leaf: (
            not isinstance(leaf, Token) and not (isinstance(leaf, Special) and leaf.name == "VOID")
        )
    )
    first: dict[_Key, set[_Key]] = {}
    for document, rule in rules.reached():
        first[document.uri, rule.name] = set(rules.leftmost(document, rule.expansion, nullable))
    found: list[str] = []
    for key in first:
        seen: set[_Key] = set()
        waiting = list(first[key])
        while waiting:
            each = waiting.pop()
            if each not in seen:
                seen.add(each)
                waiting.extend(first.get(each, ()))
        if key in seen:
            uri, name = key
            found.append(name if uri == grammar.uri else f"{uri}#{name}")
    return tuple(found)


def _inside(item: Expansion) -> Iterator[Expansion]:
    waiting = [item]
    while waiting:
        each = waiting.pop()
        yield each
        if isinstance(each, Sequence):
            waiting.extend(reversed(each.items))
        elif isinstance(each, Alternatives):
            waiting.extend(choice.item for choice in reversed(each.choices))
        elif isinstance(each, Repeat) and each.maximum != 0:
            waiting.append(each.item)


class _Rules:
    """The rules of a grammar and of all it imports."""

    def __init__(self, grammar: Grammar) -> None:
        self.grammar = grammar
        self._documents = {each.uri: each for each in (grammar, *grammar.imports)}
        self._rules = {
            (each.uri, rule.name): rule for each in self._documents.values() for rule in each.rules
        }

    def target(self, document: Grammar, reference: RuleRef) -> tuple[Grammar, Rule]:
        """The rule that is meant."""
        found = document if reference.document is None else self._documents[reference.document]
        name = reference.name if reference.name is not None else found.header.root
        assert name is not None
        return found, self._rules[found.uri, name]

    def key(self, document: Grammar, reference: RuleRef) -> _Key:
        """The rule that is meant, as a key."""
        found, rule = self.target(document, reference)
        return found.uri, rule.name

    def reached(self) -> Iterator[tuple[Grammar, Rule]]:
        """The entry rules and every rule they come to."""
        seen: set[_Key] = set()
        waiting = [(self.grammar, rule) for rule in reversed(self.grammar.entries)]
        while waiting:
            document, rule = waiting.pop()
            if (document.uri, rule.name) in seen:
                continue
            seen.add((document.uri, rule.name))
            yield document, rule
            waiting.extend(
                self.target(document, item)
                for item in _inside(rule.expansion)
                if isinstance(item, RuleRef)
            )

    def closure(self, leaf: Callable[[Token | Tag | Special], bool]) -> set[_Key]:
        """The rules that can be derived wholly from leaves for which `leaf` holds."""
        holding: set[_Key] = set()
        rules = list(self.reached())
        changed = True
        while changed:
            changed = False
            for document, rule in reversed(rules):
                key = (document.uri, rule.name)
                if key not in holding and self.holds(document, rule.expansion, leaf, holding):
                    holding.add(key)
                    changed = True
        return holding

    def holds(
        self,
        document: Grammar,
        item: Expansion,
        leaf: Callable[[Token | Tag | Special], bool],
        holding: set[_Key],
    ) -> bool:
        """Whether the expansion can be derived so, given the rules that are known to."""
        if isinstance(item, RuleRef):
            return self.key(document, item) in holding
        if isinstance(item, Sequence):
            return all(self.holds(document, each, leaf, holding) for each in item.items)
        if isinstance(item, Alternatives):
            return any(self.holds(document, each.item, leaf, holding) for each in item.choices)
        if isinstance(item, Repeat):
            return item.minimum == 0 or self.holds(document, item.item, leaf, holding)
        return leaf(item)

    def leftmost(self, document: Grammar, item: Expansion, nullable: set[_Key]) -> Iterator[_Key]:
        """The rules that the expansion may begin with."""
        if isinstance(item, RuleRef):
            yield self.key(document, item)
        elif isinstance(item, Alternatives):
            for choice in item.choices:
                yield from self.leftmost(document, choice.item, nullable)
        elif isinstance(item, Repeat):
            if item.maximum != 0:
                yield from self.leftmost(document, item.item, nullable)
        elif isinstance(item, Sequence):
            for each in item.items:
                yield from self.leftmost(document, each, nullable)
                if not self.holds(document, each, _silent, nullable):
                    break


def _silent(leaf: Token | Tag | Special) -> bool:
    return isinstance(leaf, Tag) or (isinstance(leaf, Special) and leaf.name != "VOID")


class _Enumeration:
    def __init__(self, grammar: Grammar, limit: int) -> None:
        self._rules = _Rules(grammar)
        self._limit = limit
        self._steps = 0
        self._cut = False

    def phrases(self) -> list[str]:
        found: dict[str, None] = {}
        grammar = self._rules.grammar
        depth = 4
        # Deeper and deeper, so that recursion does not hide the short phrases behind long ones.
        while depth <= PHRASE_DEPTH_MAX and len(found) < self._limit:
            self._cut = False
            for rule in grammar.entries:
                for tokens in self._expansion(grammar, rule.expansion, depth):
                    found[" ".join(tokens)] = None
                    if len(found) >= self._limit:
                        return list(found)[: self._limit]
            if not self._cut or self._steps >= PHRASE_STEPS_MAX:
                break
            depth *= 2
        return list(found)[: self._limit]

    def _expansion(
        self, document: Grammar, item: Expansion, depth: int
    ) -> Iterator[tuple[str, ...]]:
        self._steps += 1
        if self._steps >= PHRASE_STEPS_MAX or depth == 0:
            self._cut = True
            return
        if isinstance(item, Token):
            yield (item.text,)
        elif isinstance(item, Tag):
            yield ()
        elif isinstance(item, Special):
            if item.name != "VOID":
                yield ()
        elif isinstance(item, RuleRef):
            target, rule = self._rules.target(document, item)
            yield from self._expansion(target, rule.expansion, depth - 1)
        elif isinstance(item, Alternatives):
            for choice in item.choices:
                yield from self._expansion(document, choice.item, depth - 1)
        elif isinstance(item, Sequence):
            yield from self._sequence(document, item.items, depth)
        else:
            most = item.minimum + REPEATS_BEYOND_MINIMUM
            if item.maximum is not None:
                most = min(most, item.maximum)
            for times in range(item.minimum, min(most, PHRASE_TOKENS_MAX) + 1):
                yield from self._sequence(document, (item.item,) * times, depth)

    def _sequence(
        self, document: Grammar, items: tuple[Expansion, ...], depth: int
    ) -> Iterator[tuple[str, ...]]:
        """Each way to say the items one after the other, without a call for each item."""
        if not items:
            yield ()
            return
        said: list[tuple[str, ...]] = []
        open_parts = [self._expansion(document, items[0], depth - 1)]
        while open_parts:
            part = next(open_parts[-1], None)
            if part is None:
                open_parts.pop()
                if said:
                    said.pop()
                continue
            tokens = (*(said[-1] if said else ()), *part)
            if len(tokens) > PHRASE_TOKENS_MAX:
                continue
            if len(open_parts) == len(items):
                self._steps += 1
                if self._steps >= PHRASE_STEPS_MAX:
                    return
                yield tokens
            else:
                said.append(tokens)
                open_parts.append(self._expansion(document, items[len(open_parts)], depth - 1))
