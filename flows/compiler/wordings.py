"""Texts laid out for every channel and language, each text and each row of them once."""

from __future__ import annotations

import re
from functools import lru_cache

from flows import program as p
from flows import syntax as s
from flows.same import Same

SLOT = re.compile(r"<\s*([^\W\d]\w*)\s*[:：]\s*([^\W\d]\w*)\s*>")
"""`<dish:product>` in a phrase of `anywhere`."""

TEXTS_KEPT_MAX = 100_000
"""Texts whose wordings are kept between compilations: an author checks a flow again and again."""


class Wordings:
    """The texts of one program. A wording is a row: a text for every channel, and in it for every language."""

    def __init__(self, languages: tuple[str, ...]) -> None:
        self.languages = languages
        self.texts: dict[str, int] = {}
        self.rows: dict[tuple[int, ...], int] = {}

    def of(self, text: s.Text) -> int:
        """The wording of a text."""
        return self._row(_texts(Same(text), self.languages))

    def of_label(self, label: s.Text) -> int:
        """The wording of what is shown of a label: its first phrase."""
        return self._row(_labels(Same(label), self.languages))

    def shown(self, label: s.Text) -> tuple[str, ...]:
        """What SMS shows of a label, by language."""
        # The middle of a row is what SMS shows.
        columns = len(self.languages)
        return _labels(Same(label), self.languages)[columns : 2 * columns]

    def by_language(self, text: s.Text) -> tuple[str, ...]:
        """What SMS says of a text, by language."""
        return tuple(_resolve_text(text, "sms", language) for language in self.languages)

    def _row(self, row: tuple[str, ...]) -> int:
        texts = self.texts
        key = tuple([texts.setdefault(text, len(texts)) for text in row])
        return self.rows.setdefault(key, len(self.rows))


def phrases_of(text: s.Text) -> tuple[str, ...]:
    """Every phrase of a label, in every channel and language, as written, the shown one first."""
    return _phrases(Same(text))


@lru_cache(maxsize=TEXTS_KEPT_MAX)
def _phrases(label: Same[s.Text]) -> tuple[str, ...]:
    text = label.value
    found: list[str] = []
    for wording in (text.base, *(variant.text for variant in text.variants)):
        found += [phrase.strip() for phrase in re.split(r"[|｜]", wording) if phrase.strip()]
    return tuple(dict.fromkeys(found))


# Blocks that were not edited are the same objects at the next compilation, and so are their texts.
@lru_cache(maxsize=TEXTS_KEPT_MAX)
def _texts(text: Same[s.Text], languages: tuple[str, ...]) -> tuple[str, ...]:
    """A text's wordings, by channel and language."""
    return tuple(
        [_resolve_text(text.value, c, language) for c in p.CHANNELS for language in languages]
    )


@lru_cache(maxsize=TEXTS_KEPT_MAX)
def _labels(label: Same[s.Text], languages: tuple[str, ...]) -> tuple[str, ...]:
    """What is shown of a label: the first phrase of each of its wordings."""
    return tuple([re.split(r"[|｜]", text)[0].strip() for text in _texts(label, languages)])


def _resolve_text(text: s.Text, channel: str, language: str) -> str:
    """The wording for a channel and language: both fit, then the language's, then the channel's, then the base."""
    by_language = by_channel = None
    for variant in text.variants:
        if variant.language == language:
            if variant.channel == channel:
                return variant.text
            if variant.channel is None:
                by_language = variant.text
        elif variant.language is None and variant.channel == channel:
            by_channel = variant.text
    return by_language or by_channel or text.base
