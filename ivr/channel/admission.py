"""At the door of the voice channel: the platform says who may come in, and who may not is told by text why."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from center.batch import TurnBatch
from center.changes import OutgoingText
from center.uap.door import Admitted, Refused
from center.uap.gate import Gate
from flows import prompts
from flows.answers import FREE_TYPES
from flows.program import Ask, Program
from grammars.phones import read_phone

BUSY_TEXT_EVERY_S = 600.0
"""A caller who tries again and again is texted once in so long."""
TEXTED_MAX = 10_000
"""Callers of whom it is remembered when they were texted."""


class Admission:
    """Asks the gate for each call. `languages` are those that there are recognisers for; `turns` sends texts, if any."""

    def __init__(
        self,
        gate: Gate,
        channel: str,
        languages: frozenset[str],
        clock: Callable[[], float],
        turns: TurnBatch | None,
    ) -> None:
        self._gate = gate
        self._channel = channel
        self._languages = languages
        self._clock = clock
        self._turns = turns
        self._cut_off: dict[str, Callable[[], object]] = {}
        self._texted: OrderedDict[str, float] = OrderedDict()

    def admit(self, call: str, seller: str, program: Program, caller: str) -> Refused | None:
        """None for a call that may come in; it holds its place until it is over."""
        answer = self._ask(call, program, seller)
        if not isinstance(answer, Refused):
            return None
        self._regret(program, caller)
        return answer

    def has_room(self, call: str, program: Program, seller: str) -> bool:
        """The same, for a call that we make: nobody is texted."""
        return not isinstance(self._ask(call, program, seller), Refused)

    def has_room_for_browser(
        self, call: str, program: Program, seller: str, cut_off: Callable[[], object]
    ) -> bool:
        """The same, for a call by no trunk, whose page says itself that all lines are busy.

        `cut_off` is told if the platform loses what it is on.
        """
        if isinstance(self._ask(call, program, seller, by_browser=True), Refused):
            return False
        self._cut_off[call] = cut_off
        return True

    def cut_off(self, call: str) -> bool:
        """The platform has lost what a call was on; whether that was told."""
        told = self._cut_off.pop(call, None)
        if told is not None:
            told()
        return told is not None

    def rename(self, call: str, name: str) -> None:
        """A call that was let in before it was dialled has its name now."""
        self._gate.rename(call, name)

    def enter(self, call: str, phase: str) -> None:
        """A call waits for a person, has one, or is back in its flow. What no phase needs any more is free for others."""
        self._gate.enter(call, phase)

    def may_hear(self, call: str) -> bool:
        """Whether a call has a recogniser; without one it is asked for keys."""
        return self._gate.may_hear(call)

    def over(self, call: str) -> None:
        """A call has ended, or never came to be."""
        self._cut_off.pop(call, None)
        self._gate.release(call)

    def _ask(
        self, call: str, program: Program, seller: str, *, by_browser: bool = False
    ) -> Admitted | Refused:
        """By what the flow may come to: what callers say is recognised, a person takes over, an answer is recorded."""
        return self._gate.admit(
            call,
            seller=seller,
            by_speech=not self._languages.isdisjoint(program.languages),
            to_person=bool(program.queues),
            records=any(
                isinstance(node, Ask) and node.type in FREE_TYPES for node in program.nodes
            ),
            by_browser=by_browser,
        )

    def _regret(self, program: Program, caller: str) -> None:
        """Text the caller that all lines are busy, and by what code the shop is reached meanwhile."""
        buyer, codes = read_phone(caller), program.codes.get("sms", ())
        if self._turns is None or buyer is None or not codes:
            return
        now = self._clock()
        if now - self._texted.get(buyer, -BUSY_TEXT_EVERY_S) < BUSY_TEXT_EVERY_S:
            return
        self._texted[buyer] = now
        self._texted.move_to_end(buyer)
        if len(self._texted) > TEXTED_MAX:
            self._texted.popitem(last=False)
        text = prompts.word("lines_busy", program.languages[0]).format(shop=program.shop_names[0])
        outgoing = OutgoingText("", codes[0], buyer, text, int(now))
        self._turns.hold(self._channel, None, texts=(outgoing,))
