"""What a program can say aloud: every phrase that is known when it is published, in the order in which callers hear it.

A studio records from this list, a voice renders it ahead, and ivr.speech.phrasing finds its phrases in what the flow says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from flows import expression as e
from flows import prompts
from flows import template as tpl
from flows.program import (
    Ask,
    Branch,
    HandOver,
    Menu,
    Option,
    Program,
    Question,
    Say,
    edges,
    offered,
)
from flows.schema import type_of
from flows.settings import hours_text
from grammars import saying
from ivr.speech.phrasing import Phrasing, trimmed
from ivr.speech.values import Currency

PHRASES_MAX = 20_000
"""Phrases of one program in one language."""

_STATUSES = ("placed", "confirmed", "shipped", "delivered", "cancelled", "returned")
_PLATFORM = (
    "no_input",
    "no_match",
    "sorry",
    "one_moment",
    "confirm",
    "resume_cart",
    "resume",
    "soon",
    *_STATUSES,
)
_VALUE = "\0"


@dataclass(frozen=True, slots=True)
class Phrase:
    """One thing to record or to render."""

    text: str
    language: str
    where: str
    """The question or step it is first heard at; empty for words that stand in values."""


@dataclass(slots=True)
class _Found:
    """Phrases of one language as they are collected."""

    phrases: dict[str, Phrase] = field(default_factory=dict[str, Phrase])
    followers: dict[str, set[str]] = field(default_factory=dict[str, set[str]])


class Script:
    """All that a program says by voice."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.currency = Currency(program.currency, program.decimals)
        self._scope = dict(program.variables)
        self._names = _step_names(program)
        self.by_language = {language: self._collect(language) for language in program.languages}

    def phrases(self, language: str) -> tuple[Phrase, ...]:
        """What to record, in listening order; then the words that values are made of."""
        return tuple(self.by_language[language].phrases.values())

    def value_words(self, language: str) -> tuple[Phrase, ...]:
        """Words of numbers, money, dates, times and codes."""
        own = self.by_language[language].phrases
        known = language if language in prompts.LANGUAGES else prompts.DEFAULT_LANGUAGE
        words = saying.closed_words(known, self.program.currency)
        extra = (
            ()
            if known == "zh"
            else ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
        )
        return tuple(Phrase(word, language, "") for word in (*words, *extra) if word not in own)

    def phrasing(self, language: str) -> Phrasing:
        """What reads the texts of this program."""
        found = self.by_language[language]
        known = language if language in prompts.LANGUAGES else prompts.DEFAULT_LANGUAGE
        return Phrasing(
            known,
            self.currency,
            found.phrases,
            {phrase: frozenset(kinds) for phrase, kinds in found.followers.items()},
            [product.code for product in self.program.products],
        )

    # --- collecting ---

    def _collect(self, language: str) -> _Found:
        found = _Found()
        for place, text in self._texts(language):
            self._add(found, text, language, place)
            if len(found.phrases) >= PHRASES_MAX:
                break
        return found

    def _texts(self, language: str) -> Iterator[tuple[str, str]]:
        """Texts as the seller or the platform words them, with where they are heard, in listening order."""
        program = self.program
        for index in _listening_order(program):
            node = program.nodes[index]
            place = self._names.get(index, "")
            match node:
                case Say(wording):
                    yield place, self._wording(wording, language)
                case HandOver(wordings=wordings):
                    for wording in wordings:
                        yield place, self._wording(wording, language)
                case Menu():
                    if node.wording is not None:
                        yield node.id, self._wording(node.wording, language)
                    yield from self._options(offered(node.options, "voice"), node.id, language)
                    yield from self._retries(node, language)
                case Ask():
                    for wording in node.wordings:
                        yield node.id, self._wording(wording, language)
                    yield from self._options(node.choices, node.id, language)
                    yield from self._retries(node, language)
                case _:
                    pass
        yield from self._products(language)
        for word in _PLATFORM:
            text = prompts.word(word, language)
            yield "platform", text.format_map({"value": _VALUE, "summary": _VALUE})
        for text in prompts.yesno_hint("voice", language), *_resume_options(language):
            yield from (("platform", part) for part in _sentences(text))

    def _wording(self, wording: int, language: str) -> str:
        column = self.program.languages.index(language)
        return self.program.texts[self.program.wordings[wording][column]]

    def _options(
        self, options: tuple[Option, ...], place: str, language: str
    ) -> Iterator[tuple[str, str]]:
        for option in options:
            if option.key is not None:
                label = self._wording(option.label, language)
                yield place, prompts.menu_lines([(option.key, label)], "voice", language)
                if option.value is not None:
                    # A choice is also said alone, when it is read back.
                    yield place, label

    def _retries(self, question: Question, language: str) -> Iterator[tuple[str, str]]:
        for wording in (*question.retry.no_input, *question.retry.no_match):
            yield question.id, self._wording(wording, language)
        if isinstance(question, Ask) and not question.retry.no_match:
            by_star = self.program.decimals > 0
            text = prompts.no_match(
                question.type, language, question.lower, question.upper, by_star=by_star
            )
            yield question.id, text

    def _products(self, language: str) -> Iterator[tuple[str, str]]:
        column = self.program.languages.index(language)
        for product in self.program.products:
            yield "catalog", product.names[column]
            yield from (("catalog", text) for text in (product.unit, product.group) if text)

    def _add(self, found: _Found, text: str, language: str, place: str) -> None:
        """The phrases of one text: what stands between its values, and the types of the values behind them."""
        try:
            template = tpl.parse_template(text.replace(_VALUE, "{{ shop.value }}"))
        except tpl.TemplateError:
            # The checker refuses such a flow (V304); the turn itself tells the trouble.
            return
        run = ""
        for kind, piece in [*_flat(template, self._scope), ("end", "")]:
            if kind == "plain":
                run += piece
                continue
            constant = self._constant(piece, language) if kind == "path" else None
            if constant is not None:
                run += constant
                continue
            phrase = trimmed(run)
            if phrase and phrase not in found.phrases:
                found.phrases[phrase] = Phrase(phrase, language, place)
            if phrase and kind not in ("end", "break"):
                found.followers.setdefault(phrase, set()).add(piece if kind == "kind" else "text")
            run = ""

    def _constant(self, path: str, language: str) -> str | None:
        """What a path stands for where it is the same in every turn."""
        column = self.program.languages.index(language)
        match path:
            case "shop.name":
                return self.program.shop_names[column]
            case "shop.number":
                return self.program.number
            case "shop.hours_text":
                return hours_text(self.program.hours, language)
            case _:
                return None


def _flat(template: tpl.Template, scope: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """A template as plain pieces, constant paths, values by type, and breaks where a loop or a condition begins or ends."""
    for part in template:
        match part:
            case tpl.Plain(text):
                yield "plain", text
            case tpl.Output(e.Path(("shop", *_)) as path):
                yield "path", ".".join(path.parts)
            case tpl.Output(expression):
                yield from _literals(expression)
                yield "kind", _kind(expression, scope)
            case tpl.Loop(name, items, body):
                yield "break", ""
                element = "line" if _kind(items, scope) == "lines" else "product"
                yield from _flat(body, {**scope, name: element, "loop": "loop"})
                yield "break", ""
            case tpl.Choose(_, then, otherwise):
                for arm in then, otherwise:
                    yield "break", ""
                    yield from _flat(arm, scope)
                yield "break", ""


def _literals(expression: e.Expression) -> Iterator[tuple[str, str]]:
    """Words that an expression itself holds: `{{ "a" if x else "b" }}`."""
    match expression:
        case e.Literal(value):
            yield from (("break", ""), ("plain", value), ("break", ""))
        case e.Conditional(_, then, otherwise):
            yield from _literals(then)
            yield from _literals(otherwise)
        case _:
            pass


def _kind(expression: e.Expression, scope: Mapping[str, str]) -> str:
    if isinstance(expression, e.Filtered) and expression.filter in ("money", "date"):
        return expression.filter
    try:
        return type_of(expression, scope)
    except e.ExpressionError:
        return "text"


def _sentences(text: str) -> list[str]:
    """A text cut where it pauses: its parts are said alone too."""
    for mark in "。.":
        text = text.replace(mark, "，")
    return [part for part in text.split("，") if trimmed(part)]


def _resume_options(language: str) -> list[str]:
    return [
        prompts.menu_lines([(key, prompts.word(name, language))], "voice", language)
        for key, name in (("1", "resume_continue"), ("2", "resume_restart"))
    ]


def _listening_order(program: Program) -> list[int]:
    """Nodes as a caller who takes the first way at each meets them, then those of the other ways.

    Of a condition the first way is that it does not hold: the next line, where the other leads away from it (closed, sold out).
    """
    order: dict[int, None] = {}
    targets = [option.target for option in program.anywhere]
    waiting = [*reversed([program.start, *targets, *range(len(program.nodes))])]
    while waiting:
        index = waiting.pop()
        if index >= 0 and index not in order:
            order[index] = None
            node = program.nodes[index]
            targets = [target for _, target in edges(node, "voice")]
            waiting += targets if isinstance(node, Branch) else reversed(targets)
    return list(order)


def _step_names(program: Program) -> dict[int, str]:
    """Node to the step that it belongs to: steps lie one after the other."""
    starts = sorted((index, name) for name, index in program.steps.items() if index >= 0)
    names: dict[int, str] = {}
    for position, (index, name) in enumerate(starts):
        end = starts[position + 1][0] if position + 1 < len(starts) else len(program.nodes)
        names.update(dict.fromkeys(range(index, end), name))
    return names
