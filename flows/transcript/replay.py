"""A talk held against what really happens: the difference, or the file rewritten to say what happens."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from flows.machine import Machine
from flows.transcript.lines import flatten
from flows.transcript.player import play
from flows.transcript.talk import Talk, TalkLine

ANYTHING = "…"
"""Matches any run of characters in a `<`, `!` or `?` line."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """A talk and what came of it."""

    talk: Talk
    expected: tuple[str, ...]
    actual: tuple[str, ...]
    """Lines as they should stand in the file; those that match are as the file has them."""

    @property
    def passed(self) -> bool:
        """Whether everything was as the talk says."""
        return self.expected == self.actual


def replay(machine: Machine, talk: Talk) -> Replayed:
    """Play a talk and compare. Raises TalkError for a line that cannot be played."""
    actual = play(machine, talk)
    expected = talk.lines
    kept: list[str] = []
    matcher = difflib.SequenceMatcher(
        None, _keys(expected, actual), [_key(a) for a in actual], autojunk=False
    )
    for tag, low, high, first, last in matcher.get_opcodes():
        if tag == "equal":
            kept += [_line(line) for line in expected[low:high]]
        else:
            kept += [_line(line) for line in actual[first:last]]
    return Replayed(talk, tuple(_line(line) for line in expected), tuple(kept))


def _keys(expected: Sequence[TalkLine], actual: Sequence[TalkLine]) -> list[tuple[str, str]]:
    """Expected lines as keys; one with `…` takes the key of the first line not yet taken that it matches."""
    keys: list[tuple[str, str]] = []
    position = 0
    for line in expected:
        key = _key(line)
        if ANYTHING in line.text and line.mark in "<!?":
            for ahead in range(position, len(actual)):
                if actual[ahead].mark == line.mark and matches(line.text, actual[ahead].text):
                    key = _key(actual[ahead])
                    position = ahead + 1
                    break
        else:
            for ahead in range(position, len(actual)):
                if _key(actual[ahead]) == key:
                    position = ahead + 1
                    break
        keys.append(key)
    return keys


def _key(line: TalkLine) -> tuple[str, str]:
    return line.mark, flatten(line.text)


def _line(line: TalkLine) -> str:
    return f"{line.mark} {line.text}".rstrip()


def matches(pattern: str, text: str) -> bool:
    """Whether a text is what a pattern with `…` says."""
    parts = [flatten(part) for part in pattern.split(ANYTHING)]
    rest = flatten(text)
    if not rest.startswith(parts[0]):
        return False
    rest = rest[len(parts[0]) :]
    if len(parts) == 1:
        return not rest
    for part in parts[1:-1]:
        at = rest.find(part)
        if at < 0:
            return False
        rest = rest[at + len(part) :]
    return rest.endswith(parts[-1])


def difference(replayed: Replayed, file: str) -> str:
    """A unified diff from what the talk says to what happens; empty if there is none."""
    lines = difflib.unified_diff(
        replayed.expected,
        replayed.actual,
        f"{file}:{replayed.talk.first_line} as written",
        f"{file}:{replayed.talk.first_line} as it happens",
        lineterm="",
    )
    return "\n".join(lines)


def rewrite(text: str, results: Sequence[Replayed]) -> str:
    """The file with `<` and `!` lines as they really are, everything else as it stands."""
    lines = text.split("\n")
    for result in sorted(results, key=lambda r: -r.talk.first_line):
        if result.passed:
            continue
        numbers = [line.number for line in result.talk.lines]
        first, last = min(numbers) - 1, max(numbers)
        lines[first:last] = result.actual
    return "\n".join(lines)
