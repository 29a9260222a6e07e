"""Phrases and what they stand for: what a buyer says word for word, and the one name that a short message contains."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache

from flows.program import Option, Product
from grammars.folding import fold

LOOSE_CHARACTERS_MAX = 24
"""In a longer message a name is not looked for: it may say anything about it."""
PHRASES_KEPT_MAX = 2_000
"""Menus and catalogs whose phrases are kept ready: many sellers of one template have the same."""

_NEGATIONS = ("不", "别", "没", "勿", "not ", "n't", "no ", "never", "without")


class Phrases:
    """Phrases to what they stand for: exact first, then the one name that a short message contains."""

    def __init__(self, entries: Iterable[tuple[str, int]]) -> None:
        self.exact: dict[str, int] = {}
        for phrase, meaning in entries:
            self.exact.setdefault(phrase, meaning)
            self.exact.setdefault(fold(phrase), meaning)
        self.exact.pop("", None)

    @cached_property
    def contained(self) -> list[tuple[str, int]]:
        """Phrases that are looked for within a message, longest first."""
        return sorted(
            ((phrase, meaning) for phrase, meaning in self.exact.items() if _worth(phrase)),
            key=lambda entry: -len(entry[0]),
        )

    def find(self, text: str) -> int | None:
        """The meaning of a message that says a phrase and nothing else."""
        found = self.exact.get(text)
        return self.exact.get(fold(text)) if found is None else found

    def find_within(self, text: str) -> int | None:
        """The meaning of the one phrase that a short message contains; None if two differ, or if it says no."""
        folded = fold(text)
        if len(folded) > LOOSE_CHARACTERS_MAX or any(word in folded for word in _NEGATIONS):
            return None
        found: int | None = None
        for phrase, meaning in self.contained:
            at = folded.find(phrase)
            if at < 0 or not _stands_alone(folded, at, phrase):
                continue
            if found is not None and meaning != found:
                return None
            found = meaning
            # A longer name hides the shorter ones inside it: 牛肉面 is not also 牛肉.
            folded = folded[:at] + "\n" + folded[at + len(phrase) :]
        return found


def _worth(phrase: str) -> bool:
    return len(phrase) >= (3 if phrase.isascii() else 2) and not phrase.isdigit()


def _stands_alone(text: str, at: int, phrase: str) -> bool:
    """An ASCII phrase must be a word of its own; Chinese has no spaces between words."""
    if not phrase.isascii():
        return True
    before = text[at - 1 : at]
    after = text[at + len(phrase) : at + len(phrase) + 1]
    return not (before.isascii() and before.isalnum()) and not (after.isascii() and after.isalnum())


def product_phrases(products: Sequence[Product]) -> Phrases:
    """Codes, names and synonyms of products; a meaning is an index into them."""
    return _kept_phrases(
        tuple(
            [
                (phrase, index)
                for index, product in enumerate(products)
                for phrase in (product.code, *product.phrases)
            ]
        )
    )


def option_phrases(options: Sequence[Option], channel: str | None = None) -> Phrases:
    """Keys and phrases of the options that a channel has; a meaning is an index into all of them."""
    entries = [
        (phrase, index)
        for index, option in enumerate(options)
        if channel is None or option.channel in (None, channel)
        for phrase in ((option.key, *option.phrases) if option.key is not None else option.phrases)
    ]
    return _kept_phrases(tuple(entries))


_kept_phrases = lru_cache(PHRASES_KEPT_MAX)(Phrases)
