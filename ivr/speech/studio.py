"""What a studio records: every text of a shop in listening order, and what it would be synthesised as until then."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from flows.speech import seconds
from ivr.speech.pieces import Fragment
from ivr.speech.recordings import Recordings, text_key
from ivr.speech.script import Phrase

Source = Literal["recorded", "synthesised", "no voice"]
COLUMNS = ("file", "language", "heard at", "text", "said", "seconds", "source")
_NAME_CHARACTERS_MAX = 24


@dataclass(frozen=True, slots=True)
class Take:
    """One text to record."""

    number: int
    phrase: Phrase
    said: str
    """The text with its numbers in words."""
    seconds: float
    """Measured where there is audio, else by the length of the text."""
    source: Source

    def file(self) -> str:
        """The name that a recording of this text should have, under prompts/."""
        words = "".join(sign if sign.isalnum() else " " for sign in self.phrase.text).split()
        name = "-".join(words)[:_NAME_CHARACTERS_MAX].strip("-")
        key = text_key(self.phrase.text, self.phrase.language)
        return f"{self.phrase.language}/{self.number:04d}-{name}-{key}.wav"


def takes(
    phrases: Iterable[Phrase],
    recordings: Recordings,
    spoken: Callable[[str], str],
    measured: Callable[[Fragment], float | None],
    *,
    has_voice: bool,
) -> list[Take]:
    """The phrases of one language, numbered in the order in which callers hear them."""
    found: list[Take] = []
    for number, phrase in enumerate(phrases, 1):
        said = spoken(phrase.text)
        fragment = Fragment(phrase.text, phrase.language)
        recorded = recordings.find(phrase.text, phrase.language) is not None
        source: Source = "recorded" if recorded else "synthesised" if has_voice else "no voice"
        length = measured(fragment)
        found.append(
            Take(
                number,
                phrase,
                said,
                seconds(said, phrase.language) if length is None else length,
                source,
            )
        )
    return found


def studio_script(listed: Iterable[Take]) -> str:
    """The takes as CSV with a byte order mark, as spreadsheets open it."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(COLUMNS)
    for take in listed:
        phrase = take.phrase
        text = [_plain(each) for each in (phrase.where or "values", phrase.text, take.said)]
        rows.writerow([take.file(), phrase.language, *text, f"{take.seconds:.1f}", take.source])
    return "\ufeff" + out.getvalue()


def _plain(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") else text
