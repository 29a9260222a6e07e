"""A call: what an INVITE set up, from either end, until it ends.

What the two directions share is here: offers within the call, whose place it takes, keys by INFO, the end. leg.py has its
dialog and where requests go, transfer.py and renewal.py what they are called for; incoming.py how a call comes to be
answered, outgoing.py how one of ours is.

The rules:
- Which command a phase allows is a table. A command that it does not allow raises CommandError and sends nothing.
- One offer is open at a time. Who offers while the other's is open is told 491 (RFC 3261, section 14.2).
- Timers are named with a number that grows, so that an old one finds nobody.
"""

from __future__ import annotations

from dataclasses import dataclass

from ivr.sip import info, session_timer
from ivr.sip.bodies import session_of
from ivr.sip.dialog import Dialog
from ivr.sip.errors import CommandError, ProtocolError
from ivr.sip.events import (
    Cause,
    Digits,
    Ended,
    MediaChanged,
    OfferRejected,
    Reinvited,
)
from ivr.sip.flow import Flow
from ivr.sip.keeper import Keeper
from ivr.sip.layer import Outgoing, Served
from ivr.sip.leg import ALLOW, SUPPORTED, Leg, Phase
from ivr.sip.message import Request, Response
from ivr.sip.renewal import Renewal
from ivr.sip.sdp import Sdp
from ivr.sip.transaction import Do
from ivr.sip.transfer import Transfer
from ivr.sip.trunk import Trunk

OFFERS_TRIED_MAX = 4
"""How often an offer that met 491 is made again."""
TRYING_AFTER_S = 0.2
"""RFC 3261, section 17.2.1: a 100 unless we answer within that."""
OFFER_S_MAX = 25.0
"""An offer within the call that our owner leaves unanswered for longer is refused, before its sender gives up (32 s)."""


@dataclass(slots=True)
class _Repeated:
    """A 2xx to INVITE, sent again until its ACK comes. RFC 3261, section 13.3.1.4."""

    number: int
    data: bytes
    flow: Flow
    interval_s: float
    until: float


class Call(Leg):
    """One call, as both its directions have it."""

    def __init__(
        self, name: str, keeper: Keeper, trunk: Trunk, dialog: Dialog, phase: Phase
    ) -> None:
        super().__init__(name, keeper, trunk, dialog, phase)
        self.successor: Dialog | None = None
        """The dialog that is to take the place of ours, while our owner has its offer (RFC 3891)."""
        self.asked: Served | None = None
        """The request within the call whose offer our owner has to answer."""
        self.ours: Outgoing | None = None
        """Our INVITE or UPDATE within the call that is not answered yet."""
        self.offered = False
        """Whether an offer of ours waits for its answer."""
        self.local: Sdp | None = None
        """What our end last described, and the other end took."""
        self.initial: list[tuple[str, str, int]] = []
        """Call-ID, From tag and number of the INVITEs from outside that made it, and that took it over."""
        self._repeated: _Repeated | None = None
        self.transfer = Transfer(self)
        self.renewal = Renewal(self)
        self._offer_clock = 0
        self._asked_clock = 0
        self._pending_offer: Sdp | None = None
        self._late: int | None = None
        """The number of our re-INVITE whose 2xx bore an offer, while its ACK waits for our answer."""
        self._ack = b""
        self._refreshing = False
        """Whether our open offer only says again what stands, to renew the session."""
        self._tries = 0

    # --- commands ---

    def reoffer(self, sdp: Sdp | None, now: float) -> None:
        """Offer other media by re-INVITE; None asks the other end to offer. Raises CommandError."""
        self.require("reoffer")
        if self.ours is not None or self.asked is not None or self._late is not None:
            raise CommandError("an offer of this call is still open")
        self._tries = 0
        self._refreshing = False
        self._offer_clock += 1
        self._send_offer(sdp, now)

    def accept(self, sdp: Sdp, now: float) -> None:
        """Answer the offer that Reinvited told of, or make one where it bore none. Raises CommandError."""
        self.require("accept")
        if self._late is not None:
            number, self._late = self._late, None
            self.local = sdp
            self._send_ack(number, self.describe(sdp))
            return
        served, self.asked = self.asked, None
        if served is None:
            raise CommandError("no offer of this call is open")
        headers = self.renewal.grant(served.request, now)
        if self.successor is not None:
            self._move_over(self.successor, served, now)
        self.local = sdp
        self.send_accept(served, headers, self.describe(sdp), now)

    def reject(self, status: int, now: float) -> None:
        """Refuse the offer that Reinvited told of; the media stay as they were. Raises CommandError."""
        self.require("reject")
        if self._late is not None:
            # An ACK cannot refuse; what follows is up to the one who cannot go on (RFC 3261, section 14.1).
            self.hang_up(now, "no media in common")
            return
        served, self.asked = self.asked, None
        if served is None:
            raise CommandError("no offer of this call is open")
        self._stay()
        served.respond(status, now)

    def hang_up(self, now: float, reason: str = "") -> None:
        """End the call. Raises CommandError if it has ended."""
        self.require("hang_up")
        self.bye(now, reason)
        self.end(Cause.CLOSED, now, reason=reason)

    def refer(self, target: str, now: float) -> None:
        """Ask the other end to call that URI instead of us; the allow-list was asked before. Raises CommandError."""
        self.require("refer")
        self.transfer.ask(target, now)

    def report_transfer(self, status: int, now: float) -> None:
        """Tell the other end how the call it asked for goes (100 to 699). Raises CommandError."""
        self.require("report_transfer")
        self.transfer.report(status, now)

    # --- another dialog in the place of ours: RFC 3891, section 3 ---

    def take_over(self, served: Served, offer: Sdp | None, now: float) -> None:
        """An INVITE asks to take the place of our dialog; for our owner that is an offer like any other. Raises ProtocolError."""
        if self.phase is not Phase.UP or self.has_open_offer or self._late is not None:
            raise ProtocolError(491, "Request Pending")
        self.successor = Dialog.served(served, self.name)
        served.transaction.context = self
        self._ask_owner(served, now)
        self.offered = offer is None
        self.keeper.emit(Reinvited(self.name, offer))

    def _move_over(self, successor: Dialog, served: Served, now: float) -> None:
        """The old dialog is ended by BYE, and the call goes on in the new one."""
        self._stay()
        self.bye(now, "replaced")
        self.keeper.drop(self.dialog)
        self.dialog = successor
        self.owns_call_id = False
        self.keeper.keep(successor, self)
        self._learn(served.request, served.flow)

    def _stay(self) -> None:
        self.successor = None
        if self.asked is not None:
            self.asked.transaction.context = None

    def cancelled(self, _request: Request, now: float) -> None:
        """A CANCEL came, of an INVITE that was to take our place. After our final response it changes nothing."""
        if self.successor is not None and self.asked is not None:
            served = self.asked
            self._stay()
            self.asked, self.offered = None, False
            served.respond(487, now)

    # --- requests within the call ---

    def serve(self, served: Served, now: float) -> None:
        """Take a request of this dialog. Raises ProtocolError with the status to answer."""
        request = served.request
        method = request.method
        if served.cseq.number <= self.dialog.remote_number and method != "ACK":
            # RFC 3261, section 12.2.2: out of order.
            raise ProtocolError(500, "Out of Order")
        self.dialog.remote_number = served.cseq.number
        if method == "BYE":
            served.respond(200, now)
            self.hung_up(request, now)
            return
        self._learn(request, served.flow)
        match method:
            case "INVITE":
                self._serve_invite(served, now)
            case "UPDATE":
                self._serve_update(served, now)
            case "INFO":
                self._serve_info(served, now)
            case "REFER" if self.phase is Phase.UP:
                self.transfer.serve_refer(served, now)
            case "NOTIFY":
                self.transfer.serve_notify(served, now)
            case "OPTIONS":
                served.respond(200, now, headers=ALLOW + SUPPORTED + "Accept: application/sdp\r\n")
            case _:
                raise ProtocolError(481, "Call/Transaction Does Not Exist")

    def acknowledged(self, request: Request, number: int, now: float) -> None:
        """The ACK of a 2xx came; it bears the answer where our 2xx bore the offer."""
        repeated = self._repeated
        if repeated is None or repeated.number != number:
            return
        self._repeated = None
        remote: Sdp | None = None
        if self.offered:
            self.offered = False
            try:
                remote = session_of(request)
            except ProtocolError:
                remote = None
            if remote is None:
                # RFC 3261, section 13.2.2.4: the answer must be in the ACK.
                self.bye(now, "no answer in the ACK")
                self.end(Cause.NO_MEDIA, now)
                return
        self.confirmed(remote, now)

    def confirmed(self, remote: Sdp | None, _now: float) -> None:
        """Both ends know the 2xx. A re-INVITE of the other end ends here; incoming.py has the first one."""
        if remote is not None:
            self.keeper.emit(MediaChanged(self.name, remote))

    def hung_up(self, request: Request, now: float) -> None:
        """A BYE came."""
        why = request.first("reason") or ""
        self.end(Cause.HUNG_UP, now, reason=why[:200])

    def _serve_invite(self, served: Served, now: float) -> None:
        if self.ours is not None:
            raise ProtocolError(491, "Request Pending")
        if self.asked is not None or self.phase is not Phase.UP:
            # Section 14.2: while an INVITE of that end is open.
            raise ProtocolError(500, "Server Internal Error")
        offer = session_of(served.request)
        session_timer.serve(served.request, session_timer.MIN_SE_S)
        self._ask_owner(served, now)
        self.offered = offer is None
        self.keeper.emit(Reinvited(self.name, offer))

    def _serve_update(self, served: Served, now: float) -> None:
        offer = session_of(served.request)
        if offer is None:
            headers = self.renewal.grant(served.request, now)
            served.respond(200, now, headers=self.contact_line + headers)
            return
        if self.ours is not None or self.offered:
            raise ProtocolError(491, "Request Pending")
        if self.asked is not None or self.phase is not Phase.UP:
            # RFC 3311, section 5.2.
            raise ProtocolError(500, "Server Internal Error")
        session_timer.serve(served.request, session_timer.MIN_SE_S)
        self._ask_owner(served, now)
        self.keeper.emit(Reinvited(self.name, offer))

    def _ask_owner(self, served: Served, now: float) -> None:
        """Leave an offer to our owner, who has OFFER_S_MAX; an INVITE hears 100 meanwhile (section 17.2.1)."""
        self.asked = served
        self._asked_clock += 1
        if served.request.method == "INVITE":
            self.wake(now + TRYING_AFTER_S, f"asked {self._asked_clock}")
        self.wake(now + OFFER_S_MAX, f"unanswered {self._asked_clock}")

    def _serve_info(self, served: Served, now: float) -> None:
        if served.request.first("info-package") is not None:
            # RFC 6086, section 4.2.2: we asked for none.
            raise ProtocolError(469, "Bad Info Package")
        key = info.key_of(served.request)
        if key is None and served.request.body:
            raise ProtocolError(415, "Unsupported Media Type")
        served.respond(200, now)
        if key is not None:
            self.keeper.emit(Digits(self.name, *key))

    # --- our requests within the call ---

    def is_gone(self, _do: Do, response: Response | None, now: float) -> bool:
        """Whether the answer to a request within the call says that there is no such call (section 12.2.1.2)."""
        status = response.status if response is not None else 408
        if status not in (408, 481):
            return False
        if self.phase is not Phase.ENDED:
            if status == 408:
                self.bye(now)
            self.end(Cause.LOST, now, status)
        return True

    def _send_offer(self, sdp: Sdp | None, now: float) -> None:
        body = b"" if sdp is None else self.describe(sdp)
        kind = "Content-Type: application/sdp\r\n" if body else ""
        headers = ALLOW + SUPPORTED + self.renewal.wish() + kind

        def take(do: Do, response: Response | None, now: float) -> None:
            self._offer_answered(sdp, do, response, now)

        self.ours = self.ask("INVITE", now, take, headers, body)

    def _offer_answered(
        self, sdp: Sdp | None, do: Do, response: Response | None, now: float
    ) -> None:
        if response is not None and response.status < 200:
            return
        if response is not None and response.status < 300:
            self._reinvite_accepted(sdp, response, now)
            return
        self.ours = None
        if self.is_gone(do, response, now) or self.phase is not Phase.UP or response is None:
            return
        if response.status == 491 and self._tries < OFFERS_TRIED_MAX:
            # Section 14.1: who made the Call-ID waits 2.1 to 4 s, the other up to 2 s.
            self._tries += 1
            share = int(self.layer.token()[:4], 16) / 0xFFFF
            wait_s = 2.1 + 1.9 * share if self.owns_call_id else 2.0 * share
            self._pending_offer = sdp
            self._offer_clock += 1
            self.wake(now + wait_s, f"offer {self._offer_clock}")
            return
        if not self._refreshing:
            self.keeper.emit(OfferRejected(self.name, response.status))

    def _reinvite_accepted(self, sdp: Sdp | None, response: Response, now: float) -> None:
        cseq = response.cseq.number
        self.learn_from(response, self.dialog.flow)
        first = self.ours is not None
        self.ours = None
        answer: Sdp | None = None
        if first:
            try:
                answer = session_of(response)
            except ProtocolError:
                answer = None
            self.renewal.set(session_timer.settle(response), now)
        if not first:
            # The 2xx again: its ACK was lost, unless it waits for our owner.
            if self._ack and self._late is None:
                self.layer.send(self.dialog.flow, self._ack)
            return
        if sdp is None and answer is not None:
            self._late = cseq
            self.keeper.emit(Reinvited(self.name, answer))
            return
        self._send_ack(cseq, b"")
        if answer is not None and sdp is not None:
            # Told of a renewal too: some switches move their media when they are asked what stands.
            self.local = sdp
            self.keeper.emit(MediaChanged(self.name, answer))

    def _send_ack(self, number: int, body: bytes) -> None:
        kind = "Content-Type: application/sdp\r\n" if body else ""
        self._ack = self.dialog.acknowledge(number, self.layer).encode(kind, body)
        self.layer.send(self.dialog.flow, self._ack)

    def offer_again_as_it_is(self, now: float) -> None:
        """Renew the session by an offer that says what stands."""
        self._refreshing = True
        self._send_offer(self.local, now)

    # --- what both directions use ---

    @property
    def has_open_offer(self) -> bool:
        """Whether an offer within the call waits for its answer, from either end."""
        return self.ours is not None or self.asked is not None

    def send_accept(self, served: Served, headers: str, body: bytes, now: float) -> None:
        """Answer 2xx; that to an INVITE is repeated until its ACK comes."""
        kind = "Content-Type: application/sdp\r\n" if body else ""
        data = served.respond(
            200,
            now,
            tag="" if served.receiver.tag else self.name,
            headers=self.contact_line + ALLOW + SUPPORTED + headers + kind,
            body=body,
        )
        if served.request.method == "INVITE":
            times = self.layer.times
            self._repeated = _Repeated(
                served.cseq.number,
                data,
                served.transaction.flow,
                times.t1_s,
                now + 64 * times.t1_s,
            )
            self.wake(now + times.t1_s, "2xx")

    def end(self, cause: Cause, now: float, status: int = 0, reason: str = "") -> None:
        """The call is over: whatever still waits is let go."""
        if self.phase is Phase.ENDED:
            return
        self.phase = Phase.ENDED
        self._repeated = None
        self.let_timers_go()
        if self.asked is not None:
            self.asked.respond(487, now)
            self.asked = None
        if self.ours is not None:
            self.layer.expire(self.ours, now)
        self.keeper.drop(self.dialog)
        self.keeper.over(self)
        self.keeper.emit(Ended(self.name, cause, status, reason))

    # --- time ---

    def fire(self, name: str, now: float) -> None:
        """A timer ran out."""
        if self.phase is Phase.ENDED:
            return
        kind, _, count = name.partition(" ")
        if kind == "2xx":
            self._repeat(now)
        elif kind in ("asked", "unanswered"):
            if self.asked is not None and count == str(self._asked_clock):
                self.asked.respond(100 if kind == "asked" else 500, now)
                if kind == "unanswered":
                    self._stay()
                    self.asked = None
        elif kind == "longest":
            self.bye(now, "too long")
            self.end(Cause.CLOSED, now, reason="too long")
        elif kind == "transfer":
            self.transfer.expired(count)
        elif kind == "offer" and count == str(self._offer_clock):
            self._offer_again(now)
        elif kind == "session":
            self.renewal.due(count, now)

    def _repeat(self, now: float) -> None:
        repeated = self._repeated
        if repeated is None:
            return
        if now >= repeated.until:
            # Section 13.3.1.4: no ACK came; the call is ended by BYE.
            self.bye(now, "no ACK")
            self.end(Cause.LOST, now)
            return
        self.layer.send(repeated.flow, repeated.data)
        repeated.interval_s = min(repeated.interval_s * 2, self.layer.times.t2_s)
        at = min(now + repeated.interval_s, repeated.until)
        self.wake(at, "2xx")

    def _offer_again(self, now: float) -> None:
        if self.ours is not None or self.asked is not None or self._repeated is not None:
            # Theirs is open, or its 2xx is not acknowledged yet.
            self.wake(now + 0.5, f"offer {self._offer_clock}")
        elif self.phase is Phase.UP:
            self._send_offer(self._pending_offer, now)
