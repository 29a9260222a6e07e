"""Orders that must be confirmed by a code: asked for, and answered."""

from __future__ import annotations

from msgspec.structs import replace

from center.awaited import Awaited
from center.limits.codes import Answer, read_answer
from center.unconfirmed import TOLD_S_MAX
from center.visit import placing
from center.visit.visit import Visit
from flows import effects, prompts
from flows.inputs import Outcome
from flows.session import Session
from grammars.money import write_money


def ask(visit: Visit, effect: effects.PlaceOrder) -> None:
    """Send a code to the number that the order bears, and wait for it."""
    awaited = visit.wait_for(effect)
    language = visit.language()
    values = {
        "code": visit.shared.guard.ask(placing.spent(visit, effect), awaited.key),
        "total": write_money(effect.total, visit.machine.program.decimals),
    }
    if visit.key.channel == "sms":
        visit.say(prompts.word("code_sms", language).format(**values))
    else:
        visit.asides.append(prompts.word("code_aside", language).format(**values))
        visit.say(prompts.word("code_ask", language))


def confirm(visit: Visit, awaited: Awaited) -> Outcome | None:
    """What became of an order that waits for its code, or None while it still waits."""
    effect, key = awaited.effect, visit.key
    assert isinstance(effect, effects.PlaceOrder)
    answer = read_answer(awaited, visit.arrival.input, visit.arrival.at, visit.shared.guard)
    if answer in (Answer.RIGHT, Answer.OVER):
        del visit.world.awaited[key]
        visit.changes.awaited[key] = None
        if answer is Answer.RIGHT:
            return placing.confirmed(visit, effect)
        return placing.to_the_seller(visit, effect, placing.NOT_CONFIRMED)
    if answer is Answer.WRONG:
        awaited = replace(awaited, tries=awaited.tries + 1)
        visit.changes.awaited[key] = visit.world.awaited[key] = awaited
    visit.say(prompts.word("code_again", visit.language()))
    return None


def give_up(visit: Visit, awaited: Awaited) -> None:
    """The code was waited for in vain. The flow does not hear of it: whoever left is not asked to talk to a person.

    The seller is told, and the buyer, who may think that it is placed, unless they want no messages or it was long ago; whoever had
    their number forged reads that nothing is on its way to them. The session is over: who writes again begins anew.
    """
    effect = awaited.effect
    assert isinstance(effect, effects.PlaceOrder)
    placing.to_the_seller(visit, effect, placing.NOT_CONFIRMED)
    if not visit.buyer.opted_out and visit.arrival.at - awaited.at <= TOLD_S_MAX:
        total = write_money(effect.total, visit.machine.program.decimals)
        visit.send(prompts.word("code_over", visit.language()).format(total=total))
    session = visit.session
    if session is not None:
        visit.session = Session(
            session.program, session.channel, session.language, touched=visit.arrival.at
        )
        visit.keep()
