"""The far ends of a trunk, in the order in which they are tried. RFC 3263, section 4.3; RFC 2782.

Those that are down come last, for a call that none takes is lost anyway. Among the others the lowest priority comes first,
and within one priority chance decides by weight. A call that meets a 503, silence or a broken transport goes to the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from ivr.sip.events import SipEvent, TrunkHealth
from ivr.sip.flow import Flow
from ivr.sip.health import Health
from ivr.sip.layer import Layer
from ivr.sip.trunk import Trunk
from ivr.sip.uri import host_port

PEERS_MAX = 16
"""Of one trunk."""
AVOIDED_S = 60.0
"""A peer that failed a request is tried after the others for so long."""
SILENT_S = 4.0
"""A peer that has not said a word to an INVITE by then is left for the next, if there is one. Timer B (32 s) is longer than
anybody waits for a tone."""


class Peer(NamedTuple):
    """One far end."""

    flow: Flow
    priority: int = 0
    "The lower, the sooner it is tried."
    weight: int = 0
    "Its share of what goes to its priority."


def peers_of(trunk: Trunk) -> tuple[Peer, ...]:
    """The peers that a trunk names itself, each before the next."""
    return tuple(Peer(flow, priority) for priority, flow in enumerate(trunk.peers))


class Peers:
    """The far ends of one trunk."""

    def __init__(
        self,
        trunk: Trunk,
        layer: Layer,
        emit: Callable[[SipEvent], None],
        peers: Iterable[Peer],
        now: float,
    ) -> None:
        self.health: dict[Flow, Health] = {}
        """Of those that are asked by OPTIONS."""
        self._trunk = trunk
        self._layer = layer
        self._emit = emit
        self._peers: tuple[Peer, ...] = ()
        self._avoided: dict[Flow, float] = {}
        """Until when."""
        self.set(peers, now)

    def set(self, peers: Iterable[Peer], now: float) -> None:
        """These are the peers from now on; what is known of those that stay is kept."""
        self._peers = tuple(peers)[:PEERS_MAX]
        flows = {peer.flow for peer in self._peers}
        for gone in self.health.keys() - flows:
            self.health.pop(gone).stop()
        self._avoided = {flow: until for flow, until in self._avoided.items() if flow in flows}
        if self._trunk.options_every_s > 0:
            for peer in self._peers:
                if peer.flow not in self.health:
                    self.health[peer.flow] = Health(
                        self._trunk, peer.flow, self._layer, self._became, now
                    )

    @property
    def up(self) -> bool | None:
        """Whether any answers; None while nobody knows."""
        known = [health.up for health in self.health.values()]
        return True if True in known else None if None in known or not known else False

    @property
    def hosts(self) -> frozenset[str]:
        """Addresses of all of them."""
        return frozenset(peer.flow.host for peer in self._peers)

    def order(self, now: float) -> list[Flow]:
        """All of them, the one to be tried first first."""
        groups: dict[tuple[bool, int], list[Peer]] = {}
        for peer in self._peers:
            groups.setdefault((self._is_poor(peer.flow, now), peer.priority), []).append(peer)
        return [peer.flow for key in sorted(groups) for peer in self._by_weight(groups[key])]

    def failed(self, flow: Flow, now: float) -> None:
        """A request to that one came to nothing."""
        self._avoided[flow] = now + AVOIDED_S

    def _is_poor(self, flow: Flow, now: float) -> bool:
        health = self.health.get(flow)
        return self._avoided.get(flow, now) > now or (health is not None and health.up is False)

    def _by_weight(self, peers: list[Peer]) -> list[Peer]:
        """RFC 2782, page 4: drawn one by one, each by its weight; those of none have a small chance."""
        rest = sorted(peers, key=lambda peer: peer.weight > 0)
        drawn: list[Peer] = []
        while len(rest) > 1:
            mark = int(self._layer.token(), 16) % (sum(peer.weight for peer in rest) + 1)
            for peer in rest:
                mark -= peer.weight
                if mark <= 0:
                    drawn.append(peer)
                    rest.remove(peer)
                    break
        return drawn + rest

    def _became(self, flow: Flow, up: bool, why: str) -> None:
        if up:
            self._avoided.pop(flow, None)
        peer = host_port(flow.host, flow.port)
        self._emit(TrunkHealth(self._trunk.name, self.up is not False, why, peer, up))
