"""Codes that confirm an order: what a buyer's answer to one comes to."""

from __future__ import annotations

from enum import Enum

from center.awaited import Awaited
from center.limits.guard import CODE_S_MAX, CODE_TRIES_MAX, Guard
from flows.inputs import Input, Keys, Speech, Text

LEAVE = frozenset({"0", "0#"})
"""What takes the buyer to a person instead, as everywhere."""


class Answer(Enum):
    """What an answer comes to."""

    RIGHT = "right"
    WRONG = "wrong"
    """It may be tried again."""
    NOTHING = "nothing"
    """Nothing was said: a new call, silence."""
    OVER = "over"
    """Too late, too often wrong, or the buyer does not want it."""


def read_answer(awaited: Awaited, given: Input, now: int, guard: Guard) -> Answer:
    """Hold an input against the code that was sent."""
    match given:
        case Text(text) | Speech(text):
            words = text.strip()
        case Keys(keys):
            words = keys
        case _:
            words = ""
    if now - awaited.at > CODE_S_MAX or words in LEAVE:
        return Answer.OVER
    if not words:
        return Answer.NOTHING
    if guard.is_code(awaited.key, words):
        return Answer.RIGHT
    return Answer.OVER if awaited.tries + 1 >= CODE_TRIES_MAX else Answer.WRONG
