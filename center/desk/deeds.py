"""What agents do in buyers' sessions, on its way through the turn batch: brought to it, and what became of it told to the desk."""

from __future__ import annotations

from collections.abc import Callable

from center.batch import TurnBatch
from center.contact import Arrival
from center.desk.calls import Calls
from center.desk.deed import Deed, GoOnBySms, WriteToBuyer
from center.desk.desk import RefusedError
from center.desk.desks import Desks
from center.desk.talk import Talk
from center.taken import Fate, Taken
from flows.inputs import Outcome

TELLER = "desk"
"""The channel of the turn batch that is told of deeds: whoever makes a switchboard opens it there under this name."""


class Deeds:
    """Those of all agents, and of callers who go on by SMS."""

    def __init__(
        self, turns: TurnBatch, calls: Calls, desks: Desks, now: Callable[[], float]
    ) -> None:
        self._turns = turns
        self._calls = calls
        self._desks = desks
        self._now = now

    def do(self, talk: Talk, deed: Deed) -> None:
        """Bring a deed to the turn batch."""
        one = talk.awaited
        arrival = Arrival(one.contact, deed, one.code, one.carrier, b"", 0, int(self._now()))
        self._turns.add(arrival, talk, told=TELLER)

    def done(self, talk: Talk, taken: Taken) -> None:
        """What became of one."""
        deed = taken.arrival.input if taken.arrival is not None else None
        outcome = taken.reply.outcome if taken.reply is not None else None
        if taken.fate is not Fate.KEPT:
            outcome = None
        if isinstance(deed, GoOnBySms):
            self._went_on(talk, is_done=outcome is not None and outcome.name == "ok")
            return
        desk = self._desks.of(talk)
        if desk is None:
            return
        if outcome is None:
            desk.refused(talk.name, RefusedError("that could not be kept; try again"))
        elif outcome.name != "ok":
            desk.refused(talk.name, _why(outcome))
        elif isinstance(deed, WriteToBuyer):
            desk.said(talk.name, "agent", deed.text)
        else:
            if "text" in outcome.values:
                desk.said(talk.name, "shop", str(outcome.values["text"]))
            card = self._desks.card(talk)
            if card is not None:
                desk.card(card)

    def _went_on(self, talk: Talk, *, is_done: bool) -> None:
        """The session of a caller has moved to SMS, or has not."""
        voice = self._calls.voice
        if voice is None:
            return
        if is_done:
            voice.farewell(talk.name, "call_back_taken_sms")
        else:
            voice.say(talk.name, "call_back_not", 0.0)


def _why(outcome: Outcome) -> RefusedError:
    missing = outcome.values.get("missing")
    if missing:
        return RefusedError("sold out: {missing}", missing=str(missing))
    if outcome.name == "empty":
        return RefusedError("the basket is empty")
    return RefusedError("the order could not be placed")
