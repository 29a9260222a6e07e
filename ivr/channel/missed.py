"""Calls that were missed, called back: center.call_backs decides, this keeps what it says, dials, and texts who was not reached."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from center.batch import TurnBatch
from center.call_backs import CallBacks, Missed
from center.calling_out import CallOut, CallsOut, Reached
from center.changes import OutgoingText
from center.contact import ContactKey
from center.ports import Later, Timer
from center.shops import Shops
from flows import prompts
from flows.program import Program
from ivr.channel.channel import CHANNEL

Wanted = Callable[[ContactKey], bool]
"""Whether somebody may be called at all: no number of ours, and no buyer who wants nothing of the shop."""


class MissedCalls:
    """See ivr.channel.ports.Missing."""

    def __init__(
        self,
        backs: CallBacks,
        calls: CallsOut,
        turns: TurnBatch,
        shops: Shops,
        wanted: Wanted,
        *,
        later: Later,
        clock: Callable[[], float],
    ) -> None:
        self._backs = backs
        self._calls = calls
        self._turns = turns
        self._shops = shops
        self._wanted = wanted
        self._later = later
        self._clock = clock
        self._timer: Timer | None = None
        self._closed = False

    def restore(self, notes: Mapping[str, bytes]) -> None:
        """Go on with what was open before a start."""
        self._keep(self._backs.restore(notes, self._now()))
        self._wait()

    def missed(self, call: Missed) -> None:
        """See Missing."""
        program = self._program(call.contact.seller)
        if program is not None:
            wanted = self._wanted(call.contact)
            self._keep(self._backs.missed(call, program, self._now(), is_wanted=wanted))
            self._wait()

    def served(self, contact: ContactKey) -> None:
        """See Missing."""
        self._keep(self._backs.came(contact))

    def close(self) -> None:
        """Call nobody any more; who waits is called after the next start."""
        self._closed = True
        self._cancel()

    # --- within ---

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _call(self) -> None:
        self._timer = None
        calls, notes = self._backs.due(self._now(), self._program)
        self._keep(notes)
        for errand in calls:
            self._calls.call(errand, lambda reached, errand=errand: self._ended(errand, reached))
        self._wait()

    def _ended(self, errand: CallOut, reached: Reached) -> None:
        program = self._program(errand.contact.seller)
        done = self._backs.ended(errand.contact, reached, program, self._now())
        text = None
        if done.unheard and program is not None and self._wanted(errand.contact):
            text = self._regret(errand, program)
        if done.notes or text is not None:
            texts = (text,) if text is not None else ()
            self._turns.hold(CHANNEL, None, notes=done.notes, texts=texts)
        self._wait()

    def _regret(self, errand: CallOut, program: Program) -> OutgoingText | None:
        """What is texted to who was not reached."""
        codes = program.codes.get("sms", ())
        if not codes:
            return None
        text = prompts.word("called_back", program.languages[0]).format(
            shop=program.shop_names[0], number=program.number
        )
        contact = errand.contact
        return OutgoingText(
            errand.carrier, codes[0], contact.number, text, self._now(), contact.seller
        )

    def _wait(self) -> None:
        self._cancel()
        due = self._backs.timer()
        if due is not None and not self._closed:
            self._timer = self._later(max(0.0, due - self._clock()), self._call)

    def _keep(self, notes: Mapping[str, bytes | None]) -> None:
        if notes:
            self._turns.hold(CHANNEL, None, notes=notes)

    def _program(self, seller: str) -> Program | None:
        machine = self._shops.current(seller)
        return machine.program if machine is not None else None

    def _now(self) -> int:
        return int(self._clock())
