"""Our leg of a call: its dialog, where requests within it are sent, how they are proven, and its timers.

ivr.sip.call has what is negotiated and ended by them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

from ivr.sip.address import Address
from ivr.sip.dialog import Dialog, next_hop
from ivr.sip.digest import choose, credentials
from ivr.sip.errors import CommandError, ProtocolError
from ivr.sip.events import Cause, SipEvent
from ivr.sip.flow import Flow
from ivr.sip.layer import Layer, Outgoing
from ivr.sip.message import Message, Response
from ivr.sip.numbers import NOBODY, AllowList
from ivr.sip.sdp import Sdp
from ivr.sip.timers import Entry
from ivr.sip.transaction import Do
from ivr.sip.trunk import Trunk
from ivr.sip.uri import Uri
from ivr.sip.validity import METHODS

ALLOW = f"Allow: {', '.join(METHODS)}\r\n"
SUPPORTED = "Supported: timer, 100rel, replaces\r\n"
ENTRIES_MAX = 16
"""Timers of a call, after which those that have fired are forgotten."""
CALL_S_MAX = 4 * 3600.0
"""A call that lasts longer is ended: nobody shops for four hours, but a line that hangs does."""


class Phase(StrEnum):
    """Where a call is."""

    RINGING = "ringing"
    "It came, and is not answered."
    CALLING = "calling"
    "It is ours, and is not answered."
    ANSWERED = "answered"
    "We answered; the other end has not acknowledged."
    UP = "up"
    ENDED = "ended"


COMMANDS: dict[Phase, frozenset[str]] = {
    Phase.RINGING: frozenset({"progress", "answer", "refuse", "hang_up"}),
    Phase.CALLING: frozenset({"hang_up"}),
    Phase.ANSWERED: frozenset({"hang_up"}),
    Phase.UP: frozenset({"hang_up", "reoffer", "accept", "reject", "refer", "report_transfer"}),
    Phase.ENDED: frozenset(),
}


class Answering(Protocol):
    """What is done with the answer to a request within the call."""

    def __call__(self, do: Do, response: Response | None, now: float, /) -> object: ...


class Leg:
    """One leg. `name` is our own tag, which nobody can guess."""

    def __init__(
        self,
        name: str,
        layer: Layer,
        emit: Callable[[SipEvent], None],
        trunk: Trunk,
        dialog: Dialog,
        phase: Phase,
    ) -> None:
        """`emit` tells the voice channel."""
        self.name = name
        self.layer = layer
        self.emit = emit
        self.trunk = trunk
        self.dialog = dialog
        self.phase = phase
        self.allowed: AllowList = NOBODY
        """Whom the other end may have us call, by REFER."""
        self.peer_allows: frozenset[str] = frozenset()
        self.owns_call_id = False
        """Whether we made the dialog: who did waits longer when offers cross."""
        self._described: Sdp | None = None
        self._version = 0
        self._session_id = int(name[:8], 16) if name[:8].isalnum() else 1
        self._entries: list[Entry] = []
        self._challenged = 0

    @property
    def has_ended(self) -> bool:
        """Whether it is over."""
        return self.phase is Phase.ENDED

    def require(self, command: str) -> None:
        """Raises CommandError where the phase does not allow a command."""
        if command not in COMMANDS[self.phase]:
            raise CommandError(f"a call that is {self.phase} cannot {command.replace('_', ' ')}")

    def ask(
        self,
        method: str,
        now: float,
        answer: Answering,
        headers: str = "",
        body: bytes = b"",
    ) -> Outgoing:
        """Send a request within the call. What is answered goes to `answer`; a challenge is met once before."""
        outgoing = self.dialog.request(method, self.layer)
        contact = self.contact_line if method in ("INVITE", "UPDATE", "REFER") else ""

        def take(do: Do, response: Response | None, now: float) -> None:
            if response is not None and response.status in (401, 407) and self._challenged == 0:
                authorization = self.authorize(response, method, outgoing.uri)
                if authorization:
                    self._challenged = 1
                    self.ask(method, now, answer, headers + authorization, body)
                    return
            if response is not None and response.status >= 200:
                self._challenged = 0
            answer(do, response, now)

        self.layer.ask(outgoing, self.dialog.flow, now, take, headers=contact + headers, body=body)
        return outgoing

    def bye(self, now: float, reason: str = "") -> None:
        """Send a BYE; nobody waits for its answer."""
        if not self.dialog.remote_tag:
            return
        headers = f'Reason: SIP;cause=200;text="{_safe(reason)}"\r\n' if reason else ""
        outgoing = self.dialog.request("BYE", self.layer)

        def take(_do: Do, response: Response | None, now: float) -> None:
            if response is not None and response.status in (401, 407) and self._challenged < 2:
                self._challenged = 2
                line = self.authorize(response, "BYE", outgoing.uri)
                if line:
                    again = self.dialog.request("BYE", self.layer)
                    self.layer.ask(again, self.dialog.flow, now, _nothing, headers=headers + line)

        self.layer.ask(outgoing, self.dialog.flow, now, take, headers=headers)

    def is_gone(self, _do: Do, response: Response | None, now: float) -> bool:
        """Whether the answer to a request within the call says that there is no such call (section 12.2.1.2)."""
        status = response.status if response is not None else 408
        if status not in (408, 481):
            return False
        if not self.has_ended:
            if status == 408:
                self.bye(now)
            self.end(Cause.LOST, now, status)
        return True

    def end(self, cause: Cause, now: float, status: int = 0, reason: str = "") -> None:
        """The call is over."""
        raise NotImplementedError

    def authorize(self, response: Response, method: str, uri: str) -> str:
        """The line that answers a challenge; nothing where we cannot."""
        secret = self.trunk.peer_secret
        proxy = response.status == 407
        try:
            found = choose(
                response.headers.get("proxy-authenticate" if proxy else "www-authenticate", [])
            )
        except ProtocolError:
            return ""
        if secret is None or found is None:
            return ""
        name = "Proxy-Authorization" if proxy else "Authorization"
        value = credentials(found, secret, method, uri, 1, self.layer.token())
        return f"{name}: {value}\r\n"

    @property
    def contact_line(self) -> str:
        """Where requests of this call reach us."""
        contact = self.layer.local.contact(self.dialog.flow, self.trunk.host)
        return f"Contact: {contact}\r\n"

    @property
    def supported(self) -> str:
        """The line that says what we can do."""
        return SUPPORTED

    def describe(self, sdp: Sdp) -> bytes:
        """Our description as bytes; its version grows when it changes (RFC 3264, section 8)."""
        if sdp != self._described:
            self._described = sdp
            self._version += 1
        return sdp.encode(self._session_id, self._version)

    def learn(self, message: Message, flow: Flow) -> None:
        """The peer may move: a new Contact is the new target (target refresh, section 12.2)."""
        if "allow" in message.headers:
            self.peer_allows = frozenset(
                value.strip() for line in message.headers["allow"] for value in line.split(",")
            )
        contact = message.contact if "contact" in message.headers else None
        if contact is not None and contact.uri.scheme in ("sip", "sips"):
            self.dialog.target = str(contact.uri)
            self.dialog.flow = self.way(self.dialog, flow)

    def learn_from(self, response: Response, flow: Flow) -> None:
        """The same from a 2xx; one that cannot be read moves nobody, since the call is up whatever it says."""
        with contextlib.suppress(ProtocolError):
            self.learn(response, flow)

    def way(self, dialog: Dialog, flow: Flow) -> Flow:
        """Where requests within a dialog are sent, whose peer's messages come by `flow`."""
        hop = dialog.routes[0].strip().strip("<>") if dialog.routes else dialog.target
        try:
            uri = Address.parse(dialog.routes[0]).uri if dialog.routes else Uri.parse(hop)
        except ProtocolError:
            return flow
        return next_hop(uri, flow, uri.address == flow.host or self.trunk.holds(uri.address))

    def begin_to_count(self, now: float) -> None:
        """The call is up: from here on it has CALL_S_MAX."""
        self.wake(now + CALL_S_MAX, "longest")

    def wake(self, at: float, name: str) -> None:
        """Let `fire(name)` be called at that time, unless the call has ended by then."""
        self._entries.append(self.layer.timers.set(at, self, name))
        if len(self._entries) > ENTRIES_MAX:
            self._entries = [entry for entry in self._entries if entry.owner is not None]

    def let_timers_go(self) -> None:
        """None of them will fire, and none keeps the leg in memory."""
        for entry in self._entries:
            self.layer.timers.let_go(entry)
        self._entries.clear()

    def fire(self, name: str, now: float) -> None:
        """A timer of that name ran out."""
        raise NotImplementedError


def _nothing(_do: Do, _response: Response | None, _now: float) -> None:
    """The call is over whatever comes."""


def _safe(text: str) -> str:
    return "".join(c for c in text[:80] if c.isalnum() or c in " .,:-")
