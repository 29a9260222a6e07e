"""What the lines of a block say amiss though they parse: collected while its syntax is built."""

# Like flows/builder.py, this takes what Lark gives untyped.
# pyright: basic

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

from lark import Token

from flows import syntax as s
from flows.diagnostic import Diagnostic, Severity
from flows.words import said, slots
from grammars.keywords import ARROW

_KEY: ContextVar[str] = ContextVar("block key", default="")
_NOTES: ContextVar[list[Diagnostic] | None] = ContextVar("notes", default=None)


@contextlib.contextmanager
def reading(key: str) -> Iterator[list[Diagnostic]]:
    """Spans made within belong to this block; what its lines say amiss is collected.

    Context variables keep blocks apart that are parsed at the same time by several threads.
    """
    notes: list[Diagnostic] = []
    key_before, notes_before = _KEY.set(key), _NOTES.set(notes)
    try:
        yield notes
    finally:
        _KEY.reset(key_before)
        _NOTES.reset(notes_before)


def span(token: Token, width: int | None = None) -> s.Span:
    """The span of a token, trailing blanks left off."""
    text = str(token).rstrip()
    return s.Span(_KEY.get(), token.line or 1, token.column or 1, max(1, width or len(text)))


def note(
    span: s.Span,
    message: str,
    help_text: str,
    code: str = "E001",
    name: str = "syntax-error",
    severity: Severity = "error",
) -> None:
    notes = _NOTES.get()
    if notes is not None:
        notes.append(Diagnostic(code, name, severity, message, span, help_text))


_LEADS_ON = re.compile(ARROW + r"[ ]*([^\W\d][\w.]*)?[ ]*$")
_WIDE_BRACES = re.compile("｛[｛%％]|[｝%％]｝|[｛{][｛{](?<!{{)")
_SINGLE_BRACES = re.compile(r"(?<![{$])\$?\{([ ]*[^\W\d][\w.]*(?:[ ]*\|[ ]*[a-z]+)?[ ]*)\}(?!\})")
_QUOTES = {'"': '"', "“": "”", "「": "」", "'": "'"}
_SPOKEN_GUARD = re.compile(r"[(（][ ]*(?:if[ ]|如果)([^()（）]*)[)）]?[ ]*$")
FIELD_IN_NAME = re.compile(r"[ ](?:price|stock|价格|库存)[ ]+\S*[0-9]")
_DIGITS_THEN_WORD = re.compile(r"([0-9０-９]+)[^\W\d]")
_KEY_IN_WORDING = re.compile(
    r"[\[(（【]\s*([0-9*#])\s*[\])）】]"
    r"|([0-9*#])[ ]*(?:[:：、]|[-–—][ ])(?![ ]*[0-9])"
    r"|.*?(?<![a-z])(?:press|reply|text|send|dial|enter|type)(?: with)? ([0-9*#])"
    r"(?![0-9])(?=[ ]*(?:[^\w ]|$|(?:to|for|and|if|or)\b))"
    r"|.*?(?:按|回复|发送|拨|输入)[ ]?([0-9*#])"
    r"(?![0-9])(?![ ]*[个個斤两公千克吨张張份件次小时時分秒天日周月年元块塊位名人包箱盒瓶杯袋碗只隻条條支本号號期倍成种種])",
    re.IGNORECASE,
)
"""`(1) Order`, `1: Order`, `Press 1 to order`: what the buyer will send, and nothing will understand. `1:1 lesson`, `Type 2 diabetes`
and `按3个月付` count something.
"""
_KEYS_ANYWHERE = frozenset("0*#")
"""Keys that have no place in a menu."""


def checked(token: Token) -> str:
    """The text of a token; what shows that the line was meant otherwise is noted."""
    text = said(str(token))
    wide = _WIDE_BRACES.search(text)
    if wide:
        note(
            span(token),
            f"the full-width braces `{wide[0]}` would be sent as they are",
            "write `{{ name }}` and `{% if ... %}` with half-width braces",
        )
    single = _SINGLE_BRACES.search(text)
    if single:
        where, at = span(token), str(token).index(single[0])
        note(
            s.Span(where.block, where.line, where.column + at, len(single[0])),
            f"`{single[0]}` would be sent as it is",
            f"write `{{{{ {single[1].strip()} }}}}` to show the value",
            "E010",
            "single-brace",
            "warning",
        )
    found = _LEADS_ON.search(text)
    if found:
        where = span(token)
        place = s.Span(where.block, where.line, where.column + str(token).index(found[0]), 2)
        target = found[1] or "step"
        if found.start() == 0:
            message = "a text stands here, not the step it leads to"
            help_text = f"write the text, or `tries 3 then -> {target}` for where it leads"
        else:
            message = "an arrow at the end of a text would be sent to the buyer"
            help_text = f"put `-> {target}` on a line of its own"
        note(place, message, help_text)
    if len(text) > 1 and _QUOTES.get(text[0]) == text[-1] and text.count(text[-1]) <= 2:
        note(
            span(token),
            "the quote marks would be sent to the buyer",
            "a text needs no quote marks; take them away",
            "E005",
            "quoted-text",
            "warning",
        )
    return text


def text_of(token: Token, variants: Any = ()) -> s.Text:
    return s.Text(checked(token), tuple(v for v in variants if v is not None), span(token))


def label_of(token: Token, variants: Any, *, keyed: bool) -> s.Text:
    text = slots(str(token).strip())
    place = span(token)
    guard = _SPOKEN_GUARD.search(text)
    if guard:
        note(
            place,
            "the condition of an option stands in square brackets",
            f"write `[if {guard[1].strip()}]` before the arrow",
        )
    digits = None if keyed else _DIGITS_THEN_WORD.match(text)
    if digits:
        note(
            place,
            "this option has no key, and its wording begins with digits",
            f"put a space after `{digits[1]}` if it is the key, or write a key before the wording",
            "E006",
            "key-without-space",
            "warning",
        )
    if not text.strip(" |｜"):
        note(place, "this option has no wording", "write `1 wording -> step`")
    return s.Text(text, tuple(v for v in variants if v is not None), place)


def key_in_wording(option: s.Option | s.ChoiceOption, place: int) -> None:
    """Note the key that an option without one tells buyers, if it is that of its place among the others: `(2) kg` as the first is none."""
    named = None if option.key is not None else _KEY_IN_WORDING.match(option.label.base)
    if named is None:
        return
    key = named[1] or named[2] or named[3] or named[4]
    if key in _KEYS_ANYWHERE or key == str(place):
        note(
            option.label.span,
            f"this option has no key, and its wording tells buyers `{key}`",
            f"write the key first, and then the wording alone: `{key} wording`",
            "E006",
            "key-without-space",
            "warning",
        )


def empty(head: Token, name: str, sample: str) -> None:
    note(
        span(head),
        f"`{name}` has nothing under it",
        f"indent what belongs to it by two spaces, such as {sample}",
    )


def filled(head: Token, body: tuple[s.Statement, ...]) -> tuple[s.Statement, ...]:
    """The statements of an arm; none is a mistake, noted at its keyword."""
    if not body:
        note(
            span(head),
            f"`{head}` has nothing under it",
            "indent what it does by two spaces, or end it with `-> step`",
        )
    return body


def condition_of(token: Token) -> str:
    text = str(token).strip()
    bare = re.sub(r"(?:[:：]|[ ]then|那么)$", "", text).strip()
    if bare != text:
        end = text[len(bare) :].strip()
        whole = span(token)
        place = s.Span(whole.block, whole.line, whole.column + whole.width - len(end), len(end))
        note(place, f"`{end}` is too much here", "end the line with the condition")
    return bare
