"""What a buyer answered, as a log may show it: a secret is a made-up one of its kind, so that a replay goes the same way."""

from __future__ import annotations

from collections.abc import Sequence

from flows.answers import (
    ADDRESS_SHOWN_CHARACTERS_MAX,
    ANSWER_CHARACTERS_MAX,
    FREE_TYPES,
    PRIVATE_TYPES,
    reader,
)
from flows.inputs import Given, Input, Keys, Speech, Text
from flows.machine import ANYWHERE, CONFIRM, NO_MATCH, RESUME, Machine
from flows.program import Ask
from flows.replies import tried
from flows.session import Session
from flows.transcript.log import MASKED_ADDRESS, MASKED_NUMBER, stand_in
from flows.turn import Turn
from flows.walk import turn_of
from grammars.folding import fold
from grammars.yesno import read_yesno

MADE_UP_ANSWER = Text(MASKED_ADDRESS)
"""Of a question that takes any words."""


def masked(
    machine: Machine, session: Session, given: Given, now: int
) -> tuple[Input, tuple[str, ...]]:
    """What was said where a session waits at a question of `Machine.private`, or to confirm its answer, and words that the log must show
    nowhere.

    What the seller wrote, a word or key of `anywhere`, is no secret, nor is a single character that answers nothing.
    """
    said = given.input
    free = _question(machine, session).type in FREE_TYPES
    if not isinstance(said, Text | Keys | Speech) or (free and not isinstance(said, Text)):
        # By phone nobody spells an address with keys, and no recogniser hears one: it is recorded.
        return said, ()
    heard = said.keys.rstrip("#") if isinstance(said, Keys) else " ".join(said.text.split())
    shown, secrets = _shown(machine, session, given, heard, now)
    if isinstance(said, Speech) and said.other:
        other, more = _shown(machine, session, given, said.other, now)
        if other == shown:
            # After a no the second is read back, unless it is the same.
            is_number = len(secrets) > 1 and shown != MASKED_ADDRESS
            other = f"{other[:-1]}1" if is_number and more[-1:] != secrets[-1:] else ""
        return Speech(shown, said.confidence, other), (*secrets, *more)
    if shown == heard:
        return said, ()
    if isinstance(said, Speech):
        return Speech(shown, said.confidence), secrets
    if isinstance(said, Text):
        return Text(shown), secrets
    if shown == MASKED_ADDRESS:
        shown = stand_in(heard)
    return Keys(shown + "#" * said.keys.endswith("#")), secrets


def said_again(
    machine: Machine, session: Session, given: Given, now: int, earlier: Sequence[str]
) -> Input:
    """What was said at any other question, or to a person: what answered a private one before stands only where it answers this one, too."""
    said = given.input
    if session.at.lstrip(CONFIRM) in machine.private:
        # Nothing of it is shown when it is asked again whether what was said is right.
        return masked(machine, session, given, now)[0]
    if not isinstance(said, Text | Keys | Speech) or session.at.startswith((CONFIRM, RESUME)):
        return said
    heard = said.keys.rstrip("#") if isinstance(said, Keys) else said.text.strip()
    if not any(word in heard for word in earlier):
        return said
    if session.at in machine.questions:
        _, target = _tried(machine, session, given, heard, now)
        if target != NO_MATCH:
            return said
    if isinstance(said, Keys):
        return Keys(stand_in(said.keys))
    return MADE_UP_ANSWER if isinstance(said, Text) else Speech(MASKED_ADDRESS, said.confidence)


def awaiting_yes(machine: Machine, session: Session, given: Given, now: int) -> list[str]:
    """Secrets of what is read back where a session waits for a yes, and of what is read back after a no."""
    return [
        secret
        for words in (session.pending, session.other)
        if isinstance(words, str) and len(words) > 1
        for secret in _secrets(machine, session, given, words, now)
    ]


def _question(machine: Machine, session: Session) -> Ask:
    question = machine.questions[session.at.lstrip(CONFIRM)]
    assert isinstance(question, Ask)
    return question


def _shown(
    machine: Machine, session: Session, given: Given, words: str, now: int
) -> tuple[str, tuple[str, ...]]:
    """What the log shows for words, and its secrets: what is understood is the second of them."""
    kind = _question(machine, session).type
    if session.at.startswith(CONFIRM):
        if len(words) < 2 or read_yesno(words) is not None:
            return words, ()
        return MASKED_ADDRESS, _secrets(machine, session, given, words, now)
    if kind in FREE_TYPES and len(words) < 2:
        return words, ()
    elsewhere = _elsewhere(machine, session, given, words, now)
    if elsewhere is not None:
        return elsewhere, () if elsewhere == words else (words,)
    secrets = _secrets(machine, session, given, words, now)
    if kind in FREE_TYPES:
        return MASKED_ADDRESS, secrets
    if len(secrets) < 2:
        # Not understood; nor is what stands for it.
        return (words, ()) if len(words) < 2 else (MASKED_ADDRESS, secrets)
    made_up = MASKED_NUMBER if kind == "phone" else stand_in(secrets[1])
    return made_up, tuple([one for one in secrets if one != made_up])


def _secrets(
    machine: Machine, session: Session, given: Given, words: str, now: int
) -> tuple[str, ...]:
    """The words, and, where they are understood, what is kept of them, and how that is read back or offered."""
    question = _question(machine, session)
    turn = turn_of(machine, session, given, now)
    value = reader(question, machine.program)(turn, words[:ANSWER_CHARACTERS_MAX])
    if not isinstance(value, str):
        return (words,)
    if question.type not in FREE_TYPES:
        return words, value, " ".join(value)
    # The whole of it first: what is hidden no longer holds its beginning.
    return words, value, value[:ADDRESS_SHOWN_CHARACTERS_MAX]


def _elsewhere(
    machine: Machine, session: Session, given: Given, words: str, now: int
) -> str | None:
    """What is said so that `anywhere` takes it, if it takes these words, and nothing of them that is private.

    Words that hold more than that may hold what is private: then it is the phrase that was found in them.
    """
    turn, target = _tried(machine, session, given, words, now)
    if target == NO_MATCH or turn.chosen < ANYWHERE:
        return None
    option = machine.program.anywhere[turn.chosen - ANYWHERE]
    if any(kind in PRIVATE_TYPES for _, kind in option.slots):
        return None
    if machine.anywhere(turn_of(machine, session, given, now), words) != NO_MATCH:
        return words
    folded = fold(words)
    for phrase in sorted(option.phrases, key=lambda one: fold(one) not in folded):
        if _tried(machine, session, given, phrase, now)[0].chosen == turn.chosen:
            return phrase
    return None


def _tried(
    machine: Machine, session: Session, given: Given, words: str, now: int
) -> tuple[Turn, int]:
    """What becomes of words as an answer, and where they lead."""
    turn = turn_of(machine, session, given, now)
    return turn, tried(machine, turn, session.at, words[:ANSWER_CHARACTERS_MAX])
