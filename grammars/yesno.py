"""Yes and no as buyers say them."""

from functools import lru_cache
from typing import Final

from grammars.folding import KEPT_LENGTH_MAX, KEPT_TEXTS_MAX, TEXT_LENGTH_MAX, fold
from grammars.languages import LANGUAGES
from grammars.lexicon import cutter

KEYS: Final = {"1": True, "2": False}
"""The keys of a yes or no question on every channel."""

_WORDS: Final = {
    **{word: "courtesy" for language in LANGUAGES.values() for word in language.closers},
    **{word: "yes" for language in LANGUAGES.values() for word in language.yes},
    **{word: "no" for language in LANGUAGES.values() for word in language.no},
    **{word: "unsure" for language in LANGUAGES.values() for word in language.unsure},
}
_cut = cutter(_WORDS)


def read_yesno(text: str) -> bool | None:
    """Read 好的, 不要了, "yes please", "nope", "1" (yes), "2" (no).

    Every word must be known and all must point the same way: 不行吧好 and 好不好 are None.
    """
    if (key := KEYS.get(text)) is not None:
        return key
    return _read_kept(text) if len(text) <= KEPT_LENGTH_MAX else _read(text)


def _read(text: str) -> bool | None:
    folded = fold(text) if len(text) <= TEXT_LENGTH_MAX else ""
    if (key := KEYS.get(folded)) is not None:
        return key
    said = {word.kind for word in _cut(folded) or ()} - {"courtesy"}
    if said == {"yes"}:
        return True
    return False if said == {"no"} else None


_read_kept = lru_cache(KEPT_TEXTS_MAX)(_read)
