"""Whole numbers in Chinese words."""

import re
from typing import Final

DIGITS: Final = {
    **dict.fromkeys("零〇", 0),
    **dict.fromkeys("一壹幺", 1),
    **dict.fromkeys("二贰两俩", 2),
    **dict.fromkeys("三叁参仨", 3),
    **dict.fromkeys("四肆", 4),
    **dict.fromkeys("五伍", 5),
    **dict.fromkeys("六陆", 6),
    **dict.fromkeys("七柒", 7),
    **dict.fromkeys("八捌", 8),
    **dict.fromkeys("九玖", 9),
}
"""俩 and 仨 hold their measure word; 幺 is the one of telephones."""

_UNITS: Final = (
    ("亿", 10**8),
    ("万", 10**4),
    ("千", 1_000),
    ("百", 100),
    ("十", 10),
)
"""Largest first. What stands before 亿 and 万 is a number, before the others a digit."""

_NEIGHBOURS: Final = frozenset({("百", "十"), ("千", "百"), ("万", "千")})

_OTHER_SPELLINGS: Final = {
    "廿": "二十",
    "卅": "三十",
    "拾": "十",
    "佰": "百",
    "仟": "千",
}
_BY_HAND: Final = str.maketrans(_OTHER_SPELLINGS)
_DOZEN: Final = "打"

NUMERALS: Final = frozenset(DIGITS) | set(_OTHER_SPELLINGS) | {u for u, _ in _UNITS} | {_DOZEN}

_NAMES: Final = "零一二三四五六七八九"
_DIGIT_STRING_MIN: Final = 3
"""Digit words in a row that are read one by one. Two may be a guess: 两三个 is two or three."""
_LENGTH_MAX: Final = 40
"""Characters of the longest number in words, with room."""


def count(words: tuple[str, ...]) -> int | None:
    """Read 一百零五, 两千五 (2500), 3万, 二〇二六, 两打."""
    text = "".join(words).translate(_BY_HAND)
    if len(text) > _LENGTH_MAX:
        return None
    if text.endswith(_DOZEN):
        dozens = _value(text[:-1], 0)
        return 12 * dozens if dozens is not None else None
    if all(character in DIGITS for character in text) and len(text) > 1:
        if len(text) < _DIGIT_STRING_MIN and "零" not in text and "〇" not in text:
            return None
        return int("".join(str(DIGITS[character]) for character in text))
    return _value(text, 0)


def _value(text: str, largest: int) -> int | None:
    """Read a number whose units are those from place `largest` of the table on."""
    for place, (unit, size) in enumerate(_UNITS[largest:], largest):
        head, found, tail = text.rpartition(unit)
        if found:
            # 十二 leaves its 一 out, the other units do not.
            many = 1 if unit == "十" and not head else _head(head, place, size)
            rest = _tail(tail, place, size) if many else None
            return None if rest is None or many is None else many * size + rest
    return _plain(text)


def _head(text: str, place: int, size: int) -> int | None:
    if size >= 10_000:
        return _value(text, place + 1)
    digit = _plain(text)
    return digit if digit is not None and digit < 10 else None


def _tail(text: str, place: int, size: int) -> int | None:
    if not text:
        return 0
    if text[0] in "零〇":
        rest = _value(text.lstrip("零〇"), place + 1)
    elif len(text) == 1:
        # 一百二 is 120 and 两千五 is 2500: the last unit is left out.
        digit = _plain(text)
        rest = None if digit is None else digit * (size // 10)
    else:
        rest = _value(text, place + 1)
    return rest if rest is not None and 0 < rest < size else None


def _plain(text: str) -> int | None:
    if text.isascii() and text.isdigit():
        return int(text)
    return DIGITS.get(text)


def spell(value: int) -> str:
    """Write 105 as 一百零五, 2000 as 两千, 12 as 十二."""
    if value == 0:
        return _NAMES[0]
    written = re.sub("^一十", "十", _spell(value))
    return re.sub("^二(?=[百千万亿])", "两", written)


def _spell(value: int) -> str:
    for unit, size in _UNITS:
        many, rest = divmod(value, size)
        if many:
            gap = _NAMES[0] if 0 < rest < size // 10 else ""
            return _spell(many) + unit + gap + (_spell(rest) if rest else "")
    return _NAMES[value]


def spellings(value: int) -> tuple[str, ...]:
    """Return 一百二十 and 一百二 for 120, a space between any two characters."""
    usual = spell(value)
    said = [usual]
    if usual[0] == "两":
        said.append("二" + usual[1:])
    elif value == 2:
        said.append("两")
    for written in tuple(said):
        # 一百二十 may leave 十 out, for the unit before it is the next larger one.
        if len(written) > 3 and (written[-3], written[-1]) in _NEIGHBOURS:
            said.append(written[:-1])
        if value == 20:
            said.append("廿")
    return tuple(" ".join(written) for written in said)
