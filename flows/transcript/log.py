"""The live log: what was said in a turn as transcript lines, with numbers and addresses masked.

Masked parts become `…`, which matches anything, so that a logged conversation replays as it is: an address that a
buyer typed is logged as a made-up one of the same kind.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from flows import effects
from flows.effects import Effect
from flows.inputs import Input, Text
from flows.program import Program
from flows.transcript.lines import effect_line, input_line

LOG_LINE_CHARACTERS_MAX = 2_000
"""A longer line of the log is cut; the rest matches anything."""

MASKED_ADDRESS = "某路1号"
"""Stands for an address in the log. It reads as one, so a replay goes the same way."""

_NUMBER = re.compile(r"(?<![\d.])\+?\d[\d -]{5,17}\d(?![\d.])")


def log_lines(
    given: Input, turn_effects: Sequence[Effect], program: Program, private: Sequence[str] = ()
) -> list[str]:
    """The lines of one step: its input, then its effects. `private` are words to hide wherever they stand."""
    lines = [_masked_input(given, private)]
    for effect in turn_effects:
        if isinstance(effect, effects.KeepBuyer) and effect.field in ("address", "name"):
            lines.append(f"! buyer {effect.field} …")
            continue
        lines.append(_cut(_hide(effect_line(effect, program), private, "…")))
    return lines


def _masked_input(given: Input, private: Sequence[str]) -> str:
    if isinstance(given, Text) and given.text.strip() in private:
        return f"> {MASKED_ADDRESS}"
    # Buyers' digits stay digits, so that a phone number or a code is still one when it is replayed.
    line = input_line(given)
    return _cut(_NUMBER.sub(lambda found: re.sub(r"\d", "0", found[0][:-4]) + found[0][-4:], line))


def _hide(line: str, private: Sequence[str], stand_in: str) -> str:
    for word in private:
        if len(word) > 1:
            line = line.replace(word, stand_in)
    return _NUMBER.sub(stand_in, line)


def _cut(line: str) -> str:
    return (
        line if len(line) <= LOG_LINE_CHARACTERS_MAX else line[: LOG_LINE_CHARACTERS_MAX - 1] + "…"
    )
