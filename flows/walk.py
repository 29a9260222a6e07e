"""A walk through a program: from a node to the next wait, and the turn round it."""

from __future__ import annotations

from flows import effects, prompts
from flows.effects import Effect
from flows.inputs import Given
from flows.machine import END, STEPS_PER_TURN_MAX, WAIT, FlowTroubleError, Machine
from flows.session import ENDED, Session
from flows.turn import Turn


def turn_of(machine: Machine, session: Session, given: Given, now: int) -> Turn:
    """A turn that begins where the session is."""
    turn = Turn()
    turn.values = session.values.copy()
    turn.cart = session.cart
    turn.language = language = session.language
    turn.l = index = machine.languages.get(language, 0)
    turn.channel = channel = session.channel
    turn.w = column = channel * len(machine.languages) + index
    turn.buyer = given.buyer
    turn.stock = given.stock
    turn.now = now
    turn.at = session.at
    turn.tries = session.tries
    turn.calls = session.calls
    turn.order = session.order
    turn.missing = session.missing
    turn.placed = session.placed
    turn.pending = None
    turn.other = ""
    turn.effects = []
    turn.shop = machine.shop
    turn.texts = texts = machine.texts
    turn.column = texts.column(column)
    turn.answered = False
    turn.chosen = -1
    return turn


def walk(machine: Machine, turn: Turn, index: int) -> int:
    """Run nodes from `index` to a wait or the end; the sign it stopped with."""
    runs = machine.runs
    turn.tries = 0
    try:
        for _ in range(STEPS_PER_TURN_MAX):
            if index < 0:
                return index
            index = runs[index](turn)
        if index < 0:
            return index
        raise FlowTroubleError(
            "steps.limit", f"more than {STEPS_PER_TURN_MAX} steps without a question"
        )
    except FlowTroubleError as trouble:
        code, message = trouble.code, str(trouble)
    except (KeyError, AttributeError, TypeError, IndexError, ValueError) as error:
        # A value that a text needs is not there: the checker warns (V301), the buyer must not be left hanging.
        code, message = "value.failed", f"{type(error).__name__}: {error}"
    turn.effects.append(effects.Say(prompts.word("sorry", turn.language)))
    turn.effects.append(effects.Trouble(code, message))
    return END


def close(turn: Turn, session: Session, sign: int, turns: int) -> tuple[Session, list[Effect]]:
    """The session as the turn left it, and its effects; it is over if the walk came to no wait. `turns` are all it took."""
    if sign != WAIT:
        turn.effects.append(effects.Goodbye())
        turn.at = ENDED
        turn.cart = ()
        turn.calls = ()
    return (
        Session(
            session.program,
            turn.channel,
            turn.language,
            turn.at,
            turn.now,
            turn.tries,
            turns,
            turn.values,
            turn.cart,
            turn.order,
            turn.missing,
            turn.calls,
            turn.pending,
            turn.placed,
            turn.other,
            session.paid,
            session.told,
        ),
        turn.effects,
    )
