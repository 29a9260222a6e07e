"""What stands beside a flow and is no part of it. Edges read it; rules that need it are silent where it is not given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flows import program as p
from flows.transcript.coverage import CoverageLine
from grammars.folding import fold

VOCABULARY_WORDS_MAX = 2_000_000
"""More words of a recogniser's list are not read."""


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """A text that callers hear and nobody recorded."""

    text: str
    where: str
    """The question or the step that it is first heard at."""


@dataclass(frozen=True, slots=True)
class Beside:
    """Everything that a check may be told besides the flow itself."""

    older: p.Program | None = None
    """The program that buyers are in now, where the flow is to take its place."""
    vocabularies: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    """By language, the words that the recogniser of calls knows, folded."""
    covered: tuple[CoverageLine, ...] = ()
    """What the flow's transcripts cover, by channel and language; empty where it has none."""
    unrecorded: Mapping[str, tuple[Unrecorded, ...]] = field(
        default_factory=dict[str, tuple[Unrecorded, ...]]
    )
    """By language, the texts without a recording, in a shop that has recordings."""


def read_vocabulary(text: str) -> frozenset[str]:
    """The words of a recogniser's list: one a line, as Vosk's `words.txt` and PocketSphinx's `.dict` have them."""
    words: set[str] = set()
    for line in text.split("\n", VOCABULARY_WORDS_MAX)[:VOCABULARY_WORDS_MAX]:
        # After the word come its number or its sounds; `word(2)` is another way to say it; <eps> and [noise] are none.
        word = line.split(maxsplit=1)[0] if line.strip() else ""
        word = word.partition("(")[0]
        if word and word[0] not in "<[#!":
            words.add(fold(word))
    return frozenset(words)
