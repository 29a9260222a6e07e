"""Reception: what comes in, from the bytes to the transaction, the call or the refusal that it belongs to.

Who is in no trunk's networks hears nothing; ivr.sip.door has what everybody else is told.
"""

from __future__ import annotations

from typing import cast
from zlib import crc32

from ivr.sip.address import Address
from ivr.sip.bodies import session_of
from ivr.sip.call import Call
from ivr.sip.callbook import CallBook
from ivr.sip.cseq import CSeq
from ivr.sip.door import Door, UnsupportedError, WrongPasswordError, check_accept
from ivr.sip.errors import FramingError, ProtocolError
from ivr.sip.events import Incoming, TurnedAway
from ivr.sip.flow import Flow
from ivr.sip.incoming import IncomingCall
from ivr.sip.layer import Layer, Served, compose_response, response_flow
from ivr.sip.leg import ALLOW, SUPPORTED, Phase
from ivr.sip.message import Request, Response, parse, parse_leniently
from ivr.sip.parties import caller, dialled, diverted
from ivr.sip.replaces import Replaces
from ivr.sip.settings import Settings, StackCounters
from ivr.sip.standing import Standing
from ivr.sip.transaction import Event, State
from ivr.sip.trunk import Trunk, Trunks
from ivr.sip.validity import check_acceptable, check_request, check_response, unsupported
from ivr.sip.via import Via

STUN_FIRST_MAX = b"\x03"
"""The first byte of STUN, which no text begins with (RFC 7983, section 7)."""


def is_keepalive(data: bytes) -> bool:
    """Whether a datagram only keeps a NAT's door open: line ends (RFC 5626, section 4.4.1), zeros as some proxies send, or STUN."""
    first = data[:1]
    return first <= STUN_FIRST_MAX or (first in b"\r\n " and not data.strip(b"\r\n\0 "))


class Reception:
    """Takes the messages of one endpoint."""

    def __init__(
        self, settings: Settings, trunks: Trunks, layer: Layer, book: CallBook, door: Door
    ) -> None:
        self.counters = StackCounters()
        self.draining = False
        """No new calls; set before a stop."""
        self.overloaded = False
        """Set by the edge while it falls behind; new calls are then told 503."""
        self.faults: list[str] = []
        """Addresses that sent a wrong password, or over a connection what cannot be read though one is asked for, once a fault; the edge
        empties it."""
        self._settings = settings
        self._trunks = trunks
        self._layer = layer
        self._book = book
        self._door = door

    def receive(
        self, data: bytes, flow: Flow, now: float, standing: Standing = Standing.FREE
    ) -> None:
        """Take one message: a datagram, or one cut out of a stream. What belongs to a call, or answers us, is taken from anybody."""
        here = self._trunks.of(flow.host)
        if not here:
            self.counters.strangers += 1
            return
        if is_keepalive(data):
            return
        self.counters.received += 1
        try:
            message = parse(data)
        except FramingError:
            self._unread(flow, here)
            return
        except ProtocolError as error:
            self._refuse_unread(parse_leniently(data), flow, here, error)
            return
        if isinstance(message, Response):
            self._take_response(message, now)
        else:
            self._take_request(message, flow, here, now, standing)

    def _take_response(self, response: Response, now: float) -> None:
        try:
            vias, _, _, cseq = check_response(response)
        except ProtocolError:
            self.counters.malformed += 1
            return
        # A response that passed several hops was not for us (section 8.1.3.3).
        if len(vias) != 1 or not self._layer.respond(response, vias[0], cseq, now):
            self.counters.stray += 1

    def _take_request(
        self,
        request: Request,
        flow: Flow,
        here: tuple[Trunk, ...],
        now: float,
        standing: Standing,
    ) -> None:
        try:
            vias, sender, receiver, cseq = check_request(request)
        except ProtocolError as error:
            self._refuse_unread(request, flow, here, error)
            return
        via, method = vias[0], request.method
        begins = not receiver.tag and method not in ("ACK", "CANCEL")
        if begins and standing is Standing.SUSPECT:
            self.counters.suspect += 1
            return
        layer = self._layer
        if method == "ACK":
            self._take_ack(request, via, sender, receiver, cseq, now)
            return
        key = layer.server_key(request, via, method)
        known = layer.server(key)
        if known is not None:
            self.counters.repeated += 1
            known.take(Event.REQUEST, now)
            return
        back = response_flow(via, flow)
        is_over = begins and standing in (Standing.OVER_RATE, Standing.FLOODING)
        if is_over and method != "INVITE" and not flow.reliable:
            # Such as OPTIONS: it comes again, and a trunk that is told 503 to it sends us no calls for long.
            return
        if layer.full or (is_over and method == "INVITE"):
            # Without a transaction: what is turned away at this rate must cost next to nothing. Its tag is the same each time (section 8.2.7).
            self.counters.refused += 1
            retry = f"Retry-After: {self._settings.retry_after_s}\r\n"
            tag = "" if receiver.tag else f"{crc32(via.branch.encode()):08x}"
            layer.send(back, compose_response(request, via, flow, 503, tag=tag, headers=retry))
            return
        kind = "INVITE server" if method == "INVITE" else "server"
        transaction = layer.serve(key, kind, back)
        served = Served(request, flow, via, sender, receiver, cseq, transaction)
        try:
            self._serve(served, here, now)
        except ProtocolError as error:
            self._refuse(served, error, now)

    def _take_ack(
        self,
        request: Request,
        via: Via,
        sender: Address,
        receiver: Address,
        cseq: CSeq,
        now: float,
    ) -> None:
        transaction = self._layer.server(self._layer.server_key(request, via, "INVITE"))
        if transaction is not None and transaction.state is not State.ACCEPTED:
            transaction.take(Event.ACK, now)
            return
        call = self._book.of_dialog(request.call_id, receiver.tag, sender.tag)
        if call is None:
            self.counters.stray += 1
        else:
            call.acknowledged(request, cseq.number, now)

    # --- requests ---

    def _serve(self, served: Served, here: tuple[Trunk, ...], now: float) -> None:
        request = served.request
        if request.method == "CANCEL":
            self._cancel(served, now)
            return
        check_acceptable(request)
        lacking = unsupported(request)
        if lacking:
            raise UnsupportedError(lacking)
        if served.receiver.tag:
            tags = served.receiver.tag, served.sender.tag
            call = self._book.of_dialog(request.call_id, *tags)
            if call is None or call.trunk not in here:
                raise ProtocolError(481, "Call/Transaction Does Not Exist")
            call.serve(served, now)
        elif request.method == "INVITE":
            self._invite(served, here, now)
        elif request.method == "OPTIONS":
            self._options(served, now)
        else:
            raise ProtocolError(481, "Call/Transaction Does Not Exist")

    def _cancel(self, served: Served, now: float) -> None:
        key = self._layer.server_key(served.request, served.via, "INVITE")
        transaction = self._layer.server(key)
        if transaction is None:
            raise ProtocolError(481, "Call/Transaction Does Not Exist")
        call = cast("Call | None", transaction.context)
        served.respond(200, now, tag=call.name if call else self._layer.token())
        if call is not None:
            call.cancelled(served.request, now)

    def _options(self, served: Served, now: float) -> None:
        if self.draining:
            # Who asks so often to know where to send calls must hear that it is not here.
            raise ProtocolError(503, "Service Unavailable")
        check_accept(served.request)
        headers = ALLOW + SUPPORTED + "Accept: application/sdp\r\n"
        served.respond(200, now, tag=self._layer.token(), headers=headers)

    def _invite(self, served: Served, here: tuple[Trunk, ...], now: float) -> None:
        request, book = served.request, self._book
        initial = (request.call_id, served.sender.tag, served.cseq.number)
        if book.has_come(initial):
            raise ProtocolError(482, "Loop Detected")
        replaces = Replaces.of(request)
        # Who takes another call's place dials our Contact, which is no number.
        replaced = None if replaces is None else self._replaced(replaces, here)
        number = dialled(request.uri)
        trunk = replaced.trunk if replaced is not None else self._trunks.takes(here, number)
        if not isinstance(trunk, Trunk):
            raise ProtocolError(trunk, "")
        try:
            self._door.check(served, trunk, now)
        except WrongPasswordError:
            self.faults.append(served.flow.host)
            raise
        offer = session_of(request)
        if replaced is not None:
            replaced.take_over(served, offer, now)
            book.remember(initial, replaced)
            return
        full = self._full(trunk, now)
        if full is not None:
            who = caller(request, served.sender)
            book.emit(TurnedAway(trunk.name, who, number, full.status))
            raise full
        call = IncomingCall(self._layer.token(), book, trunk, served, offer, now)
        served.transaction.context = call
        book.begin(call)
        book.remember(initial, call)
        self.counters.calls += 1
        who = caller(request, served.sender)
        book.emit(Incoming(call.name, trunk.name, who, number, offer, diverted(request)))

    def _full(self, trunk: Trunk, now: float) -> ProtocolError | None:
        """Why no further call is taken now, if none is."""
        if self.draining or self.overloaded or len(self._book.calls) >= self._settings.calls_max:
            return ProtocolError(503, "Service Unavailable")
        if self._book.lines(trunk.name) >= trunk.calls_max:
            return ProtocolError(486, "Busy Here")
        return None if self._door.take_token(now) else ProtocolError(503, "Service Unavailable")

    def _replaced(self, replaces: Replaces, here: tuple[Trunk, ...]) -> Call:
        """The call whose place is to be taken. Raises ProtocolError. RFC 3891, section 3."""
        call = self._book.of_dialog(replaces.call_id, replaces.to_tag, replaces.from_tag)
        if call is None or call.trunk not in here or call.phase in (Phase.RINGING, Phase.CALLING):
            # An early dialog is not replaced: of those that came the RFC forbids it, and ours nobody else can know.
            raise ProtocolError(481, "Call/Transaction Does Not Exist")
        if replaces.early_only:
            raise ProtocolError(486, "Busy Here")
        return call

    # --- refusals ---

    def _refuse(self, served: Served, error: ProtocolError, now: float) -> None:
        self.counters.refused += 1
        tag = "" if served.receiver.tag else self._layer.token()
        reason = error.reason if error.status not in (403, 404) else ""
        served.respond(error.status, now, reason=reason, tag=tag, headers=self._door.headers(error))

    def _unread(self, flow: Flow, here: tuple[Trunk, ...]) -> None:
        """A message that nobody can read. Anybody can write a trunk's address on a datagram, and where the address is the proof, on a
        connection behind it: what is held against it would be held against the trunk."""
        self.counters.malformed += 1
        if flow.transport != "udp" and any(trunk.secret is not None for trunk in here):
            self.faults.append(flow.host)

    def _refuse_unread(
        self,
        message: Request | Response | None,
        flow: Flow,
        here: tuple[Trunk, ...],
        error: ProtocolError,
    ) -> None:
        """Answer a request that is not worth a transaction, if it says where its answers go."""
        self._unread(flow, here)
        if not isinstance(message, Request) or message.method == "ACK":
            return
        if "via" not in message.headers:
            return
        try:
            via = message.via
        except ProtocolError:
            via = None
        back = flow if via is None else response_flow(via, flow)
        self._layer.send(back, compose_response(message, via, flow, error.status, error.reason))
