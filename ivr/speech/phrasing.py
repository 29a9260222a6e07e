"""A text as what is said one after the other: phrases that are known ahead, values in words, pauses, and the rest.

A flow hands out whole texts. Most of what they are made of is known when the flow is published: fixed texts, the pieces
of templates between their values, names of products. Such phrases are looked for from left to right, the longest first;
what stands between them is read as a number, an amount, a time or a code, as the phrase before it says, and what is left
(an address, a name) is new and must be synthesised when it comes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ivr.speech.pieces import Fragment, Pause, Piece
from ivr.speech.values import Currency, Values, cuts_word

PIECES_MAX = 400
"""Pieces of one text; a longer one is cut."""
PAUSE_LONG_MS = 320
PAUSE_SHORT_MS = 160

_LONG = frozenset("。！？.!?；;：:\n")
_SHORT = frozenset("，,、")
_GAPS = re.compile(r" +([,.!?:;])| {2,}")


class Phrasing:
    """Reads the texts of one shop in one language."""

    def __init__(
        self,
        language: str,
        currency: Currency,
        phrases: Iterable[str],
        followers: Mapping[str, frozenset[str]] = {},
        codes: Iterable[str] = (),
    ) -> None:
        """`followers`: phrase to the types of the values that may stand behind it; `codes`: of products, read digit by digit."""
        self.language = language
        self.phrases = tuple(dict.fromkeys(phrases))
        self._by_head: dict[str, list[str]] = {}
        for phrase in sorted(self.phrases, key=len, reverse=True):
            self._by_head.setdefault(phrase[:1].casefold(), []).append(phrase)
        self._values = Values(language, currency, followers, codes)

    def pieces(self, text: str) -> tuple[Piece, ...]:
        """What is said of a text, in order."""
        whole = trimmed(text)
        if whole in self.phrases:
            return (Fragment(whole, self.language),)
        return _joined(self._scan(text), self.language)

    def _scan(self, text: str) -> list[Piece | str]:
        """Pieces and, as plain text, what is not known."""
        found: list[Piece | str] = []
        at, before = 0, ""
        while at < len(text) and len(found) < PIECES_MAX:
            sign = text[at]
            if sign in _LONG or sign in _SHORT:
                found.append(Pause(PAUSE_LONG_MS if sign in _LONG else PAUSE_SHORT_MS))
                at += 1
                continue
            phrase = self._phrase(text, at)
            if phrase is not None:
                found.append(Fragment(phrase, self.language))
                at += len(phrase)
                before = phrase
                continue
            value = self._values.at(text, at, before)
            if not value.length:
                found.append(sign)
                at += 1
                continue
            if found and isinstance(found[-1], str) and found[-1].isalpha():
                # A number inside what is not known, as in an address, is said with it.
                found += list(text[at : at + value.length])
            else:
                found += value.pieces
                before = ""
            at += value.length
        return found

    def _phrase(self, text: str, at: int) -> str | None:
        """The longest phrase that stands here; a Latin one must be words of their own."""
        for phrase in self._by_head.get(text[at].casefold(), ()):
            end = at + len(phrase)
            if text.startswith(phrase, at) and not cuts_word(text, at) and not cuts_word(text, end):
                return phrase
        return None

    def spoken(self, text: str) -> str:
        """A text with every value in it as words, as a voice is given it."""
        out: list[str] = []
        gap = "" if self.language == "zh" else " "
        at = 0
        while at < len(text):
            value = self._values.at(text, at, "")
            said = [piece.text for piece in value.pieces if isinstance(piece, Fragment)]
            if value.length:
                out.append(gap + " ".join(said) + gap if gap else "".join(said))
            else:
                out.append(text[at])
            at += value.length or 1
        return _GAPS.sub(lambda found: found[1] or " ", "".join(out)).strip()


def trimmed(text: str) -> str:
    """A text without the punctuation and spaces at its ends: what is said is the same."""
    start, end = 0, len(text)
    while start < end and not _is_said(text[start]):
        start += 1
    while end > start and not _is_said(text[end - 1]):
        end -= 1
    return text[start:end]


def _is_said(sign: str) -> bool:
    return sign.isalnum()


def _joined(found: list[Piece | str], language: str) -> tuple[Piece, ...]:
    """The pieces, with each run of unknown characters as one fragment, numbers inside it too."""
    pieces: list[Piece] = []
    run = ""
    for piece in found:
        if isinstance(piece, str):
            run += piece
            continue
        if run.strip() and trimmed(run):
            pieces.append(Fragment(trimmed(run), language, known=False))
        run = ""
        pieces.append(piece)
    if trimmed(run):
        pieces.append(Fragment(trimmed(run), language, known=False))
    while pieces and isinstance(pieces[-1], Pause):
        pieces.pop()
    while pieces and isinstance(pieces[0], Pause):
        pieces.pop(0)
    return tuple(pieces)
