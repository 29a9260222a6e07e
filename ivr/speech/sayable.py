"""What a caller may say at a question: the phrases and grammars that a recogniser listens for, and no more.

Free answers (an address, a message) have none: they are recorded for a person and confirmed by SMS.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from flows import program as p
from flows.answers import FREE_TYPES
from flows.machine import Machine
from grammars import spoken
from grammars.digits import read_digits
from grammars.languages import LANGUAGES
from grammars.names import nearest
from grammars.numbers import NUMBER_MAX
from grammars.srgs.analysis import vocabulary
from grammars.srgs.jsgf import jsgf_document, jsgf_phrase, jsgf_rules
from grammars.srgs.matcher import match
from grammars.srgs.model import Grammar
from grammars.srgs.reader import GrammarError, read_grammar
from ivr.speech.recognition import Hypothesis, Listening

PHRASES_MAX = 2_000
"""Phrases that are listened for at one question: a catalog of a thousand with its synonyms."""
SECOND_CHOICE = 0.8
"""Confidence that is left where the likeliest hypothesis says nothing that may be said, and another one does."""
_UNBOUNDED = 9_999
_DIGITS_MAX = 20

_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True)
class Sayable:
    """What may be said at a question."""

    language: str
    phrases: tuple[str, ...]
    """As the seller wrote them."""
    grammars: tuple[tuple[str, str], ...]
    """Kind and ABNF text of the grammars for values."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to listen for."""
        return not self.phrases and not self.grammars

    @cached_property
    def _by_words(self) -> dict[str, str]:
        return {words: phrase for phrase in self.phrases if (words := jsgf_phrase(phrase))}

    @cached_property
    def _read(self) -> tuple[tuple[str, Grammar], ...]:
        return tuple((kind, _grammar(text)) for kind, text in self.grammars)

    @cached_property
    def listening(self) -> Listening:
        """For a recogniser."""
        rules: list[str] = []
        entries = list(self._by_words)
        words = list(self._by_words)
        for number, (_, grammar) in enumerate(self._read):
            written, entry = jsgf_rules(grammar, f"g{number}_")
            rules.append(written)
            entries.append(f"<{entry}>")
            words += sorted(word.lower() for word in vocabulary(grammar))
        return Listening(
            self.language, jsgf_document("\n".join(rules), entries), tuple(dict.fromkeys(words))
        )

    def snapped(self, heard: str) -> str | None:
        """What was heard as one of the things that may be said: the phrase, or a value's words; None if it is neither.

        A recogniser may stop in the middle of a phrase, or pass over its grammar: what is near one phrase is that phrase.
        """
        words = jsgf_phrase(heard)
        if not words:
            return None
        found = self._by_words.get(words)
        if found is not None:
            return found
        for kind, grammar in self._read:
            if match(grammar, heard) is not None or match(grammar, words) is not None:
                digits = read_digits(words, 1, _DIGITS_MAX) if kind == "digits" else None
                return digits if digits is not None else words
        near = nearest(words, self._by_words, 1)
        return self._by_words[near[0]] if near else None

    def understood(self, heard: Hypothesis) -> tuple[str, float]:
        """What an utterance says to the flow, and how sure that is; nothing at 0 where it says none of what may be said."""
        for place, text in enumerate((heard.text, *heard.alternatives)):
            found = self.snapped(text)
            if found is not None:
                return found, heard.confidence * (SECOND_CHOICE if place else 1)
        # A noise after the answer is heard as the beginning of one more word: "yeah in".
        beginning = heard.text.rpartition(" ")[0]
        found = self.snapped(beginning) if beginning else None
        return (found, heard.confidence * SECOND_CHOICE) if found is not None else ("", 0.0)

    def second(self, heard: Hypothesis, means: str) -> str:
        """What else that may be said it may have been than what it was understood as; nothing where there is no such thing."""
        also = map(self.snapped, heard.alternatives)
        return next((found for found in also if found is not None and found != means), "")


def sayable(machine: Machine, question: str, kind: str, language: str) -> Sayable:
    """What may be said at a question; `kind` is that of center.reply.Expected, `yesno` while an answer is confirmed."""
    program = machine.program
    known = language if language in LANGUAGES else "en"
    if kind in FREE_TYPES:
        return Sayable(known, (), ())
    anywhere = _phrases(_options(program.anywhere), known)
    asked = machine.questions.get(question)
    phrases: Iterable[str] = ()
    grammars: list[tuple[str, str]] = []
    if kind == "yesno":
        grammars.append(("yesno", spoken.yesno_grammar(known)))
    elif isinstance(asked, p.Menu):
        phrases = _options(asked.options)
        grammars += _keys(asked.options, known)
    elif isinstance(asked, p.Ask):
        phrases, more = _asked(asked, program, known)
        grammars += more
    chosen = dict.fromkeys([*_phrases(phrases, known), *anywhere])
    return Sayable(known, tuple(chosen)[:PHRASES_MAX], tuple(grammars))


def _asked(
    ask: p.Ask, program: p.Program, language: str
) -> tuple[Iterable[str], list[tuple[str, str]]]:
    lower, upper = ask.lower or 0, ask.upper
    match ask.type:
        case "product":
            products = [x for x in program.products if ask.group in (None, x.group)]
            return [phrase for x in products for phrase in x.phrases], _codes(
                (x.code for x in products), language
            )
        case "choice":
            return _options(ask.choices), _keys(ask.choices, language)
        case "number":
            most = min(upper if upper is not None else _UNBOUNDED, NUMBER_MAX)
            return (), [("number", spoken.number_grammar(lower, most, language))]
        case "digits" | "pin":
            return (), [
                (
                    "digits",
                    spoken.digits_grammar(
                        ask.lower or 1, min(upper or _DIGITS_MAX, _DIGITS_MAX), language
                    ),
                )
            ]
        case "phone":
            return (), [("digits", spoken.digits_grammar(7, 15, language))]
        case "money":
            return (), [("money", spoken.money_grammar(language))]
        case "date":
            return (), [("date", spoken.date_grammar(language))]
        case "grammar":
            return (), _sellers(program, ask.group or "", language)
        case _:
            return (), []


def _options(options: Iterable[p.Option]) -> list[str]:
    return [
        phrase
        for option in options
        if option.channel in (None, "voice")
        for phrase in option.phrases
    ]


def _keys(options: Iterable[p.Option], language: str) -> list[tuple[str, str]]:
    """A key may be said as well as pressed: "two"."""
    return _codes((option.key for option in options if option.key is not None), language)


def _codes(codes: Iterable[str], language: str) -> list[tuple[str, str]]:
    """Codes and keys said digit by digit, those that there are and no others: "one oh one", 幺零幺."""
    listed = sorted({code for code in codes if code.isdigit() and len(code) <= _DIGITS_MAX})[
        :PHRASES_MAX
    ]
    return [("digits", spoken.codes_grammar(listed, language))] if listed else []


def _phrases(phrases: Iterable[str], language: str) -> list[str]:
    """Those that are in the language, as far as its script tells."""
    chinese = language == "zh"
    return [
        phrase for phrase in phrases if jsgf_phrase(phrase) and bool(_HAN.search(phrase)) == chinese
    ]


def _sellers(program: p.Program, name: str, language: str) -> list[tuple[str, str]]:
    """A seller's own grammar, where it is for speech and in this language."""
    from grammars.srgs.writer import to_abnf

    source, content = program.grammars.get(name, ("", b""))
    if not content:
        return []
    try:
        grammar = read_grammar(content, uri=source)
        if grammar.header.mode != "voice" or (grammar.header.language or "")[:2] != language:
            return []
        return [("grammar", to_abnf(grammar))]
    except GrammarError:
        # The checker refuses such a flow (K210).
        return []


@lru_cache(maxsize=1_000)
def _grammar(text: str) -> Grammar:
    return read_grammar(text.encode(), uri="ours:spoken")
