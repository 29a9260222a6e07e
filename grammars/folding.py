"""Folding: what two phrases share when a buyer would call them the same."""

import re
import unicodedata
from functools import cache, lru_cache
from importlib import resources
from typing import Final

TEXT_LENGTH_MAX: Final = 2_000
"""Characters of a text that are looked at. A reader answers None past it, folding cuts."""

KEPT_TEXTS_MAX: Final = 4_096
"""Texts whose reading is kept. Buyers mostly send the same few words."""

KEPT_LENGTH_MAX: Final = 32
"""Characters of a text that may be kept: long texts are rarely sent twice."""

_UNSEEN: Final[dict[int, int | str | None]] = {
    0x00AD: None,  # soft hyphen
    0x180E: None,
    **dict.fromkeys(range(0x200B, 0x2010)),  # zero width space to right-to-left mark
    **dict.fromkeys(range(0x202A, 0x202F)),
    **dict.fromkeys(range(0x2060, 0x2070)),
    0x20E3: None,  # the frame of a keycap, as in 1️⃣
    **dict.fromkeys(range(0xFE00, 0xFE10)),  # variation selectors
    0xFEFF: None,
    **dict.fromkeys(range(0x1F3FB, 0x1F400)),  # skin tones
    **dict.fromkeys(range(0xE0000, 0xE0080)),
    0x2018: "'",
    0x2019: "'",
}
"""Code points that cannot be seen or told apart, and what stands for them."""

_OUR_VARIANTS: Final = {"妳": "你", "両": "两"}
"""Variants that the table of OpenCC leaves alone and buyers do not."""

_HAN = r"[㐀-䶿一-鿿豈-﫿𠀀-𲎯〇]"
_HAN_SPACE: Final = re.compile(rf"(?<={_HAN}) | (?={_HAN})")


def fold(text: str) -> str:
    """Reduce a phrase to what matters: width, case, script, spaces, outer marks and emoji go.

    `fold(" ＯＫ！ ")` is "ok"; `fold("點 餐。")` is "点餐". A text of nothing but marks stays as it
    is, for "*" and "#" are keys and "👍" is an answer.
    """
    if text.isascii() and text.isalnum() and len(text) <= TEXT_LENGTH_MAX:
        return text.lower()
    return _fold_kept(text) if len(text) <= KEPT_LENGTH_MAX else _fold(text)


def normalise(text: str) -> str:
    """Fold a text but keep its outer marks, which can be a sign, a currency or a plus."""
    if text.isascii() and text.isalnum() and len(text) <= TEXT_LENGTH_MAX:
        return text.lower()
    return _normalise_kept(text) if len(text) <= KEPT_LENGTH_MAX else _normalise(text)


def _fold(text: str) -> str:
    even = normalise(text)
    start, end = 0, len(even)
    while start < end and _is_mark(even[start]):
        start += 1
    while end > start and _is_mark(even[end - 1]):
        end -= 1
    return even[start:end] or even


def _normalise(text: str) -> str:
    seen = text[:TEXT_LENGTH_MAX].translate(_UNSEEN)
    if not seen.isascii():
        # Unicode, section 3.13: case folding can undo a normal form, so it stands between two.
        seen = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", seen).casefold())
        seen = seen.translate(_simplified())
    seen = " ".join(seen.lower().split())[:TEXT_LENGTH_MAX].rstrip()
    return seen if seen.isascii() else _HAN_SPACE.sub("", seen)


_fold_kept = lru_cache(KEPT_TEXTS_MAX)(_fold)
_normalise_kept = lru_cache(KEPT_TEXTS_MAX)(_normalise)


def _is_mark(character: str) -> bool:
    category = unicodedata.category(character)
    # Sm and Sc stay but for the tilde: "+86" and "¥5" are more than decoration.
    return category[0] in "PZC" or category in ("So", "Sk") or character == "~"


@cache
def _simplified() -> dict[int, str]:
    """Traditional to simplified, from the table of OpenCC (Apache-2.0), read at the first need."""
    table = resources.files("opencc").joinpath("dictionary/TSCharacters.txt")
    pairs = dict(_OUR_VARIANTS)
    for line in table.read_text("utf-8").splitlines():
        traditional, _, simplified = line.partition("\t")
        if simplified:
            pairs[traditional] = simplified.split()[0]
    # A target can be a source of its own; following it twice makes folding idempotent.
    ends = {source: pairs.get(target, target) for source, target in pairs.items()}
    return {ord(source): ends.get(target, target) for source, target in ends.items()}
