"""What a line that does not parse was meant to be: the first explanation that fits."""

from __future__ import annotations

from collections.abc import Callable

from flows.mistakes.arrows import arrow_target, false_arrow
from flows.mistakes.headers import header
from flows.mistakes.mistake import Line, Mistake
from flows.mistakes.places import LISTED_MAX, spellings
from flows.mistakes.strangers import (
    column_zero,
    else_alone,
    elsewhere,
    foreign,
    misspelt_keyword,
    unknown,
    wide_letters,
)
from flows.mistakes.wordings import choice, option, spoken, variant


def explain(line: Line) -> Mistake:
    """The first explanation that fits."""
    for reader in _READERS:
        found = reader(line)
        if found is not None:
            return found
    return _by_expectation(line)


_READERS: tuple[Callable[[Line], Mistake | None], ...] = (
    wide_letters,
    column_zero,
    else_alone,
    variant,
    false_arrow,
    header,
    arrow_target,
    elsewhere,
    foreign,
    misspelt_keyword,
    choice,
    option,
    spoken,
    unknown,
)
"""From the most telling to the most general."""


def _by_expectation(line: Line) -> Mistake:
    """What the grammar would have taken there."""
    rest = line.text[max(line.column - line.depth - 1, 0) :].strip()
    seen = rest.split()[0] if rest else ""
    at = seen or ""
    if line.expected & {"_ARROW", "JUMP"}:
        return line.mistake("this line does not say where it leads", "end it with `-> step`", at)
    if line.expected & {"NAME", "PATH"}:
        return line.mistake(
            "a name is missing here", "a name begins with a letter and has no spaces", at
        )
    if "_EQUALS" in line.expected:
        return line.mistake("`=` is missing here", "write `name = value`", at)
    if line.expected & {"TEXT", "LABEL", "VALUE", "EXPRESSION"} and not rest:
        return line.mistake("something is missing here", f"write it after `{line.text[:40]}`")
    if "_NL" in line.expected and rest:
        return line.mistake(
            f"`{rest[:40]}` is too much on this line", "the line is complete before it", rest
        )
    words = [s for s in spellings(sorted(line.expected)) if s.isascii()]
    listed = ", ".join(f"`{s}`" for s in words[:LISTED_MAX])
    what = f"`{seen[:40]}` is not expected here" if seen else "something is missing here"
    return line.mistake(
        what,
        f"{listed} can follow" if listed else "take it away, or write a line such as `say Hello`",
        at,
    )
