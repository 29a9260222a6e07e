"""A call that came: it rings, has early media, is answered, refused or given up. RFC 3261, section 13.3."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.sip.bodies import session_of
from ivr.sip.call import Call
from ivr.sip.dialog import Dialog
from ivr.sip.errors import CommandError, ProtocolError
from ivr.sip.events import Answered, Cause, MediaChanged, Reinvited
from ivr.sip.keeper import Keeper
from ivr.sip.layer import Served
from ivr.sip.leg import ALLOW, SUPPORTED, Phase
from ivr.sip.message import Request
from ivr.sip.offers import TRYING_AFTER_S
from ivr.sip.reliable import RAck, takes_reliable, wants_reliable
from ivr.sip.sdp import Sdp
from ivr.sip.trunk import Trunk

RINGING_S_MAX = 180.0
"""Left unanswered by our owner for longer, a call is refused with 480; a proxy's timer C is 3 minutes (section 16.6)."""
PROVISIONALS_MAX = 4
"""Reliable provisional responses that wait for the one before."""
PROVISIONAL_AGAIN_S = 60.0
"""A 1xx is repeated every minute, lest proxies give up (section 13.3.1.1)."""


@dataclass(slots=True)
class _Reliable:
    """A provisional response that wants a PRACK. RFC 3262, section 3."""

    number: int
    data: bytes
    bears_sdp: bool
    interval_s: float
    until: float


class IncomingCall(Call):
    """A call of which we are the called end."""

    def __init__(
        self,
        name: str,
        keeper: Keeper[Call],
        trunk: Trunk,
        served: Served,
        offer: Sdp | None,
        now: float,
    ) -> None:
        request = served.request
        dialog = Dialog.served(served, name)
        super().__init__(name, keeper, trunk, dialog, Phase.RINGING)
        self.invite = served
        self.offer = offer
        self.learn(request, served.flow)
        self._answered_early = False
        self._response_number = 0
        self._reliable: _Reliable | None = None
        self._waiting: list[tuple[int, Sdp | None]] = []
        self._deferred: Sdp | None = None
        self._last_provisional: tuple[int, Sdp | None] | None = None
        self._heard = False
        """Whether any response was sent."""
        keeper.keep(dialog, self)
        self.wake(now + TRYING_AFTER_S, "trying")
        self.wake(now + RINGING_S_MAX, "ringing")

    # --- commands ---

    def progress(self, status: int, sdp: Sdp | None, now: float, *, reliable: bool = False) -> None:
        """Let it ring (180), or play before the answer (183 with media). Raises CommandError.

        With media and a caller that can acknowledge them, or one that insists, the response is a reliable one.
        """
        self.require("progress")
        if not 101 <= status <= 199:
            raise ValueError(f"{status} is no provisional status; write 180 or 183")
        request = self.invite.request
        wanted = wants_reliable(request) or (reliable and takes_reliable(request))
        if not wanted:
            if sdp is not None and self.offer is None:
                raise CommandError("an offer of ours needs a reliable response, or the answer")
            self._last_provisional = (status, sdp)
            self._provisional(status, sdp, now, "")
            self.wake(now + PROVISIONAL_AGAIN_S, "again")
            return
        if self._reliable is not None:
            if len(self._waiting) >= PROVISIONALS_MAX:
                raise CommandError("too many provisional responses wait for a PRACK")
            self._waiting.append((status, sdp))
            return
        self._send_reliable(status, sdp, now)

    def answer(self, sdp: Sdp, now: float) -> None:
        """Answer the call. Raises CommandError."""
        self.require("answer")
        if self._reliable is not None and self._reliable.bears_sdp:
            # RFC 3262, section 3: no 2xx while a description waits for its PRACK.
            self._deferred = sdp
            return
        headers = self.offers.renewal.grant(self.invite.request, now)
        if self.offer is None and not self._answered_early:
            self.offers.awaited = True
        self.phase = Phase.ANSWERED
        self._reliable = None
        self._waiting.clear()
        self.offers.accept(self.invite, headers, sdp, now)

    def refuse(
        self, status: int, now: float, reason: str = "", retry_after_s: int | None = None
    ) -> None:
        """Refuse the call, with 3xx to 6xx. Raises CommandError."""
        self.require("refuse")
        if not 300 <= status <= 699:
            raise ValueError(f"{status} refuses nothing; write 400 to 699")
        self._refuse(status, now, reason, retry_after_s)
        self.end(Cause.REFUSED, now, status, reason)

    def _refuse(
        self, status: int, now: float, reason: str = "", retry_after_s: int | None = None
    ) -> None:
        headers = "" if retry_after_s is None else f"Retry-After: {retry_after_s}\r\n"
        self.invite.respond(status, now, reason=reason, tag=self.name, headers=headers)

    def hang_up(self, now: float, reason: str = "") -> None:
        """End the call; before its answer that refuses it."""
        self.require("hang_up")
        if self.phase is Phase.RINGING:
            self.refuse(603, now)
        elif self.phase is Phase.ANSWERED:
            # Section 15: the called end may not send BYE before the ACK, or the end of its 2xx's repetitions.
            self._closing = reason or "hung up"
        else:
            super().hang_up(now, reason)

    _closing = ""

    # --- what comes ---

    def cancelled(self, request: Request, now: float) -> None:
        """A CANCEL came. After our final response it changes nothing (section 9.2)."""
        if self.phase is Phase.RINGING:
            self._refuse(487, now)
            self.end(Cause.CANCELLED, now, 487, (request.first("reason") or "")[:200])
        else:
            super().cancelled(request, now)

    def hung_up(self, request: Request, now: float) -> None:
        """A BYE came; before the answer it refuses the INVITE as well (section 15.1.2)."""
        if self.phase is Phase.RINGING:
            self._refuse(487, now)
        super().hung_up(request, now)

    def confirmed(self, remote: Sdp | None, now: float) -> None:
        """The ACK came."""
        if self.phase is not Phase.ANSWERED:
            super().confirmed(remote, now)
            return
        self.phase = Phase.UP
        self.begin_to_count(now)
        if self._closing:
            super().hang_up(now, self._closing)
            return
        self.emit(Answered(self.name, remote))

    def end(self, cause: Cause, now: float, status: int = 0, reason: str = "") -> None:
        """The call is over; its transaction outlives it by half a minute, and would keep it."""
        super().end(cause, now, status, reason)
        self.invite.transaction.context = None

    def serve(self, served: Served, now: float) -> None:
        """Take a request of this dialog."""
        if served.request.method == "PRACK":
            self._serve_prack(served, now)
        else:
            super().serve(served, now)

    def _serve_prack(self, served: Served, now: float) -> None:
        self.dialog.remote_number = max(self.dialog.remote_number, served.cseq.number)
        rack = RAck.parse(served.request.only("rack"))
        waiting = self._reliable
        if (
            waiting is None
            or rack.response != waiting.number
            or rack.sequence != self.invite.cseq.number
            or rack.method != "INVITE"
        ):
            # RFC 3262, section 3.
            raise ProtocolError(481, "Call/Transaction Does Not Exist")
        remote = session_of(served.request)
        self._reliable = None
        if remote is not None and not self.offers.awaited:
            # An offer within a PRACK (RFC 3262, section 5): our 200 to it bears the answer.
            self.offers.asked = served
            self.emit(Reinvited(self.name, remote))
        else:
            served.respond(200, now)
            if self.offers.awaited:
                self.offers.awaited = False
                if remote is None:
                    self._refuse(488, now)
                    self.end(Cause.NO_MEDIA, now, 488)
                    return
                self._answered_early = True
                self.emit(MediaChanged(self.name, remote))
        if self._waiting:
            self._send_reliable(*self._waiting.pop(0), now)
        elif self._deferred is not None:
            self.answer(self._deferred, now)

    def require(self, command: str) -> None:
        """An offer in a PRACK is answered while the call still rings."""
        if (
            self.phase is Phase.RINGING
            and self.offers.asked is not None
            and command in ("accept", "reject")
        ):
            return
        super().require(command)

    # --- responses ---

    def _provisional(self, status: int, sdp: Sdp | None, now: float, headers: str) -> bytes:
        self._heard = True
        body = b"" if sdp is None else self.describe(sdp)
        kind = "Content-Type: application/sdp\r\n" if body else ""
        return self.invite.respond(
            status,
            now,
            tag=self.name,
            headers=self.contact_line + ALLOW + SUPPORTED + headers + kind,
            body=body,
        )

    def _send_reliable(self, status: int, sdp: Sdp | None, now: float) -> None:
        if self._response_number == 0:
            # RFC 3262, section 3: from 1 to 2^31-1, by chance.
            self._response_number = int(self.layer.token()[:7], 16) + 1
        else:
            self._response_number += 1
        if sdp is not None:
            if self.offer is None and not self._answered_early:
                self.offers.awaited = True
            self._answered_early = self._answered_early or self.offer is not None
        number = self._response_number
        data = self._provisional(status, sdp, now, f"Require: 100rel\r\nRSeq: {number}\r\n")
        t1_s = self.layer.times.t1_s
        self._reliable = _Reliable(number, data, sdp is not None, t1_s, now + 64 * t1_s)
        self.wake(now + t1_s, f"reliable {number}")

    def fire(self, name: str, now: float) -> None:
        """A timer ran out."""
        if self.phase is not Phase.RINGING:
            super().fire(name, now)
            return
        kind, _, count = name.partition(" ")
        if kind == "trying":
            if not self._heard:
                self.invite.respond(100, now)
        elif kind == "ringing":
            self._refuse(480, now)
            self.end(Cause.NO_ANSWER, now, 480)
        elif kind == "again" and self._last_provisional is not None:
            self._provisional(*self._last_provisional, now, "")
            self.wake(now + PROVISIONAL_AGAIN_S, "again")
        elif (
            kind == "reliable"
            and self._reliable is not None
            and count == str(self._reliable.number)
        ):
            self._repeat_reliable(self._reliable, now)

    def _repeat_reliable(self, reliable: _Reliable, now: float) -> None:
        if now >= reliable.until:
            # RFC 3262, section 3: the INVITE is refused with a 5xx.
            self._refuse(504, now)
            self.end(Cause.LOST, now, 504)
            return
        self.layer.send(self.invite.transaction.flow, reliable.data)
        reliable.interval_s *= 2
        at = min(now + reliable.interval_s, reliable.until)
        self.wake(at, f"reliable {reliable.number}")
