"""The voice channel: SIP's events, the media plane's and the turn batch's, each to the call it belongs to.

A call comes in, its number says whose it is, its media are agreed and given a row in the plane, and it is answered; once
the other end has the answer, the session begins. See ivr.channel.call for what happens then.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from center.batch import TurnBatch
from center.contact import ContactKey
from center.desk.desk import RefusedError
from center.ports import Later
from center.routing import Routes
from center.shops import Shops
from center.taken import Taken
from flows.program import Program
from ivr.channel.admission import Admission
from ivr.channel.call import Call, Reached, Surroundings
from ivr.channel.notes import Notes
from ivr.channel.ports import Hearing, Line, Speaking
from ivr.media.client import Leg, MediaClient, PlaneBehindError, PlaneFullError
from ivr.media.messages import (
    Digit,
    Event,
    PlayedOut,
    Resumed,
    RtpTimeout,
    SpeechEnded,
    SpeechStarted,
)
from ivr.sip.errors import CommandError, NotAllowedError, ProtocolError
from ivr.sip.events import Answered, Digits, Ended, Incoming, Reinvited, SipEvent, TransferAsked
from ivr.sip.numbers import NOBODY, AllowList
from ivr.sip.offer import Agreed, LocalMedia, answer, make_offer, settle
from ivr.sip.sdp import Sdp
from ivr.speech.fragments import Codec

CHANNEL = "voice"
CODEC_OF: dict[str, Codec] = {"PCMA": "al", "PCMU": "ul"}
PAYLOAD_TYPE_OF = {"PCMA": 8, "PCMU": 0}
NUMBER_DIGITS_MIN = 3
"""A caller's number of fewer digits is none."""
RETRY_AFTER_S = 10
DELAYS_MAX = 10_000
"""Latest delays from key to prompt that are kept for measuring."""

log = logging.getLogger("dialcart.calls")


class Signalling(Protocol):
    """The part of ivr.signalling.endpoint.Endpoint that the channel uses."""

    def answer(self, call: str, sdp: Sdp) -> None:
        """See Endpoint."""
        ...

    def refuse(
        self, call: str, status: int, *, reason: str = "", retry_after_s: int | None = None
    ) -> None:
        """See Endpoint."""
        ...

    def hang_up(self, call: str, reason: str = "") -> None:
        """See Endpoint."""
        ...

    def accept(self, call: str, sdp: Sdp) -> None:
        """See Endpoint."""
        ...

    def reject(self, call: str, status: int = 488) -> None:
        """See Endpoint."""
        ...

    def report_transfer(self, call: str, status: int) -> None:
        """See Endpoint."""
        ...

    def refer(self, call: str, target: str, allowed: AllowList) -> None:
        """See Endpoint."""
        ...


Voices = Callable[[str, Program], Speaking]
"""Gives the voice of a seller's program."""


@dataclass(slots=True)
class VoiceCounters:
    """For operators."""

    calls: int = 0
    refused: int = 0
    """For want of a row in the plane, a number, or shared media."""
    ended: int = 0
    lost: int = 0
    """No packet came for too long."""
    resumed: int = 0
    """Times that a media plane took over from one that died."""


@dataclass(slots=True)
class _SipCall:
    """What is known of a SIP call before and beside its session."""

    incoming: Incoming
    seller: str
    leg: Leg
    local: LocalMedia
    ours: Sdp
    agreed: Agreed | None
    call: Call | None = None


class _SipLine:
    """See ivr.channel.ports.Line."""

    def __init__(self, signalling: Signalling, call: str) -> None:
        self._signalling = signalling
        self._call = call

    def hang_up(self, reason: str) -> None:
        """See Line."""
        try:
            self._signalling.hang_up(self._call, reason)
        except CommandError:
            # It ended while this was under way.
            log.debug("a call had ended already")

    def said(self, text: str) -> None:
        """A telephone shows nothing."""


class VoiceChannel:
    """See ivr.signalling.endpoint.Handler and center.ports.Channel."""

    def __init__(
        self,
        turns: TurnBatch,
        shops: Shops,
        routes: Routes,
        media: MediaClient,
        hearing: Hearing,
        notes: Notes,
        voices: Voices,
        *,
        later: Later,
        clock: Callable[[], float],
        ticks: Callable[[], float],
        media_host: str,
        outside: AllowList = NOBODY,
    ) -> None:
        """`outside` holds the numbers that agents may send a caller to."""
        self.counters = VoiceCounters()
        self.admission: Admission | None = None
        """Says who may come in; without one all may for whom the plane has room."""
        self.signalling: Signalling | None = None
        self.first_audio_s: deque[float] = deque(maxlen=DELAYS_MAX)
        """Of calls that ended; see Call."""
        self._shops = shops
        self._routes = routes
        self._media = media
        self._voices = voices
        self._media_host = media_host
        self._outside = outside
        self._tasks: set[asyncio.Task[None]] = set()
        self._around = Surroundings(turns, media, hearing, notes, later, clock, ticks, self._spawn)
        self._sip: dict[str, _SipCall] = {}
        self._by_leg: dict[int, Call] = {}
        self._by_contact: dict[ContactKey, Call] = {}
        turns.open(CHANNEL, self)

    @property
    def calls(self) -> int:
        """Calls that are up."""
        return len(self._by_leg)

    # --- SIP ---

    def received(self, events: Sequence[SipEvent]) -> None:
        """See ivr.signalling.endpoint.Handler."""
        for event in events:
            match event:
                case Incoming():
                    self._incoming(event)
                case Answered(call, remote):
                    self._answered(call, remote)
                case Digits(call, digits):
                    known = self._sip.get(call)
                    if known is not None and known.call is not None:
                        known.call.pressed(digits)
                case Reinvited(call, offer):
                    self._reinvited(call, offer)
                case TransferAsked(call):
                    # No flow transfers on a caller's word; people's desks do, by themselves.
                    self._try(lambda call=call: self._line().report_transfer(call, 403))
                case Ended(call):
                    self._sip_ended(call)
                case _:
                    pass

    def _line(self) -> Signalling:
        assert self.signalling is not None
        return self.signalling

    def _try(self, command: Callable[[], None]) -> None:
        """Give a command to a call that may have ended meanwhile."""
        try:
            command()
        except CommandError as error:
            log.debug("too late: %s", error)

    def _refuse(self, call: str, status: int, retry_after_s: int | None = None) -> None:
        self.counters.refused += 1
        self._try(lambda: self._line().refuse(call, status, retry_after_s=retry_after_s))

    def _incoming(self, event: Incoming) -> None:
        seller = self._routes.by_number(event.dialled)
        if seller is None or self._shops.current(seller) is None:
            self._refuse(event.call, 404)
            return
        caller = self._routes.numbering.of(event.caller)
        if not self._is_admitted(event.call, seller, caller):
            return
        try:
            leg, local, ours, agreed = self._negotiate(event.offer)
        except ProtocolError as error:
            self._let_go(event.call)
            self._refuse(event.call, error.status)
            return
        except (PlaneFullError, PlaneBehindError):
            self._let_go(event.call)
            self._refuse(event.call, 503, RETRY_AFTER_S)
            return
        self._sip[event.call] = _SipCall(event, seller, leg, local, ours, agreed)
        self._try(lambda: self._line().answer(event.call, ours))

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

    def cut_off(self, call: str) -> None:
        """The platform has lost what a SIP call was on."""
        self._try(lambda: self._line().hang_up(call, "out of service"))

    def _negotiate(self, offer: Sdp | None) -> tuple[Leg, LocalMedia, Sdp, Agreed | None]:
        """A row in the plane, and what is agreed with an offer, or offered where there is none."""
        agreed: Agreed | None = None
        if offer is not None:
            # First whether there is anything to agree on, for a row costs one.
            _, agreed = answer(offer, LocalMedia(self._media_host, 9))
        leg = self.open_leg(agreed)
        local = LocalMedia(self._media_host, leg.port)
        if offer is None:
            return leg, local, make_offer(local), None
        ours, agreed = answer(offer, local)
        return leg, local, ours, agreed

    def open_leg(self, agreed: Agreed | None) -> Leg:
        """A row in the plane. Raises PlaneFullError, PlaneBehindError."""
        if agreed is None:
            return self._media.open(codec=PAYLOAD_TYPE_OF["PCMA"])
        return self._media.open(
            codec=PAYLOAD_TYPE_OF[agreed.codec],
            remote=_address(agreed),
            control_port=agreed.rtcp_port,
            sends=agreed.sends,
            hears=agreed.receives,
            events=agreed.events,
        )

    def _answered(self, call: str, remote: Sdp | None) -> None:
        known = self._sip.get(call)
        if known is None or known.call is not None:
            return
        if remote is not None:
            try:
                known.agreed = settle(known.ours, remote, known.local)
            except ProtocolError:
                self._try(lambda: self._line().hang_up(call, "no media in common"))
                return
            self._change(known)
        agreed = known.agreed
        if agreed is None:
            self._try(lambda: self._line().hang_up(call, "no media in common"))
            return
        event = known.incoming
        caller = self._routes.numbering.of(event.caller)
        if len(caller) < NUMBER_DIGITS_MIN:
            caller = f"withheld-{call[-12:]}"
        known.call = self.begin(
            _SipLine(self._line(), call),
            seller=known.seller,
            caller=caller,
            dialled=event.dialled,
            carrier=event.trunk,
            leg=known.leg.call,
            codec=CODEC_OF[agreed.codec],
        )

    def _change(self, known: _SipCall) -> None:
        agreed = known.agreed
        if agreed is not None:
            self._media.change(
                known.leg.call,
                codec=PAYLOAD_TYPE_OF[agreed.codec],
                remote=_address(agreed),
                control_port=agreed.rtcp_port,
                sends=agreed.sends,
                hears=agreed.receives,
                events=agreed.events,
            )

    def _reinvited(self, call: str, offer: Sdp | None) -> None:
        known = self._sip.get(call)
        if known is None:
            return
        if offer is None:
            self._try(lambda: self._line().accept(call, make_offer(known.local)))
            return
        try:
            ours, agreed = answer(offer, known.local)
        except ProtocolError as error:
            status = error.status
            self._try(lambda: self._line().reject(call, status))
            return
        if known.agreed is not None and agreed.codec != known.agreed.codec:
            # Prompts are in the codec that the call began with; nobody changes it in earnest.
            self._try(lambda: self._line().reject(call, 488))
            return
        known.agreed, known.ours = agreed, ours
        self._change(known)
        self._try(lambda: self._line().accept(call, ours))

    def _sip_ended(self, call: str) -> None:
        self._let_go(call)
        known = self._sip.pop(call, None)
        if known is None:
            return
        if known.call is None:
            self._media.close(known.leg.call)
        else:
            known.call.lost()
            self._forget(known.call)

    # --- calls, whatever line they come by ---

    def begin(
        self,
        line: Line,
        *,
        seller: str,
        caller: str,
        dialled: str,
        carrier: str,
        leg: int,
        codec: Codec,
    ) -> Call:
        """A call that is up. Raises KeyError for a seller that is not open."""
        machine = self._shops.current(seller)
        if machine is None:
            raise KeyError(seller)
        contact = ContactKey(seller, caller, CHANNEL)
        before = self._by_contact.get(contact)
        if before is not None:
            # The same telephone called again before its first call was seen to be over.
            before.hang_up("called again")
            self._forget(before)
        reached = Reached(contact, dialled, carrier, leg, codec)
        voice = self._voices(seller, machine.program)
        call = Call(self._around, reached, line, voice, self._shops.machine)
        self._by_leg[leg] = call
        self._by_contact[contact] = call
        self.counters.calls += 1
        call.begin()
        return call

    def call_of(self, contact: ContactKey) -> Call | None:
        """The call of a contact, if it is up."""
        return self._by_contact.get(contact)

    def goes_on(self, call: Call, phase: str) -> None:
        """The call takes of the platform what another phase takes."""
        found = self._sip_name(call)
        if self.admission is not None and found is not None:
            self.admission.enter(found, phase)

    def _sip_name(self, call: Call) -> str | None:
        return next((name for name, known in self._sip.items() if known.call is call), None)

    def send_outside(self, call: Call, number: str) -> None:
        """Have a caller's telephone call another number instead (REFER). Raises RefusedError."""
        found = self._sip_name(call)
        if found is None:
            raise RefusedError("only calls from the telephone network can be sent outside")
        try:
            self._line().refer(found, number, self._outside)
        except NotAllowedError:
            allowed = ", ".join(self._outside.entries) or "none"
            raise RefusedError(
                f"{number} is no number that callers may be sent to; there are: {allowed}"
            ) from None
        except CommandError as error:
            raise RefusedError(f"the caller cannot be sent there now: {error}") from None

    def end(self, call: Call) -> None:
        """The line of a call that `begin` gave is down."""
        call.lost()
        self._forget(call)

    def _forget(self, call: Call) -> None:
        if self._by_leg.pop(call.reached.leg, None) is not None:
            self.counters.ended += 1
            self.first_audio_s += call.first_audio_s
        if self._by_contact.get(call.reached.contact) is call:
            del self._by_contact[call.reached.contact]

    def hang_up_all(self, reason: str) -> None:
        """End every call from here; their sessions go on when they call again."""
        for call in list(self._by_leg.values()):
            call.hang_up(reason)

    # --- the media plane ---

    def heard(self) -> None:
        """Take what the plane has to tell; call it when MediaClient.fileno is readable."""
        for event in self._media.events():
            self._media_event(event)

    def _media_event(self, event: Event) -> None:
        if isinstance(event, Resumed):
            self.counters.resumed += 1
            return
        call = self._by_leg.get(event.call)
        if call is None:
            return
        match event:
            case Digit(_, key):
                call.pressed(key)
            case PlayedOut(_, play):
                call.played_out(play)
            case SpeechStarted(_, _, frame):
                call.speech_started(frame)
            case SpeechEnded(_, _, frame):
                call.speech_ended(frame)
            case RtpTimeout():
                self.counters.lost += 1
                call.hang_up("no media came")
            case _:
                pass

    # --- the turn batch ---

    def taken(self, taken: Sequence[Taken]) -> None:
        """See center.ports.Channel."""
        for one in taken:
            call = one.ticket
            if not isinstance(call, Call):
                found = (
                    self._by_contact.get(one.arrival.contact) if one.arrival is not None else None
                )
                if found is None:
                    continue
                call = found
            call.took(one)

    # --- tasks ---

    def _spawn(self, work: Coroutine[Any, Any, None]) -> object:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("something beside a call failed: %s", type(error).__name__)


def _address(agreed: Agreed) -> tuple[str, int] | None:
    """Where packets go; None where it is a name or zeros, and symmetric RTP finds it."""
    quads = agreed.host.split(".")
    is_address = len(quads) == 4 and all(q.isdigit() and int(q) < 256 for q in quads)
    return (agreed.host, agreed.port) if is_address and agreed.host != "0.0.0.0" else None  # noqa: S104
