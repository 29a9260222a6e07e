"""The session timer of one call: who renews it, when, and what becomes of it if nobody does. RFC 4028, section 10."""

from __future__ import annotations

from collections.abc import Callable

from ivr.sip import session_timer
from ivr.sip.events import Cause
from ivr.sip.leg import Leg
from ivr.sip.message import Request, Response
from ivr.sip.session_timer import SessionTimer
from ivr.sip.transaction import Do

BUSY_AGAIN_S = 1.0
"""An offer is open, and its 2xx renews as well: looked at again after so long."""
REFUSED_AGAIN_S = 2.0
"""After a renewal that met another request (491, 500) or a busy peer (503)."""


class Renewal:
    """Keeps a call's session alive, or ends what is not."""

    __slots__ = ("_call", "_clock", "_is_busy", "_offer_again", "_timer")

    def __init__(
        self, call: Leg, is_busy: Callable[[], bool], offer_again: Callable[[float], None]
    ) -> None:
        """`is_busy`: whether an offer within the call is open. `offer_again` says what stands once more, by re-INVITE."""
        self._call = call
        self._is_busy = is_busy
        self._offer_again = offer_again
        self._timer: SessionTimer | None = None
        self._clock = 0

    def set(self, timer: SessionTimer | None, now: float) -> None:
        """This is agreed from now on."""
        self._timer = timer
        self._clock += 1
        if timer is not None:
            wait_s = timer.refresh_after_s if timer.ours else timer.expires_after_s
            self._call.wake(now + wait_s, f"session {self._clock}")

    def wish(self) -> str:
        """Session-Expires of a request of ours."""
        return "" if self._timer is None else session_timer.header(self._timer, we_asked=True)

    def grant(self, request: Request, now: float) -> str:
        """Session-Expires for our 2xx. Raises ProtocolError (422)."""
        call = self._call
        timer = session_timer.serve(request, session_timer.MIN_SE_S)
        if timer is None and request.method == "UPDATE":
            return ""
        if timer is None and (
            "timer" in request.options("supported") or "UPDATE" in call.peer_allows
        ):
            # Who asks for no timer gets one that we keep, so that its vanishing is seen (section 9).
            timer = SessionTimer(session_timer.SESSION_EXPIRES_S, ours=True)
        self.set(timer, now)
        if timer is None:
            return ""
        required = "Require: timer\r\n" if not timer.ours else ""
        return required + session_timer.header(timer, we_asked=False)

    def due(self, count: str, now: float) -> None:
        """The timer of that number ran out."""
        timer, call = self._timer, self._call
        if timer is None or count != str(self._clock):
            return
        if not timer.ours:
            call.bye(now, "session expired")
            call.end(Cause.LOST, now)
        elif self._is_busy():
            call.wake(now + BUSY_AGAIN_S, f"session {self._clock}")
        elif "UPDATE" in call.peer_allows:
            call.ask("UPDATE", now, self._renewed, call.supported + self.wish())
        else:
            self._offer_again(now)

    def _renewed(self, do: Do, response: Response | None, now: float) -> None:
        if response is not None and response.status < 200:
            return
        if self._call.is_gone(do, response, now) or response is None or self._call.has_ended:
            return
        if response.status < 300:
            self.set(session_timer.settle(response), now)
        elif response.status in (491, 500, 503):
            self._call.wake(now + REFUSED_AGAIN_S, f"session {self._clock}")
        else:
            # It allows UPDATE and has none, as some switches do on one of their sides.
            self._offer_again(now)
