"""`You said ..., is that right?`: answers of callers that are read back before they count.

After a no the second best that a recogniser heard is read back, once and if it means something else; then the question is asked again.
"""

from __future__ import annotations

from flows import consequence, effects
from flows import program as p
from flows.answers import FREE_TYPES
from flows.machine import CONFIRM, NO_MATCH, SPOKEN, WAIT, Machine
from flows.machine.questions import confirmation, reading_back
from flows.replies import answer, ask_again, tried
from flows.session import Session
from flows.turn import Turn
from flows.walk import walk
from grammars.yesno import read_yesno


def spoken(machine: Machine, turn: Turn, at: str, text: str, other: str = "") -> int:
    """Take speech as the answer; what nothing takes back is read back first, and needs a yes or a key (flows.consequence)."""
    question = machine.questions[at]
    trial, target = _tried(machine, turn, at, text)
    if other and _means(*_tried(machine, turn, at, other)) in (None, _means(trial, target)):
        other = ""
    recorded = isinstance(question, p.Ask) and question.type in FREE_TYPES and trial.chosen < 0
    if not consequence.is_final(machine, trial, target, recorded=recorded):
        sign = answer(machine, turn, at, text)
        if turn.answered:
            turn.other = other
        return sign
    turn.other = other
    return _read_back(machine, turn, at, text, trial.chosen)


def confirmed(machine: Machine, turn: Turn, session: Session, text: str | None) -> int:
    """The answer to `is that right?`."""
    at = session.at.lstrip(CONFIRM)
    question = machine.questions[at]
    said = read_yesno(text) if text else None
    if said is False and session.other:
        return _offered(machine, turn, session, at)
    if session.at.startswith(SPOKEN) or not isinstance(question, p.Ask):
        return _spoken_confirmed(machine, turn, session, at, said)
    if said and session.pending is not None:
        turn.values[question.name] = session.pending
        if machine.trace is not None:
            machine.trace.answered(machine.program.waits[at], -1)
        return walk(machine, turn, question.next)
    if said is None and session.pending is not None and session.tries + 1 < question.retry.tries:
        turn.pending, turn.other = session.pending, session.other
        turn.tries = session.tries + 1
        turn.effects.append(
            effects.Say(confirmation(turn, question, session.pending, machine.program.decimals))
        )
        return WAIT
    turn.tries = session.tries
    return ask_again(machine, turn, at)


def _spoken_confirmed(
    machine: Machine, turn: Turn, session: Session, at: str, said: bool | None
) -> int:
    """The answer to `is that right?` after speech that nothing could take back."""
    heard = str(session.pending or "")
    turn.at = at
    turn.tries = session.tries
    if said and heard:
        return answer(machine, turn, at, heard)
    if said is None and heard and session.tries + 1 < machine.questions[at].retry.tries:
        turn.tries = session.tries + 1
        turn.other = session.other
        return _read_back(machine, turn, at, heard, turn.chosen)
    return ask_again(machine, turn, at)


def _offered(machine: Machine, turn: Turn, session: Session, at: str) -> int:
    """What was heard first was not meant: the second best is read back."""
    turn.at = at
    turn.tries = session.tries
    trial, target = _tried(machine, turn, at, session.other)
    if target == NO_MATCH:
        # Somebody was quicker: what it named is no longer to be had.
        return ask_again(machine, turn, at)
    if trial.answered:
        # The question reads its answers back by itself.
        return answer(machine, turn, at, session.other)
    return _read_back(machine, turn, at, session.other, trial.chosen)


def _read_back(machine: Machine, turn: Turn, at: str, heard: str, chosen: int) -> int:
    turn.at = SPOKEN + at
    turn.pending = heard
    turn.chosen = chosen
    question, anywhere = machine.questions[at], machine.program.anywhere
    turn.effects.append(effects.Say(reading_back(turn, question, anywhere, heard)))
    return WAIT


def _tried(machine: Machine, turn: Turn, at: str, text: str) -> tuple[Turn, int]:
    """Speech as the answer, in a copy of the turn: what became of it, and where it leads."""
    trial = consequence.trial(turn)
    return trial, tried(machine, trial, at, text)


def _means(trial: Turn, target: int) -> object:
    """What tells two answers apart; None for one that is not understood."""
    if target == NO_MATCH:
        return None
    return target, trial.chosen, trial.pending, trial.values
