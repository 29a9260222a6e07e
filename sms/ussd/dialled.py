"""What a phone dialled: the code of a shop, and choices that follow it in the same string (`*106*101*2#`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

CHOICES_MAX = 10
"""Choices taken from one dialled string; what follows is ignored."""
DIALLED_CHARACTERS_MAX = 182


@dataclass(frozen=True, slots=True)
class Dialled:
    """A shop's code, and what was chosen before it was asked."""

    code: str
    """As a flow has it: `*106#`, `*139*8#`."""
    choices: tuple[str, ...]


def read_dialled(text: str, destination: str, is_code: Callable[[str], bool]) -> Dialled | None:
    """The code and the choices of what was dialled; None if no shop has such a code.

    Gateways put the string into the text, or the code into the destination and the rest, or nothing, into the text. The
    longest code that a shop has is taken: of `*139*8*2#` rather `*139*8#` than `*139#`.
    """
    for dialled in _candidates(text.strip()[:DIALLED_CHARACTERS_MAX], destination.strip()):
        for length in range(len(dialled), 0, -1):
            for code in _spellings(dialled[:length]):
                if is_code(code):
                    choices = tuple(part for part in dialled[length:] if part)
                    return Dialled(code, choices[:CHOICES_MAX])
    return None


def _candidates(text: str, destination: str) -> list[list[str]]:
    """Ways to see what came as one dialled string."""
    code, typed = _parts(destination), _parts(text)
    if text.startswith(("*", "#")):
        return [typed, [*code, *typed]]
    return [[*code, *typed], code] if code else [typed]


def _parts(dialled: str) -> list[str]:
    return [part for part in dialled.strip("*#").split("*") if part]


def _spellings(parts: list[str]) -> list[str]:
    """A code as flows write it, or a plain number for a gateway that knows nothing else."""
    joined = "*".join(parts)
    return [f"*{joined}#", joined] if len(parts) == 1 else [f"*{joined}#"]
