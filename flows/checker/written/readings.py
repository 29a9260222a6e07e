"""Every text and expression of a flow, with the names it reads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from flows import expression as e
from flows import schema
from flows import syntax as s
from flows import template as t
from flows.checker.subject import Subject
from flows.compiler import SLOT, statements
from flows.parser import BLOCKS_KEPT_MAX
from flows.same import Same

Wanted = Literal[
    "text", "condition", "number", "money", "product", "arguments", "request", "value", "lines"
]


@dataclass(frozen=True, slots=True)
class Reading:
    """A text, or an expression and the type that its place wants."""

    written: str
    wanted: Wanted
    span: s.Span
    at: s.Span | None
    """The node that reads it, by its span; None in `shop` and `anywhere`."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A reading that cannot be understood, or whose types do not fit."""

    code: str
    """Of the rule that tells it: E001, V301, V302 or V304."""
    reading: Reading
    message: str
    help: str | None
    about: str = ""
    """What is wrong, as it is written, where that is less than the whole reading."""

    @property
    def span(self) -> s.Span:
        """Where it stands."""
        written, span = self.reading.written, self.reading.span
        at = written.find(self.about)
        if not self.about or at < 0 or span.width < at + len(self.about):
            return span
        return s.Span(span.block, span.line, span.column + at, len(self.about))


@dataclass(frozen=True, slots=True)
class Read:
    """Readings, the paths each reads, and what is wrong with them."""

    readings: tuple[Reading, ...]
    paths: tuple[frozenset[str], ...]
    """By reading, as `buyer.last_order.total`; names of loops left out."""
    troubles: tuple[Trouble, ...]
    by_node: Mapping[int, tuple[int, ...]]
    """`id()` of a node's span to its readings."""


@lru_cache(maxsize=4)
def read_of(subject: Subject) -> Read:
    """All readings of a flow, worked out once."""
    scope = subject.program.variables
    readings = tuple([r for block in subject.flow.blocks for r in _readings(Same(block))])
    paths: list[frozenset[str]] = []
    troubles: list[Trouble] = []
    by_node: dict[int, list[int]] = {}
    for position, reading in enumerate(readings):
        read, trouble = _look(reading.written, reading.wanted)
        paths.append(read)
        if trouble is None:
            names = {path.partition(".")[0] for path in read}
            known = tuple([(name, scope[name]) for name in sorted(names) if name in scope])
            trouble = _check(reading.written, reading.wanted, known)
        if trouble is not None:
            troubles.append(Trouble(trouble[0], reading, *trouble[1:]))
        if reading.at is not None:
            by_node.setdefault(id(reading.at), []).append(position)
    return Read(
        readings,
        tuple(paths),
        tuple(troubles),
        {node: tuple(positions) for node, positions in by_node.items()},
    )


def place_of(reading: Reading, name: str) -> s.Span:
    """Where a name stands in a reading; the whole of it where that cannot be told."""
    span = reading.span
    begin = reading.written.find("{") + 1 if reading.wanted == "text" else 0
    found = re.compile(rf"(?<![\w.\"']){re.escape(name)}(?!\w)").search(reading.written, begin)
    if found is None or span.width < found.end():
        return span
    # A text that was written over several lines, or changed in reading, is underlined as a whole.
    return s.Span(span.block, span.line, span.column + found.start(), len(name))


_Told = tuple[str, str, str | None, str]
"""Code, message, help, and what it is about."""


# Texts and conditions that have not changed since the last check are not looked at again.
@lru_cache(maxsize=50_000)
def _look(written: str, wanted: Wanted) -> tuple[frozenset[str], _Told | None]:
    """The paths that a reading reads, or why it cannot be understood."""
    try:
        if wanted == "text":
            return frozenset(_paths(t.parse_template(written), frozenset())), None
        return frozenset(
            str(path) for tree in _trees(written, wanted) for path in e.paths(tree)
        ), None
    except t.TemplateError as error:
        return frozenset(), ("V304", error.message, error.help, error.about)
    except e.ExpressionError as error:
        return frozenset(), (error.rule, error.message, error.help, error.about)


@lru_cache(maxsize=50_000)
def _check(written: str, wanted: Wanted, known: tuple[tuple[str, str], ...]) -> _Told | None:
    """Whether the types of a reading fit, where the seller's names have the types that are known."""
    scope = dict(known)
    try:
        if wanted == "text":
            t.check_template(t.parse_template(written), scope)
        else:
            for tree in _trees(written, wanted):
                _fits(tree, schema.type_of(tree, scope), wanted)
    except e.ExpressionError as error:
        return error.rule, error.message, error.help, error.about
    return None


def _trees(written: str, wanted: Wanted) -> tuple[e.Expression, ...]:
    if wanted == "arguments":
        return e.parse_arguments(written)
    if wanted == "request":
        return e.parse_service_call(written).arguments
    return (e.parse_expression(written),)


def _paths(template: t.Template, local: frozenset[str]) -> Iterator[str]:
    for part in template:
        match part:
            case t.Output(expression):
                inner: t.Template = ()
                read, names = e.paths(expression), local
            case t.Loop(name, items, inner):
                read, names = e.paths(items), local | {name, "loop"}
            case t.Choose(condition, then, otherwise):
                inner = (*then, *otherwise)
                read, names = e.paths(condition), local
            case t.Plain():
                continue
        yield from (str(path) for path in read if path.parts[0] not in local)
        yield from _paths(inner, names)


_HINTS: Mapping[Wanted, str] = {
    "number": "write a number, or a name that was asked for `as number`",
    "money": "write an amount such as `50.00`, or `cart.total`",
    "product": "write a name that was asked for `as product`",
    "lines": "write `buyer.last_order.lines`",
}


def _fits(tree: e.Expression, kind: str, wanted: Wanted) -> None:
    if wanted == "condition" and kind != "yesno":
        raise e.ExpressionError(
            f"this is {schema.article(kind)}, and a condition needs a yes or no",
            "compare it with something: `== 0`",
            "V302",
        )
    if wanted in ("value", "arguments") and not schema.is_value(kind):
        raise e.ExpressionError(
            f"{schema.article(kind)} cannot be kept under a name",
            "keep one of its fields, such as its `.name` or `.total`",
            "V302",
        )
    if wanted in ("number", "money", "product", "lines") and kind != wanted:
        hint = (
            "write it with its decimals: `50.00`" if isinstance(tree, e.Number) else _HINTS[wanted]
        )
        raise e.ExpressionError(
            f"this is {schema.article(kind)}, and {schema.article(wanted)} is needed here",
            hint,
            "V302",
        )


@lru_cache(maxsize=BLOCKS_KEPT_MAX)
def _readings(block: Same[s.Block]) -> tuple[Reading, ...]:
    match block.value:
        case s.Shop(name):
            return tuple(_texts(name, None))
        case s.Anywhere(options):
            return tuple([r for option in options for r in _option(option, None)])
        case s.Step(body=body):
            return tuple([r for statement in statements(body) for r in _statement(statement)])
        case _:
            return ()


def _statement(statement: s.Statement) -> Iterator[Reading]:
    at = statement.span
    match statement:
        case s.Say(text) | s.SendSms(text) | s.TellShop(text):
            yield from _texts(text, at)
        case s.Menu(text, options, retry):
            if text is not None:
                yield from _texts(text, at)
            for option in options:
                yield from _option(option, at)
            yield from _retry(retry, at)
        case s.Ask(prompts=prompts, choices=choices, retry=retry):
            for prompt in prompts:
                yield from _texts(prompt.text, at)
            for choice in choices:
                yield from _texts(choice.label, at)
            yield from _retry(retry, at)
        case s.HandOver(prompts=prompts):
            for prompt in prompts:
                yield from _texts(prompt.text, at)
        case s.Branch(arms):
            for position, (condition, _, span) in enumerate(arms):
                if condition is not None:
                    # The compiler makes a node of every arm; the first stands at the `if`.
                    yield Reading(condition, "condition", span, span if position else at)
        case s.Assign(path, value, span):
            yield Reading(value, "lines" if path == "cart" else "value", span, at)
        case s.Add(amount, product):
            yield Reading(amount, "number", at, at)
            yield Reading(product, "product", at, at)
        case s.Remove(product):
            yield Reading(product, "product", at, at)
        case s.Pay(amount, span):
            yield Reading(amount, "money", span, at)
        case s.Request(_, call, span):
            yield Reading(call, "request", span, at)
        case s.Call(_, arguments) if arguments:
            yield Reading(arguments, "arguments", at, at)
        case _:
            pass


def _option(option: s.Option, at: s.Span | None) -> Iterator[Reading]:
    if option.guard is not None:
        yield Reading(option.guard, "condition", option.span, at)
    if "<" not in option.label.base or not SLOT.search(option.label.base):
        yield from _texts(option.label, at)


def _retry(retry: s.Retry, at: s.Span) -> Iterator[Reading]:
    for text in (*retry.no_input, *retry.no_match):
        yield from _texts(text, at)


def _texts(text: s.Text, at: s.Span | None) -> Iterator[Reading]:
    if _has_braces(text.base):
        yield Reading(text.base, "text", text.span, at)
    for variant in text.variants:
        if _has_braces(variant.text):
            yield Reading(variant.text, "text", variant.span, at)


def _has_braces(text: str) -> bool:
    return "{" in text or "}}" in text or "%}" in text
