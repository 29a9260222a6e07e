"""A buyer's first turn."""

from __future__ import annotations

from flows import effects
from flows import program as p
from flows.answers import ANSWER_CHARACTERS_MAX
from flows.effects import Effect
from flows.inputs import Given, Text
from flows.machine import NO_MATCH, WAIT, Machine
from flows.session import Session
from flows.walk import close, turn_of, walk


def begin(machine: Machine, channel: str, given: Given, now: int) -> tuple[Session, list[Effect]]:
    """A buyer's first turn on a channel. `now` is Unix seconds.

    A text that opens a session and already says something (`101 2`) is acted on at once.
    """
    program = machine.program
    language = given.buyer.language
    if language not in machine.languages:
        language = program.languages[0]
    session = Session(machine.fingerprint, p.CHANNELS.index(channel), language, touched=now)
    turn = turn_of(machine, session, given, now)
    sign = walk(machine, turn, program.start)
    if sign == WAIT and isinstance(given.input, Text):
        text = given.input.text[:ANSWER_CHARACTERS_MAX].strip()
        if text and turn.at in machine.questions:
            target = machine.strict[turn.at](turn, text)
            if target != NO_MATCH:
                if machine.trace is not None:
                    machine.trace.answered(program.waits[turn.at], turn.chosen)
                # The buyer has answered before being asked; the question need not be read.
                if turn.effects and turn.effects[-1].__class__ is effects.Say:
                    turn.effects.pop()
                sign = walk(machine, turn, target)
    return close(turn, session, sign, 1)
