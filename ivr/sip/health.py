"""Whether a peer is there: OPTIONS now and then, with patience before it is called down. RFC 3261, section 11."""

from __future__ import annotations

from collections.abc import Callable

from ivr.sip.flow import Flow
from ivr.sip.layer import Layer, Outgoing
from ivr.sip.message import Response
from ivr.sip.transaction import Do
from ivr.sip.trunk import Trunk
from ivr.sip.uri import host_port

FAILURES_MAX = 2
"""Questions in a row that go unanswered before a peer is down: one may be lost, or fall into a restart."""
ANSWER_S = 5.0
"""A question that is not answered by then has failed: timer F (32 s) would send calls into the void meanwhile."""

Became = Callable[[Flow, bool, str], None]
"""Told the peer, whether it is up, and why."""


class Health:
    """One peer's health. Nothing is known before the first answer."""

    def __init__(self, trunk: Trunk, peer: Flow, layer: Layer, became: Became, now: float) -> None:
        self.up: bool | None = None
        self.round_trip_s: float | None = None
        self._layer = layer
        self._trunk = trunk
        self._peer = peer
        self._became = became
        self._failures = 0
        self._number = 0
        self._open = False
        """Whether the question of that number waits for its answer."""
        self._asked_at = now
        self._ask(now)

    def stop(self) -> None:
        """Ask no more."""
        self._number = -1

    def _ask(self, now: float) -> None:
        layer, peer, trunk = self._layer, self._peer, self._trunk
        host = trunk.domain or host_port(peer.host, peer.port)
        own = trunk.host or layer.local.host_for(peer)
        request = Outgoing(
            "OPTIONS",
            f"sip:{host}",
            layer.local.via(peer),
            layer.branch(),
            f"<sip:{host_port(own, None)}>;tag={layer.token()}",
            f"<sip:{host}>",
            layer.token(),
            1,
        )
        self._asked_at = now
        self._number += 1
        self._open = True
        number = self._number

        def take(do: Do, response: Response | None, now: float) -> None:
            if number == self._number and self._open:
                self._answer(do, response, now)

        contact = layer.local.contact(peer, trunk.host)
        headers = f"Contact: {contact}\r\nAccept: application/sdp\r\n"
        layer.timers.set(now + ANSWER_S, self, f"late {number}")
        layer.ask(request, peer, now, take, headers=headers)

    def _answer(self, do: Do, response: Response | None, now: float) -> None:
        if response is None:
            self._failed("no answer" if do is Do.TIMED_OUT else "it cannot be reached", now)
        elif response.status == 503:
            # Any other answer shows that somebody is there, 405 as well; 503 says that he takes no calls.
            self._failed("503 Service Unavailable", now)
        elif response.status >= 200:
            self._failures = 0
            self.round_trip_s = now - self._asked_at
            self._again(now)
            self._become(True, f"it answered {response.status}")

    def _failed(self, why: str, now: float) -> None:
        self._again(now)
        self._failures += 1
        if self._failures >= FAILURES_MAX:
            self._become(False, why)

    def _again(self, now: float) -> None:
        self._open = False
        self._layer.timers.set(now + self._trunk.options_every_s, self, f"ask {self._number}")

    def _become(self, up: bool, why: str) -> None:
        if up is not self.up:
            self.up = up
            self._became(self._peer, up, why)

    def fire(self, name: str, now: float) -> None:
        """It is time to ask again, or to wait no longer."""
        kind, _, number = name.partition(" ")
        if number != str(self._number):
            return
        if kind == "ask":
            self._ask(now)
        elif self._open:
            self._failed("no answer", now)
