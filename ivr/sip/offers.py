"""Offers within one call, both ways: by re-INVITE and UPDATE, with the offer in the request, or in its 2xx. RFC 3264; RFC 3311.

One offer is open at a time. Who offers while the other's is open is told 491 (RFC 3261, section 14.2); who is told so tries
again after a while. What is offered to us is left to our owner, who accepts or rejects.
"""

from __future__ import annotations

from ivr.sip import session_timer
from ivr.sip.accepting import Accepting
from ivr.sip.bodies import session_of
from ivr.sip.errors import CommandError, ProtocolError
from ivr.sip.events import MediaChanged, OfferRejected, Reinvited
from ivr.sip.layer import Outgoing, Served
from ivr.sip.leg import ALLOW, SUPPORTED, Leg, Phase
from ivr.sip.message import Response
from ivr.sip.renewal import Renewal
from ivr.sip.sdp import Sdp
from ivr.sip.transaction import Do

TRIES_MAX = 4
"""How often an offer that met 491 is made again."""
TRYING_AFTER_S = 0.2
"""RFC 3261, section 17.2.1: a 100 unless we answer within that."""
OFFER_S_MAX = 25.0
"""An offer within the call that our owner leaves unanswered for longer is refused, before its sender gives up (32 s)."""
BUSY_AGAIN_S = 0.5
"""An offer of ours that is due while theirs is open is looked at again after so long."""


class Offers:
    """What a call has open, and what stands."""

    __slots__ = (
        "_accepting",
        "_ack",
        "_asked_clock",
        "_call",
        "_late",
        "_offer_clock",
        "_pending",
        "_renews",
        "_tries",
        "asked",
        "awaited",
        "local",
        "ours",
        "renewal",
    )

    def __init__(self, call: Leg, accepting: Accepting) -> None:
        self._call = call
        self._accepting = accepting
        self.asked: Served | None = None
        """The request whose offer our owner has to answer."""
        self.ours: Outgoing | None = None
        """Our INVITE that is not answered yet."""
        self.awaited = False
        """Whether an offer of ours, in a response, waits for its answer."""
        self.local: Sdp | None = None
        """What our end last described, and the other end took."""
        self.renewal = Renewal(call, lambda: self.is_open, self._say_again)
        self._offer_clock = 0
        self._asked_clock = 0
        self._pending: Sdp | None = None
        self._late: int | None = None
        """The number of our re-INVITE whose 2xx bore an offer, while its ACK waits for our answer."""
        self._ack = b""
        self._renews = False
        """Whether our open offer only says again what stands, to renew the session."""
        self._tries = 0

    @property
    def is_open(self) -> bool:
        """Whether an offer waits for its answer, from either end."""
        return self.ours is not None or self.asked is not None

    @property
    def is_late(self) -> bool:
        """Whether the ACK of a re-INVITE of ours waits for our owner."""
        return self._late is not None

    def close(self, now: float) -> None:
        """The call is over: whatever still waits is let go."""
        if self.asked is not None:
            self.asked.respond(487, now)
            self.asked = None
        if self.ours is not None:
            self._call.layer.expire(self.ours, now)

    # --- theirs ---

    def serve_invite(self, served: Served, now: float) -> None:
        """A re-INVITE came. Raises ProtocolError."""
        if self.ours is not None:
            raise ProtocolError(491, "Request Pending")
        self._require_none_of_theirs()
        offer = session_of(served.request)
        session_timer.serve(served.request, session_timer.MIN_SE_S)
        self.ask_owner(served, offer, now)

    def serve_update(self, served: Served, now: float) -> None:
        """An UPDATE came; without an offer it only renews the session. Raises ProtocolError."""
        offer = session_of(served.request)
        if offer is None:
            headers = self.renewal.grant(served.request, now)
            served.respond(200, now, headers=self._call.contact_line + headers)
            return
        if self.ours is not None or self.awaited:
            raise ProtocolError(491, "Request Pending")
        self._require_none_of_theirs()
        session_timer.serve(served.request, session_timer.MIN_SE_S)
        self.ask_owner(served, offer, now)

    def _require_none_of_theirs(self) -> None:
        if self.asked is not None or self._call.phase is not Phase.UP:
            # RFC 3261, section 14.2; RFC 3311, section 5.2.
            raise ProtocolError(500, "Server Internal Error")

    def ask_owner(self, served: Served, offer: Sdp | None, now: float) -> None:
        """Leave an offer to our owner, who has OFFER_S_MAX; an INVITE hears 100 meanwhile (section 17.2.1)."""
        self.asked = served
        self._asked_clock += 1
        call = self._call
        if served.request.method == "INVITE":
            self.awaited = offer is None
            call.wake(now + TRYING_AFTER_S, f"asked {self._asked_clock}")
        call.wake(now + OFFER_S_MAX, f"unanswered {self._asked_clock}")
        call.emit(Reinvited(call.name, offer))

    def take_asked(self) -> Served:
        """The request that our owner answers now. Raises CommandError."""
        served, self.asked = self.asked, None
        if served is None:
            raise CommandError("no offer of this call is open")
        return served

    def drop_asked(self) -> Served:
        """The same, which is answered with a refusal: no offer of ours waits for an answer any more. Raises CommandError."""
        served = self.take_asked()
        self.awaited = False
        return served

    def accept(self, served: Served, headers: str, sdp: Sdp, now: float) -> None:
        """Answer what was asked, or offer where it bore no offer."""
        self.local = sdp
        self._accepting.send(served, headers, self._call.describe(sdp), now)

    def unanswered(self, count: str, status: int, now: float) -> bool:
        """Time is up for our owner's answer, if it is that one's: 100, or a refusal. Whether it is refused."""
        if self.asked is None or count != str(self._asked_clock):
            return False
        self.asked.respond(status, now)
        return status >= 200

    # --- ours ---

    def offer(self, sdp: Sdp | None, now: float) -> None:
        """Offer other media by re-INVITE; None asks the other end to offer. Raises CommandError."""
        if self.is_open or self.is_late:
            raise CommandError("an offer of this call is still open")
        self._tries = 0
        self._renews = False
        self._offer_clock += 1
        self._send(sdp, now)

    def answer_late(self, sdp: Sdp) -> None:
        """Answer the offer that came in the 2xx to ours without one."""
        assert self._late is not None
        number, self._late = self._late, None
        self.local = sdp
        self.acknowledge(number, self._call.describe(sdp))

    def acknowledge(self, number: int, body: bytes = b"") -> None:
        """Send the ACK of the 2xx to our INVITE of that number."""
        call = self._call
        kind = "Content-Type: application/sdp\r\n" if body else ""
        self._ack = call.dialog.acknowledge(number, call.layer).encode(kind, body)
        call.layer.send(call.dialog.flow, self._ack)

    def acknowledge_again(self) -> None:
        """The 2xx came again: its ACK was lost, unless it waits for our owner."""
        if self._ack and self._late is None:
            self._call.layer.send(self._call.dialog.flow, self._ack)

    def due(self, count: str, now: float) -> None:
        """It is time to make the offer of that number once more."""
        if count != str(self._offer_clock):
            return
        if self.is_open or self._accepting.waits:
            # Theirs is open, or its 2xx is not acknowledged yet.
            self._call.wake(now + BUSY_AGAIN_S, f"offer {self._offer_clock}")
        elif self._call.phase is Phase.UP:
            self._send(self._pending, now)

    def _say_again(self, now: float) -> None:
        self._renews = True
        self._send(self.local, now)

    def _send(self, sdp: Sdp | None, now: float) -> None:
        call = self._call
        body = b"" if sdp is None else call.describe(sdp)
        kind = "Content-Type: application/sdp\r\n" if body else ""
        headers = ALLOW + SUPPORTED + self.renewal.wish() + kind

        def take(do: Do, response: Response | None, now: float) -> None:
            self._answered(sdp, do, response, now)

        self.ours = call.ask("INVITE", now, take, headers, body)

    def _answered(self, sdp: Sdp | None, do: Do, response: Response | None, now: float) -> None:
        if response is not None and response.status < 200:
            return
        if response is not None and response.status < 300:
            self._accepted(sdp, response, now)
            return
        self.ours = None
        call = self._call
        if call.is_gone(do, response, now) or call.phase is not Phase.UP or response is None:
            return
        if response.status == 491 and self._tries < TRIES_MAX:
            # Section 14.1: who made the Call-ID waits 2.1 to 4 s, the other up to 2 s.
            self._tries += 1
            share = int(call.layer.token()[:4], 16) / 0xFFFF
            wait_s = 2.1 + 1.9 * share if call.owns_call_id else 2.0 * share
            self._pending = sdp
            self._offer_clock += 1
            call.wake(now + wait_s, f"offer {self._offer_clock}")
            return
        if not self._renews:
            call.emit(OfferRejected(call.name, response.status))

    def _accepted(self, sdp: Sdp | None, response: Response, now: float) -> None:
        call = self._call
        call.learn_from(response, call.dialog.flow)
        if self.ours is None:
            self.acknowledge_again()
            return
        self.ours = None
        try:
            answer = session_of(response)
        except ProtocolError:
            answer = None
        self.renewal.set(session_timer.settle(response), now)
        cseq = response.cseq.number
        if sdp is None and answer is not None:
            self._late = cseq
            call.emit(Reinvited(call.name, answer))
            return
        self.acknowledge(cseq)
        if answer is not None and sdp is not None:
            # Told of a renewal too: some switches move their media when they are asked what stands.
            self.local = sdp
            call.emit(MediaChanged(call.name, answer))
