"""Small words of a line as meant: keys, ranges, guards, full-width digits, the colon after `say`."""

from __future__ import annotations

import re
import unicodedata

from grammars.keywords import KEYWORDS

CHANNELS = {"语音": "voice", "短信": "sms", "闪信": "ussd"}
LANGUAGES = {"中文": "zh", "英文": "en"}
_KEYS = {"hash": "#", "井号": "#", "star": "*", "星号": "*"}
NUMBER_MAX = 999_999_999_999
"""A larger number in a flow is a slip; it would not fit where sessions are kept."""

_SLOT = re.compile(r"[<＜][ ]*([^\W\d]\w*)[ ]*[:：][ ]*([^\W\d]\w*)[ ]*[>＞]")
_KINDS = tuple(
    KEYWORDS[name]
    for name in (
        "PRODUCT",
        "NUMBER",
        "DIGITS",
        "PHONE",
        "MONEY",
        "YESNO",
        "ADDRESS",
        "TEXT_TYPE",
        "DATE",
    )
)
_RANGE = re.compile(r"(?<![0-9])-?[0-9]+")


def narrow(text: str) -> str:
    """Full-width digits and letters as half-width ones."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def said(text: str) -> str:
    """A text as meant: `say: Hello` and `说：您好` are `say Hello`."""
    return text.strip().lstrip(":：").strip()


def key_of(text: str) -> str:
    """`1`, `１.`, `井号` as the key pressed: `1`, `1`, `#`."""
    return _KEYS.get(text) or narrow(text).rstrip(".、)")


def guarded(text: str) -> str:
    """The condition of `[if condition]`."""
    return text[1:-1].strip().removeprefix("if").removeprefix("如果").strip()


def slots(text: str, language: int = 0) -> str:
    """`<货:产品>` with its kind in English, `<货:product>`; with `language` 1, in Chinese."""
    if "<" not in text and "＜" not in text:
        return text
    return _SLOT.sub(lambda found: f"<{found[1]}:{_kind(found[2], language)}>", text)


def _kind(word: str, language: int) -> str:
    return next((pair[language] for pair in _KINDS if word in pair), word)


def whole(text: str) -> int:
    """Digits as a number. Raises ValueError for one that is larger than NUMBER_MAX."""
    number = int(narrow(text))
    if abs(number) > NUMBER_MAX:
        raise ValueError(f"{text[:20]} is too large; numbers go up to {NUMBER_MAX}")
    return number


def range_of(text: str) -> tuple[str, str]:
    """`1..20`, `1-20`, `１～２０` or `1 到 20` as its two ends, in half-width digits."""
    low, high = _RANGE.findall(narrow(text).replace("…", ".."))[:2]
    return low, high
