"""The lexical rules that both forms share: names, languages, numbers, keys, references."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import NoReturn
from urllib.parse import urljoin

from grammars.srgs.model import (
    Alternatives,
    Choice,
    Expansion,
    Mode,
    Repeat,
    RuleRef,
    Sequence,
    Span,
    Token,
)

Fail = Callable[[str, Span, str], NoReturn]
"""Raises a `GrammarError` of the document at hand: message, place, what to write instead."""

# XML 1.0, productions 4 and 4a. A rule's name leaves out "-", "." and ":" (SRGS, section 3.1).
_START = (
    "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NAME = _START + "0-9\u00b7\u0300-\u036f\u203f\u2040"
RULE_NAME = f"[{_START}][{_NAME}]*"
NMTOKEN = f"[{_NAME}:.\\-]+"
NUMBER = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)"

# XML 1.0, production 2: what a document of either form may hold.
ILLEGAL_CHARACTER = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_RULE_NAME = re.compile(RULE_NAME)
_NUMBER = re.compile(NUMBER)
_REPEAT = re.compile("([0-9]+)(?:(-)([0-9]*))?")
_LANGUAGE = re.compile("[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
_URI_SPACE = re.compile(r"[\s\"{}|\\^`<>]")

_DTMF = {key: key for key in "0123456789ABCD*#"} | {
    "a": "A",
    "b": "B",
    "c": "C",
    "d": "D",
    "star": "*",
    "pound": "#",
}

NUMBER_CHARACTERS_MAX = 64
"""Digits of a weight, a probability or a count."""
REPEAT_COUNT_MAX = 1_000_000
"""The largest count in a repeat: more than any input has words."""


def rule_name(name: str, span: Span, fail: Fail) -> str:
    """A name that a rule may bear. Section 3.1."""
    if not _RULE_NAME.fullmatch(name):
        plain = re.sub(r"[-.:\s]+", "_", name.strip())
        fail(
            f"'{name[:40]}' is not a legal rule name",
            span,
            f"write '{plain}'" if _RULE_NAME.fullmatch(plain) else "begin with a letter",
        )
    if name in ("NULL", "VOID", "GARBAGE"):
        fail(f"{name} is a special rule and cannot be defined", span, "choose another name")
    return name


def language_code(code: str, span: Span, fail: Fail) -> str:
    """A language identifier. Sections 2.7 and 4.5, RFC 3066."""
    if not _LANGUAGE.fullmatch(code):
        fail(f"'{code[:40]}' is not a language code", span, "write one such as zh, en or en-US")
    return code


def number(text: str, span: Span, fail: Fail) -> float:
    """A weight: digits with at most one point, no sign, no exponent. Section 2.4.1."""
    if len(text) > NUMBER_CHARACTERS_MAX or not _NUMBER.fullmatch(text):
        fail(f"'{text[:40]}' is not a number", span, "write one such as 2, 0.5 or .5")
    return float(text)


def probability(text: str, span: Span, fail: Fail) -> float:
    """A repeat probability. Section 2.5.1."""
    value = number(text, span, fail)
    if value > 1:
        fail(f"the repeat probability {text} is over 1", span, "write a number from 0.0 to 1.0")
    return value


def repeat_range(text: str, span: Span, fail: Fail) -> tuple[int, int | None]:
    """`n`, `m-n` or `m-` as (minimum, maximum). Section 2.5."""
    found = _REPEAT.fullmatch(text) if len(text) <= NUMBER_CHARACTERS_MAX else None
    if not found:
        fail(f"'{text[:40]}' is not a repeat", span, "write n, m-n or m-, such as 0-1")
    minimum = int(found[1])
    maximum = minimum if not found[2] else int(found[3]) if found[3] else None
    if max(minimum, maximum or 0) > REPEAT_COUNT_MAX:
        fail(f"the repeat {text} is too large", span, f"write at most {REPEAT_COUNT_MAX}")
    if maximum is not None and maximum < minimum:
        fail(f"the repeat {text} ends before it begins", span, f"write {maximum}-{minimum}")
    return minimum, maximum


def token(text: str, mode: Mode, language: str | None, span: Span, fail: Fail) -> Token:
    """A token with its white space normalised; in a DTMF grammar a key. Section 2.1, appendix E."""
    words = " ".join(text.split())
    if not words:
        fail("the token is empty", span, "write a word, or $NULL for nothing")
    if mode == "voice":
        return Token(words, language, span)
    key = _DTMF.get(words)
    if key is None:
        fail(
            f"'{words[:40]}' is not a telephone key",
            span,
            "write one of 0 to 9, A to D, star and pound, with spaces between keys",
        )
    return Token(key, None, span)


class References:
    """How one document's references to other grammars are read. Sections 2.2.2 and 4.9."""

    def __init__(self, uri: str, base: str | None, fail: Fail) -> None:
        self._fail = fail
        self._base = base
        self._against = self._join(uri, base, Span(1, 1)) if base else uri

    def read(
        self, reference: str, media_type: str | None, language: str | None, span: Span
    ) -> RuleRef:
        """A reference as written: `#rule`, `grammar` or `grammar#rule`."""
        if not reference or _URI_SPACE.search(reference):
            self._fail(
                f"'{reference[:40]}' is not a URI",
                span,
                "write a file name or a URI without spaces",
            )
        location, mark, fragment = reference.partition("#")
        name = fragment if mark else None
        if name is not None and not _RULE_NAME.fullmatch(name):
            self._fail(
                f"'#{name[:40]}' does not name a rule", span, "write the rule's name after #"
            )
        if not location:
            # A fragment alone means this very document whatever its base is (RFC 3986, 4.4).
            return RuleRef(name, language=language, span=span)
        document = self._join(self._against, location, span)
        shown = self._shown(location) + mark + fragment
        return RuleRef(name, shown, document, media_type, language, reference, span)

    def _shown(self, location: str) -> str:
        """The reference with the declared base, and no more, applied: `./test/test.gram`."""
        if not self._base or re.match("[A-Za-z][A-Za-z0-9+.-]*:|/", location):
            return location
        if re.match("[A-Za-z][A-Za-z0-9+.-]*:|/", self._base):
            return urljoin(self._base, location)
        return self._base[: self._base.rfind("/") + 1] + location

    def _join(self, base: str, reference: str, span: Span) -> str:
        try:
            return urljoin(base, reference)
        except ValueError:
            self._fail(f"'{reference[:40]}' is not a URI", span, "write a file name or a URI")


def spoken(item: Expansion, code: str, mode: Mode) -> Expansion:
    """The expansion with a language for every token that has none of its own. Section 2.7.

    A DTMF grammar has no language (section 4.5). A reference keeps the language for a grammar
    that does not say its own; it does not change a grammar that does.
    """
    if mode == "dtmf":
        return item
    if isinstance(item, Token):
        return item if item.language else Token(item.text, code, item.span)
    if isinstance(item, RuleRef):
        if item.language:
            return item
        return replace(item, language=code)
    if isinstance(item, Sequence):
        return Sequence(tuple(spoken(each, code, mode) for each in item.items), item.span)
    if isinstance(item, Alternatives):
        return Alternatives(
            tuple(Choice(spoken(each.item, code, mode), each.weight) for each in item.choices),
            item.span,
        )
    if isinstance(item, Repeat):
        inner = spoken(item.item, code, mode)
        return Repeat(inner, item.minimum, item.maximum, item.probability, item.span)
    return item
