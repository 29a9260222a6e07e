"""Every way to answer a question by key or phrase: options of menus and of `anywhere`, and choices."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from flows import syntax as s
from flows.checker.subject import Subject
from flows.compiler import SLOT, phrases_of, statements
from flows.parser import BLOCKS_KEPT_MAX
from flows.same import Same
from grammars.folding import fold


@dataclass(frozen=True, slots=True)
class Entry:
    """One way to answer a question: an option of a menu, of `anywhere`, or a choice."""

    key: str | None
    label: s.Text
    channel: str | None
    goal: str
    """Where it leads, or the value it gives: two entries with the same goal do not clash."""
    leads: bool
    """Whether the goal is a step."""
    span: s.Span
    phrases: tuple[str, ...]
    """In every language, as written; none for a pattern of slots."""
    folded: tuple[str, ...]
    """The same, as buyers' messages are compared."""


@lru_cache(maxsize=4)
def tables_of(subject: Subject) -> tuple[tuple[Entry, ...], ...]:
    """The entries of every menu and choice, and last those of `anywhere`."""
    found = [table for step in subject.steps for table in _tables(Same(step))]
    blocks = [Same(block) for block in subject.flow.blocks if isinstance(block, s.Anywhere)]
    return (*found, _options(tuple(blocks)))


@lru_cache(maxsize=BLOCKS_KEPT_MAX)
def _options(blocks: tuple[Same[s.Anywhere], ...]) -> tuple[Entry, ...]:
    return tuple([_option(option) for block in blocks for option in block.value.options])


@lru_cache(maxsize=BLOCKS_KEPT_MAX)
def _tables(step: Same[s.Step]) -> tuple[tuple[Entry, ...], ...]:
    found: list[tuple[Entry, ...]] = []
    for statement in statements(step.value.body):
        match statement:
            case s.Menu(options=options):
                found.append(tuple(_option(option) for option in options))
            case s.Ask(choices=choices) if choices:
                found.append(
                    tuple(_entry(c.key, c.label, None, c.value, False, c.span) for c in choices)
                )
            case _:
                pass
    return tuple(found)


def meet(one: Entry, other: Entry) -> bool:
    """Whether some channel has both."""
    return one.channel is None or other.channel is None or one.channel == other.channel


def _option(option: s.Option) -> Entry:
    return _entry(option.key, option.label, option.channel, option.target, True, option.span)


def _entry(
    key: str | None,
    label: s.Text,
    channel: str | None,
    goal: str,
    leads: bool,
    span: s.Span,
) -> Entry:
    phrases = () if "<" in label.base and SLOT.search(label.base) else phrases_of(label)
    return Entry(key, label, channel, goal, leads, span, phrases, tuple(map(fold, phrases)))
