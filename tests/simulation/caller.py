"""Buyers who call: keys against the same batch and store, lines that go down with the process or by their own hand, and texts.

Who was cut off with a basket is texted, and goes on by text or calls again, as chance has it.
"""

import asyncio
import random
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from center.batch import TurnBatch
from center.contact import ContactKey
from center.shops import Shops
from center.taken import Taken
from ivr.channel.call import Call
from ivr.channel.notes import Notes
from ivr.channel.ports import Line
from ivr.channel.surroundings import CHANNEL, Reached, Surroundings
from sms.smsc.handset import Heard
from sms.smsc.network import Network
from sms.smsc.phone import Phone
from tests.crash.buyers import CODE
from tests.ivr.channel.telephone import FakeHearing, FakeMedia, FakeVoice
from tests.simulation.shopper import GO_ON, Shopper

NUMBER = "4008001234"
THINKS_S = 0.5
CALLS_AGAIN_S = 8.0
"""Who was cut off waits so long for a text."""
PATIENCE_S = 60.0
"""Nobody listens to nothing for longer."""
HEARS_IT_S = 1.0
"""A line that went down with the process is silent for so long before its caller notices."""
_KEPT = re.compile(r"cut off.* x(\d+),")


class Lines:
    """All calls of one life of the process. See center.ports.Channel."""

    def __init__(
        self,
        turns: TurnBatch,
        shops: Shops,
        clock: Callable[[], float],
        is_dead: Callable[[], bool],
    ) -> None:
        self._shops = shops
        self._is_dead = is_dead
        self._calls: dict[ContactKey, Call] = {}
        loop = asyncio.get_running_loop()
        self._around = Surroundings(
            turns, FakeMedia(), FakeHearing(), Notes(Path("nowhere"), lambda _: 0), self._later, clock, loop.time,
            lambda _: None, self.call_of,
        )  # fmt: skip
        turns.open(CHANNEL, self)

    def _later(self, delay_s, callback):
        return asyncio.get_running_loop().call_later(
            delay_s, lambda: None if self._is_dead() else callback()
        )

    def call_of(self, contact: ContactKey) -> Call | None:
        call = self._calls.get(contact)
        return call if call is not None and not call.over else None

    def taken(self, taken: Sequence[Taken]) -> None:
        """See center.ports.Channel. An outcome is for whoever calls just now."""
        for one in taken:
            call = one.ticket
            if not isinstance(call, Call):
                call = self._calls.get(one.arrival.contact) if one.arrival is not None else None
            if call is not None:
                call.took(one)

    def begin(self, caller: "Caller") -> Call | None:
        """A call, if anybody is there to take it."""
        if self._is_dead():
            return None
        contact = ContactKey("shop", caller.number, CHANNEL)
        before = self._calls.get(contact)
        if before is not None:
            before.hang_up("called again")
        reached = Reached(contact, NUMBER, "trunk", len(self._calls), "al")
        call = Call(self._around, reached, caller, FakeVoice(), self._shops.machine)
        self._calls[contact] = call
        call.begin()
        return call

    def die(self) -> None:
        """Every line is silent from now on."""
        for call in self._calls.values():
            if not call.over:
                call.line.cut_off()  # type: ignore[attr-defined]


class Caller(Shopper, Line):
    """See tests.simulation.shopper. What else a line is asked for goes nowhere."""

    def __init__(
        self,
        network: Network,
        number: str,
        chance: random.Random,
        lines: Callable[[], Lines | None],
        *,
        orders: int,
        drops: float,
    ) -> None:
        """`drops`: of prompts at which the line goes down."""
        super().__init__(number, chance, orders)
        self._lines = lines
        self._drops = drops
        self._call: Call | None = None
        self._heard = 0
        """Counts what was said to them, so that they notice when nothing is."""
        self._hung_up = False
        """The last call ended by their own hand: a text will come."""
        self._phone = Phone(network, number, self._texted)
        self._said = ""
        """By text, last; empty as long as they call."""
        self._texted_at = 0.0
        self._read: set[str] = set()
        """Texts of this order that were answered: they may come twice."""

    def start(self) -> None:
        """Order for the first time."""
        self.begin()
        self._dial()

    def begin(self) -> None:
        """See Shopper."""
        super().begin()
        self._said = ""
        self._read.clear()

    def _later(self, delay_s, do, *given) -> None:
        asyncio.get_running_loop().call_later(delay_s, do, *given)

    # --- the call ---

    def _dial(self) -> None:
        if self.done or self._call is not None or self._said:
            return
        self.tell("calls")
        lines = self._lines()
        self._hung_up = False
        self._call = lines.begin(self) if lines is not None else None
        if self._call is None:
            self._later(CALLS_AGAIN_S, self._dial)
        else:
            self._later(PATIENCE_S, self._hear_nothing, self._call, self._heard)

    def said(self, text: str) -> None:
        """See ivr.channel.ports.Line: what is played."""
        self._heard += 1
        answer = self.read(text)
        if self._call is not None:
            self._later(PATIENCE_S, self._hear_nothing, self._call, self._heard)
        if answer is not None:
            self._later(THINKS_S, self._press, self._call, answer)
        elif self._call is not None:
            # The rest of a goodbye is heard, or nothing more is wanted.
            self._later(THINKS_S, self._hear_out, self._call)

    def _press(self, call: Call | None, answer: str) -> None:
        if call is None or call is not self._call:
            return
        if self.chance.random() < self._drops:
            self._go_down(call)
        else:
            self.tell(f"presses {answer}")
            call.pressed(answer)

    def _hear_out(self, call: Call) -> None:
        if call is not self._call:
            return
        if call.ended:
            call.hang_up("goodbye")
        elif self.done:
            self._go_down(call)

    def _hear_nothing(self, call: Call, heard: int) -> None:
        if call is self._call and heard == self._heard:
            self._go_down(call)

    def _go_down(self, call: Call) -> None:
        self._hung_up = True
        self.tell("hangs up")
        self._over()
        call.lost()

    def hang_up(self, reason: str) -> None:
        """See ivr.channel.ports.Line: the shop does."""
        self._over()

    def cut_off(self) -> None:
        """The process is dead."""
        self._later(HEARS_IT_S, self._over)

    def _over(self) -> None:
        self._call = None
        self._later(CALLS_AGAIN_S * self.chance.uniform(0.5, 2), self._dial)

    # --- texts ---

    def _texted(self, heard: Heard) -> None:
        if self._call is not None or self.done or heard.text in self._read:
            return
        # A carrier with a rate may bring it when they have called again and ordered: that is none of this order, and they see it.
        kept = _KEPT.search(heard.text)
        was_cut_off = kept is not None and int(kept[1]) in self._held and self._hung_up
        if not self._said and not (was_cut_off and self.chance.random() < 0.5):
            return
        self._read.add(heard.text)
        answer = GO_ON if was_cut_off else self.read(heard.text)
        if answer is not None:
            self._said, self._texted_at = answer, asyncio.get_running_loop().time()
            self._later(THINKS_S, self._say, answer)
        else:
            self._later(CALLS_AGAIN_S, self._dial)

    def _say(self, answer: str) -> None:
        self.tell(f"texts {answer}")
        self._texted_at = asyncio.get_running_loop().time()
        self._phone.text(CODE, answer)

    def say_again(self) -> bool:
        """Repeat by text what has no reply; whether there is anything."""
        waits_s = asyncio.get_running_loop().time() - self._texted_at
        if self.done or not self._said or waits_s < PATIENCE_S:
            return False
        self._say(self._said)
        return True
