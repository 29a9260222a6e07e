"""A visit from where its buyer was to the next wait: the session is stepped, and what it asks for is carried out.

What a kind of effect or input needs beside stands in a file of its own: orders (ordering, placing), their codes (codes) and
payments (payments), agents' deeds (deeds), calls that are cut off (cut_off), addresses put right (addressing), STOP and START (opting).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from center.changes import HandOverRequest
from center.desk.deed import SENT_TO_STEP, Deed
from center.desk.heard import Heard
from center.limits.guard import CODE_DIGITS, Verdict
from center.reply import Expected, Reply, expected
from center.visit import (
    addressing,
    codes,
    cut_off,
    deeds,
    moving,
    opting,
    ordering,
    payments,
    placing,
)
from center.visit.asking import ask_again
from center.visit.visit import Visit
from flows import effects, prompts
from flows.effects import Effect
from flows.engine import apologise, begin, go_to, step
from flows.inputs import Given, HungUp, Input, Keys, Opened, Outcome, Silence, Speech, Text
from flows.program import HandOver
from flows.session import ENDED, Session
from flows.transcript.log import log_head, log_lines

CODE_EXPECTED = Expected("", "digits", (), CODE_DIGITS, 60)
"""What the buyer may do while an order waits for its code."""
OUTCOMES_PER_TURN_MAX = 8
"""Effects with an outcome that one turn may wait for in a row."""
ASKS = effects.PlaceOrder | effects.HandOver | effects.Request | effects.Pay
"""Such effects: the session waits for what came of them."""
DIALOG_WAITS_S = 8
"""A USSD dialog has ended that has waited for an outcome longer (sms.ussd.channel.OUTCOME_WAIT_S)."""
OVERHEARD = Text | Speech | Keys | Silence | HungUp | Opened
"""What is passed on while a person is waited for. A caller who calls again, having been cut off, waits on as before."""


def take(visit: Visit) -> Reply | None:
    """Step the session to its next wait and carry out what it asks for on the way."""
    arrival = visit.arrival
    given: Input = arrival.input
    if given.__class__ is Opened:
        if given.again and (asked := ask_again(visit)) is not None:  # type: ignore[union-attr]
            return asked
        cut_off.take_back(visit)
    if isinstance(given, Text):
        if opting.takes(visit, given):
            return opting.reply(visit)
    elif isinstance(given, Deed):
        # Said by no buyer: the session does not take a turn.
        return deeds.do(visit, given)
    session = visit.session
    is_asked = session is None or session.at in visit.machine.questions
    if session is not None and not is_asked and _is_overheard(visit, session):
        return None
    if given.__class__ is HungUp and (visit.session is None or visit.key.channel == "sms"):
        # Its session is over, or has gone on by SMS; or an agent has phoned one who writes.
        return None
    is_sms = visit.key.channel == "sms"
    # Texts go by the outbox: nobody performs them.
    language = "" if is_sms else visit.language()
    awaited = visit.awaited_order() if visit.world.awaited else None
    if awaited is None and visit.buyer.last_order is not None and _is_corrected(visit):
        return None
    if awaited is not None and visit.session is not None and awaited.serial == visit.serial:
        settled = codes.confirm(visit, awaited)
        if settled is None:
            visit.keep()
            return None if is_sms else _reply(visit, language)
        given = settled
    private = visit.private()
    earlier: Sequence[str] = ()
    if session is not None and (session.pending is not None or visit.machine.private_names):
        earlier = visit.answered()
    buyer = visit.buyer
    turn_effects = _advance(visit, Given(given, buyer, visit.stock))
    program, lines, shown = visit.machine.program, visit.lines, given
    if session is not None:
        if session.at in visit.machine.private:
            shown = visit.masked(session, given, buyer, private)
        elif earlier:
            shown = visit.said_again(session, given, earlier)
    if visit.began and visit.session is not None:
        lines += log_head(program, visit.key.channel, visit.session, buyer, visit.stock, arrival.at)
    lines += log_lines(shown, turn_effects, program, private, earlier)
    for count in range(1, OUTCOMES_PER_TURN_MAX + 1):
        outcome = _carry_out(visit, turn_effects)
        if outcome is None:
            break
        turn_effects = _advance(visit, Given(outcome, visit.buyer, visit.stock))
        if count == OUTCOMES_PER_TURN_MAX and any(isinstance(one, ASKS) for one in turn_effects):
            turn_effects = _give_up(visit, turn_effects)
        lines += log_lines(outcome, turn_effects, program, private, earlier)
    else:
        _carry_out(visit, turn_effects)
    if given.__class__ is HungUp:
        cut_off.leave_to_sms(visit)
    elif arrival.asked is not None:
        _tell_late(visit)
    visit.keep(was_said=given.__class__ is Text or given.__class__ is Opened)
    return None if is_sms else _reply(visit, language)


def _tell_late(visit: Visit) -> None:
    """What an outcome led to in a USSD dialog that is over is texted, where nothing more is asked: who dials again begins anew."""
    asked, session = visit.asked, visit.session
    if (
        visit.key.channel == "ussd"
        and asked is not None
        and session is not None
        and session.at == ENDED
        and visit.arrival.at - asked.touched > DIALOG_WAITS_S
        and visit.machine.program.codes.get("sms")
    ):
        visit.asides.insert(0, "\n".join(visit.said))


def turn_away(visit: Visit, verdict: Verdict) -> Reply | None:
    """Too much came: the session stays where it is, and only STOP is heeded. Who texts is told once; a dialog ends with what tells it,
    since a phone would else wait for a screen."""
    said = visit.arrival.input
    if isinstance(said, Text) and opting.leaves_beyond_limits(visit, said):
        return opting.reply(visit)
    if visit.key.channel == "ussd":
        visit.say(prompts.word("slow_down_ussd", visit.language()))
        return opting.reply(visit)
    if verdict is Verdict.TELL:
        visit.send(prompts.word("slow_down", visit.language()))
    return None


def _is_corrected(visit: Visit) -> bool:
    """Whether this is the address, in writing, of an order whose address was recorded."""
    last, said = visit.buyer.last_order, visit.arrival.input
    return (
        last is not None
        and last.written_until > visit.arrival.at
        and visit.key.channel == "sms"
        and isinstance(said, Text)
        and addressing.correct(visit, said)
    )


def _is_overheard(visit: Visit, session: Session) -> bool:
    """Whether a person has the buyer, who is at no question, or will: then the flow does not answer, and what was said is passed on."""
    said = visit.arrival.input
    node = visit.machine.program.waits.get(session.at)
    if node is None or not isinstance(visit.machine.program.nodes[node], HandOver):
        return False
    if not isinstance(said, OVERHEARD) or (
        isinstance(said, Opened) and visit.key.channel != "voice"
    ):
        return False
    visit.changes.heard.append(
        Heard(visit.key, visit.serial, session.turns, said, visit.arrival.at)
    )
    if isinstance(said, Text | Speech):
        # The session does not move, but what was said is in its log.
        shown = visit.said_again(session, said, visit.answered())
        lines = log_lines(shown, [], visit.machine.program, visit.private())
        visit.talk(session, lines)
    return True


def _advance(visit: Visit, given: Given) -> list[Effect]:
    before, now = visit.session, visit.arrival.at
    if before is None:
        visit.began = True
        visit.session, found = begin(visit.machine, visit.key.channel, given, now)
        return found
    visit.began = False
    said = given.input
    if said.__class__ is Outcome and said.name == SENT_TO_STEP:  # type: ignore[union-attr]
        to = str(said.values["step"])  # type: ignore[union-attr]
        visit.session, found = go_to(visit.machine, before, to, given, now)
        return found
    visit.session, found = step(visit.machine, before, given, now)
    if visit.session.turns < before.turns:
        # The buyer began again: a new session, which must not share the old one's order keys.
        visit.serial += 1
        visit.began = True
        placing.never_ordered(visit, before)
    return found


def _give_up(visit: Visit, turn_effects: list[Effect]) -> list[Effect]:
    """What one outcome after the other led to, without what it asks for next, and the end of the session.

    Nobody would tell a session that waits on what became of that, and its buyer would be asked for a moment for days.
    """
    session = visit.session
    assert session is not None
    told = f"more than {OUTCOMES_PER_TURN_MAX} outcomes without a question"
    given = Given(Opened(), visit.buyer, visit.stock)
    visit.session, apology = apologise(
        visit.machine, session, given, visit.arrival.at, "outcomes.limit", told
    )
    return [*(one for one in turn_effects if not isinstance(one, ASKS)), *apology]


def _carry_out(visit: Visit, turn_effects: list[Effect]) -> Outcome | None:
    """Do what effects ask; the outcome of the last one, if the session waits for it and it is known."""
    outcome: Outcome | None = None
    visit.performed += turn_effects
    for effect in turn_effects:
        if type(effect) is effects.Say:
            visit.said.append(effect.text)
        elif (carry_out := _CARRIED_OUT.get(type(effect))) is not None:
            outcome = carry_out(visit, effect) or outcome
    return outcome


def _send_sms(visit: Visit, effect: effects.SendSms) -> None:
    visit.asides.append(effect.text)


def _keep_buyer(visit: Visit, effect: effects.KeepBuyer) -> None:
    visit.buyer = visit.buyer.kept(effect.field, effect.value)


def _tell_shop(visit: Visit, effect: effects.TellShop) -> None:
    visit.tell_shop(effect.text)


def _hand_over(visit: Visit, effect: effects.HandOver) -> Outcome | None:
    visit.changes.hand_overs.append(
        HandOverRequest(visit.key, visit.serial, effect.queue, visit.arrival.at)
    )
    return _ask(visit, effect)


def _ask(visit: Visit, effect: effects.HandOver | effects.Request | effects.Pay) -> Outcome | None:
    """The outcome if the performer knows it now; else the session waits, which is kept."""
    outcome = visit.shared.performer.at_once(visit.key, effect)
    if outcome is not None:
        if isinstance(effect, effects.HandOver):
            visit.changes.turned_away.append(visit.changes.hand_overs[-1])
        payments.note(visit, effect, outcome)
        return outcome
    if visit.key.channel == "ussd" and isinstance(effect, effects.HandOver):
        # A dialog cannot wait for a person.
        language = visit.language()
        if not moving.wait_by_sms(visit, effect):
            return Outcome("busy")
        visit.say(prompts.word("agent_by_sms", language))
        return None
    visit.wait_for(effect)
    return None


_CARRIED_OUT: dict[type[Effect], Callable[[Visit, Any], Outcome | None]] = {
    effects.SendSms: _send_sms,
    effects.KeepBuyer: _keep_buyer,
    effects.TellShop: _tell_shop,
    effects.PlaceOrder: ordering.order,
    effects.HandOver: _hand_over,
    effects.Request: _ask,
    effects.Pay: _ask,
}
"""What is done for an effect, by its kind; for others nothing is. A `match` would ask kind after kind, and a class of msgspec's is
slow to say that a value is none of its own.
"""


def _reply(visit: Visit, language: str) -> Reply | None:
    """For a channel that performs the effects itself."""
    session = visit.session
    if session is None:
        return None
    asks_code = visit.awaited_order() is not None and not visit.hangs_up
    return Reply(
        tuple(visit.performed),
        language,
        CODE_EXPECTED if asks_code else expected(visit.machine, session),
        session.at == ENDED or visit.hangs_up,
        visit.machine.fingerprint,
    )
