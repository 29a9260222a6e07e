"""The endpoint: SIP over real sockets, for the voice channel.

How the voice channel uses it:

    endpoint = Endpoint(Settings(...), trunks, handler, listen=[Listen("udp", "0.0.0.0", 5060)])
    await endpoint.start()
    ...
    await endpoint.drain(within_s=30)       no new calls; those that are up may end by themselves
    await endpoint.leave()                  the rest are hung up on
    await endpoint.close()

The handler's `received(events)` is called with all that one wake-up of the loop brought, in order, and must not block:
it may answer at once, or keep the events for the turn batch and answer later, from the same loop. Events are values
(ivr/sip/events.py); a call has a name, which every event and command bears:

    Incoming(call, trunk, caller, dialled, offer)    answer, refuse, or progress first
    TurnedAway(trunk, caller, dialled, status)       there was no line for it, and it was told so
    Answered(call, remote)       the ACK came (or their 2xx, for a call of ours): media may flow both ways.
                                 `remote` is set where it is news: the answer to an offer of ours
    Progress(call, status, answer)                   a call of ours rings, perhaps with early media
    Reinvited(call, offer)       hold and the like: accept(call, sdp) or reject(call, 488), soon
    MediaChanged(call, remote), OfferRejected(call, status)     what became of our reoffer
    Digits(call, digits, duration_ms)                keys by INFO
    TransferAsked(call, number)  only numbers that `allowed` holds come here; report_transfer tells how it goes
    TransferProgress(call, status, final)            of our refer; hang up after the final 200, not before
    Ended(call, cause, status, reason)               always the last of a call, and once
    TrunkHealth, Registration                        for operators

Commands raise CommandError where the call's phase does not allow them (a call may have ended while the command was
under way, so expect it), and NotAllowedError for numbers that the allow-list does not hold.

Media are the caller's: make descriptions with ivr.sip.offer from a LocalMedia (address, port, codecs, SRTP key):

    case Incoming(call, offer=Sdp() as offer):
        try:
            ours, agreed = answer(offer, LocalMedia(host, port))
        except ProtocolError as error:
            endpoint.refuse(call, error.status)          # 488: no codec that both have
        else:
            endpoint.answer(call, ours)
    case Incoming(call, offer=None):                     # delayed offer: ours is the offer
        endpoint.answer(call, make_offer(local))         # Answered.remote then has the answer: settle(...)
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from ivr.signalling.limits import Gate, Limits
from ivr.signalling.lookups import Lookups, with_domain
from ivr.signalling.resolver import DnsResolver, Resolving
from ivr.signalling.streams import StreamOwner, Streams
from ivr.signalling.udp import UdpSocket
from ivr.sip.events import Registration, SipEvent, TrunkHealth
from ivr.sip.flow import Flow
from ivr.sip.layer import Chance
from ivr.sip.numbers import AllowList
from ivr.sip.outgoing import RINGING_S_MAX
from ivr.sip.peers import Peer
from ivr.sip.sdp import Sdp
from ivr.sip.settings import Settings
from ivr.sip.stack import Stack
from ivr.sip.standing import Standing
from ivr.sip.trunk import Trunk

TIMER_GRAIN_S = 0.005
"""Timers are run at most so often."""
LATE_S = 0.25
"""A timer that comes so late may show a loop that falls behind."""
LATE_IN_A_ROW = 2
"""Timers that come late show it: a single one was a pause, in which nobody has even asked again (T1 is 0.5 s)."""
LEAVE_S_MAX = 4.0
"""Who is hung up on by a stop, and where we were registered, has so long to answer: BYE is repeated after 0.5, 1.5 and 3.5 s (RFC 3261,
section 17.1.2.2)."""
LATE_FOR_S = 1.0
"""New calls are told 503 for so long after that."""

log = logging.getLogger(__name__)


class Handler(Protocol):
    """The voice channel's side."""

    def received(self, events: Sequence[SipEvent]) -> None:
        """What happened, in order. Called from the loop; must not block."""
        ...


@dataclass(frozen=True, slots=True)
class Listen:
    """An address to listen on."""

    transport: str
    "udp, tcp or tls."
    host: str = "127.0.0.1"
    port: int = 5060
    "0 takes a free one."


class Endpoint(StreamOwner):
    """One SIP endpoint."""

    def __init__(
        self,
        settings: Settings,
        trunks: Sequence[Trunk],
        handler: Handler,
        *,
        listen: Sequence[Listen],
        limits: Limits | None = None,
        server_tls: ssl.SSLContext | None = None,
        client_tls: ssl.SSLContext | None = None,
        chance: Chance | None = None,
        now: Callable[[], float] | None = None,
        resolver: Resolving | None = None,
    ) -> None:
        self.handler = handler
        self._settings = settings
        self._trunks = tuple(trunks)
        self._listen = tuple(listen)
        self._chance = chance or random.SystemRandom()
        self._now = now
        self.gate = Gate(limits or Limits())
        """Counts what each source sends, and bans for a while."""
        self.ports: dict[str, int] = {}
        """The port that is listened on, by transport."""
        self._resolver = resolver or DnsResolver()
        self._lookups: Lookups | None = None
        self._server_tls = server_tls
        self._client_tls = client_tls
        self._udp: list[UdpSocket] = []
        self._streams: Streams | None = None
        self._handle: asyncio.TimerHandle | None = None
        self._due = 0.0
        self._late = 0
        """Timers in a row that came late."""
        self._late_until = 0.0
        self._has_left = True
        """Nobody is here until it is started."""
        self._awaited: tuple[Callable[[], bool], asyncio.Event] | None = None
        """While draining: what is waited for, and what is set then."""
        self._loop: asyncio.AbstractEventLoop
        self.stack: Stack

    # --- life ---

    async def start(self) -> None:
        """Open the sockets. Raises OSError."""
        self._loop = asyncio.get_running_loop()
        trunks = tuple(map(with_domain, self._trunks))
        streams = self._streams = Streams(
            self, self.now, server_tls=self._server_tls, client_tls=self._client_tls
        )
        for listen in self._listen:
            try:
                port = await self._bind(listen, streams)
            except OSError as error:
                where = f"SIP over {listen.transport.upper()} at {listen.host} port {listen.port}"
                raise OSError(error.errno, error.strerror or str(error), where) from None
            self.ports.setdefault(listen.transport, port)
        local = self._settings.local
        if not local.ports:
            # What is listened on is what peers reach, unless the settings announce something else.
            local = replace(local, ports=self.ports)
        six = next((one.host for one in self._listen if ":" in one.host and one.host != "::"), "")
        if six and ":" not in local.host:
            local = replace(local, host6=local.host6 or six)
        settings = replace(self._settings, local=local)
        families = frozenset(":" in one.host for one in self._listen if one.transport == "udp")
        names = streams.names
        lookups = self._lookups = Lookups(
            self._resolver, trunks, families, names, self._peers_moved
        )
        found = await lookups.first()
        for trunk in trunks:
            for flow in trunk.peers:
                names[flow.host] = trunk.domain or flow.host
        self.stack = Stack(settings, trunks, self._chance, self.now(), found)
        for udp in self._udp:
            udp.listen(self._loop)
        await streams.listen()
        self._has_left = False
        self._after()

    async def _bind(self, listen: Listen, streams: Streams) -> int:
        """The port that is had. Raises OSError."""
        if listen.transport != "udp":
            return await streams.bind(listen.transport, listen.host, listen.port)
        udp = UdpSocket(listen.host, listen.port, self.received, len(self._udp))
        udp.bind()
        self._udp.append(udp)
        return udp.port

    def _peers_moved(self, trunk: str, peers: tuple[Peer, ...]) -> None:
        self.stack.set_peers(trunk, peers, self.now())
        self._after()

    @property
    def port(self) -> int:
        """The first port listened on."""
        return next(iter(self.ports.values()))

    async def drain(self, within_s: float) -> None:
        """Take no new calls and wait until those that are up have ended, so long at most."""
        self.stack.drain(self.now())
        self._after()
        await self._until(lambda: not self.stack.calls, within_s)

    async def leave(self) -> None:
        """Hang up on who is still here: each BYE is repeated until it is answered, for LEAVE_S_MAX at most. Once is enough."""
        if self._has_left:
            return
        self._has_left, stack = True, self.stack
        for call in list(stack.calls.values()):
            call.hang_up(self.now(), "shutting down")
        self._after()
        await self._until(lambda: stack.is_quiet, LEAVE_S_MAX)

    async def _until(self, done: Callable[[], bool], within_s: float) -> None:
        if not done():
            came = asyncio.Event()
            self._awaited = done, came
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(came.wait(), within_s)
            self._awaited = None

    async def close(self) -> None:
        """Close the sockets, also where not all could be opened; calls that are still up are not told."""
        if self._handle is not None:
            self._handle.cancel()
        if self._lookups is not None:
            self._lookups.close()
        for udp in self._udp:
            udp.close()
        if self._streams is not None:
            await self._streams.close()

    def now(self) -> float:
        """Seconds of a clock that only goes forward."""
        return self._now() if self._now is not None else self._loop.time()

    # --- commands: see ivr.sip.stack ---

    def progress(
        self, call: str, status: int = 180, sdp: Sdp | None = None, *, reliable: bool = False
    ) -> None:
        """Let a call ring (180), or play to it before the answer (183 with media). Raises CommandError."""
        self.stack.progress(call, status, self.now(), sdp, reliable=reliable)
        self._after()

    def answer(self, call: str, sdp: Sdp, allowed: AllowList | None = None) -> None:
        """Answer a call; `allowed` is whom its other end may have us call by REFER. Raises CommandError."""
        self.stack.answer(call, sdp, self.now(), allowed)
        self._after()

    def refuse(
        self, call: str, status: int, *, reason: str = "", retry_after_s: int | None = None
    ) -> None:
        """Refuse a call: 404 no such number, 486 busy, 488 no media shared, 503 full. Raises CommandError."""
        self.stack.refuse(call, status, self.now(), reason=reason, retry_after_s=retry_after_s)
        self._after()

    def hang_up(self, call: str, reason: str = "") -> None:
        """End a call, in whatever phase it is. Raises CommandError."""
        self.stack.hang_up(call, self.now(), reason)
        self._after()

    def reoffer(self, call: str, sdp: Sdp | None) -> None:
        """Offer other media within a call. Raises CommandError."""
        self.stack.reoffer(call, sdp, self.now())
        self._after()

    def accept(self, call: str, sdp: Sdp) -> None:
        """Answer what Reinvited offered. Raises CommandError."""
        self.stack.accept(call, sdp, self.now())
        self._after()

    def reject(self, call: str, status: int = 488) -> None:
        """Refuse what Reinvited offered; the media stay as they were. Raises CommandError."""
        self.stack.reject(call, status, self.now())
        self._after()

    def complete(self, call: str, sdp: Sdp) -> None:
        """Answer the offer in Answered, of a call that was dialled without one. Raises CommandError."""
        self.stack.complete(call, sdp)
        self._after()

    def refer(self, call: str, target: str, allowed: AllowList) -> None:
        """Have the other end call `target` instead of us. Raises NotAllowedError, CommandError."""
        self.stack.refer(call, target, allowed, self.now())
        self._after()

    def join(self, call: str, other: str) -> None:
        """Have the other end of a call take our place in another; hang up after the final 200. Raises CommandError."""
        self.stack.join(call, other, self.now())
        self._after()

    def report_transfer(self, call: str, status: int) -> None:
        """Tell who asked for a transfer how it goes. Raises CommandError."""
        self.stack.report_transfer(call, status, self.now())
        self._after()

    def dial(
        self,
        trunk: str,
        number: str,
        sdp: Sdp | None,
        allowed: AllowList,
        *,
        caller: str = "",
        ring_s: float = RINGING_S_MAX,
    ) -> str:
        """Call a number that the seller's allow-list and the trunk's hold; gives the call's name.

        Raises NotAllowedError, CommandError.
        """
        name = self.stack.dial(
            trunk, number, sdp, allowed, self.now(), caller=caller, ring_s=ring_s
        )
        self._after()
        return name

    # --- the loop ---

    def received(self, messages: list[tuple[bytes, Flow]]) -> None:
        """Messages came."""
        now = self.now()
        stack, gate = self.stack, self.gate
        stack.reception.overloaded = now < self._late_until
        for data, flow in messages:
            stranger = not stack.trunks.of(flow.host)
            standing = gate.standing(flow.host, now, stranger=stranger)
            if standing is Standing.FLOODING:
                if flow.reliable and self._streams is not None:
                    # Nobody sends it again: it is read all the same, and what comes after it is read later.
                    self._streams.slow(flow)
                else:
                    gate.dropped += 1
                    standing = None
            if standing is not None:
                try:
                    stack.receive(data, flow, now, standing)
                except Exception:
                    # Ours to mend, and no reason to lose the messages that came with it.
                    log.exception(
                        "a message of %s was not understood where it should have been", flow
                    )
        for host in stack.reception.faults:
            gate.fault(host, now)
        stack.reception.faults.clear()
        self._after()

    def broken(self, flow: Flow) -> None:
        """Nothing more can be sent there: what waits for an answer from there fails, at the loop's next turn."""
        self._loop.call_soon(self._break, flow)

    def _break(self, flow: Flow) -> None:
        self.stack.broken(flow, self.now())
        self._after()

    def knows(self, host: str) -> bool:
        """Whether that address is of a trunk."""
        return bool(self.stack.trunks.of(host))

    def _after(self) -> None:
        """Hand out events, send what is to be sent, and set the clock; until nothing more comes of it."""
        stack = self.stack
        while stack.book.events:
            events = stack.take_events()
            for event in events:
                if isinstance(event, TrunkHealth | Registration):
                    _log_trunk(event)
            self.handler.received(events)
        for flow, data in stack.take_out():
            self._send(flow, data)
        if self._awaited is not None and self._awaited[0]():
            self._awaited[1].set()
        due = stack.timer()
        if due is None or (self._handle is not None and self._due <= due):
            return
        if self._handle is not None:
            self._handle.cancel()
        self._due = max(due, self.now() + TIMER_GRAIN_S)
        self._handle = self._loop.call_at(self._loop.time() + self._due - self.now(), self._tick)

    def _tick(self) -> None:
        self._handle = None
        now = self.now()
        self._late = self._late + 1 if now - self._due > LATE_S else 0
        if self._late >= LATE_IN_A_ROW:
            self._late_until = now + LATE_FOR_S
        self.stack.run(now)
        self._after()

    def _send(self, flow: Flow, data: bytes) -> None:
        if flow.transport != "udp":
            assert self._streams is not None
            self._streams.send(data, flow)
            return
        # From where it came to, if anywhere (RFC 3581, section 4); else from the first address of its family.
        for udp in (*self._udp[flow.connection :], *self._udp):
            if (":" in udp.host) == (":" in flow.host):
                udp.send(data, flow)
                return


def _log_trunk(event: TrunkHealth | Registration) -> None:
    """For operators; that a registration was renewed is no news."""
    match event:
        case TrunkHealth(trunk, _, reason, peer, up):
            log.info("trunk %s: %s is %s: %s", trunk, peer, "up" if up else "down", reason)
        case Registration(trunk, registered, reason):
            level = logging.DEBUG if registered else logging.INFO
            log.log(level, "trunk %s: registration %s", trunk, reason)
