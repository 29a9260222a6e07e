"""How Chinese characters may sound on a telephone line, by a small table that is quick to load.

The table names every reading of each character of GB 2312, as `near_sound` makes it. It can say that two phrases cannot
be taken for each other; whether they can, only a dictionary that knows which reading a phrase has can say.
"""

import re
from functools import cache
from importlib import resources
from typing import Final

_NEAR_SOUNDS: Final = (
    (re.compile(r"^([zcs])h"), r"\1"),
    (re.compile(r"^l"), "n"),
    (re.compile(r"^fei$"), "hui"),
    (re.compile(r"^f"), "h"),
    (re.compile(r"(?<=[aei])ng$"), "n"),
    # With z/zh and no tones, 四 and 十 are already one; 一 and 七 differ by a breath.
    (re.compile(r"^qi$"), "yi"),
)


@cache
def near_sound(pinyin: str) -> str:
    """A syllable without tone as a line carries it: z and zh, n and l, an and ang are one."""
    for sound, heard in _NEAR_SOUNDS:
        pinyin = sound.sub(heard, pinyin)
    return pinyin


def share_sounds(one: str, other: str) -> bool:
    """Whether two phrases may sound alike: False is certain, True is not."""
    sounds = _sounds()
    if len(one) != len(other):
        # What is not in the table may have any number of syllables.
        return not all(character in sounds for character in one + other)
    return all(
        mine is None or theirs is None or not mine.isdisjoint(theirs)
        for mine, theirs in zip(map(sounds.get, one), map(sounds.get, other), strict=True)
    )


@cache
def _sounds() -> dict[str, set[str]]:
    """Characters to their near sounds."""
    table = resources.files("grammars.languages").joinpath("chinese_sounds.tsv")
    found: dict[str, set[str]] = {}
    for line in table.read_text(encoding="utf-8").splitlines():
        sound, _, characters = line.partition("\t")
        for character in characters:
            found.setdefault(character, set()).add(sound)
    return found
