"""The gate: where a channel asks whether a call may come in, and tells what becomes of it."""

from __future__ import annotations

from collections.abc import Callable

from center.uap.capacity import Capacity
from center.uap.chassis import PlatformError
from center.uap.door import Admitted, Refused, Why
from center.uap.kinds import Kind, kind_name, usual_kinds
from center.uap.resources import ASR

SEAT = "seat "
"""Before an agent's name: how the platform knows a seat among calls."""
CONFERENCE = "conference "
"""Before a contact's name: the unit that its call takes once there are more than two on it."""


class Gate:
    """Admits calls and seats by a platform's capacity. `now` gives Unix seconds.

    Promises: who is admitted holds all that its phases need until `release`, and is refused none of them, unless it
    lost what it held with a failed board. Recognition and speech output alone are held for the first time in the flow;
    after a wait there may be none. Asked about a call that the platform has dropped meanwhile, `enter` refuses; it never raises for what a
    call may meet.
    """

    def __init__(
        self, capacity: Capacity, now: Callable[[], float], *, access: str = "sip"
    ) -> None:
        self.capacity = capacity
        self.kinds = usual_kinds(access)
        self._beside = usual_kinds("sip")
        """Of what comes over the internet, whatever trunks there are."""
        self.refused: dict[Why, int] = dict.fromkeys(Why, 0)
        self._now = now

    def admit(
        self,
        call: str,
        *,
        seller: str = "",
        by_speech: bool = False,
        to_person: bool = False,
        records: bool = False,
        by_browser: bool = False,
    ) -> Admitted | Refused:
        """Let a call in by what it may come to need: recognition, a person, a recorder. A browser's takes no trunk."""
        kinds = self._beside if by_browser else self.kinds
        name = kind_name(by_speech=by_speech, to_person=to_person, records=records)
        answer = self._admit(call, kinds[name], seller)
        if isinstance(answer, Refused) and by_speech and answer.resource in ("asr", "tts"):
            # Better keys than no call.
            name = kind_name(by_speech=False, to_person=to_person, records=records)
            answer = self._admit(call, kinds[name], seller)
        return self._counted(answer)

    def seat(self, agent: str) -> Admitted | Refused:
        """Let an agent sit down."""
        return self._counted(self._admit(SEAT + agent, self.kinds["seat"], ""))

    def leave_seat(self, agent: str) -> None:
        """The agent is gone."""
        self.capacity.release(SEAT + agent)

    def confer(self, contact: str) -> Admitted | Refused:
        """Let more than two be on a call. Asked twice, it takes one unit."""
        return self._counted(self._admit(CONFERENCE + contact, self.kinds["conference"], ""))

    def disperse(self, contact: str) -> None:
        """There are two on it again, or none."""
        self.capacity.release(CONFERENCE + contact)

    def enter(self, call: str, phase: str) -> Admitted | Refused:
        """A call goes on to `wait` or `talk`, or back to `menu`, by keys if there is no recogniser by now."""
        try:
            answer = self.capacity.enter(call, phase)
            if isinstance(answer, Refused) and phase == "menu":
                answer = self.capacity.enter(call, "after")
        except (PlatformError, ValueError):
            # It is gone, or of a kind that has no such phase, and keeps what it has.
            return Refused(Why.CLOSED, 1)
        return answer

    def may_hear(self, call: str) -> bool:
        """Whether a call has a recogniser now."""
        return self.capacity.holds(call, ASR) > 0

    def release(self, call: str) -> None:
        """A call is over. One that was never let in is no matter."""
        self.capacity.release(call)

    def rename(self, call: str, name: str) -> None:
        """A call that was let in before it was dialled has its name now. Raises PlatformError."""
        self.capacity.rename(call, name)

    def _counted(self, answer: Admitted | Refused) -> Admitted | Refused:
        if isinstance(answer, Refused):
            self.refused[answer.why] += 1
        return answer

    def _admit(self, call: str, kind: Kind, seller: str) -> Admitted | Refused:
        now = self._now()
        self.capacity.advance(now)
        return self.capacity.admit(call, kind, now, seller=seller)
