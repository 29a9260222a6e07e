"""Write the table of how Chinese characters may sound, from pypinyin: `python -m scripts.chinese_sounds [--check]`."""

import sys
from pathlib import Path

from pypinyin import Style, pinyin

from grammars.languages.chinese_sounds import near_sound
from scripts.pages import ROOT, finish

TABLE = ROOT / "grammars" / "languages" / "chinese_sounds.tsv"


def characters() -> list[str]:
    """The Chinese characters of GB 2312: rows 16 to 87 of 94."""
    found: list[str] = []
    for row in range(0xB0, 0xF8):
        decoded = bytes(b for cell in range(0xA1, 0xFF) for b in (row, cell)).decode(
            "gb2312", errors="ignore"
        )
        found += decoded
    return found


def table() -> str:
    """A line a near sound: the sound, a tab, and every character that has it among its readings."""
    by_sound: dict[str, list[str]] = {}
    for character in characters():
        readings = pinyin(character, style=Style.NORMAL, heteronym=True)[0]
        for sound in sorted({near_sound(reading) for reading in readings}):
            by_sound.setdefault(sound, []).append(character)
    return "".join(f"{sound}\t{''.join(found)}\n" for sound, found in sorted(by_sound.items()))


def main(arguments: list[str]) -> int:
    """Write the table, or tell whether it is current."""
    pages: dict[Path, str] = {TABLE: table()}
    return finish(pages, arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
