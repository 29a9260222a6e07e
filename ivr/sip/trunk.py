"""Trunks: the lines to the telephone network, and who may bring calls over them."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from ivr.sip.digest import ALGORITHMS, Secret
from ivr.sip.flow import Flow
from ivr.sip.numbers import NOBODY, AllowList

SOURCES_MAX = 4_096
"""Addresses whose trunk is remembered."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Trunk:
    """One trunk.

    Raises ValueError where it cannot work as written.
    """

    name: str
    networks: tuple[Network, ...]
    "Where its requests come from; whoever is in none of any trunk's hears nothing from us."
    numbers: AllowList = field(default_factory=AllowList)
    "The numbers that are dialled over it; empty takes all, and the voice channel knows which are whose."
    secret: Secret | None = None
    "What its INVITEs must prove to know; None where the address is enough."
    algorithms: tuple[str, ...] = ALGORITHMS
    "What it is challenged with; some peers read the first challenge alone, and then MD5 has to stand alone."
    peer: Flow | None = None
    "Where calls of ours go; None where it takes none. A name with port 0 is looked up by SRV (RFC 3263)."
    spares: tuple[Flow, ...] = ()
    "Tried in turn where `peer` does not answer."
    peer_secret: Secret | None = None
    "What we prove to know when it challenges us."
    domain: str = ""
    "The host in the URIs of calls of ours; the peer's address where it is not said."
    write: Callable[[str], str] = str
    "How it wants the numbers written that we call over it; lists of numbers hold them as they are kept."
    caller: str = ""
    "The number that calls of ours show."
    allowed: AllowList = NOBODY
    "What may be dialled over it at all, whatever a seller allows."
    calls_max: int = 1_000
    "Lines: past it a call is busy (486)."
    options_every_s: float = 0.0
    "How often it is asked whether it is there; 0 never asks."
    register: bool = False
    "Whether it wants to be told where we are."
    register_s: int = 600
    host: str = ""
    "What it reaches us at, where that is not what everybody reaches us at."

    def __post_init__(self) -> None:
        if not self.networks:
            raise ValueError(f"trunk {self.name}: name the networks that its calls come from")
        if self.register and (self.peer is None or self.peer_secret is None):
            raise ValueError(f"trunk {self.name}: to register it needs a peer and a peer_secret")

    def holds(self, host: str) -> bool:
        """Whether that address is of this trunk; a name is of none."""
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return False
        return any(address in network for network in self.networks) or any(
            peer.host == host for peer in self.peers
        )

    @property
    def peers(self) -> tuple[Flow, ...]:
        """All that are named."""
        return () if self.peer is None else (self.peer, *self.spares)


def networks(*texts: str) -> tuple[Network, ...]:
    """Networks from `10.1.0.0/16`, `192.0.2.7` or `2001:db8::/32`. Raises ValueError."""
    return tuple(ipaddress.ip_network(text) for text in texts)


class Trunks:
    """All trunks, by where a message came from."""

    def __init__(self, trunks: tuple[Trunk, ...]) -> None:
        self.all = trunks
        self.by_name = {trunk.name: trunk for trunk in trunks}
        if len(self.by_name) != len(trunks):
            raise ValueError("two trunks have one name")
        self._known: OrderedDict[str, tuple[Trunk, ...]] = OrderedDict()
        self._hosts: dict[str, frozenset[str]] = {}
        """Addresses of peers that were looked up, by trunk."""

    def of(self, host: str) -> tuple[Trunk, ...]:
        """The trunks that an address belongs to, in their order; none for a stranger."""
        found = self._known.get(host)
        if found is None:
            found = tuple(
                trunk
                for trunk in self.all
                if trunk.holds(host) or host in self._hosts.get(trunk.name, ())
            )
            self._known[host] = found
            if len(self._known) > SOURCES_MAX:
                self._known.popitem(last=False)
        return found

    def reach(self, trunk: str, hosts: frozenset[str]) -> None:
        """Its peers are at these addresses now, and may send from there."""
        self._hosts[trunk] = hosts
        self._known.clear()

    def takes(self, here: tuple[Trunk, ...], number: str) -> Trunk | int:
        """The trunk over which a number may be dialled from here, or the status to refuse with.

        404 where no trunk has the number, 403 where only a trunk has it that this address does not belong to.
        """
        for trunk in here:
            if not trunk.numbers.entries or trunk.numbers.holds(number):
                return trunk
        return 403 if any(trunk.numbers.holds(number) for trunk in self.all) else 404
