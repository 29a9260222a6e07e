"""A call of ours: it is tried, rings, is answered, refused, or given up. RFC 3261, section 13.2."""

from __future__ import annotations

from dataclasses import replace

from ivr.sip import reliable, session_timer
from ivr.sip.bodies import session_of
from ivr.sip.call import Call
from ivr.sip.dialog import Dialog
from ivr.sip.errors import CommandError, ProtocolError
from ivr.sip.events import Answered, Cause, Progress
from ivr.sip.flow import Flow
from ivr.sip.keeper import Keeper
from ivr.sip.layer import Outgoing
from ivr.sip.leg import ALLOW, SUPPORTED, Phase
from ivr.sip.message import Response
from ivr.sip.peers import SILENT_S
from ivr.sip.sdp import Sdp
from ivr.sip.session_timer import MIN_SE_S, SESSION_EXPIRES_S
from ivr.sip.transaction import Do
from ivr.sip.trunk import Trunk
from ivr.sip.uri import host_port

RINGING_S_MAX = 60.0
"""How long a call of ours may ring."""
AUTHORIZATIONS_MAX = 2
"""Challenges that are answered: the first, and one for a stale nonce."""
FORKS_MAX = 8
"""Branches of a forked call whose provisional responses are followed."""


class OutgoingCall(Call):
    """A call of which we are the calling end."""

    def __init__(
        self,
        name: str,
        keeper: Keeper[Call],
        trunk: Trunk,
        number: str,
        caller: str,
        sdp: Sdp | None,
        now: float,
        *,
        ring_s: float = RINGING_S_MAX,
    ) -> None:
        peers = keeper.peers(trunk.name).order(now)
        if not peers:
            raise CommandError(f"trunk {trunk.name} takes no calls: it has no peer that is known")
        layer = keeper.layer
        own = host_port(trunk.host or layer.local.host_for(peers[0]), None)
        dialog = Dialog(
            call_id=f"{layer.token()}@{own}",
            local_tag=name,
            remote_tag="",
            local=f"<sip:{caller or trunk.caller or 'anonymous'}@{trunk.domain or own}>;tag={name}",
            remote="",
            target="",
            flow=peers[0],
        )
        super().__init__(name, keeper, trunk, dialog, Phase.CALLING)
        self.owns_call_id = True
        self._number = number
        self._peer: Flow = peers[0]
        self._others = peers[1:]
        """To be tried if that one does not answer."""
        self._sdp = sdp
        self._authorizations = 0
        self._authorization = ""
        self._min_se_s = MIN_SE_S
        self._cancelled = False
        self._given_up: Cause | None = None
        self._rings = False
        self._forks: dict[str, Dialog] = {}
        self._acknowledged: dict[str, int] = {}
        """The last RSeq of each branch."""
        self._answered_early = False
        self._invite: Outgoing
        self._try(peers[0], now)
        self.wake(now + ring_s, "ring")

    def _try(self, peer: Flow, now: float) -> None:
        """Call by way of that peer."""
        host = self.trunk.domain or host_port(peer.host, peer.port)
        transport = "" if peer.transport == "udp" else f";transport={peer.transport}"
        self._peer = self.dialog.flow = peer
        self.dialog.remote = f"<sip:{self._number}@{host}>"
        self.dialog.target = f"sip:{self._number}@{host}{transport}"
        self._send_invite(now)
        if self._others:
            self.wake(now + SILENT_S, f"silent {self._invite.branch}")

    def _try_next(self, now: float) -> bool:
        """Whether there was another peer to try. RFC 3263, section 4.3."""
        self.keeper.peers(self.trunk.name).failed(self._peer, now)
        if self._given_up is not None or not self._others:
            return False
        self._authorization, self._authorizations = "", 0
        self._try(self._others.pop(0), now)
        return True

    def _send_invite(self, now: float) -> None:
        body = b"" if self._sdp is None else self.describe(self._sdp)
        kind = "Content-Type: application/sdp\r\n" if body else ""
        interval = max(SESSION_EXPIRES_S, self._min_se_s)
        headers = (
            f"{self.contact_line}{ALLOW}{SUPPORTED}{self._authorization}"
            f"Session-Expires: {interval}\r\nMin-SE: {self._min_se_s}\r\n{kind}"
        )
        invite, peer = self.dialog.request("INVITE", self.layer), self._peer
        self._invite = invite

        def take(do: Do, response: Response | None, now: float) -> None:
            if invite is self._invite:
                self._answer(do, response, now)
            elif response is not None:
                self._answered_in_vain(invite, peer, response, now)

        self.layer.ask(invite, peer, now, take, headers=headers, body=body)

    # --- commands ---

    def hang_up(self, now: float, reason: str = "") -> None:
        """End the call; before its answer by CANCEL."""
        self.require("hang_up")
        if self.phase is Phase.CALLING:
            self._give_up(Cause.CLOSED, now)
        else:
            super().hang_up(now, reason)

    def _give_up(self, cause: Cause, now: float) -> None:
        if self._given_up is None:
            self._given_up = cause
            if self._rings:
                self._cancel(now)

    def _cancel(self, now: float) -> None:
        """Section 9.1: only after a provisional response; no final one within 64*T1 is as if there were none."""
        if not self._cancelled:
            self._cancelled = True
            self.layer.cancel(self._invite, self._peer, now)
            self.wake(now + 64 * self.layer.times.t1_s, "cancelled")

    # --- responses ---

    def _answer(self, do: Do, response: Response | None, now: float) -> None:
        if response is None:
            if self.phase is Phase.CALLING and not self._try_next(now):
                status = 408 if do is Do.TIMED_OUT else 503
                self.end(self._given_up or Cause.NO_ANSWER, now, status)
            return
        status = response.status
        if status >= 300:
            if self.phase is Phase.CALLING:
                self._refused(response, now)
        elif status >= 200:
            self._accepted(response, now)
        elif self.phase is Phase.CALLING:
            self._rings = True
            if self._given_up is not None:
                self._cancel(now)
            elif status > 100:
                self._provisional(response, now)

    def _answered_in_vain(
        self, invite: Outgoing, peer: Flow, response: Response, now: float
    ) -> None:
        """A peer that was silent for too long speaks up after all: the call is another's by now."""
        if response.status < 200:
            self.layer.cancel(invite, peer, now)
        elif response.status < 300:
            self._end_branch(response.receiver.tag, response, invite.number, peer, now)

    def _provisional(self, response: Response, now: float) -> None:
        try:
            tag = response.receiver.tag
            number = reliable.sequence_of(response)
            remote = session_of(response)
        except ProtocolError:
            return
        if tag and not self._early(tag, response):
            return
        if number is not None:
            last = self._acknowledged.get(tag)
            if last is not None and number != last + 1:
                # RFC 3262, section 4: a repetition, or one that is out of order.
                return
            self._acknowledged[tag] = number
            self._acknowledge_early(tag, number, now)
        if remote is not None and self._sdp is not None:
            self._answered_early = True
        self.emit(Progress(self.name, response.status, remote if self._sdp else None))

    def _early(self, tag: str, response: Response) -> bool:
        if tag in self._forks:
            return True
        if len(self._forks) >= FORKS_MAX:
            return False
        fork = self._dialog_of(tag, response)
        self._forks[tag] = fork
        self.keeper.keep(fork, self)
        return True

    def end(self, cause: Cause, now: float, status: int = 0, reason: str = "") -> None:
        """The call is over, and so are the early dialogs of it, also where no final response ever came."""
        for fork in self._forks.values():
            self.keeper.drop(fork)
        self._forks.clear()
        super().end(cause, now, status, reason)

    def _dialog_of(self, tag: str, response: Response) -> Dialog:
        """The dialog that a response makes. RFC 3261, section 12.1.2."""
        try:
            contact = response.contact
            routes = tuple(reversed(response.values("record-route")))
        except ProtocolError:
            # Who cannot be told how it is reached is reached as before: an answered call is not lost over that.
            contact, routes = None, ()
        return replace(
            self.dialog,
            remote_tag=tag,
            remote=response.only("to"),
            target=str(contact.uri) if contact else self.dialog.target,
            routes=routes,
        )

    def _acknowledge_early(self, tag: str, number: int, now: float) -> None:
        fork = self._forks.get(tag)
        if fork is None:
            return
        fork.flow = self.way(fork, self._peer)
        # Branches share one count: whichever is answered goes on from there.
        fork.local_number = self.dialog.local_number
        prack = fork.request("PRACK", self.layer)
        self.dialog.local_number = fork.local_number
        rack = reliable.RAck(number, self._invite.number, "INVITE")
        self.layer.ask(prack, fork.flow, now, _told_enough, headers=f"RAck: {rack}\r\n")

    def _accepted(self, response: Response, now: float) -> None:
        try:
            tag = response.receiver.tag
            remote = session_of(response)
        except ProtocolError:
            tag, remote = response.receiver.tag, None
        if self.phase is not Phase.CALLING:
            self._accepted_again(tag, response, now)
            return
        number = self.dialog.local_number
        self.keeper.drop(self.dialog)
        for fork in self._forks.values():
            self.keeper.drop(fork)
        self.dialog = self._dialog_of(tag, response)
        self.dialog.local_number = number
        self._forks.clear()
        self.learn_from(response, self._peer)
        self.dialog.flow = self.way(self.dialog, self._peer)
        self.keeper.keep(self.dialog, self)
        self.phase = Phase.UP
        self.begin_to_count(now)
        self.offers.local = self._sdp
        if self._given_up is not None:
            # Our CANCEL crossed their answer: the call is up, so it is ended as calls that are up are (section 9.1).
            self.offers.acknowledge(self._invite.number)
            self.bye(now)
            self.end(self._given_up, now)
            return
        self.offers.renewal.set(session_timer.settle(response), now)
        if self._sdp is None:
            self._acknowledge_late(remote, now)
            return
        self.offers.acknowledge(self._invite.number)
        if remote is None and not self._answered_early:
            self.bye(now, "no answer to the offer")
            self.end(Cause.NO_MEDIA, now)
            return
        self.emit(Answered(self.name, remote))

    def _acknowledge_late(self, remote: Sdp | None, now: float) -> None:
        """A delayed offer: what we have to say goes with the ACK, so our owner is asked before it is sent."""
        if remote is None:
            self.offers.acknowledge(self._invite.number)
            self.bye(now, "no offer")
            self.end(Cause.NO_MEDIA, now)
            return
        self.awaits_answer = True
        self.emit(Answered(self.name, remote))

    awaits_answer = False
    """Whether our ACK waits for `complete`."""

    def complete(self, sdp: Sdp) -> None:
        """Answer the offer that came with their answer to a call we offered nothing in."""
        if self.awaits_answer:
            self.awaits_answer = False
            self.offers.local = sdp
            self.offers.acknowledge(self._invite.number, self.describe(sdp))

    def _accepted_again(self, tag: str, response: Response, now: float) -> None:
        """The 2xx again, whose ACK was lost; or that of another branch, which is ended (section 13.2.2.4)."""
        if tag == self.dialog.remote_tag or self._given_up is not None:
            self.offers.acknowledge_again()
            return
        self._end_branch(tag, response, self._invite.number, self.dialog.flow, now)

    def _end_branch(
        self, tag: str, response: Response, number: int, flow: Flow, now: float
    ) -> None:
        other = self._dialog_of(tag, response)
        other.flow = flow
        self.layer.send(flow, other.acknowledge(number, self.layer).encode())
        other.local_number = number
        self.layer.ask(other.request("BYE", self.layer), flow, now, _told_enough)

    def _refused(self, response: Response, now: float) -> None:
        status = response.status
        if self._given_up is None:
            if status in (401, 407) and self._authorizations < AUTHORIZATIONS_MAX:
                line = self.authorize(response, "INVITE", self._invite.uri)
                if line:
                    self._authorizations += 1
                    self._authorization = line
                    self._send_invite(now)
                    return
            if status == 422 and self._min_se_s == MIN_SE_S:
                # RFC 4028, section 7.3.
                wanted = session_timer.least(response)
                if wanted is not None and wanted > MIN_SE_S:
                    self._min_se_s = wanted
                    self._send_invite(now)
                    return
            if status == 503 and self._try_next(now):
                return
        # A redirection is not followed: it would dial what no allow-list holds.
        cause = self._given_up or Cause.REFUSED
        self.end(cause, now, status, response.reason[:200])

    # --- time ---

    def fire(self, name: str, now: float) -> None:
        """A timer ran out."""
        if self.phase is Phase.CALLING:
            if name == "ring":
                self._give_up(Cause.NO_ANSWER, now)
            elif name == "cancelled" and self._given_up is not None:
                self.end(self._given_up, now, 408)
            elif name == f"silent {self._invite.branch}" and not self._rings:
                self._try_next(now)
            return
        super().fire(name, now)


def _told_enough(_do: Do, _response: Response | None, _now: float) -> None:
    """Whatever is answered changes nothing."""
