"""Whole numbers in English words."""

from typing import Final

from grammars.languages.language import words

_ONES: Final = words(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
_TENS: Final = words("twenty thirty forty fifty sixty seventy eighty ninety")

_SMALL: Final = {
    **{word: value for value, word in enumerate(_ONES)},
    **{word: 10 * (place + 2) for place, word in enumerate(_TENS)},
    "fourty": 40,
}
_UNITS: Final = (
    ("trillion", 10**12),
    ("billion", 10**9),
    ("million", 10**6),
    ("thousand", 1_000),
    ("hundred", 100),
    ("dozen", 12),
)
"""Largest first."""

_ARTICLES: Final = frozenset({"a", "an", "half a"})
NUMERALS: Final = frozenset(_SMALL) | {unit for unit, _ in _UNITS} | _ARTICLES | {"and"}

_WORDS_MAX: Final = 40
"""Words of the longest number, with room."""


def count(said: tuple[str, ...]) -> int | None:
    """Read "one hundred and five", "a dozen", "fifteen hundred", "3 million"."""
    return _value(said, 0) if 0 < len(said) <= _WORDS_MAX else None


def _value(said: tuple[str, ...], largest: int) -> int | None:
    for place, (unit, size) in enumerate(_UNITS[largest:], largest):
        if unit in said:
            at = len(said) - 1 - said[::-1].index(unit)
            return _around(said[:at], said[at + 1 :], place, size)
    return _small(said)


def _around(head: tuple[str, ...], tail: tuple[str, ...], place: int, size: int) -> int | None:
    if head == ("half a",):
        return size // 2 if size == 12 and not tail else None
    many = 1 if head in (("a",), ("an",)) else _value(head, place + 1)
    # "fifteen hundred" is said, "thousand thousand" is not.
    if not many or many >= (100 if size == 100 else 1_000):
        return None
    if not tail:
        return many * size
    if size == 12:
        return None
    rest = _value(tail[1:] if tail[0] == "and" else tail, place + 1)
    return many * size + rest if rest and rest < size else None


def _small(said: tuple[str, ...]) -> int | None:
    match said:
        case (word,):
            return int(word) if word.isdigit() else _SMALL.get(word)
        case (tens, ones):
            ten, one = _SMALL.get(tens, 0), _SMALL.get(ones, 0)
            return ten + one if ten >= 20 and 0 < one < 10 else None
        case _:
            return None


def spell(value: int) -> str:
    """Write 105 as "one hundred and five", 21 as "twenty-one"."""
    if value < 20:
        return _ONES[value]
    if value < 100:
        tens, ones = divmod(value, 10)
        return _TENS[tens - 2] + (f"-{_ONES[ones]}" if ones else "")
    unit, size = next((unit, size) for unit, size in _UNITS if value >= size)
    many, rest = divmod(value, size)
    joint = " and " if 0 < rest < 100 else " "
    return f"{spell(many)} {unit}" + (joint + spell(rest) if rest else "")


def spellings(value: int) -> tuple[str, ...]:
    """Return "one hundred and five", "one hundred five", "a hundred and five" and so on."""
    usual = spell(value).replace("-", " ")
    said = [usual]
    if usual.startswith(("one hundred", "one thousand")):
        said.append("a" + usual.removeprefix("one"))
    said += [wording.replace(" and ", " ") for wording in said if " and " in wording]
    return tuple(said)
