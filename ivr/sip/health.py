"""Whether a trunk is there: OPTIONS now and then, with patience before it is called down. RFC 3261, section 11."""

from __future__ import annotations

from ivr.sip.call import Keeper
from ivr.sip.events import TrunkHealth
from ivr.sip.layer import Outgoing
from ivr.sip.message import Response
from ivr.sip.transaction import Do
from ivr.sip.trunk import Trunk
from ivr.sip.uri import host_port

FAILURES_MAX = 2
"""Questions in a row that go unanswered before a trunk is down: one may be lost, or fall into a restart."""


class Health:
    """One trunk's health. Nothing is known before the first answer."""

    def __init__(self, keeper: Keeper, trunk: Trunk, now: float) -> None:
        assert trunk.peer is not None
        self.up: bool | None = None
        self.round_trip_s: float | None = None
        self._keeper = keeper
        self._layer = keeper.layer
        self._trunk = trunk
        self._peer = trunk.peer
        self._failures = 0
        self._asked_at = now
        self._ask(now)

    def _ask(self, now: float) -> None:
        layer, peer, trunk = self._layer, self._peer, self._trunk
        host = trunk.domain or host_port(peer.host, peer.port)
        own = trunk.host or layer.local.host
        request = Outgoing(
            "OPTIONS",
            f"sip:{host}",
            layer.local.via(peer.transport),
            layer.branch(),
            f"<sip:{host_port(own, None)}>;tag={layer.token()}",
            f"<sip:{host}>",
            layer.token(),
            1,
        )
        self._asked_at = now
        contact = layer.local.contact(peer.transport)
        headers = f"Contact: {contact}\r\nAccept: application/sdp\r\n"
        layer.ask(request, peer, now, self._answer, headers=headers)

    def _answer(self, do: Do, response: Response | None, now: float) -> None:
        if response is not None and response.status < 200:
            return
        self._layer.timers.set(now + self._trunk.options_every_s, self, "ask")
        if response is not None and response.status != 503:
            # Any answer shows that somebody is there, 405 as well; 503 says that he takes no calls.
            self.round_trip_s = now - self._asked_at
            self._failures = 0
            self._become(True, f"it answered {response.status}")
            return
        self._failures += 1
        if self._failures >= FAILURES_MAX:
            why = "no answer" if do is Do.TIMED_OUT else "it cannot be reached"
            self._become(False, why if response is None else "503 Service Unavailable")

    def _become(self, up: bool, why: str) -> None:
        if up is not self.up:
            self.up = up
            self._keeper.emit(TrunkHealth(self._trunk.name, up, why))

    def fire(self, name: str, now: float) -> None:
        """It is time to ask again."""
        del name
        self._ask(now)
