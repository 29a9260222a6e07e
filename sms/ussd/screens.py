"""A text as USSD screens: one where it fits, else pages of whole lines, parts of a sentence or words, each but the last with a way to
the next.
"""

from __future__ import annotations

import re
import unicodedata

from grammars.gsm import alphabet as gsm
from grammars.gsm.parts import choose
from grammars.gsm.screen import SEPTETS_MAX, fits

PAGES_MAX = 10
"""A longer text is cut; the checker tells who writes screens that may be (C503)."""
NEXT_KEY = "99"
"""What shows the next page."""
_ENDS = tuple(
    re.compile(rf"(?:{ends})[\"'”’」』）)》]*")
    for ends in (r"[;.!?](?=[\"'”’)]*\s)|[；。！？]", r"[,:](?=[\"'”’)]*\s)|[，、：]")
)
"""Where an item of a list or a sentence ends, and where a part of it does."""


def pages(text: str, more: str) -> list[str]:
    """Screens of a text; `more` is what the way to the next is called."""
    if fits(text):
        return [text]
    way = f"\n{NEXT_KEY}.{more}"
    found: list[str] = []
    rest = text
    while rest and len(found) < PAGES_MAX:
        if fits(rest):
            found.append(rest)
            break
        cut = _cut(rest, way)
        found.append(rest[:cut].rstrip("\n") + way)
        rest = rest[cut:].removeprefix(" ").lstrip("\n")
    else:
        found[-1] = found[-1].removesuffix(way)
    return found


def _cut(text: str, way: str) -> int:
    """How many characters stand on a page that is half full at least: whole lines if it can be, else whole items, sentences or parts of
    them, else whole words, else as many as fit.
    """
    low, high = 1, min(len(text), SEPTETS_MAX)
    while low < high:
        middle = (low + high + 1) // 2
        if fits(text[:middle] + way):
            low = middle
        else:
            high = middle - 1
    # A short line alone, as an apology before a question, would only be in the way of the rest.
    line = text.rfind("\n", 0, low + 1)
    if line > low // 2:
        return line
    # Nor is an item worth a page more.
    left = len(text) - len(way)
    begin = max(low // 2, left - -(-(left - low) // low) * low)
    for ends in _ENDS:
        found = [
            end for one in ends.finditer(text, 0, low + 1) if begin <= (end := one.end()) <= low
        ]
        if found:
            return found[-1]
    # Never between the halves of what UTF-16 writes as two, which Python counts as one anyway.
    for cut in range(low, low // 2, -1):
        if not (_is_of_a_word(text[cut - 1]) and _is_of_a_word(text[cut])):
            return cut
    return low


def _is_of_a_word(character: str) -> bool:
    """Whether it belongs together with such as stand beside it: in a word, a price with its currency, a time. Chinese may be cut anywhere."""
    if character.isspace():
        return False
    is_wide = unicodedata.east_asian_width(character) in ("W", "F")
    return not is_wide or unicodedata.category(character) == "Sc"


def encode(text: str) -> tuple[bytes, int]:
    """A screen's octets and data_coding."""
    alphabet = choose(text)
    if alphabet.tables is None:
        return text.encode("utf-16-be", "surrogatepass"), 0x08
    return gsm.encode(text, alphabet.tables), 0
