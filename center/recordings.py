"""How a text names what a caller left in their own voice: `recording 123456` (录音123456)."""

from __future__ import annotations

import re

DIGITS = 6

_NAMED = re.compile(rf"(?:录音|recording )(\d{{{DIGITS}}})(?!\d)")
_WORDS = {"zh": "录音{}"}


def named(number: str, language: str) -> str:
    """How a text names a recording."""
    return _WORDS.get(language, "recording {}").format(number)


def names_one(text: str) -> bool:
    """Whether a text names a recording."""
    return _NAMED.search(text) is not None


def parts(text: str) -> list[tuple[str, bool]]:
    """A text cut at the recordings that it names: (words, False) or (number, True), in order."""
    found: list[tuple[str, bool]] = []
    end = 0
    for match in _NAMED.finditer(text):
        found += [(text[end : match.start()], False), (match[1], True)]
        end = match.end()
    found.append((text[end:], False))
    return [(part, is_recording) for part, is_recording in found if part.strip()]
