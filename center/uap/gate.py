"""The gate: where a channel asks whether a call may come in, and tells what becomes of it."""

from __future__ import annotations

from collections.abc import Callable

from center.uap.capacity import Capacity
from center.uap.chassis import PlatformError
from center.uap.door import Admitted, Refused, Why
from center.uap.kinds import usual_kinds

SEAT = "seat "
"""Before an agent's name: how the platform knows a seat among calls."""


class Gate:
    """Admits calls and seats by a platform's capacity. `now` gives Unix seconds.

    Promises: who is admitted holds all that its phases need until `release`. Asked about a call that the platform
    has dropped meanwhile, `enter` refuses; it never raises for what a call may meet.
    """

    def __init__(
        self, capacity: Capacity, now: Callable[[], float], *, access: str = "sip"
    ) -> None:
        self.capacity = capacity
        self.kinds = usual_kinds(access)
        self.refused: dict[Why, int] = dict.fromkeys(Why, 0)
        self._now = now

    def admit(
        self, call: str, *, seller: str = "", by_speech: bool = False, to_person: bool = False
    ) -> Admitted | Refused:
        """Let a call in by what it may come to need: recognition, a person."""
        name = "speech" if by_speech else "keys"
        answer = self._admit(call, name + (" to a person" if to_person else ""), seller)
        if isinstance(answer, Refused) and by_speech and answer.resource in ("asr", "tts"):
            # Better keys than no call.
            answer = self._admit(call, "keys" + (" to a person" if to_person else ""), seller)
        if isinstance(answer, Refused):
            self.refused[answer.why] += 1
        return answer

    def seat(self, agent: str) -> Admitted | Refused:
        """Let an agent sit down."""
        answer = self._admit(SEAT + agent, "seat", "")
        if isinstance(answer, Refused):
            self.refused[answer.why] += 1
        return answer

    def leave_seat(self, agent: str) -> None:
        """The agent is gone."""
        self.capacity.release(SEAT + agent)

    def enter(self, call: str, phase: str) -> Admitted | Refused:
        """A call goes on to `wait` or `talk`, or back to `menu`."""
        try:
            return self.capacity.enter(call, phase)
        except (PlatformError, ValueError):
            # It is gone, or of a kind that has no such phase, and keeps what it has.
            return Refused(Why.CLOSED, 1)

    def release(self, call: str) -> None:
        """A call is over. One that was never let in is no matter."""
        self.capacity.release(call)

    def _admit(self, call: str, kind: str, seller: str) -> Admitted | Refused:
        now = self._now()
        self.capacity.advance(now)
        return self.capacity.admit(call, self.kinds[kind], now, seller=seller)
