"""How an utterance and a token are cut into the pieces that are compared."""

from __future__ import annotations

import re
import unicodedata

from grammars.srgs.model import Mode

# Han, kana, Thai, Lao, Khmer and Burmese are written without spaces, so each of their characters
# is a piece of its own: a caller who types 我要牛肉面 meets a grammar of 我要 and 牛肉面.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff"
)
_PIECE = re.compile(rf"[{_UNSPACED}]|[^\s{_UNSPACED}]+")

_SPOKEN_KEYS = {"STAR": "*", "POUND": "#"}


def pieces(text: str, mode: Mode) -> tuple[str, ...]:
    """Words without case and width, or keys one by one (star and pound may be words).

    Section 2.1 leaves it to the processor how a token is compared with what was said.
    """
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    if mode == "dtmf":
        return tuple(key for word in plain.upper().split() for key in _SPOKEN_KEYS.get(word, word))
    plain = plain.casefold()
    return tuple(plain.split()) if plain.isascii() else tuple(_PIECE.findall(plain))
