"""What a buyer answered, as a log may show it: a secret is a made-up one of its kind, so that a replay goes the same way."""

from __future__ import annotations

import re

from flows.answers import ANSWER_CHARACTERS_MAX, FREE_TYPES, PRIVATE_TYPES, reader
from flows.inputs import Given, Input, Keys, Speech, Text
from flows.machine import ANYWHERE, Machine
from flows.program import Ask
from flows.session import Session
from flows.transcript.log import MASKED_ADDRESS, MASKED_NUMBER
from flows.walk import turn_of

MADE_UP_ANSWER = Text(MASKED_ADDRESS)
"""Of a question that takes any words."""


def masked(
    machine: Machine, session: Session, given: Given, now: int
) -> tuple[Input, tuple[str, ...]]:
    """What was said where a session waits at a question of `Machine.private`, and words that the log must show nowhere.

    What the seller wrote, a word or key of `anywhere`, is no secret, nor is a single character that answers nothing.
    """
    said = given.input
    question = machine.questions[session.at]
    assert isinstance(question, Ask)
    if not isinstance(said, Text | Keys | Speech):
        return said, ()
    words = said.keys.rstrip("#") if isinstance(said, Keys) else " ".join(said.text.split())
    if question.type in FREE_TYPES and (not isinstance(said, Text) or len(words) < 2):
        # By phone nobody spells an address with keys, and no recogniser hears one: it is recorded.
        return said, ()
    if _goes_elsewhere(machine, session, given, words, now):
        return said, ()
    if question.type in FREE_TYPES:
        return MADE_UP_ANSWER, (words,)
    value = reader(question, machine.program)(turn_of(machine, session, given, now), words)
    if not isinstance(value, str):
        # Not understood; nor is what stands for it.
        if len(words) < 2:
            return said, ()
        if isinstance(said, Keys):
            return Keys(re.sub(r"\d", "0", said.keys)), ()
        return MADE_UP_ANSWER, (words,)
    made_up = "0" * len(value) if question.type == "pin" else MASKED_NUMBER
    # Read back, its digits stand apart.
    secrets = tuple([one for one in (words, value, " ".join(value)) if one != made_up])
    if isinstance(said, Keys):
        return Keys(made_up + "#" * said.keys.endswith("#")), secrets
    if isinstance(said, Speech):
        return Speech(made_up, said.confidence), secrets
    return Text(made_up), secrets


def _goes_elsewhere(machine: Machine, session: Session, given: Given, words: str, now: int) -> bool:
    """Whether it is `anywhere` that takes what was said, and takes nothing of it that is private."""
    turn = turn_of(machine, session, given, now)
    try:
        machine.answers[session.at](turn, words[:ANSWER_CHARACTERS_MAX])
    except (KeyError, AttributeError, TypeError, ValueError):
        # As flows.replies has it: not understood.
        return False
    if turn.chosen < ANYWHERE:
        return False
    slots = machine.program.anywhere[turn.chosen - ANYWHERE].slots
    return not any(kind in PRIVATE_TYPES for _, kind in slots)
