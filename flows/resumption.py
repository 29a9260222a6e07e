"""A buyer who comes back after the session ran out or the call was dropped: asked whether to go on or to start again."""

from __future__ import annotations

from flows import consequence, effects, prompts
from flows import program as p
from flows.beginning import begin
from flows.effects import Effect
from flows.inputs import Given, Opened, Speech, Text
from flows.machine import CONFIRM, NO_MATCH, RESUME, WAIT, Machine
from flows.machine.questions import heard_back
from flows.replies import VOICE
from flows.session import Session
from flows.turn import Turn
from flows.walk import close, walk
from grammars.gsm.screen import fits
from grammars.yesno import read_yesno

RESUME_OFFER_MAX_S = 86_400
"""After a day a buyer is not asked whether to go on, but begins again."""


def resume(
    machine: Machine, session: Session, turn: Turn, given: Given, now: int, turns: int
) -> tuple[Session, list[Effect]]:
    """A buyer comes back after the session ran out or the call was dropped: offer to go on."""
    at = session.at.lstrip(RESUME + CONFIRM)
    unfinished = bool(session.values) if not session.cart else not session.placed
    worth = unfinished and at in machine.questions
    if not worth or now - session.touched > RESUME_OFFER_MAX_S:
        return begin(machine, p.CHANNELS[session.channel], given, now)
    if given.input.__class__ is Text:
        # What works at every question works here too: STOP, a person, a new order in one line.
        target = machine.anywhere(turn, given.input.text.strip())  # type: ignore[union-attr]
        if target != NO_MATCH:
            return close(turn, session, walk(machine, turn, target), turns)
    turn.effects.append(effects.Say(offer(turn)))
    turn.at = RESUME + at
    turn.tries = 0
    return close(turn, session, WAIT, turns)


def resumed(
    machine: Machine, session: Session, turn: Turn, given: Given, now: int, text: str | None
) -> tuple[Session, list[Effect]]:
    """The answer to the offer to go on."""
    at = session.at.lstrip(RESUME + CONFIRM)
    turns = session.turns + 1
    words = (text or "").strip()
    said = read_yesno(words)
    language = turn.language
    if words == prompts.word("resume_continue", language):
        said = True
    elif words == prompts.word("resume_restart", language):
        said = False
    spoken = given.input.__class__ is Speech
    if said is False and spoken and consequence.has_basket(turn):
        return close(turn, session, _restart_read_back(turn, at, words), turns)
    if said:
        return close(turn, session, walk(machine, turn, machine.program.waits[at]), turns)
    if said is None and text is not None and at in machine.questions:
        # The buyer may simply answer the question that was open.
        target = _meant(machine, turn, at, words, spoken=spoken)
        if target != NO_MATCH and not turn.answered:
            return close(turn, session, walk(machine, turn, target), turns)
    if said is None and session.tries < 1:
        return close(turn, session, _offered_again(turn, at), turns)
    if said is None and turn.channel == VOICE and consequence.has_basket(turn):
        # Noise and silence on a line lose no basket: where it stands is heard.
        return close(turn, session, walk(machine, turn, machine.program.waits[at]), turns)
    return begin(machine, p.CHANNELS[session.channel], _opened(given), now)


def restart_confirmed(
    machine: Machine, session: Session, turn: Turn, given: Given, now: int, text: str | None
) -> tuple[Session, list[Effect]]:
    """The answer to `you said start again, is that right?`; anything but a yes is asked whether to go on once more."""
    if text and read_yesno(text):
        return begin(machine, p.CHANNELS[session.channel], _opened(given), now)
    at = session.at.lstrip(RESUME + CONFIRM)
    return close(turn, session, _offered_again(turn, at), session.turns + 1)


def _meant(machine: Machine, turn: Turn, at: str, words: str, *, spoken: bool) -> int:
    """Where an answer to the question itself leads; speech only where it can be taken back."""
    if not words:
        return NO_MATCH
    if spoken:
        trial = consequence.trial(turn)
        target = machine.answers[at](trial, words)
        if consequence.is_final(machine, trial, target):
            return NO_MATCH
    return machine.answers[at](turn, words)


def offer(turn: Turn) -> str:
    """Whether to go on with what was not finished, as it is asked. A USSD screen names as much of the basket as it has room for."""
    language, channel = turn.language, p.CHANNELS[turn.channel]
    options: list[tuple[str | None, str]] = [
        ("1", prompts.word("resume_continue", language)),
        ("2", prompts.word("resume_restart", language)),
    ]
    lines = prompts.menu_lines(options, channel, language)
    for named in range(len(turn.cart), 0, -1):
        summary = turn.summary(turn.cart[:named]) + ("..." if named < len(turn.cart) else "")
        text = prompts.word("resume_cart", language).format(summary=summary)
        asked = prompts.prompt_with_menu(text, lines, channel)
        if channel != "ussd" or fits(asked):
            return asked
    return prompts.prompt_with_menu(prompts.word("resume", language), lines, channel)


def _offered_again(turn: Turn, at: str) -> int:
    turn.effects.append(effects.Say(offer(turn)))
    turn.at = RESUME + at
    turn.tries = 1
    return WAIT


def _restart_read_back(turn: Turn, at: str, words: str) -> int:
    """Speech would lose a basket: it needs a yes or a key."""
    turn.effects.append(
        effects.Say(heard_back(turn, prompts.word("resume_restart", turn.language)))
    )
    turn.at = CONFIRM + RESUME + at
    turn.pending = words
    return WAIT


def _opened(given: Given) -> Given:
    """The same world, with nothing said."""
    return Given(Opened(), given.buyer, given.stock)
