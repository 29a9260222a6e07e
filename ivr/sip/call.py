"""A call: what an INVITE set up, from either end, until it ends.

What the two directions share is here: what may be asked within the call, whose place it takes, keys by INFO, the end. leg.py has
its dialog and where requests go; offers.py, accepting.py, transfer.py and renewal.py what they are sent for; incoming.py how a
call comes to be answered, outgoing.py how one of ours is.

The rules:
- Which command a phase allows is a table. A command that it does not allow raises CommandError and sends nothing.
- Timers are named with a number that grows, so that an old one finds nobody.
"""

from __future__ import annotations

from ivr.sip import info
from ivr.sip.accepting import TIMER, Accepting
from ivr.sip.bodies import session_of
from ivr.sip.dialog import Dialog
from ivr.sip.errors import ProtocolError
from ivr.sip.events import Cause, Digits, Ended, MediaChanged
from ivr.sip.keeper import Keeper
from ivr.sip.layer import Served
from ivr.sip.leg import ALLOW, SUPPORTED, Leg, Phase
from ivr.sip.message import Request
from ivr.sip.offers import Offers
from ivr.sip.sdp import Sdp
from ivr.sip.transfer import Transfer
from ivr.sip.trunk import Trunk


class Call(Leg):
    """One call, as both its directions have it."""

    def __init__(
        self, name: str, keeper: Keeper[Call], trunk: Trunk, dialog: Dialog, phase: Phase
    ) -> None:
        super().__init__(name, keeper.layer, keeper.emit, trunk, dialog, phase)
        self.keeper = keeper
        self.successor: Dialog | None = None
        """The dialog that is to take the place of ours, while our owner has its offer (RFC 3891)."""
        self.initial: list[tuple[str, str, int]] = []
        """Call-ID, From tag and number of the INVITEs from outside that made it, and that took it over."""
        self.accepting = Accepting(self)
        self.offers = Offers(self, self.accepting)
        self.transfer = Transfer(self)

    # --- commands ---

    def reoffer(self, sdp: Sdp | None, now: float) -> None:
        """Offer other media by re-INVITE; None asks the other end to offer. Raises CommandError."""
        self.require("reoffer")
        self.offers.offer(sdp, now)

    def accept(self, sdp: Sdp, now: float) -> None:
        """Answer the offer that Reinvited told of, or make one where it bore none. Raises CommandError."""
        self.require("accept")
        offers = self.offers
        if offers.is_late:
            offers.answer_late(sdp)
            return
        served = offers.take_asked()
        headers = offers.renewal.grant(served.request, now)
        if self.successor is not None:
            self._move_over(self.successor, served, now)
        offers.accept(served, headers, sdp, now)

    def reject(self, status: int, now: float) -> None:
        """Refuse the offer that Reinvited told of; the media stay as they were. Raises CommandError."""
        self.require("reject")
        if self.offers.is_late:
            # An ACK cannot refuse; what follows is up to the one who cannot go on (RFC 3261, section 14.1).
            self.hang_up(now, "no media in common")
            return
        served = self.offers.drop_asked()
        self._stay(served)
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
        if self.phase is not Phase.UP or self.offers.is_open or self.offers.is_late:
            raise ProtocolError(491, "Request Pending")
        self.successor = Dialog.served(served, self.name)
        served.transaction.context = self
        self.offers.ask_owner(served, offer, now)

    def _move_over(self, successor: Dialog, served: Served, now: float) -> None:
        """The old dialog is ended by BYE, and the call goes on in the new one."""
        self._stay(served)
        self.bye(now, "replaced")
        self.keeper.drop(self.dialog)
        self.dialog = successor
        self.owns_call_id = False
        self.keeper.keep(successor, self)
        self.learn(served.request, served.flow)

    def _stay(self, served: Served) -> None:
        self.successor = None
        served.transaction.context = None

    def cancelled(self, _request: Request, now: float) -> None:
        """A CANCEL came, of an INVITE that was to take our place. After our final response it changes nothing."""
        if self.successor is not None and self.offers.asked is not None:
            served = self.offers.drop_asked()
            self._stay(served)
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
        self.learn(request, served.flow)
        match method:
            case "INVITE":
                self.offers.serve_invite(served, now)
            case "UPDATE":
                self.offers.serve_update(served, now)
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

    def _serve_info(self, served: Served, now: float) -> None:
        if served.request.first("info-package") is not None:
            # RFC 6086, section 4.2.2: we asked for none.
            raise ProtocolError(469, "Bad Info Package")
        key = info.key_of(served.request)
        if key is None and served.request.body:
            raise ProtocolError(415, "Unsupported Media Type")
        served.respond(200, now)
        if key is not None:
            self.emit(Digits(self.name, *key))

    def acknowledged(self, request: Request, number: int, now: float) -> None:
        """The ACK of a 2xx came; it bears the answer where our 2xx bore the offer."""
        if not self.accepting.acknowledged(number):
            return
        remote: Sdp | None = None
        if self.offers.awaited:
            self.offers.awaited = False
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
            self.emit(MediaChanged(self.name, remote))

    # --- the end ---

    def hung_up(self, request: Request, now: float) -> None:
        """A BYE came."""
        why = request.first("reason") or ""
        self.end(Cause.HUNG_UP, now, reason=why[:200])

    def end(self, cause: Cause, now: float, status: int = 0, reason: str = "") -> None:
        """The call is over: whatever still waits is let go."""
        if self.phase is Phase.ENDED:
            return
        self.phase = Phase.ENDED
        self.accepting.stop()
        self.let_timers_go()
        self.offers.close(now)
        self.keeper.drop(self.dialog)
        self.keeper.over(self)
        self.emit(Ended(self.name, cause, status, reason))

    # --- time ---

    def fire(self, name: str, now: float) -> None:
        """A timer ran out."""
        if self.phase is Phase.ENDED:
            return
        kind, _, count = name.partition(" ")
        if kind == TIMER:
            self.accepting.due(now)
        elif kind == "asked":
            self.offers.unanswered(count, 100, now)
        elif kind == "unanswered":
            self._unanswered(count, now)
        elif kind == "longest":
            self.bye(now, "too long")
            self.end(Cause.CLOSED, now, reason="too long")
        elif kind == "transfer":
            self.transfer.expired(count)
        elif kind == "offer":
            self.offers.due(count, now)
        elif kind == "session":
            self.offers.renewal.due(count, now)

    def _unanswered(self, count: str, now: float) -> None:
        """Our owner has not said what becomes of an offer: it is refused, and nobody takes our place."""
        if self.offers.unanswered(count, 500, now):
            self._stay(self.offers.drop_asked())
