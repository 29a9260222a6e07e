"""What a buyer says at a question, or does not say: an answer, one more try, or the end of the tries."""

from __future__ import annotations

from flows import effects, prompts
from flows import program as p
from flows.answers import ANSWER_CHARACTERS_MAX
from flows.machine import END, NO_MATCH, WAIT, Machine
from flows.machine.texts import text_of
from flows.turn import Turn
from flows.walk import walk

TURNS_AFTER_LIMIT_MAX = 20
"""Turns that the step named by `max turns n then -> step` may still take; then the session ends."""
UNFILLED = (KeyError, AttributeError, TypeError, ValueError)
"""What reading an answer raises where a value that it needs is not there."""
VOICE = p.CHANNELS.index("voice")


def answer(machine: Machine, turn: Turn, at: str, text: str) -> int:
    """Take a message as the answer to question `at`."""
    text = text.strip()[:ANSWER_CHARACTERS_MAX]
    try:
        target = machine.answers[at](turn, text) if text else NO_MATCH
    except UNFILLED as error:
        turn.effects.append(effects.Trouble("value.failed", f"{type(error).__name__}: {error}"))
        target = NO_MATCH
    if target == NO_MATCH:
        return again(machine, turn, at, silent=False)
    if target == WAIT and turn.answered:
        return WAIT
    if machine.trace is not None:
        machine.trace.answered(machine.program.waits[at], turn.chosen)
    return walk(machine, turn, target)


def tried(machine: Machine, turn: Turn, at: str, text: str) -> int:
    """Where a message would lead as the answer to question `at`; NO_MATCH also where a value is not there. Changes the turn."""
    try:
        return machine.answers[at](turn, text) if text else NO_MATCH
    except UNFILLED:
        return NO_MATCH


def again(machine: Machine, turn: Turn, at: str, *, silent: bool) -> int:
    """Silence or nonsense at a question: say so, ask again, or go where the tries run out."""
    question = machine.questions[at]
    retry = question.retry
    turn.tries += 1
    if turn.tries >= retry.tries:
        return _give_up(machine, turn, at)
    own = retry.no_input if silent else retry.no_match
    tries = turn.tries
    if own:
        reply = text_of(turn, own[min(tries, len(own)) - 1])
    elif silent:
        reply = prompts.word("no_input", turn.language)
    elif isinstance(question, p.Ask):
        by_star = turn.channel == VOICE and machine.program.decimals > 0
        reply = prompts.no_match(
            question.type, turn.language, question.lower, question.upper, by_star=by_star
        )
    else:
        reply = prompts.word("no_match", turn.language)
    turn.effects.append(effects.Say(reply))
    # A menu is useless without its options; a seller's own words for an `ask` say what is wanted.
    sign = WAIT
    if isinstance(question, p.Menu) or not own or silent:
        sign = walk(machine, turn, machine.program.waits[at])
    turn.tries = tries
    turn.at = at
    return sign


def ask_again(machine: Machine, turn: Turn, at: str) -> int:
    """A question once more, after what was read back was not meant."""
    tries = turn.tries + 1
    if tries >= machine.questions[at].retry.tries:
        return _give_up(machine, turn, at)
    sign = walk(machine, turn, machine.program.waits[at])
    turn.tries = tries
    return sign


def _give_up(machine: Machine, turn: Turn, at: str) -> int:
    """The tries of a question have run out."""
    if machine.trace is not None:
        machine.trace.edge(machine.program.waits[at], "tries")
    return walk(machine, turn, machine.questions[at].retry.target)


def over_limit(machine: Machine, turn: Turn, turns: int) -> int:
    """`max turns n then -> step`: once to that step, and after as many turns again to the end, as where there is no step."""
    limits = machine.program.limits
    turn.effects.append(effects.Trouble("turns.limit", f"{limits.turns_max} turns"))
    target = limits.turns_target if turns == limits.turns_max + 1 else p.NOWHERE
    if target == p.NOWHERE:
        # Whoever is sent nowhere is left without a word otherwise.
        turn.effects.append(effects.Say(prompts.word("sorry", turn.language)))
        return END
    return walk(machine, turn, target)


def is_too_many(machine: Machine, turns: int) -> bool:
    """Whether a session's turns are up, with this one or long before."""
    over = turns - machine.program.limits.turns_max
    return over == 1 or over > TURNS_AFTER_LIMIT_MAX
