"""`You said ..., is that right?`: answers of callers that are read back before they count."""

from __future__ import annotations

from flows import consequence, effects
from flows import program as p
from flows.answers import FREE_TYPES
from flows.machine import CONFIRM, NO_MATCH, SPOKEN, WAIT, Machine
from flows.machine.questions import confirmation, reading_back
from flows.replies import answer, ask_again
from flows.session import Session
from flows.turn import Turn
from flows.walk import walk
from grammars.yesno import read_yesno


def spoken(machine: Machine, turn: Turn, at: str, text: str) -> int:
    """Take speech as the answer; what nothing takes back is read back first, and needs a yes or a key (flows.consequence)."""
    question = machine.questions[at]
    trial = consequence.trial(turn)
    try:
        target = machine.answers[at](trial, text) if text else NO_MATCH
    except (KeyError, AttributeError, TypeError, ValueError):
        target = NO_MATCH
    recorded = isinstance(question, p.Ask) and question.type in FREE_TYPES and trial.chosen < 0
    if not consequence.is_final(machine, trial, target, recorded=recorded):
        return answer(machine, turn, at, text)
    turn.at = SPOKEN + at
    turn.pending = text
    turn.chosen = trial.chosen
    turn.effects.append(effects.Say(reading_back(turn, question, machine.program.anywhere, text)))
    return WAIT


def confirmed(machine: Machine, turn: Turn, session: Session, text: str | None) -> int:
    """The answer to `is that right?`."""
    at = session.at.lstrip(CONFIRM)
    question = machine.questions[at]
    said = read_yesno(text) if text else None
    if session.at.startswith(SPOKEN) or not isinstance(question, p.Ask):
        return _spoken_confirmed(machine, turn, session, at, said)
    if said and session.pending is not None:
        turn.values[question.name] = session.pending
        if machine.trace is not None:
            machine.trace.answered(machine.program.waits[at], -1)
        return walk(machine, turn, question.next)
    if said is None and session.pending is not None and session.tries + 1 < question.retry.tries:
        turn.pending = session.pending
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
        turn.at = SPOKEN + at
        turn.pending = heard
        turn.tries = session.tries + 1
        question, anywhere = machine.questions[at], machine.program.anywhere
        turn.effects.append(effects.Say(reading_back(turn, question, anywhere, heard)))
        return WAIT
    return ask_again(machine, turn, at)
