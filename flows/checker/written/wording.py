"""Every text of a flow with its part in it, and which of its lines a channel and a language get."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from flows import syntax as s
from flows.checker.subject import Subject
from flows.compiler import statements
from flows.parser import BLOCKS_KEPT_MAX
from flows.same import Same

Part = Literal[
    "say", "menu", "no input", "no match", "sms", "tell", "option", "choice", "product", "shop"
]
SENTENCES = frozenset({"say", "menu", "no input", "no match", "sms"})
"""Texts that a buyer is told; the others are names, or for the seller."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a text, as a seller wrote it, and who gets it."""

    text: str
    span: s.Span
    channel: str | None
    language: str | None
    """None: the base language's line."""
    readers: tuple[tuple[str, str], ...]
    """(channel, language) that get this line."""
    channels: tuple[str, ...]
    """Channels of the readers, each once."""


@dataclass(frozen=True, slots=True)
class Written:
    """A text and what it is in the flow."""

    part: Part
    text: s.Text
    channels: tuple[str, ...]
    """Channels of the shop that may give this text: an option that is `on sms` has but one."""
    lines: tuple[Line, ...]
    """Every line of the text with who gets it; a line that nobody gets has no readers."""


@lru_cache(maxsize=4)
def statements_of(subject: Subject) -> tuple[tuple[s.Step, s.Statement], ...]:
    """Every statement with its step, walked once for all rules."""
    return tuple([pair for step in subject.steps for pair in _statements(Same(step))])


@lru_cache(maxsize=BLOCKS_KEPT_MAX)
def _statements(step: Same[s.Step]) -> tuple[tuple[s.Step, s.Statement], ...]:
    return tuple([(step.value, statement) for statement in statements(step.value.body)])


@lru_cache(maxsize=4)
def texts_of(subject: Subject) -> tuple[Written, ...]:
    """All texts: the shop's name, products, `anywhere`, then the steps in the order of the file."""
    channels, languages = subject.program.channels, subject.program.languages
    blocks = sorted(subject.flow.blocks, key=_place)
    return tuple([text for block in blocks for text in _written(Same(block), channels, languages)])


def _place(block: s.Block) -> int:
    kinds = (s.Shop, s.Catalog, s.Anywhere)
    return next((i for i, kind in enumerate(kinds) if isinstance(block, kind)), len(kinds))


@lru_cache(maxsize=BLOCKS_KEPT_MAX)
def _written(
    block: Same[s.Block], channels: tuple[str, ...], languages: tuple[str, ...]
) -> tuple[Written, ...]:
    found: list[Written] = []
    for part, text, only in _texts(block.value):
        given = channels if only is None else tuple([c for c in channels if c == only])
        found.append(Written(part, text, given, lines_of(text, given, languages)))
    return tuple(found)


def _texts(block: s.Block) -> Iterator[tuple[Part, s.Text, str | None]]:
    """Every text with its part, and its channel where it is given on one alone."""
    match block:
        case s.Shop(name):
            yield "shop", name, None
        case s.Catalog(items=items):
            for item in items:
                yield "product", item.label, None
        case s.Anywhere(options):
            for option in options:
                yield "option", option.label, option.channel
        case s.Step():
            yield from _texts_of_step(block)
        case _:
            pass


def _texts_of_step(step: s.Step) -> Iterator[tuple[Part, s.Text, str | None]]:
    for statement in statements(step.body):
        match statement:
            case s.Say(text):
                yield "say", text, None
            case s.SendSms(text):
                yield "sms", text, None
            case s.TellShop(text):
                yield "tell", text, None
            case s.Menu(text, options, retry):
                if text is not None:
                    yield "menu", text, None
                for option in options:
                    yield "option", option.label, option.channel
                yield from _retry(retry)
            case s.Ask(prompts=prompts, choices=choices, retry=retry):
                for prompt in prompts:
                    yield "say", prompt.text, None
                for choice in choices:
                    yield "choice", choice.label, None
                yield from _retry(retry)
            case s.HandOver(prompts=prompts):
                for prompt in prompts:
                    yield "say", prompt.text, None
            case _:
                pass


def _retry(retry: s.Retry) -> Iterator[tuple[Part, s.Text, str | None]]:
    for text in retry.no_input:
        # Only a call notices silence; a message that does not come is no turn.
        yield "no input", text, "voice"
    for text in retry.no_match:
        yield "no match", text, None


def lines_of(
    text: s.Text, channels: tuple[str, ...], languages: tuple[str, ...]
) -> tuple[Line, ...]:
    """Every line of a text with who gets it; a line that nobody gets has no readers."""
    order = tuple([(variant.channel, variant.language) for variant in text.variants])
    *readers, base = _readers(order, channels, languages)
    return (
        Line(text.base, text.span, None, None, *base),
        *[
            Line(variant.text, variant.span, variant.channel, variant.language, *given)
            for variant, given in zip(text.variants, readers, strict=True)
        ],
    )


def resolve(text: s.Text, channel: str, language: str) -> int:
    """Index of the variant that a channel and language get, -1 for the base; as the compiler resolves."""
    return _resolve([(v.channel, v.language) for v in text.variants], channel, language)


def _resolve(order: Sequence[_Kind], channel: str, language: str) -> int:
    by_language = by_channel = -1
    for index, (on, spoken) in enumerate(order):
        if spoken == language:
            if on == channel:
                return index
            if on is None:
                by_language = index
        elif spoken is None and on == channel:
            by_channel = index
    return by_language if by_language >= 0 else by_channel


@lru_cache(maxsize=1_000)
def _readers(
    order: tuple[_Kind, ...], channels: tuple[str, ...], languages: tuple[str, ...]
) -> tuple[tuple[tuple[tuple[str, str], ...], tuple[str, ...]], ...]:
    """Readers of each variant of a text, and their channels; those of the base last."""
    readers: list[list[tuple[str, str]]] = [[] for _ in range(len(order) + 1)]
    for channel in channels:
        for language in languages:
            # The base is variant -1, the last of the list.
            readers[_resolve(order, channel, language)].append((channel, language))
    return tuple(
        (tuple(given), tuple(dict.fromkeys(channel for channel, _ in given))) for given in readers
    )


_Kind = tuple[str | None, str | None]
"""Channel and language of a variant."""
