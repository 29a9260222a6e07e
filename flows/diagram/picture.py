"""What a diagram shows of a flow: one box a step, one row a question, an answer, a condition or an outcome."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import Literal

from flows import syntax as s
from flows.compiler import statements
from flows.diagnostic import Diagnostic, Severity
from grammars.keywords import KEYWORDS, OUTCOMES

BoxKind = Literal["plain", "question", "order", "agent", "goodbye", "anywhere"]
RowKind = Literal["say", "ask", "option", "condition", "outcome", "tries", "act", "jump", "end"]
Place = tuple[str, int]
"""Block key and line in it: what tells one way out from another."""

START_NAME = "start"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a box."""

    kind: RowKind
    mark: str
    """Key, sign or name that stands before the text."""
    text: str
    full: str
    """The whole wording, for a tooltip."""
    depth: int
    """How many conditions it stands under."""
    target: str | None
    place: Place


@dataclass(frozen=True, slots=True)
class Box:
    """A step, or what works anywhere."""

    name: str
    kind: BoxKind
    rows: tuple[Row, ...]
    block: str


@dataclass(frozen=True, slots=True)
class Marks:
    """What to point out in a drawing."""

    missed: Set[Place] = frozenset()
    """Ways out that no transcript takes, each by block key and line in the block."""
    issues: Mapping[str, tuple[Severity, str]] = field(
        default_factory=dict[str, tuple[Severity, str]]
    )
    """Block key to its worst finding and all messages of the block."""

    @classmethod
    def of(cls, diagnostics: tuple[Diagnostic, ...], missed: Set[Place] = frozenset()) -> Marks:
        """Marks for what the checker found."""
        ranks: tuple[Severity, ...] = ("info", "warning", "error")
        issues: dict[str, tuple[Severity, str]] = {}
        for found in diagnostics:
            block = found.span.block
            worst, text = issues.get(block, ("info", ""))
            if ranks.index(found.severity) > ranks.index(worst):
                worst = found.severity
            issues[block] = (worst, f"{text}\n{found.code} {found.message}".strip())
        return cls(missed, issues)


@dataclass(frozen=True, slots=True)
class Picture:
    """A flow as boxes in the order of its file."""

    title: str
    boxes: tuple[Box, ...]
    start: str | None
    """Step that a buyer begins in; None if there is no step."""


def picture(flow: s.Flow) -> Picture:
    """Draw a flow up, mistakes and all: of two steps with one name the first counts."""
    drawer = _Drawer(flow)
    boxes: dict[str, Box] = {}
    title = flow.name
    for block in flow.blocks:
        match block:
            case s.Shop(name, _, _):
                title = name.base
            case s.Step(name, _, body, span):
                boxes.setdefault(name, drawer.step(name, body, span))
            case s.Anywhere(options, span):
                rows = tuple(drawer.option(option, 0) for option in options)
                boxes.setdefault(
                    " anywhere", Box(drawer.word("ANYWHERE"), "anywhere", rows, span.block)
                )
            case _:
                pass
    steps = [box.name for box in boxes.values() if box.kind != "anywhere"]
    start = START_NAME if START_NAME in steps else next(iter(steps), None)
    return Picture(title, tuple(boxes.values()), start)


class _Drawer:
    def __init__(self, flow: s.Flow) -> None:
        lines = (line for file in flow.sources.values() for line in file)
        self.chinese = any(line.startswith(KEYWORDS["STEP"][1]) for line in lines)

    def word(self, terminal: str) -> str:
        return KEYWORDS[terminal][self.chinese]

    def step(self, name: str, body: tuple[s.Statement, ...], span: s.Span) -> Box:
        rows = list(self.rows(body, 0))
        kinds = {type(statement) for statement in statements(body)}
        says = [row for row in rows if row.kind == "say"]
        # The first words tell a step from others; further ones only make the box long.
        rows = [row for row in rows if row.kind != "say" or row is says[0]]
        kind: BoxKind = "plain"
        if s.PlaceOrder in kinds or s.Pay in kinds:
            kind = "order"
        elif s.HandOver in kinds:
            kind = "agent"
        elif s.Menu in kinds or s.Ask in kinds:
            kind = "question"
        elif s.Goodbye in kinds:
            kind = "goodbye"
        return Box(name, kind, tuple(rows), span.block)

    def rows(self, body: tuple[s.Statement, ...], depth: int) -> Iterator[Row]:
        for statement in body:
            yield from self.statement(statement, depth)

    def statement(self, statement: s.Statement, depth: int) -> Iterator[Row]:
        match statement:
            case s.Say(text, span, to_its_end):
                yield _row("say", "¶" if to_its_end else "", f"“{text.base}”", depth, span)
            case s.Menu(text, options, retry, span):
                yield _row("ask", "?", text.base if text else "", depth, span)
                for option in options:
                    yield self.option(option, depth)
                yield from self.tries(retry, depth)
            case s.Ask(name, _, prompts, choices, retry, _, span):
                text = prompts[0].text.base if prompts else ""
                yield _row("ask", "?", f"{name}: {text}" if text else name, depth, span)
                for choice in choices:
                    yield _row(
                        "option", choice.key or "·", _first(choice.label), depth, choice.span
                    )
                yield from self.tries(retry, depth)
            case s.Branch(arms, _):
                for condition, arm, span in arms:
                    words = self.word("ELSE") if condition is None else condition
                    yield from self.arm("condition", "", words, arm, span, depth)
            case s.Jump(target, span):
                yield _row("jump", "", "", depth, span, target)
            case s.Assign(path, value, _, span):
                yield _row("act", "=", f"{path} = {value}", depth, span)
            case s.Add(amount, product, span):
                yield _row("act", "+", f"{amount} × {product}", depth, span)
            case s.Remove(product, span):
                yield _row("act", "−", product, depth, span)
            case s.EmptyCart(span):
                yield _row("act", "−", self.word("EMPTY_CART"), depth, span)
            case s.PlaceOrder(whens, span):
                yield _row("act", "!", self.word("PLACE_ORDER"), depth, span)
                yield from self.whens(whens, depth)
            case s.HandOver(queue, _, whens, span):
                yield _row("act", "!", f"{self.word('HAND_OVER')} {queue}", depth, span)
                yield from self.whens(whens, depth)
            case s.SendSms(text, span):
                yield _row("act", "!", f"{self.word('SEND_SMS')} {text.base}", depth, span)
            case s.TellShop(text, span):
                yield _row("act", "!", f"{self.word('TELL_SHOP')} {text.base}", depth, span)
            case s.Request(name, call, _, whens, span):
                yield _row("act", "!", f"{name} = {call}", depth, span)
                yield from self.whens(whens, depth)
            case s.Pay(amount, _, whens, span):
                yield _row("act", "!", f"{self.word('PAY')} {amount}", depth, span)
                yield from self.whens(whens, depth)
            case s.Call(target, _, span):
                yield _row("jump", "", self.word("CALL"), depth, span, target)
            case s.Return(span):
                yield _row("end", "", self.word("RETURN"), depth, span)
            case s.Goodbye(span):
                yield _row("end", "", self.word("GOODBYE"), depth, span)

    def option(self, option: s.Option, depth: int) -> Row:
        text = _first(option.label)
        if option.channel:
            text = f"{text} ({option.channel})"
        if option.guard is not None:
            text = f"{text} [{self.word('IF')} {option.guard}]"
        mark = option.key or "·"
        return _row("option", mark, text, depth, option.span, option.target)

    def whens(self, whens: tuple[s.When, ...], depth: int) -> Iterator[Row]:
        for when in whens:
            words = OUTCOMES.get(when.outcome, when.outcome) if self.chinese else when.outcome
            yield from self.arm("outcome", "", words, when.body, when.span, depth)

    def arm(
        self,
        kind: RowKind,
        mark: str,
        words: str,
        body: tuple[s.Statement, ...],
        span: s.Span,
        depth: int,
    ) -> Iterator[Row]:
        """A condition or an outcome; where it leads stands on its row if that is all that happens."""
        inner = [row for row in self.rows(body, depth + 1) if row.kind != "say"]
        if len(inner) == 1 and inner[0].kind == "jump" and not inner[0].text:
            yield _row(kind, mark, words, depth, span, inner[0].target)
            return
        yield _row(kind, mark, words, depth, span)
        yield from inner or self.rows(body, depth + 1)

    def tries(self, retry: s.Retry, depth: int) -> Iterator[Row]:
        if retry.tries:
            limit = f"{self.word('TRIES')} {retry.tries.limit}"
            yield _row("tries", "", limit, depth, retry.tries.span, retry.tries.target)


def _row(
    kind: RowKind, mark: str, text: str, depth: int, span: s.Span, target: str | None = None
) -> Row:
    plain = _plain(text)
    return Row(kind, mark, plain, text, depth, target, (span.block, span.line))


def _first(label: s.Text) -> str:
    return re.split(r"[|｜]", label.base)[0].strip()


_VALUE = re.compile(r"\{\{\s*([^{}|]*?)\s*(?:\|[^{}]*)?\}\}")
_TAG = re.compile(r"\{%.*?%\}")


def _plain(text: str) -> str:
    """A template as a person reads it: `{{ dish.name|x }}` as ‹dish.name›, tags left out."""
    return " ".join(_TAG.sub("", _VALUE.sub(r"‹\1›", text)).split())
