"""Calls from the telephone network: SIP's events on their way to the voice channel, and its commands on their way back.

A call comes in, its number says whose it is, the platform lets it in, it rings as long as the shop wants, its media are agreed and
given a row in the plane, and it is answered; once the other end has the answer, the session begins: see ivr.channel.call. A call of
ours is dialled, and begins once a person has answered: see ivr.channel.outgoing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from center.call_backs import Missed
from center.calling_out import CallOut
from center.contact import ContactKey
from center.ports import Later, Timer
from center.routing import Routes
from center.shops import Shops
from ivr.channel.admission import Admission
from ivr.channel.agreement import Agreement, Agreements
from ivr.channel.call import Call
from ivr.channel.channel import CHANNEL, VoiceChannel
from ivr.channel.ports import Missing, Ours, Signalling
from ivr.channel.trunk_health import TrunksUp
from ivr.channel.trunk_line import TrunkLine
from ivr.media.client import PlaneFullError
from ivr.media.link import PlaneBehindError
from ivr.sip.errors import CommandError, NotAllowedError, ProtocolError
from ivr.sip.events import (
    Answered,
    Cause,
    Digits,
    Ended,
    Incoming,
    MediaChanged,
    Registration,
    Reinvited,
    SipEvent,
    TransferAsked,
    TransferProgress,
    TrunkHealth,
    TurnedAway,
)
from ivr.sip.numbers import NOBODY, AllowList, plain
from ivr.sip.sdp import Sdp

NUMBER_DIGITS_MIN = 3
"""A caller's number of fewer digits is none."""
RETRY_AFTER_S = 10

OURS = "ours "
"""Before an errand's key: how the platform knows a call of ours until it is dialled."""
RING_S_MAX = 40.0
"""A call of ours rings so long: as long as it takes to find a telephone, and before most voice boxes pick up."""

log = logging.getLogger("dialcart.calls")


class NoRoomError(Exception):
    """The platform has no room for another call."""


@dataclass(slots=True)
class _TrunkCall:
    """What is known of a SIP call before and beside its session."""

    contact: ContactKey
    shop: str
    """The shop's number: dialled by who called us, shown to whom we call."""
    trunk: str
    offer: Sdp | None = None
    agreement: Agreement | None = None
    ring: Timer | None = None
    """Until it is answered."""
    ours: Ours | None = None
    """Of a call that we made."""
    call: Call | None = None


class TrunkCalls:
    """See ivr.signalling.endpoint.Handler."""

    def __init__(
        self,
        channel: VoiceChannel,
        shops: Shops,
        routes: Routes,
        agreements: Agreements,
        *,
        later: Later,
        outside: AllowList = NOBODY,
    ) -> None:
        """`outside` is the operator's list of numbers that callers may be sent to."""
        self.admission: Admission | None = None
        """Says who may come in; without one all may for whom the plane has room."""
        self.signalling: Signalling | None = None
        self.missed: Missing | None = None
        """Is told of calls that were missed, if anybody is."""
        self._channel = channel
        self._shops = shops
        self._routes = routes
        self._agreements = agreements
        self._later = later
        self._outside = outside
        self._calls: dict[str, _TrunkCall] = {}
        self.trunks = TrunksUp()

    # --- what happens ---

    def received(self, events: Sequence[SipEvent]) -> None:
        """See ivr.signalling.endpoint.Handler."""
        for event in events:
            try:
                self._received(event)
            except Exception:
                # Whatever one call does, those whose events came with it go on.
                log.exception("a call fails, and is hung up")
                self.hang_up(getattr(event, "call", ""), "internal error")

    def _received(self, event: SipEvent) -> None:
        match event:
            case Incoming():
                self._incoming(event)
            case TurnedAway(trunk, caller, dialled):
                self._turned_away(trunk, caller, dialled)
            case Answered(call, remote):
                self._answered(call, remote)
            case Reinvited(call, offer):
                self._reinvited(call, offer)
            case MediaChanged(call, remote):
                self._settle(call, remote)
            case Digits(call, digits):
                self._informed(call, digits)
            case TransferAsked(call):
                # No flow transfers on a caller's word; people's desks do, by themselves.
                self._try(lambda: self._line().report_transfer(call, 403))
            case TransferProgress(call, status, final):
                if final:
                    self._sent_on(call, status)
            case Ended(call, cause, status):
                self._ended(call, cause, status)
            case TrunkHealth() | Registration():
                self.trunks.note(event)
            case _:
                pass

    def _incoming(self, event: Incoming) -> None:
        seller = self._routes.by_number(event.dialled)
        machine = self._shops.current(seller) if seller is not None else None
        if seller is None or machine is None:
            self._refuse(event.call, 404)
            return
        caller = self._routes.numbering.of(event.caller)
        if len(caller) < NUMBER_DIGITS_MIN:
            # The call's whole name, which is chance: no two of them ever meet in one session.
            caller = f"withheld-{event.call}"
        contact = ContactKey(seller, caller, CHANNEL)
        known = _TrunkCall(contact, event.dialled, event.trunk, event.offer)
        if self.admission is not None:
            refused = self.admission.admit(event.call, seller, machine.program, caller)
            if refused is not None:
                self._miss(known)
                self._refuse(event.call, refused.sip_status, refused.retry_after_s)
                return
        self._calls[event.call] = known
        rings_s = machine.program.calling.rings_s
        if rings_s:
            self._try(lambda: self._line().progress(event.call))
            known.ring = self._later(rings_s, lambda: self._answer(event.call))
        else:
            self._answer(event.call)

    def _answer(self, call: str) -> None:
        known = self._calls.get(call)
        if known is None:
            return
        known.ring = None
        try:
            agreement = known.agreement = self._agreements.begin(known.trunk, known.offer)
        except ProtocolError as error:
            self._give_back(call)
            self._refuse(call, error.status)
        except (PlaneFullError, PlaneBehindError):
            self._give_back(call)
            self._miss(known)
            self._refuse(call, 503, RETRY_AFTER_S)
        else:
            self._try(lambda: self._line().answer(call, agreement.ours))

    def _answered(self, call: str, remote: Sdp | None) -> None:
        known = self._calls.get(call)
        if known is None or known.call is not None:
            return
        if remote is not None and not self._settle(call, remote):
            return
        agreement = known.agreement
        if agreement is None or agreement.codec is None:
            self.hang_up(call, "no media in common")
        elif known.ours is not None:
            known.ours.answered(agreement.leg.call)
        else:
            if self.missed is not None:
                self.missed.served(known.contact)
            self._begin(call, known, agreement)

    def _begin(
        self, name: str, known: _TrunkCall, agreement: Agreement, *, opens: bool = True
    ) -> Call:
        assert agreement.codec is not None
        call = known.call = self._channel.begin(
            TrunkLine(
                name,
                self._line(),
                self.admission,
                lambda: self._onward(known.contact.seller),
                self._outside,
            ),
            contact=known.contact,
            dialled=known.shop,
            carrier=known.trunk,
            leg=agreement.leg.call,
            codec=agreement.codec,
            opens=opens,
        )
        # Of a number that talks already it is a further one, which is what is missed if nobody comes to it.
        known.contact = call.reached.contact
        return call

    def _onward(self, seller: str) -> AllowList:
        """Where a seller's callers may be sent, as its flow says now."""
        machine = self._shops.current(seller)
        entries = machine.program.calling.onward if machine is not None else ()
        return AllowList(entries, self._routes.numbering)

    def _settle(self, call: str, remote: Sdp) -> bool:
        """Take their answer to an offer of ours; a call without media in common ends."""
        known = self._calls.get(call)
        if known is None or known.agreement is None:
            return False
        try:
            known.agreement.settle(remote)
        except (ProtocolError, PlaneBehindError):
            self.hang_up(call, "no media in common")
            return False
        return True

    def _reinvited(self, call: str, offer: Sdp | None) -> None:
        known = self._calls.get(call)
        agreement = known.agreement if known is not None else None
        if agreement is None:
            return
        try:
            ours = agreement.reoffer() if offer is None else agreement.reoffered(offer)
        except ProtocolError as error:
            status = error.status
            self._try(lambda: self._line().reject(call, status))
        except PlaneBehindError:
            self._try(lambda: self._line().reject(call, 500))
        else:
            self._try(lambda: self._line().accept(call, ours))

    def _ended(self, call: str, cause: Cause, status: int) -> None:
        known = self._calls.get(call)
        self._give_back(call)
        if known is None:
            return
        if known.ring is not None:
            known.ring.cancel()
        if known.call is not None:
            self._channel.end(known.call)
        elif known.agreement is not None:
            known.agreement.close()
        if known.ours is not None:
            # Who misses a call of ours has missed it: it sets off no other.
            known.ours.ended(cause, status)
        elif cause in _THEIRS if known.call is None else known.call.was_missed:
            self._miss(known)

    def _sent_on(self, name: str, status: int) -> None:
        """Whether the caller talks to whom it was sent to; we are no longer needed then."""
        known = self._calls.get(name)
        if 200 <= status < 300:
            self.hang_up(name, "sent on")
        elif known is not None and known.call is not None:
            known.call.person.not_sent_on(str(status))

    def _informed(self, name: str, keys: str) -> None:
        known = self._calls.get(name)
        if known is None:
            return
        if known.call is not None:
            known.call.informed(keys)
        elif known.ours is not None:
            known.ours.pressed(keys)

    # --- missed calls ---

    def _turned_away(self, trunk: str, caller: str, dialled: str) -> None:
        """Signalling itself had no line for it."""
        self._channel.counters.refused += 1
        seller = self._routes.by_number(dialled)
        if seller is not None:
            contact = ContactKey(seller, self._routes.numbering.of(caller), CHANNEL)
            self._miss(_TrunkCall(contact, dialled, trunk))

    def _miss(self, known: _TrunkCall) -> None:
        if self.missed is not None:
            self.missed.missed(Missed(known.contact, known.shop, known.trunk))

    # --- calls of ours ---

    def place(self, trunk: str, ours: Ours, allowed: AllowList) -> None:
        """Dial, if the platform has room: a telephone that rings is not hung up on for want of it.

        Raises NoRoomError, CommandError where no line is free, NotAllowedError, PlaneFullError, PlaneBehindError.
        """
        errand, admission = ours.errand, self.admission
        machine = self._shops.current(errand.contact.seller)
        if machine is None:
            raise CommandError("the shop has closed")
        place = OURS + errand.key
        if admission is not None and not admission.has_room(
            place, machine.program, errand.contact.seller
        ):
            raise NoRoomError
        try:
            name, agreement = self._dial(trunk, errand, allowed)
        except (CommandError, NotAllowedError, PlaneFullError, PlaneBehindError):
            if admission is not None:
                admission.over(place)
            raise
        if admission is not None:
            admission.rename(place, name)
        self._calls[name] = _TrunkCall(
            errand.contact, errand.code, trunk, agreement=agreement, ours=ours
        )
        ours.dialled(name)

    def _dial(self, trunk: str, errand: CallOut, allowed: AllowList) -> tuple[str, Agreement]:
        """Signalling's name of the call, and the row that waits for its answer."""
        agreement = self._agreements.begin(trunk)
        try:
            name = self._line().dial(
                trunk,
                errand.contact.number,
                agreement.ours,
                allowed,
                caller=plain(errand.code),
                ring_s=RING_S_MAX,
            )
        except (CommandError, NotAllowedError):
            agreement.close()
            raise
        return name, agreement

    def begin_ours(self, name: str, *, opens: bool) -> Call:
        """A person has answered."""
        known = self._calls[name]
        assert known.agreement is not None
        return self._begin(name, known, known.agreement, opens=opens)

    # --- the door ---

    def _give_back(self, call: str) -> None:
        self._calls.pop(call, None)
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
        if self.admission is None or not self.admission.cut_off(call):
            self.hang_up(call, "out of service")

    def _line(self) -> Signalling:
        assert self.signalling is not None
        return self.signalling

    def _try(self, command: Callable[[], None]) -> None:
        """Give a command to a call that may have ended meanwhile."""
        try:
            command()
        except CommandError as error:
            log.debug("too late: %s", error)


_THEIRS = frozenset({Cause.CANCELLED, Cause.HUNG_UP, Cause.LOST})
"""How a caller goes before the answer."""
