"""The whole of SIP for one endpoint, without I/O: datagrams and time in, events and datagrams out.

    stack.receive(data, flow, now)     a datagram, or a message cut out of a stream
    stack.timer(), stack.run(now)      when it wants to be called next, and that call
    stack.take_out(), take_events()    what to send, and what happened, each once

reception.py takes what comes, callbook.py knows which calls are up; what our owner asks for is here.
"""

from __future__ import annotations

from collections.abc import Mapping

from ivr.sip.call import Call
from ivr.sip.callbook import CallBook
from ivr.sip.door import Door
from ivr.sip.errors import CommandError, NotAllowedError
from ivr.sip.events import SipEvent
from ivr.sip.flow import Flow
from ivr.sip.incoming import IncomingCall
from ivr.sip.layer import Chance, Layer
from ivr.sip.numbers import AllowList, plain
from ivr.sip.outgoing import RINGING_S_MAX, OutgoingCall
from ivr.sip.peers import Peer
from ivr.sip.reception import Reception
from ivr.sip.registration import Registering
from ivr.sip.replaces import Replaces
from ivr.sip.sdp import Sdp
from ivr.sip.settings import Settings
from ivr.sip.standing import Standing
from ivr.sip.trunk import Trunk, Trunks
from ivr.sip.uri import Uri


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
        self.book = CallBook(self.layer, trunks, found or {}, now)
        self.calls = self.book.calls
        """Those that are up, by name."""
        door = Door(
            settings.realm,
            f"{chance.getrandbits(256):064x}".encode(),
            settings.calls_per_s_max,
            settings.retry_after_s,
            chance,
            now,
        )
        self.reception = Reception(settings, self.trunks, self.layer, self.book, door)
        self.counters = self.reception.counters
        for trunk in trunks:
            self.trunks.reach(trunk.name, self.book.peers(trunk.name).hosts)
        self.registrations = {
            t.name: Registering(t, self.book.peers(t.name), self.layer, self.book.emit, now)
            for t in trunks
            if t.register
        }
        """By trunk, of those that want it."""

    def receive(
        self, data: bytes, flow: Flow, now: float, standing: Standing = Standing.FREE
    ) -> None:
        """See Reception."""
        self.reception.receive(data, flow, now, standing)

    def broken(self, flow: Flow, now: float) -> None:
        """A connection is gone, or an address cannot be reached."""
        self.layer.broken(flow, now)

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
        if self.reception.draining or len(self.calls) >= self.settings.calls_max or self.layer.full:
            raise CommandError("no call is begun now")
        if self.book.lines(trunk) >= way.calls_max:
            raise CommandError(f"all lines of trunk {trunk} are taken")
        if caller and not plain(caller):
            raise NotAllowedError(f"{caller!r} is no number to call from")
        call = OutgoingCall(
            self.layer.token(),
            self.book,
            way,
            way.write(wanted),
            plain(caller),
            sdp,
            now,
            ring_s=ring_s,
        )
        self.book.begin(call)
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
        self.reception.draining = True
        for registering in self.registrations.values():
            registering.stop(now)

    @property
    def is_quiet(self) -> bool:
        """Whether no call is up, and all who were hung up on know it."""
        return not self.calls and not self.layer.takes_leave

    def set_peers(self, trunk: str, peers: tuple[Peer, ...], now: float) -> None:
        """The far ends of that trunk are others now."""
        self.book.peers(trunk).set(peers, now)
        self.trunks.reach(trunk, self.book.peers(trunk).hosts)

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
        events, self.book.events = self.book.events, []
        return events
