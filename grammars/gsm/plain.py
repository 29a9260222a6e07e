"""Cheaper characters: what to write instead of one that forces a text into UCS-2."""

import unicodedata
from functools import lru_cache
from typing import Final

from grammars.gsm.alphabet import DEFAULT

_PUNCTUATION: Final[dict[str, str]] = {
    "‘’‚‛′`´ʼʹˈ＇": "'",
    "“”„‟″«»〝〞〟＂": '"',
    "‐‑‒–—―−﹣－➖": "-",
    "•·∙‧●▪◦⁃": "*",
    "…": "...",
    "‥": "..",
    "‹": "<",
    "›": ">",
    "⁄∕": "/",
    "×✕✖": "x",
    "÷": "/",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "→➔➜": "->",
    "←": "<-",
    "₤": "£",
    "￥": "¥",
    "©": "(c)",
    "®": "(R)",
    "™": "TM",
    "№": "No.",
    "°": " deg",
    "\t\u00a0\u202f\u205f\u3000": " ",
    "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a": " ",
    "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\ufe0e\ufe0f": "",
    "\u2028\u2029\u0085\v": "\n",
    "、": ",",
    "。": ".",
    "【": "[",
    "】": "]",
    "「『": '"',
    "」』": '"',
    "《": "<",
    "》": ">",
}
_LETTERS: Final[dict[str, str]] = {
    "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "ħ": "h", "Ħ": "H",
    "ı": "i", "ŧ": "t", "Ŧ": "T", "ŋ": "n", "Ŋ": "N", "þ": "th", "Þ": "Th", "œ": "oe",
    "Œ": "OE", "ẞ": "SS", "ĸ": "k",
}  # fmt: skip
_GREEK: Final = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX", strict=True))
"""Greek capitals that look like Latin ones, as handsets send them."""
_REPLACEMENTS: Final = {
    character: cheaper for group, cheaper in _PUNCTUATION.items() for character in group
} | _LETTERS
_CACHE_MAX: Final = 4096


@lru_cache(_CACHE_MAX)
def replacement(character: str) -> str | None:
    """What to write instead of a character outside GSM 7-bit, or None if nothing will do."""
    if character in DEFAULT.characters:
        return character
    if character in _REPLACEMENTS:
        return _REPLACEMENTS[character]
    cheaper = unicodedata.normalize("NFKD", character)
    kept = "".join(_simplest(part) for part in cheaper if not unicodedata.combining(part))
    if kept != character and DEFAULT.characters.issuperset(kept):
        return kept if kept or unicodedata.combining(character) else None
    return None


def _simplest(character: str) -> str:
    """One piece of a decomposed character; Greek as its capital or the Latin letter like it."""
    if "\u0370" <= character <= "\u03ff":
        capital = character.upper()
        return _GREEK.get(capital, capital)
    return _REPLACEMENTS.get(character, character)


def transliterate(text: str) -> str:
    """Write each character that has a cheaper one as that; the others stay as they are."""
    outside = frozenset(text) - DEFAULT.characters
    if not outside:
        return text
    # Composed first, so that e and a combining accent become é, which GSM 7-bit has.
    composed = unicodedata.normalize("NFC", text)
    cheaper = {
        ord(character): cheap
        for character in frozenset(composed) - DEFAULT.characters
        if (cheap := replacement(character)) is not None
    }
    return composed.translate(cheaper)
