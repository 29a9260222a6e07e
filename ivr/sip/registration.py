"""REGISTER, as a client: telling a trunk where we are, for as long as it wants to know. RFC 3261, section 10.2.

A peer that says nothing for SILENT_S is left for the next one, as with an INVITE: Timer F (32 s) is half a minute without calls. The last
one has all its time; after that all are tried again, later and later.
"""

from __future__ import annotations

from collections.abc import Callable

from ivr.sip.digest import choose, credentials
from ivr.sip.errors import ProtocolError
from ivr.sip.events import Registration, SipEvent
from ivr.sip.flow import Flow
from ivr.sip.grammar import is_digits
from ivr.sip.layer import Layer, Outgoing
from ivr.sip.message import Response
from ivr.sip.peers import SILENT_S, Peers
from ivr.sip.transaction import Do
from ivr.sip.trunk import Trunk
from ivr.sip.uri import host_port

REFRESH_SHARE = 0.8
"""Renewed when so much of what was granted is over."""
EXPIRES_S_MIN = 30
EXPIRES_S_MAX = 86_400
RETRY_S_MIN = 5.0
RETRY_S_MAX = 300.0
"""Doubled while it is refused or not answered."""
CHALLENGES_MAX = 2


class Registering:
    """One registration, kept up until `stop`."""

    def __init__(
        self,
        trunk: Trunk,
        peers: Peers,
        layer: Layer,
        emit: Callable[[SipEvent], None],
        now: float,
    ) -> None:
        self.registered = False
        self._peers = peers
        self._layer = layer
        self._emit = emit
        self._trunk = trunk
        self._peer: Flow | None = None
        """With whom: the first that answers, and him as long as he does."""
        self._tried: set[Flow] = set()
        """Peers that said nothing, since one last did or all were tried."""
        self._waits = False
        """Nothing has come yet on the latest request."""
        self._call_id = self._layer.token()
        self._number = 0
        self._expires_s = trunk.register_s
        self._retry_s = RETRY_S_MIN
        self._challenges = 0
        self._count = 0
        self._clock = 0
        self._stopping = False
        self._begin(now)

    def stop(self, now: float) -> None:
        """Take the registration back."""
        self._stopping = True
        self._challenges = 0
        if self.registered and self._peer is not None:
            self._send("", self._peer, now)

    def _begin(self, now: float) -> None:
        if not self.registered:
            self._peer = next(iter(self._untried(now)), None)
        if self._peer is None:
            self._failed("its peer's name is not found", now)
        else:
            self._send("", self._peer, now)

    def _untried(self, now: float) -> list[Flow]:
        return [peer for peer in self._peers.order(now) if peer not in self._tried]

    def _send(self, authorization: str, peer: Flow, now: float) -> None:
        self._number += 1
        self._clock += 1
        trunk, layer = self._trunk, self._layer
        domain = trunk.domain or host_port(peer.host, peer.port)
        secret = trunk.peer_secret
        user = f"{secret.username}@" if secret else ""
        contact = layer.local.contact(peer, trunk.host, secret.username if secret else "")
        expires_s = 0 if self._stopping else self._expires_s
        request = Outgoing(
            "REGISTER",
            f"sip:{domain}",
            layer.local.via(peer),
            layer.branch(),
            f"<sip:{user}{domain}>;tag={layer.token()}",
            f"<sip:{user}{domain}>",
            self._call_id,
            self._number,
        )
        headers = f"Contact: {contact}\r\nExpires: {expires_s}\r\n{authorization}"

        number = self._number

        def take(do: Do, response: Response | None, now: float) -> None:
            # What comes late is of a peer that was left.
            if number == self._number:
                self._waits = False
                self._answer(peer, do, response, now)

        self._waits = True
        layer.ask(request, peer, now, take, headers=headers)
        layer.timers.set(now + SILENT_S, self, f"silent {number}")

    def _answer(self, peer: Flow, do: Do, response: Response | None, now: float) -> None:
        if response is None:
            self._unheard("no answer" if do is Do.TIMED_OUT else "it cannot be reached", peer, now)
            return
        status = response.status
        if status < 200:
            return
        if status < 300:
            self._granted(peer, response, now)
        elif status in (401, 407) and self._challenges < CHALLENGES_MAX:
            self._challenges += 1
            self._authorize(peer, response, now)
        elif status == 423 and not self._stopping:
            # Section 10.2.8: it wants to be told less often.
            try:
                least = response.whole("min-expires", EXPIRES_S_MAX)
            except ProtocolError:
                least = None
            if least is None or least <= self._expires_s:
                self._failed(f"{status} {response.reason}", now)
            else:
                self._expires_s = least
                self._send("", peer, now)
        else:
            self._failed(f"{status} {response.reason}", now)

    def _authorize(self, peer: Flow, response: Response, now: float) -> None:
        proxy = response.status == 407
        name = "proxy-authenticate" if proxy else "www-authenticate"
        secret = self._trunk.peer_secret
        try:
            challenge = choose(response.headers.get(name, []))
        except ProtocolError:
            challenge = None
        if secret is None or challenge is None:
            self._failed("its challenge cannot be answered", now)
            return
        domain = self._trunk.domain or host_port(peer.host, peer.port)
        value = credentials(challenge, secret, "REGISTER", f"sip:{domain}", 1, self._layer.token())
        self._send(f"{'Proxy-Authorization' if proxy else 'Authorization'}: {value}\r\n", peer, now)

    def _granted(self, peer: Flow, response: Response, now: float) -> None:
        self._challenges = 0
        self._retry_s = RETRY_S_MIN
        self._tried.clear()
        if self._stopping:
            self.registered = False
            self._emit(Registration(self._trunk.name, False, "taken back"))
            return
        granted = self._granted_s(peer, response)
        self.registered = True
        self._emit(Registration(self._trunk.name, True, "granted", granted))
        self._layer.timers.set(
            now + max(EXPIRES_S_MIN, granted) * REFRESH_SHARE, self, str(self._clock)
        )

    def _granted_s(self, peer: Flow, response: Response) -> int:
        """What the registrar grants: the contact's own `expires`, else the header's (section 10.2.4)."""
        own = self._layer.local.contact(peer, self._trunk.host)
        try:
            for contact in response.addresses("contact"):
                expires = contact.parameter("expires")
                if expires and is_digits(expires) and contact.uri.host in own:
                    return min(int(expires[:9]), EXPIRES_S_MAX)
            found = response.whole("expires", 2**32 - 1)
        except ProtocolError:
            found = None
        return self._expires_s if found is None else min(found, EXPIRES_S_MAX)

    def _unheard(self, why: str, peer: Flow, now: float) -> None:
        """Nothing came of a peer: the next one is asked at once, if there is one."""
        self._tried.add(peer)
        if self._stopping or not self._untried(now):
            self._failed(why, now)
            return
        self._lost(why, now)
        self._begin(now)

    def _failed(self, why: str, now: float) -> None:
        self._lost(why, now)
        self._tried.clear()
        if not self._stopping:
            self._layer.timers.set(now + self._retry_s, self, str(self._clock))
            self._retry_s = min(self._retry_s * 2, RETRY_S_MAX)

    def _lost(self, why: str, now: float) -> None:
        self._challenges = 0
        self.registered = False
        if self._peer is not None:
            self._peers.failed(self._peer, now)
        self._emit(Registration(self._trunk.name, False, why))

    def fire(self, name: str, now: float) -> None:
        """It is time to renew, to try again, or to ask another peer."""
        if name == str(self._clock) and not self._stopping:
            self._begin(now)
        elif name == f"silent {self._number}" and self._waits and self._peer is not None:
            others = set(self._untried(now)) - {self._peer}
            if others and not self._stopping:
                self._unheard("no answer", self._peer, now)
