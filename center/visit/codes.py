"""Orders that must be confirmed by a code: asked for, and answered."""

from __future__ import annotations

from msgspec.structs import replace

from center.awaited import Awaited
from center.limits.codes import Answer, read_answer
from center.limits.guard import CODE_S_MAX, CODE_SILENCES_MAX
from center.unconfirmed import TOLD_S_MAX
from center.visit import payments, placing
from center.visit.visit import Visit
from flows import effects, prompts
from flows.inputs import HungUp, Opened, Outcome
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
        _keep(visit, replace(awaited, tries=awaited.tries + 1, silences=0))
    elif key.channel == "voice" and _hangs_up(visit, awaited):
        return None
    visit.say(prompts.word("code_again", visit.language()))
    return None


def _hangs_up(visit: Visit, awaited: Awaited) -> bool:
    """Count a caller's silence; whether it was the last that is waited for. The order waits on: who calls again is asked for its code."""
    given = visit.arrival.input
    if isinstance(given, Opened | HungUp):
        if awaited.silences:
            _keep(visit, replace(awaited, silences=0))
        return False
    silences = awaited.silences + 1
    _keep(visit, replace(awaited, silences=silences))
    minutes = (awaited.at + CODE_S_MAX - visit.arrival.at) // 60
    # In its last minute the next silence is answered by the flow.
    if silences < CODE_SILENCES_MAX or minutes < 1:
        return False
    visit.say(prompts.word("code_later", visit.language()).format(minutes=minutes))
    visit.hangs_up = True
    return True


def _keep(visit: Visit, awaited: Awaited) -> None:
    visit.changes.awaited[visit.key] = visit.world.awaited[visit.key] = awaited


def give_up(visit: Visit, awaited: Awaited) -> None:
    """The code was waited for in vain. The flow does not hear of it: whoever left is not asked to talk to a person.

    The seller is told, and the buyer, who may think that it is placed, unless they want no messages or it was long ago; whoever had
    their number forged reads that nothing is on its way to them. The session is over: who writes again begins anew. What was paid of
    it, which is never all, the seller has and is told; it vouches for no later order, as it may be paid back by then.
    """
    effect = awaited.effect
    assert isinstance(effect, effects.PlaceOrder)
    placing.to_the_seller(visit, effect, placing.NOT_CONFIRMED)
    if not visit.buyer.opted_out and visit.arrival.at - awaited.at <= TOLD_S_MAX:
        decimals, paid = visit.machine.program.decimals, payments.unused(visit)
        values = {"total": write_money(effect.total, decimals)}
        if paid:
            values["paid"] = write_money(paid, decimals)
        word = prompts.word("code_over_paid" if paid else "code_over", visit.language())
        visit.send(word.format(**values))
    session = visit.session
    if session is not None:
        visit.session = Session(
            session.program, session.channel, session.language, touched=visit.arrival.at
        )
        visit.keep()
