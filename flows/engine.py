"""The engine: one turn of one buyer. Values in, values out, nothing else.

`step(machine, session, given, now)` reads the input at the question where the session waits, walks the program to the next
wait, and returns the session as it is then with the effects in order. It has no clock, no chance and no I/O, so the same
arguments give the same result: replay, crash recovery and tests rest on that.

walk.py goes from node to node; replies.py takes what is said at a question; confirmations.py what is read back first;
outcomes.py what came of an effect; beginning.py and resumption.py have a session's first turn, and the turn of who comes back.
"""

from __future__ import annotations

from flows import effects, prompts
from flows import program as p
from flows.answers import ANSWER_CHARACTERS_MAX
from flows.beginning import begin
from flows.confirmations import confirmed, spoken
from flows.effects import Effect
from flows.inputs import Given, HungUp, Input, Keys, Opened, Outcome, Silence, Speech, Text
from flows.machine import CONFIRM, END, NO_MATCH, RESUME, STEPS_PER_TURN_MAX, WAIT, Machine
from flows.outcomes import outcome_of
from flows.replies import again, answer, is_too_many, over_limit
from flows.resumption import RESUME_OFFER_MAX_S, offer, restart_confirmed, resume, resumed
from flows.session import ENDED, Session
from flows.walk import close, turn_of, walk

__all__ = [
    "CONFIDENCE_MIN",
    "STEPS_PER_TURN_MAX",
    "apologise",
    "begin",
    "go_to",
    "question",
    "step",
    "understands",
]

CONFIDENCE_MIN = 0.4
"""Speech heard with less confidence is not understood."""


def step(
    machine: Machine, session: Session, given: Given, now: int
) -> tuple[Session, list[Effect]]:
    """One turn. `machine` must be made of the program that the session is pinned to; `now` is Unix seconds.

    A session that is over begins again on its channel.
    """
    at = session.at
    given_input = given.input
    if (
        at in machine.questions
        and given_input.__class__ is Text
        and now - session.touched <= machine.session_s[session.channel]
    ):
        # The common case: a message in time, at a question.
        turn = turn_of(machine, session, given, now)
        turns = session.turns + 1
        if is_too_many(machine, turns):
            return close(turn, session, over_limit(machine, turn, turns), turns)
        sign = answer(machine, turn, at, given_input.text)  # type: ignore[union-attr]
        return close(turn, session, sign, turns)
    if at == ENDED:
        return begin(machine, p.CHANNELS[session.channel], given, now)
    return _uncommon(machine, session, given, now)


def understands(
    machine: Machine, session: Session | None, channel: str, given: Given, now: int
) -> bool:
    """Whether a text is an answer where a buyer waits, or means something where one begins."""
    assert isinstance(given.input, Text)
    text = given.input.text[:ANSWER_CHARACTERS_MAX].strip()
    waits = session is not None and now - session.touched <= machine.session_s[session.channel]
    if session is None or session.at == ENDED or not waits:
        session, _ = begin(machine, channel, Given(Opened(), given.buyer, given.stock), now)
        answers = machine.strict
    else:
        answers = machine.answers
    turn = turn_of(machine, session, given, now)
    return turn.at not in machine.questions or answers[turn.at](turn, text) != NO_MATCH


def go_to(
    machine: Machine, session: Session, step: str, given: Given, now: int
) -> tuple[Session, list[Effect]]:
    """Go on at a step of the flow, whatever the session waits for: a person sends the buyer there.

    Raises KeyError if the flow has no such step.
    """
    turn = turn_of(machine, session, given, now)
    turn.calls = ()
    sign = walk(machine, turn, machine.program.steps[step])
    return close(turn, session, sign, session.turns + 1)


def apologise(
    machine: Machine, session: Session, given: Given, now: int, code: str, told: str
) -> tuple[Session, list[Effect]]:
    """End a session that cannot go on; `code` and `told` are for its seller."""
    turn = turn_of(machine, session, given, now)
    turn.effects.append(effects.Say(prompts.word("sorry", turn.language)))
    turn.effects.append(effects.Trouble(code, told))
    return close(turn, session, END, session.turns + 1)


def question(machine: Machine, session: Session, given: Given, now: int) -> str:
    """What is asked where a session waits, to be read once more; empty where it waits at no question, or has run out."""
    at = session.at
    if now - session.touched > machine.session_s[session.channel]:
        return ""
    turn = turn_of(machine, session, given, now)
    if at.startswith(RESUME):
        return offer(turn)
    if at not in machine.questions or walk(machine, turn, machine.program.waits[at]) != WAIT:
        return ""
    return "\n".join(said.text for said in turn.effects if isinstance(said, effects.Say))


def _uncommon(
    machine: Machine, session: Session, given: Given, now: int
) -> tuple[Session, list[Effect]]:
    """Everything but a message in time at a question."""
    given_input = given.input
    turn = turn_of(machine, session, given, now)
    turns = session.turns + 1
    at = session.at
    if given_input.__class__ is HungUp:
        # The place is kept: the buyer may call back, or go on by SMS.
        turn.pending, turn.other = session.pending, session.other
        return close(turn, session, WAIT, turns)
    if given_input.__class__ is Outcome:
        return close(turn, session, outcome_of(machine, turn, at, given_input), turns)  # type: ignore[arg-type]
    if at not in machine.program.waits and at.lstrip(RESUME + CONFIRM) not in machine.program.waits:
        # The question is gone: the session was moved by force, or the flow never had it.
        return begin(machine, p.CHANNELS[session.channel], given, now)
    expired = now - session.touched > machine.session_s[session.channel]
    if _is_awaited(machine, at) and now - session.touched <= RESUME_OFFER_MAX_S:
        # Whoever writes, dials or calls again while an order is on its way must not lose it by that, however long it takes.
        turn.effects.append(effects.Say(prompts.word("one_moment", turn.language)))
        return close(turn, session, WAIT, turns)
    if (expired and given_input.__class__ is not Silence) or given_input.__class__ is Opened:
        return resume(machine, session, turn, given, now, turns)
    text = _words(given_input)
    if at.startswith(RESUME):
        return resumed(machine, session, turn, given, now, text)
    if at.startswith(CONFIRM + RESUME):
        return restart_confirmed(machine, session, turn, given, now, text)
    if at.startswith(CONFIRM):
        return close(turn, session, confirmed(machine, turn, session, text), turns)
    if at not in machine.questions:
        # A person is still waited for.
        turn.effects.append(effects.Say(prompts.word("one_moment", turn.language)))
        return close(turn, session, WAIT, turns)
    if is_too_many(machine, turns):
        return close(turn, session, over_limit(machine, turn, turns), turns)
    if text is None:
        return close(turn, session, again(machine, turn, at, silent=True), turns)
    if isinstance(given_input, Speech):
        return close(turn, session, spoken(machine, turn, at, text, given_input.other), turns)
    return close(turn, session, answer(machine, turn, at, text), turns)


def _is_awaited(machine: Machine, at: str) -> bool:
    """Whether a session waits for an outcome that nobody's words bring: a partner's, a payment's."""
    index = machine.program.waits.get(at)
    return index is not None and isinstance(
        machine.program.nodes[index], p.PlaceOrder | p.Request | p.Pay
    )


def _words(given_input: Input) -> str | None:
    """What an input says, None for silence; speech that was hardly heard says nothing that is understood."""
    match given_input:
        case Text(text):
            return text
        case Keys(keys):
            return keys if keys == "#" else keys.rstrip("#")
        case Speech(text, confidence):
            return text if confidence >= CONFIDENCE_MIN else ""
        case _:
            return None
