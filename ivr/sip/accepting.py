"""Our 2xx to an INVITE of one call: said again until its ACK comes. RFC 3261, section 13.3.1.4."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.sip.events import Cause
from ivr.sip.flow import Flow
from ivr.sip.layer import Served
from ivr.sip.leg import ALLOW, SUPPORTED, Leg

TIMER = "2xx"


@dataclass(slots=True)
class _Repeated:
    """A 2xx that waits for its ACK."""

    number: int
    data: bytes
    flow: Flow
    interval_s: float
    until: float


class Accepting:
    """The one 2xx of a call that may wait for its ACK."""

    __slots__ = ("_call", "_repeated")

    def __init__(self, call: Leg) -> None:
        self._call = call
        self._repeated: _Repeated | None = None

    @property
    def waits(self) -> bool:
        """Whether an ACK is still to come."""
        return self._repeated is not None

    def send(self, served: Served, headers: str, body: bytes, now: float) -> None:
        """Answer 2xx; that to an INVITE is repeated until its ACK comes."""
        call = self._call
        kind = "Content-Type: application/sdp\r\n" if body else ""
        data = served.respond(
            200,
            now,
            tag="" if served.receiver.tag else call.name,
            headers=call.contact_line + ALLOW + SUPPORTED + headers + kind,
            body=body,
        )
        if served.request.method == "INVITE":
            times = call.layer.times
            self._repeated = _Repeated(
                served.cseq.number,
                data,
                served.transaction.flow,
                times.t1_s,
                now + 64 * times.t1_s,
            )
            call.wake(now + times.t1_s, TIMER)

    def acknowledged(self, number: int) -> bool:
        """An ACK came with that number; whether it was the one that was waited for."""
        if self._repeated is None or self._repeated.number != number:
            return False
        self._repeated = None
        return True

    def stop(self) -> None:
        """Nobody waits for it any more."""
        self._repeated = None

    def due(self, now: float) -> None:
        """It is time to say it again, or to give up."""
        repeated, call = self._repeated, self._call
        if repeated is None:
            return
        if now >= repeated.until:
            # No ACK came; the call is ended by BYE.
            call.bye(now, "no ACK")
            call.end(Cause.LOST, now)
            return
        call.layer.send(repeated.flow, repeated.data)
        repeated.interval_s = min(repeated.interval_s * 2, call.layer.times.t2_s)
        call.wake(min(now + repeated.interval_s, repeated.until), TIMER)
