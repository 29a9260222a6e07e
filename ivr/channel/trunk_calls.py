"""Calls from the telephone network: SIP's events on their way to the voice channel, and its commands on their way back.

A call comes in, its number says whose it is, the platform lets it in, its media are agreed and given a row in the plane, and it is
answered; once the other end has the answer, the session begins. See ivr.channel.call for what happens then.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from center.desk.desk import RefusedError
from center.routing import Routes
from center.shops import Shops
from ivr.channel.admission import Admission
from ivr.channel.agreement import Agreement
from ivr.channel.call import Call
from ivr.channel.channel import VoiceChannel
from ivr.channel.ports import Rows, Signalling
from ivr.media.client import PlaneBehindError, PlaneFullError
from ivr.sip.errors import CommandError, NotAllowedError, ProtocolError
from ivr.sip.events import (
    Answered,
    Digits,
    Ended,
    Incoming,
    MediaChanged,
    Reinvited,
    SipEvent,
    TransferAsked,
    TransferProgress,
)
from ivr.sip.numbers import NOBODY, AllowList
from ivr.sip.offer import LocalMedia
from ivr.sip.sdp import Sdp

NUMBER_DIGITS_MIN = 3
"""A caller's number of fewer digits is none."""
RETRY_AFTER_S = 10

log = logging.getLogger("dialcart.calls")


@dataclass(slots=True)
class _TrunkCall:
    """What is known of a SIP call before and beside its session."""

    incoming: Incoming
    seller: str
    agreement: Agreement
    call: Call | None = None


class TrunkCalls:
    """See ivr.signalling.endpoint.Handler."""

    def __init__(
        self,
        channel: VoiceChannel,
        shops: Shops,
        routes: Routes,
        media: Rows,
        *,
        media_host: str,
        outside: AllowList = NOBODY,
        protected: frozenset[str] = frozenset(),
    ) -> None:
        """`outside` holds the numbers that callers may be sent to; `protected` names trunks that must speak SRTP."""
        self.admission: Admission | None = None
        """Says who may come in; without one all may for whom the plane has room."""
        self.signalling: Signalling | None = None
        self._channel = channel
        self._shops = shops
        self._routes = routes
        self._media = media
        self._media_host = media_host
        self._outside = outside
        self._protected = protected
        self._calls: dict[str, _TrunkCall] = {}

    # --- what happens ---

    def received(self, events: Sequence[SipEvent]) -> None:
        """See ivr.signalling.endpoint.Handler."""
        for event in events:
            match event:
                case Incoming():
                    self._incoming(event)
                case Answered(call, remote):
                    self._answered(call, remote)
                case Reinvited(call, offer):
                    self._reinvited(call, offer)
                case MediaChanged(call, remote):
                    self._settle(call, remote)
                case Digits(call, digits):
                    known = self._calls.get(call)
                    if known is not None and known.call is not None:
                        known.call.pressed(digits)
                case TransferAsked(call):
                    # No flow transfers on a caller's word; people's desks do, by themselves.
                    self._try(lambda call=call: self._line().report_transfer(call, 403))
                case TransferProgress(call, status, final):
                    if final and 200 <= status < 300:
                        # The caller talks to whom it was sent to; we are no longer needed.
                        self._try(lambda call=call: self._line().hang_up(call, "sent on"))
                case Ended(call):
                    self._ended(call)
                case _:
                    pass

    def _incoming(self, event: Incoming) -> None:
        seller = self._routes.by_number(event.dialled)
        if seller is None or self._shops.current(seller) is None:
            self._refuse(event.call, 404)
            return
        caller = self._routes.numbering.of(event.caller)
        if not self._is_admitted(event.call, seller, caller):
            return
        try:
            agreement = self._agreement(event)
        except ProtocolError as error:
            self._let_go(event.call)
            self._refuse(event.call, error.status)
            return
        except (PlaneFullError, PlaneBehindError):
            self._let_go(event.call)
            self._refuse(event.call, 503, RETRY_AFTER_S)
            return
        self._calls[event.call] = _TrunkCall(event, seller, agreement)
        self._try(lambda: self._line().answer(event.call, agreement.ours))

    def _agreement(self, event: Incoming) -> Agreement:
        """A row in the plane, and what is agreed with an offer, or offered where there is none."""
        local = LocalMedia(self._media_host, 0, srtp_required=event.trunk in self._protected)
        if event.offer is None:
            return Agreement.offering(self._media, local)
        return Agreement.answering(self._media, local, event.offer)

    def _answered(self, call: str, remote: Sdp | None) -> None:
        known = self._calls.get(call)
        if known is None or known.call is not None:
            return
        if remote is not None and not self._settle(call, remote):
            return
        codec = known.agreement.codec
        if codec is None:
            self._try(lambda: self._line().hang_up(call, "no media in common"))
            return
        event = known.incoming
        caller = self._routes.numbering.of(event.caller)
        if len(caller) < NUMBER_DIGITS_MIN:
            caller = f"withheld-{call[-12:]}"
        known.call = self._channel.begin(
            _TrunkLine(self, call),
            seller=known.seller,
            caller=caller,
            dialled=event.dialled,
            carrier=event.trunk,
            leg=known.agreement.leg.call,
            codec=codec,
        )

    def _settle(self, call: str, remote: Sdp) -> bool:
        """Take their answer to an offer of ours; a call without media in common ends."""
        known = self._calls.get(call)
        if known is None:
            return False
        try:
            known.agreement.settle(remote)
        except (ProtocolError, PlaneBehindError):
            self._try(lambda: self._line().hang_up(call, "no media in common"))
            return False
        return True

    def _reinvited(self, call: str, offer: Sdp | None) -> None:
        known = self._calls.get(call)
        if known is None:
            return
        try:
            ours = known.agreement.reoffer() if offer is None else known.agreement.reoffered(offer)
        except ProtocolError as error:
            status = error.status
            self._try(lambda: self._line().reject(call, status))
        except PlaneBehindError:
            self._try(lambda: self._line().reject(call, 500))
        else:
            self._try(lambda: self._line().accept(call, ours))

    def _ended(self, call: str) -> None:
        self._let_go(call)
        known = self._calls.pop(call, None)
        if known is None:
            return
        if known.call is None:
            self._media.close(known.agreement.leg.call)
        else:
            self._channel.end(known.call)

    # --- the door ---

    def _is_admitted(self, call: str, seller: str, caller: str) -> bool:
        machine = self._shops.current(seller)
        if self.admission is None or machine is None:
            return True
        refused = self.admission.admit(call, seller, machine.program, caller)
        if refused is not None:
            self._refuse(call, refused.sip_status, refused.retry_after_s)
        return refused is None

    def _let_go(self, call: str) -> None:
        if self.admission is not None:
            self.admission.over(call)

    def _refuse(self, call: str, status: int, retry_after_s: int | None = None) -> None:
        self._channel.counters.refused += 1
        self._try(lambda: self._line().refuse(call, status, retry_after_s=retry_after_s))

    # --- commands ---

    def hang_up(self, call: str, reason: str) -> None:
        """End a call that may have ended meanwhile; `reason` is told to the other end."""
        self._try(lambda: self._line().hang_up(call, reason))

    def cut_off(self, call: str) -> None:
        """The platform has lost what a call was on."""
        self.hang_up(call, "out of service")

    def enter(self, call: str, phase: str) -> None:
        """A call takes of the platform what another phase takes."""
        if self.admission is not None:
            self.admission.enter(call, phase)

    def send_to(self, call: str, number: str) -> None:
        """Have a caller's telephone call another number instead (REFER). Raises RefusedError."""
        try:
            self._line().refer(call, number, self._outside)
        except NotAllowedError:
            allowed = ", ".join(self._outside.entries) or "none"
            raise RefusedError(
                f"{number} is no number that callers may be sent to; there are: {allowed}"
            ) from None
        except CommandError as error:
            raise RefusedError(f"the caller cannot be sent there now: {error}") from None

    def _line(self) -> Signalling:
        assert self.signalling is not None
        return self.signalling

    def _try(self, command: Callable[[], None]) -> None:
        """Give a command to a call that may have ended meanwhile."""
        try:
            command()
        except CommandError as error:
            log.debug("too late: %s", error)


class _TrunkLine:
    """See ivr.channel.ports.Line."""

    def __init__(self, calls: TrunkCalls, call: str) -> None:
        self._calls = calls
        self._call = call

    def hang_up(self, reason: str) -> None:
        """See Line."""
        self._calls.hang_up(self._call, reason)

    def said(self, text: str) -> None:
        """A telephone shows nothing."""

    def enter(self, phase: str) -> None:
        """See Line."""
        self._calls.enter(self._call, phase)

    def send_to(self, number: str) -> None:
        """See Line."""
        self._calls.send_to(self._call, number)
