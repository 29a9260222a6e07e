"""Single-edit mutants of a flow file: what a slip of the hand makes of it, by seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

_ALPHABET = "abeinost_ :=->.\"'（）：，。0123#一的"


@dataclass(frozen=True, slots=True)
class Mutant:
    """A file with one slip in it."""

    text: str
    line: int
    """1-based, where the slip is."""
    kind: str


def mutants(text: str, count: int, seed: int) -> Iterator[Mutant]:
    """`count` mutants, each with one edit: of a character, of a line, or of an indent."""
    chance = random.Random(seed)
    lines = text.split("\n")
    written = [i for i, line in enumerate(lines) if line.strip() and not line.startswith("#")]
    kinds = (
        "delete",
        "insert",
        "replace",
        "delete line",
        "double line",
        "swap",
        "indent",
        "outdent",
    )
    for _ in range(count):
        index = chance.choice(written)
        kind = chance.choice(kinds)
        edited = _edit(lines, index, kind, chance)
        yield Mutant("\n".join(edited), index + 1, kind)


def several(text: str, typos: int, seed: int) -> tuple[str, list[int]]:
    """A file with typos in the keywords of several lines, and those lines."""
    chance = random.Random(seed)
    lines = text.split("\n")
    keyworded = [
        i
        for i, line in enumerate(lines)
        if len(line.split()) > 1
        and line.split()[0].isalpha()
        and line.split()[0].isascii()
        and line.startswith("  ")
        and len(line.split()[0]) > 2
    ]
    chosen = sorted(chance.sample(keyworded, typos))
    for index in chosen:
        margin = len(lines[index]) - len(lines[index].lstrip())
        at = margin + chance.randrange(3)
        wrong = chance.choice("qxzjk")
        lines[index] = lines[index][:at] + wrong + lines[index][at + 1 :]
    return "\n".join(lines), [index + 1 for index in chosen]


def _edit(lines: list[str], index: int, kind: str, chance: random.Random) -> list[str]:
    line = lines[index]
    at = chance.randrange(len(line))
    match kind:
        case "delete":
            changed = [line[:at] + line[at + 1 :]]
        case "insert":
            changed = [line[:at] + chance.choice(_ALPHABET) + line[at:]]
        case "replace":
            changed = [line[:at] + chance.choice(_ALPHABET) + line[at + 1 :]]
        case "delete line":
            changed = []
        case "double line":
            changed = [line, line]
        case "swap":
            changed = [line[:at] + line[at : at + 2][::-1] + line[at + 2 :]]
        case "indent":
            changed = [" " * chance.choice((1, 2, 4)) + line]
        case _:
            changed = [line.removeprefix(" " * chance.choice((1, 2)))]
    return [*lines[:index], *changed, *lines[index + 1 :]]
