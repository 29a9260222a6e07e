"""The ESME: keeps a carrier's binds up, hands in what phones send, and sends what is submitted.

Messages are handed in as they come, many at a time, and are answered only when the owner says so, after its commit.
What is submitted goes out in order for each phone: the next message to a phone waits until the carrier has taken the
one before, so that neither throttling nor several binds can change their order.
"""

from __future__ import annotations

import asyncio
import logging
import random
import ssl
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from sms.carrier import Carrier
from sms.smpp import pdu as p
from sms.smpp.bind import (
    Answered,
    BindMachine,
    Changed,
    Closing,
    Delivered,
    Event,
    Requested,
    State,
    Submitted,
    Unanswered,
)
from sms.smpp.errors import ProtocolError
from sms.smpp.status import TEMPORARY, THROTTLING, Status, name_of

UNACKNOWLEDGED_MAX = 4_000
"""deliver_sm that the owner has not answered; past it no more is read from that connection."""
QUEUE_MAX = 200_000
"""Segments waiting to go out; past it `submit` takes no more."""
ATTEMPTS_MAX = 5
"""Tries for a segment that the carrier refuses for now, other than by throttling."""
UNANSWERED_AGAIN_S = 1.0
"""A segment that was lost with its connection is sent again after so long. What the carrier lacked our answers to comes
again before, and is answered before: no reply overtakes the answer to its message. See sms.redelivery."""
THROTTLES_IN_A_ROW = 3
"""A carrier that refuses one now and then is sent the same again at once; after so many in a row it is left alone."""
PAUSE_MIN_S = 0.05
PAUSE_MAX_S = 2.0
"""How long: doubled while it goes on, halved by each segment taken."""
RECONNECT_MIN_S = 0.5
RECONNECT_MAX_S = 60.0
HALVINGS_MAX = 16
"""More halvings than this change nothing."""
ASSURE_S = 1.0
"""After answers that nothing followed on their connection the peer is asked whether it is there: it tells that it has
read them. With several binds it is asked at once. See sms.redelivery."""
TICK_S = 0.25
"""How often timers are looked at."""

log = logging.getLogger(__name__)


class Submission(msgspec.Struct, frozen=True):
    """A segment to send; `key` comes back in its Settlement."""

    key: Any
    pdu: p.SubmitSm


class Settlement(msgspec.Struct, frozen=True):
    """What became of a segment."""

    key: Any
    message_id: str | None
    """The carrier's name for it, or None if it was not taken."""
    status: int | None
    """The carrier's answer; None: there was none, however often it was sent."""


class Handler(Protocol):
    """Who owns the messages."""

    def received(self, link: Link, messages: list[p.DeliverSm]) -> None:
        """Phones' messages and receipts, as they came together. Answer them with `Link.acknowledge`."""
        ...

    def settled(self, carrier: Carrier, settlements: list[Settlement]) -> None:
        """What became of submissions."""
        ...


class Link(asyncio.Protocol):
    """One connection to an SMSC."""

    def __init__(self, esme: Esme, mode: int, index: int) -> None:
        self.esme = esme
        self.mode = mode
        self.index = index
        self.carrier = esme.carrier
        self.machine = BindMachine(
            "esme", 0.0, timers=self.carrier.timers, window=self.carrier.window
        )
        self.transport: asyncio.Transport | None = None
        self.unacknowledged = 0
        self.lost = asyncio.get_running_loop().create_future()
        self.bound = False
        self._answered_at: float | None = None
        """When the first of the answers was written after which nothing was asked."""
        self._asked = 0
        """Requests made when it was."""

    # --- asyncio.Protocol ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        now = self.esme.now()
        self.machine = BindMachine(
            "esme", now, timers=self.carrier.timers, window=self.carrier.window
        )
        bind = p.Bind(
            command=self.mode,
            system_id=self.carrier.system_id,
            password=self.carrier.password,
            system_type=self.carrier.system_type,
        )
        self.machine.request(bind, now)
        self.flush()

    def data_received(self, data: bytes) -> None:
        self._handle(self.machine.receive(data, self.esme.now()))

    def connection_lost(self, exc: Exception | None) -> None:
        self._handle(self.machine.closed(str(exc or "")))
        self.bound = False
        self.transport = None
        if not self.lost.done():
            self.lost.set_result(None)

    # --- what the owner does ---

    @property
    def asked(self) -> int:
        """See sms.redelivery.Line."""
        return self.machine.asked

    @property
    def answered(self) -> int:
        """See sms.redelivery.Line."""
        return self.machine.answered

    @property
    def alive(self) -> bool:
        """See sms.redelivery.Line."""
        return self.transport is not None

    def acknowledge(self, answers: Sequence[tuple[int, int]]) -> None:
        """Answer deliver_sm by (sequence number, command_status). A connection that is gone is not answered."""
        self.unacknowledged -= len(answers)
        if self.transport is None:
            return
        self.machine.acknowledge(list(answers))
        if self._answered_at is None or self.machine.asked > self._asked:
            self._answered_at, self._asked = self.esme.now(), self.machine.asked
            if len(self.esme.links) > 1:
                # Replies may go by the other binds, and buyers come back by them: ask when those are out.
                asyncio.get_running_loop().call_soon(self._assure)
        self.flush()
        if self.unacknowledged < UNACKNOWLEDGED_MAX and not self.transport.is_reading():
            self.transport.resume_reading()

    def flush(self) -> None:
        """Give the connection what the machine has to say, in one write."""
        data = self.machine.data_to_send()
        if data and self.transport is not None:
            self.transport.write(data)

    def tick(self) -> None:
        """Time has passed."""
        now = self.esme.now()
        self._handle(self.machine.handle_timer(now))
        if self._answered_at is not None and now - self._answered_at >= ASSURE_S:
            self._assure()

    def _assure(self) -> None:
        """Ask the peer whether it is there, if nothing was asked since our answers: who answers that has read them."""
        if self._answered_at is None or not self.bound:
            return
        if self.machine.asked > self._asked:
            self._answered_at = None
        elif self.machine.room() > 0:
            self._answered_at = None
            self.machine.request(p.EnquireLink(), self.esme.now())
            self.flush()

    def close(self) -> None:
        """Unbind; the peer's answer closes."""
        if self.transport is None:
            return
        if self.bound:
            self.machine.request(p.Unbind(), self.esme.now())
            self.flush()
        else:
            self.transport.close()

    # --- events ---

    def _handle(self, events: list[Event]) -> None:
        messages: list[p.DeliverSm] = []
        settlements: list[Settlement] = []
        closing: str | None = None
        taken: list[_Queued] = []
        for event in events:
            match event:
                case Delivered(delivered):
                    messages += delivered
                case Submitted(submitted):
                    for context, message_id in submitted:
                        taken.append(context)
                        settlements.append(Settlement(context.submission.key, message_id, 0))
                case Requested(pdu):
                    self._refuse(pdu)
                case Answered(context, request, answer):
                    # In their order: a carrier that takes some and throttles others goes on taking.
                    self.esme.taken(taken)
                    taken.clear()
                    closing = self._answered(context, request, answer, settlements) or closing
                case Unanswered(context, _):
                    # The carrier may have taken it or not; sent again it may reach the phone twice, else never.
                    self.esme.again(context, None, settlements)
                case Changed(state):
                    self.bound = state in (State.BOUND_RX, State.BOUND_TX, State.BOUND_TRX)
                    log.info("%s: link %d is %s", self.carrier.name, self.index, state.value)
                case Closing(reason):
                    closing = reason
        self.esme.taken(taken)
        self.flush()
        if settlements:
            # Before the messages: receipts of these may be among them.
            self.esme.settle(settlements)
        if messages:
            self._take(messages)
        if closing is not None and self.transport is not None:
            log.info("%s: link %d closes: %s", self.carrier.name, self.index, closing)
            self.transport.close()
        else:
            self.esme.pump()

    def _take(self, messages: list[p.DeliverSm]) -> None:
        self.unacknowledged += len(messages)
        if self.unacknowledged >= UNACKNOWLEDGED_MAX and self.transport is not None:
            self.transport.pause_reading()
        self.esme.handler.received(self, messages)

    def _refuse(self, pdu: p.Pdu) -> None:
        if isinstance(pdu, p.DataSm):
            self.machine.respond(p.DataSmResp(sequence=pdu.sequence, status=Status.INVCMDID))

    def _answered(
        self, context: Any, request: p.Pdu, answer: p.Pdu, settlements: list[Settlement]
    ) -> str | None:
        if isinstance(request, p.Bind):
            if answer.status != Status.OK:
                return f"the bind was refused: {name_of(answer.status)}"
            self.esme.connected()
            return None
        if isinstance(request, p.SubmitSm):
            self.esme.again(context, answer.status, settlements)
        return None


class _Queued(msgspec.Struct, eq=False):
    submission: Submission
    phone: str
    attempts: int = 0


@dataclass(slots=True)
class EsmeCounters:
    """For operators."""

    submitted: int = 0
    taken: int = 0
    throttled: int = 0
    failed: int = 0
    reconnects: int = 0


class Esme:
    """All binds to one carrier."""

    def __init__(
        self,
        carrier: Carrier,
        handler: Handler,
        *,
        chance: random.Random,
        now: Callable[[], float] | None = None,
    ) -> None:
        self.carrier = carrier
        self.handler = handler
        self.counters = EsmeCounters()
        self.links: list[Link] = []
        self._chance = chance
        self._now = now
        self._ready: deque[_Queued] = deque()
        self._behind: dict[str, deque[_Queued] | None] = {}
        """By phone: what waits for the message before it. A phone that is here has one under way."""
        self._queued = 0
        self._paused_until = 0.0
        self._pause_s = PAUSE_MIN_S
        self._refused_in_a_row = 0
        self._tokens = carrier.rate or 0.0
        self._refilled = 0.0
        self._delay = RECONNECT_MIN_S
        self._context: ssl.SSLContext | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._closing = False
        self._turn = 0

    def now(self) -> float:
        """Seconds of a clock that only goes forward."""
        return self._now() if self._now is not None else asyncio.get_running_loop().time()

    # --- life ---

    def start(self) -> None:
        """Begin to connect; goes on until `close`. Raises OSError if the certificates that sign cannot be read."""
        self._context = self._tls()
        self._refilled = self.now()
        modes = (
            [p.BIND_TRANSCEIVER]
            if self.carrier.mode == "transceiver"
            else [p.BIND_TRANSMITTER, p.BIND_RECEIVER]
        )
        for index in range(self.carrier.binds):
            for mode in modes:
                self._tasks.append(asyncio.create_task(self._keep_connected(mode, index)))
        self._tasks.append(asyncio.create_task(self._tick()))

    async def close(self, within_s: float = 5.0) -> None:
        """Unbind everywhere and stop; what was not taken by the carrier stays the owner's."""
        self._closing = True
        lost = [link.lost for link in self.links if link.transport is not None]
        for link in list(self.links):
            link.close()
        if lost:
            await asyncio.wait(lost, timeout=within_s)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for link in self.links:
            if link.transport is not None:
                link.transport.abort()

    async def _keep_connected(self, mode: int, index: int) -> None:
        loop = asyncio.get_running_loop()
        context = self._context
        while not self._closing:
            link = Link(self, mode, index)
            try:
                await loop.create_connection(
                    lambda link=link: link,
                    self.carrier.host,
                    self.carrier.port,
                    ssl=context,
                    server_hostname=self.carrier.host if context else None,
                )
            except OSError as error:
                log.warning("%s: no connection: %s", self.carrier.name, error)
            else:
                self.links.append(link)
                await link.lost
                self.links.remove(link)
            if self._closing:
                return
            self.counters.reconnects += 1
            await asyncio.sleep(self.next_delay_s())

    def next_delay_s(self) -> float:
        """How long to wait before the next connection: each time longer, until a bind is accepted.

        So a wrong password knocks at most once in RECONNECT_MAX_S / 2. Jittered, so that a thousand clients of a carrier
        that fell do not come back at once.
        """
        delay_s = self._chance.uniform(self._delay / 2, self._delay)
        self._delay = min(self._delay * 2, RECONNECT_MAX_S)
        return delay_s

    def _tls(self) -> ssl.SSLContext | None:
        if not self.carrier.tls:
            return None
        context = ssl.create_default_context()
        if self.carrier.ca_file:
            context.load_verify_locations(self.carrier.ca_file)
        return context

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            for link in list(self.links):
                link.tick()
            self.pump()

    def connected(self) -> None:
        """A bind was accepted."""
        self._delay = RECONNECT_MIN_S

    @property
    def bound(self) -> int:
        """Binds that are up."""
        return sum(link.bound for link in self.links)

    @property
    def wanted(self) -> int:
        """Binds that should be up."""
        return self.carrier.binds * (1 if self.carrier.mode == "transceiver" else 2)

    @property
    def waiting(self) -> int:
        """Segments that the carrier has not taken."""
        return self._queued

    # --- sending ---

    def submit(self, submissions: Sequence[Submission]) -> int:
        """Queue segments; how many were taken, the rest must be offered again."""
        accepted = min(QUEUE_MAX - self._queued, len(submissions))
        self._queued += accepted
        self.counters.submitted += accepted
        for submission in submissions[:accepted]:
            phone = submission.pdu.destination.digits
            queued = _Queued(submission, phone)
            if phone not in self._behind:
                self._behind[phone] = None
                self._ready.append(queued)
                continue
            behind = self._behind[phone]
            if behind is None:
                behind = self._behind[phone] = deque()
            behind.append(queued)
        self.pump()
        return accepted

    def _next_for(self, phone: str) -> None:
        behind = self._behind.get(phone)
        if behind:
            self._ready.append(behind.popleft())
        else:
            self._behind.pop(phone, None)

    def pump(self) -> None:
        """Send what may be sent now."""
        if not self._ready:
            return
        now = self.now()
        if now < self._paused_until:
            return
        senders = [
            link
            for link in self.links
            if link.bound and link.mode != p.BIND_RECEIVER and link.transport is not None
        ]
        if not senders:
            return
        self._refill(now)
        allowed = len(self._ready) if self.carrier.rate is None else int(self._tokens)
        while self._ready and allowed > 0 and senders:
            # Each bind in its turn gets its part of what is ready, so that none is left behind the others.
            self._turn += 1
            link = senders[self._turn % len(senders)]
            share = -(-len(self._ready) // len(senders))
            room = min(link.machine.room(), share, allowed)
            request, ready = link.machine.request, self._ready
            for _ in range(room):
                queued = ready.popleft()
                try:
                    request(queued.submission.pdu, now, queued)
                except (ProtocolError, ValueError) as error:
                    log.error("%s: not sent: %s", self.carrier.name, error)
                    self._fail(queued, Status.SUBMITFAIL)
            allowed -= room
            self._tokens -= room
            if room == 0 or link.machine.room() <= 0:
                senders.remove(link)
            link.flush()

    def _refill(self, now: float) -> None:
        rate = self.carrier.rate
        if rate is not None:
            # The bucket holds a second's worth.
            self._tokens = min(rate, self._tokens + (now - self._refilled) * rate)
        self._refilled = now

    def taken(self, taken: Sequence[_Queued]) -> None:
        """The carrier has these."""
        if not taken:
            return
        self.counters.taken += len(taken)
        self._refused_in_a_row = 0
        self._pause_s = max(PAUSE_MIN_S, self._pause_s / 2 ** min(len(taken), HALVINGS_MAX))
        self._queued -= len(taken)
        behind, ready = self._behind, self._ready
        for queued in taken:
            waiting = behind.get(queued.phone)
            if waiting:
                ready.append(waiting.popleft())
            else:
                behind.pop(queued.phone, None)

    def again(self, queued: _Queued, status: int | None, settlements: list[Settlement]) -> None:
        """Not taken: once more if that can help, in its place before all others to that phone."""
        if status in THROTTLING:
            self._throttled()
            self._ready.appendleft(queued)
            return
        queued.attempts += 1
        if status is None and queued.attempts < ATTEMPTS_MAX:
            asyncio.get_running_loop().call_later(UNANSWERED_AGAIN_S, self._once_more, queued)
            return
        if status in TEMPORARY and queued.attempts < ATTEMPTS_MAX:
            self._ready.appendleft(queued)
            return
        self.counters.failed += 1
        self._queued -= 1
        self._next_for(queued.phone)
        settlements.append(Settlement(queued.submission.key, None, status))

    def _once_more(self, queued: _Queued) -> None:
        self._ready.appendleft(queued)
        self.pump()

    def _throttled(self) -> None:
        """Slow down, but only once for all that was under way when the carrier said so."""
        self.counters.throttled += 1
        # What was refused does not count towards what the carrier allows.
        if self.carrier.rate is not None:
            self._tokens = min(self.carrier.rate, self._tokens + 1)
        self._refused_in_a_row += 1
        now = self.now()
        if self._refused_in_a_row >= THROTTLES_IN_A_ROW and now >= self._paused_until:
            self._paused_until = now + self._pause_s
            self._pause_s = min(PAUSE_MAX_S, self._pause_s * 2)

    def _fail(self, queued: _Queued, status: int) -> None:
        self.counters.failed += 1
        self._queued -= 1
        self._next_for(queued.phone)
        self.settle([Settlement(queued.submission.key, None, status)])

    def settle(self, settlements: list[Settlement]) -> None:
        """Tell the owner."""
        self.handler.settled(self.carrier, settlements)
