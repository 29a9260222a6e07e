"""The whole of SIP for one endpoint, without I/O: datagrams and time in, events and datagrams out.

    stack.receive(data, flow, now)     a datagram, or a message cut out of a stream
    stack.timer(), stack.run(now)      when it wants to be called next, and that call
    stack.take_out(), take_events()    what to send, and what happened, each once

Who is in no trunk's networks hears nothing; ivr.sip.door has what everybody else is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from ivr.sip.address import Address
from ivr.sip.bodies import session_of
from ivr.sip.call import Call
from ivr.sip.cseq import CSeq
from ivr.sip.dialog import Dialog
from ivr.sip.door import Door, UnsupportedError, WrongPasswordError, check_accept
from ivr.sip.errors import CommandError, FramingError, NotAllowedError, ProtocolError
from ivr.sip.events import Incoming, SipEvent, TurnedAway
from ivr.sip.flow import Flow
from ivr.sip.incoming import IncomingCall
from ivr.sip.layer import Chance, Layer, Local, Served, compose_response, response_flow
from ivr.sip.leg import ALLOW, SUPPORTED, Phase
from ivr.sip.message import Request, Response, parse, parse_leniently
from ivr.sip.numbers import AllowList, plain
from ivr.sip.outgoing import RINGING_S_MAX, OutgoingCall
from ivr.sip.parties import caller, dialled, diverted
from ivr.sip.peers import Peer, Peers, peers_of
from ivr.sip.registration import Registering
from ivr.sip.replaces import Replaces
from ivr.sip.sdp import Sdp
from ivr.sip.timers import Times
from ivr.sip.transaction import Event, State
from ivr.sip.trunk import Trunk, Trunks
from ivr.sip.uri import Uri
from ivr.sip.validity import (
    METHODS,
    check_acceptable,
    check_request,
    check_response,
    unsupported,
)
from ivr.sip.via import Via


@dataclass(frozen=True, slots=True)
class Settings:
    """How an endpoint is set up."""

    local: Local = field(default_factory=Local)
    times: Times = field(default_factory=Times)
    realm: str = "dialcart"
    calls_max: int = 20_000
    "Calls at once, over all trunks."
    calls_per_s_max: float = 2_000.0
    "New calls a second, in bursts of one second's worth."
    retry_after_s: int = 10
    "How long a caller waits who was told that we are full."


@dataclass(slots=True)
class StackCounters:
    """What passed, for operators."""

    received: int = 0
    sent: int = 0
    strangers: int = 0
    malformed: int = 0
    refused: int = 0
    calls: int = 0
    stray: int = 0
    "Responses and ACKs that belong to nothing."
    repeated: int = 0
    "Requests that came again."


class Stack:
    """All calls of one endpoint."""

    def __init__(
        self,
        settings: Settings,
        trunks: tuple[Trunk, ...],
        chance: Chance,
        now: float,
        found: Mapping[str, tuple[Peer, ...]] | None = None,
    ) -> None:
        """`found` are the peers that were looked up, by trunk; of others those that they name."""
        self.settings = settings
        self.trunks = Trunks(trunks)
        self.layer = Layer(settings.local, chance, settings.times)
        self.counters = StackCounters()
        self.draining = False
        self.overloaded = False
        """Set by the edge while it falls behind; new calls are then told 503."""
        self.calls: dict[str, Call] = {}
        self.events: list[SipEvent] = []
        self.faults: list[str] = []
        """Addresses that sent what cannot be read, or a wrong password, once a fault; the edge empties it."""
        self._dialogs: dict[tuple[str, str, str], Call] = {}
        self._initial: dict[tuple[str, str, int], Call] = {}
        """Initial INVITEs by what a fork of one shares (RFC 3261, section 8.2.2.2)."""
        self._lines: dict[str, int] = {}
        self.door = Door(
            settings.realm,
            f"{chance.getrandbits(256):064x}".encode(),
            settings.calls_per_s_max,
            settings.retry_after_s,
            chance,
            now,
        )
        self.all_peers = {
            t.name: Peers(t, self, (found or {}).get(t.name, peers_of(t)), now) for t in trunks
        }
        """By trunk."""
        for trunk in trunks:
            self.trunks.reach(trunk.name, self.all_peers[trunk.name].hosts)
        self.registrations = {t.name: Registering(self, t, now) for t in trunks if t.register}
        """By trunk, of those that want it."""

    # --- in ---

    def receive(self, data: bytes, flow: Flow, now: float) -> None:
        """Take one message."""
        here = self.trunks.of(flow.host)
        if not here:
            self.counters.strangers += 1
            return
        self.counters.received += 1
        try:
            message = parse(data)
        except FramingError:
            self.counters.malformed += 1
            self.faults.append(flow.host)
            return
        except ProtocolError as error:
            self._refuse_unread(parse_leniently(data), flow, error)
            return
        if isinstance(message, Response):
            self._take_response(message, now)
        else:
            self._take_request(message, flow, here, now)

    def broken(self, flow: Flow, now: float) -> None:
        """A connection is gone, or an address cannot be reached."""
        self.layer.broken(flow, now)

    def _take_response(self, response: Response, now: float) -> None:
        try:
            vias, _, _, cseq = check_response(response)
        except ProtocolError:
            self.counters.malformed += 1
            return
        # A response that passed several hops was not for us (section 8.1.3.3).
        if len(vias) != 1 or not self.layer.respond(response, vias[0], cseq, now):
            self.counters.stray += 1

    def _take_request(
        self, request: Request, flow: Flow, here: tuple[Trunk, ...], now: float
    ) -> None:
        try:
            vias, sender, receiver, cseq = check_request(request)
        except ProtocolError as error:
            self._refuse_unread(request, flow, error)
            return
        via = vias[0]
        layer = self.layer
        if request.method == "ACK":
            self._take_ack(request, via, sender, receiver, cseq, now)
            return
        key = layer.server_key(request, via, request.method)
        known = layer.server(key)
        if known is not None:
            self.counters.repeated += 1
            known.take(Event.REQUEST, now)
            return
        back = response_flow(via, flow)
        if layer.full:
            retry = f"Retry-After: {self.settings.retry_after_s}\r\n"
            layer.send(back, compose_response(request, via, flow, 503, headers=retry))
            return
        kind = "INVITE server" if request.method == "INVITE" else "server"
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
        transaction = self.layer.server(self.layer.server_key(request, via, "INVITE"))
        if transaction is not None and transaction.state is not State.ACCEPTED:
            transaction.take(Event.ACK, now)
            return
        call = self._dialogs.get((request.call_id, receiver.tag, sender.tag))
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
            key = (request.call_id, served.receiver.tag, served.sender.tag)
            call = self._dialogs.get(key)
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
        key = self.layer.server_key(served.request, served.via, "INVITE")
        transaction = self.layer.server(key)
        if transaction is None:
            raise ProtocolError(481, "Call/Transaction Does Not Exist")
        call = cast("Call | None", transaction.context)
        served.respond(200, now, tag=call.name if call else self.layer.token())
        if call is not None:
            call.cancelled(served.request, now)

    def _options(self, served: Served, now: float) -> None:
        if self.draining:
            # Who asks so often to know where to send calls must hear that it is not here.
            raise ProtocolError(503, "Service Unavailable")
        check_accept(served.request)
        headers = ALLOW + SUPPORTED + "Accept: application/sdp\r\n"
        served.respond(200, now, tag=self.layer.token(), headers=headers)

    def _invite(self, served: Served, here: tuple[Trunk, ...], now: float) -> None:
        request = served.request
        initial = (request.call_id, served.sender.tag, served.cseq.number)
        if initial in self._initial:
            raise ProtocolError(482, "Loop Detected")
        replaces = Replaces.of(request)
        # Who takes another call's place dials our Contact, which is no number.
        replaced = None if replaces is None else self._replaced(replaces, here)
        number = dialled(request.uri)
        trunk = replaced.trunk if replaced is not None else self.trunks.takes(here, number)
        if not isinstance(trunk, Trunk):
            raise ProtocolError(trunk, "")
        try:
            self.door.check(served, trunk, now)
        except WrongPasswordError:
            self.faults.append(served.flow.host)
            raise
        offer = session_of(request)
        if replaced is not None:
            replaced.take_over(served, offer, now)
            self._remember(initial, replaced)
            return
        full = self._full(trunk, now)
        if full is not None:
            self.emit(TurnedAway(trunk.name, caller(request, served.sender), number, full.status))
            raise full
        call = IncomingCall(self.layer.token(), self, trunk, served, offer, now)
        served.transaction.context = call
        self._begin(call)
        self._remember(initial, call)
        self.counters.calls += 1
        who = caller(request, served.sender)
        self.emit(Incoming(call.name, trunk.name, who, number, offer, diverted(request)))

    def _remember(self, initial: tuple[str, str, int], call: Call) -> None:
        self._initial[initial] = call
        call.initial.append(initial)

    def _full(self, trunk: Trunk, now: float) -> ProtocolError | None:
        """Why no further call is taken now, if none is."""
        if self.draining or self.overloaded or len(self.calls) >= self.settings.calls_max:
            return ProtocolError(503, "Service Unavailable")
        if self.lines(trunk.name) >= trunk.calls_max:
            return ProtocolError(486, "Busy Here")
        return None if self.door.take_token(now) else ProtocolError(503, "Service Unavailable")

    def _replaced(self, replaces: Replaces, here: tuple[Trunk, ...]) -> Call:
        """The call whose place is to be taken. Raises ProtocolError. RFC 3891, section 3."""
        call = self._dialogs.get((replaces.call_id, replaces.to_tag, replaces.from_tag))
        if call is None or call.trunk not in here or call.phase in (Phase.RINGING, Phase.CALLING):
            # An early dialog is not replaced: of those that came the RFC forbids it, and ours nobody else can know.
            raise ProtocolError(481, "Call/Transaction Does Not Exist")
        if replaces.early_only:
            raise ProtocolError(486, "Busy Here")
        return call

    # --- refusals ---

    def _refuse(self, served: Served, error: ProtocolError, now: float) -> None:
        self.counters.refused += 1
        tag = "" if served.receiver.tag else self.layer.token()
        reason = error.reason if error.status not in (403, 404) else ""
        served.respond(error.status, now, reason=reason, tag=tag, headers=self.door.headers(error))

    def _refuse_unread(
        self, message: Request | Response | None, flow: Flow, error: ProtocolError
    ) -> None:
        """Answer a request that is not worth a transaction, if it says where its answers go."""
        self.counters.malformed += 1
        self.faults.append(flow.host)
        if not isinstance(message, Request) or message.method == "ACK":
            return
        if "via" not in message.headers:
            return
        try:
            via = message.via
        except ProtocolError:
            via = None
        back = flow if via is None else response_flow(via, flow)
        self.layer.send(back, compose_response(message, via, flow, error.status, error.reason))

    # --- commands ---

    def progress(
        self, call: str, status: int, now: float, sdp: Sdp | None = None, *, reliable: bool = False
    ) -> None:
        """Let a call that came ring, or play to it before it is answered. Raises CommandError."""
        self._incoming(call).progress(status, sdp, now, reliable=reliable)

    def answer(self, call: str, sdp: Sdp, now: float, allowed: AllowList | None = None) -> None:
        """Answer a call; `allowed` is whom its other end may have us call by REFER. Raises CommandError."""
        found = self._incoming(call)
        if allowed is not None:
            found.allowed = allowed
        found.answer(sdp, now)

    def refuse(
        self,
        call: str,
        status: int,
        now: float,
        *,
        reason: str = "",
        retry_after_s: int | None = None,
    ) -> None:
        """Refuse a call. Raises CommandError."""
        self._incoming(call).refuse(status, now, reason, retry_after_s)

    def hang_up(self, call: str, now: float, reason: str = "") -> None:
        """End a call, in whatever phase it is. Raises CommandError."""
        self.call(call).hang_up(now, reason)

    def reoffer(self, call: str, sdp: Sdp | None, now: float) -> None:
        """Offer other media within a call. Raises CommandError."""
        self.call(call).reoffer(sdp, now)

    def accept(self, call: str, sdp: Sdp, now: float) -> None:
        """Answer what Reinvited offered. Raises CommandError."""
        self.call(call).accept(sdp, now)

    def reject(self, call: str, status: int, now: float) -> None:
        """Refuse what Reinvited offered. Raises CommandError."""
        self.call(call).reject(status, now)

    def complete(self, call: str, sdp: Sdp) -> None:
        """Answer the offer in Answered, of a call that was dialled without one. Raises CommandError."""
        found = self.call(call)
        if not isinstance(found, OutgoingCall) or not found.awaits_answer:
            raise CommandError("no offer of this call waits for an answer")
        found.complete(sdp)

    def refer(self, call: str, target: str, allowed: AllowList, now: float) -> None:
        """Have the other end call `target` (a number, or a tel: URI, which stays one) instead of us.

        `allowed` is the operator's list for transfers (`[voice] outside`); whether the seller's flow lets its callers be sent
        there (`send on to`) is asked before: see ivr.channel.trunk_line. Raises NotAllowedError for a number that `allowed` or
        the trunk's list does not hold, CommandError.
        """
        found = self.call(call)
        number = target.removeprefix("tel:")
        wanted = found.trunk.write(found.trunk.allowed.require(allowed.require(number)))
        if target.startswith("tel:"):
            found.refer(f"tel:{wanted}", now)
            return
        host = found.trunk.domain or Uri.parse(found.dialog.target).host
        found.refer(f"sip:{wanted}@{host}", now)

    def join(self, call: str, other: str, now: float) -> None:
        """Have the other end of a call take our place in another one: an attended transfer (RFC 5589, section 7).

        The allow-lists were asked when the other call was made. Raises CommandError.
        """
        found, onward = self.call(call), self.call(other)
        found.require("refer")
        onward.require("refer")
        if found is onward or found.trunk.name != onward.trunk.name:
            raise CommandError("two calls of one trunk are joined; these are not")
        found.refer(Replaces.far_end_of(onward.dialog).within(onward.dialog.target), now)

    def report_transfer(self, call: str, status: int, now: float) -> None:
        """Tell who asked for a transfer how it goes. Raises CommandError."""
        self.call(call).report_transfer(status, now)

    def dial(
        self,
        trunk: str,
        number: str,
        sdp: Sdp | None,
        allowed: AllowList,
        now: float,
        *,
        caller: str = "",
        ring_s: float = RINGING_S_MAX,
    ) -> str:
        """Call a number; gives the call's name.

        Raises NotAllowedError for a number that the seller's or the trunk's list does not hold, CommandError where no
        call may be begun, KeyError for a trunk that there is not.
        """
        way = self.trunks.by_name[trunk]
        wanted = way.allowed.require(allowed.require(number))
        if self.draining or len(self.calls) >= self.settings.calls_max or self.layer.full:
            raise CommandError("no call is begun now")
        if self.lines(trunk) >= way.calls_max:
            raise CommandError(f"all lines of trunk {trunk} are taken")
        if caller and not plain(caller):
            raise NotAllowedError(f"{caller!r} is no number to call from")
        call = OutgoingCall(
            self.layer.token(),
            self,
            way,
            way.write(wanted),
            plain(caller),
            sdp,
            now,
            ring_s=ring_s,
        )
        self._begin(call)
        self.counters.calls += 1
        return call.name

    def allow(self, call: str, allowed: AllowList) -> None:
        """Whom the other end may have us call, by REFER. Raises CommandError."""
        self.call(call).allowed = allowed

    def call(self, name: str) -> Call:
        """A call by its name. Raises CommandError."""
        found = self.calls.get(name)
        if found is None:
            raise CommandError("the call has ended")
        return found

    def _incoming(self, name: str) -> IncomingCall:
        found = self.call(name)
        if not isinstance(found, IncomingCall):
            raise CommandError("that call is one of ours")
        return found

    def drain(self, now: float) -> None:
        """Take no new calls; those that are up go on. Registrations are taken back."""
        self.draining = True
        for registering in self.registrations.values():
            registering.stop(now)

    def set_peers(self, trunk: str, peers: tuple[Peer, ...], now: float) -> None:
        """The far ends of that trunk are others now."""
        self.all_peers[trunk].set(peers, now)
        self.trunks.reach(trunk, self.all_peers[trunk].hosts)

    # --- what calls use ---

    def peers(self, trunk: str) -> Peers:
        """The far ends of that trunk."""
        return self.all_peers[trunk]

    def emit(self, event: SipEvent) -> None:
        """Tell the voice channel."""
        self.events.append(event)

    def keep(self, dialog: Dialog, call: Call) -> None:
        """Requests of this dialog are this call's."""
        self._dialogs[dialog.key] = call

    def drop(self, dialog: Dialog) -> None:
        """No more."""
        self._dialogs.pop(dialog.key, None)

    def over(self, call: Call) -> None:
        """The call has ended."""
        if self.calls.pop(call.name, None) is None:
            return
        self._lines[call.trunk.name] -= 1
        if isinstance(call, IncomingCall):
            # Its transaction outlives it by half a minute, and would keep it.
            call.invite.transaction.context = None
        for initial in call.initial:
            self._initial.pop(initial, None)

    def _begin(self, call: Call) -> None:
        self.calls[call.name] = call
        self._lines[call.trunk.name] = self.lines(call.trunk.name) + 1

    def lines(self, trunk: str) -> int:
        """Lines of a trunk that are taken."""
        return self._lines.get(trunk, 0)

    # --- out ---

    def timer(self) -> float | None:
        """When `run` wants to be called next."""
        return self.layer.timers.next()

    def run(self, now: float) -> None:
        """Time has passed."""
        self.layer.timers.run(now)

    def take_out(self) -> list[tuple[Flow, bytes]]:
        """What is to be sent, in order; each once."""
        out = self.layer.out
        if out:
            self.layer.out = []
            self.counters.sent += len(out)
        return out

    def take_events(self) -> list[SipEvent]:
        """What happened, in order; each once."""
        events, self.events = self.events, []
        return events


__all__ = ["METHODS", "Settings", "Stack", "StackCounters"]
