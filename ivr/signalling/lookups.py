"""Where the peers of trunks are that have names: looked up at the start, and again when what was found grows old. RFC 3263."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import replace

from ivr.signalling.resolver import (
    ANY_TRANSPORT,
    TTL_S_MIN,
    Found,
    NotFoundError,
    Resolving,
    is_address,
)
from ivr.sip.flow import Flow
from ivr.sip.peers import Peer
from ivr.sip.trunk import Trunk

log = logging.getLogger(__name__)

Moved = Callable[[str, tuple[Peer, ...]], None]
"""Told a trunk's name, and its peers from now on."""


class Lookups:
    """Of one endpoint."""

    def __init__(
        self,
        resolver: Resolving,
        trunks: Iterable[Trunk],
        families: frozenset[bool],
        names: dict[str, str],
        moved: Moved,
    ) -> None:
        """`families`: whether UDP is spoken by IPv6, and by IPv4. `names` learns what certificates must bear, by address."""
        self._resolver = resolver
        self._families = families
        self._names = names
        self._moved = moved
        self._wanted = [trunk for trunk in trunks if not all(map(_is_known, trunk.peers))]
        self._tasks: list[asyncio.Task[None]] = []
        """One for each trunk whose peers have names."""

    async def first(self) -> dict[str, tuple[Peer, ...]]:
        """Peers of these trunks now, by trunk; from here on `moved` is told of others."""
        found = await asyncio.gather(*map(self._find, self._wanted))
        loop = asyncio.get_running_loop()
        for trunk, one in zip(self._wanted, found, strict=True):
            self._tasks.append(loop.create_task(self._go_on(trunk, one.ttl_s)))
        return {trunk.name: one.peers for trunk, one in zip(self._wanted, found, strict=True)}

    def close(self) -> None:
        """Look up nothing more."""
        for task in self._tasks:
            task.cancel()

    async def _find(self, trunk: Trunk) -> Found:
        """Where its peers are now; nowhere if nobody knows, and then soon again."""
        try:
            found = await self._resolver.find(trunk.peers)
        except NotFoundError as error:
            log.warning("trunk %s: no address is known for %s", trunk.name, error)
            return Found((), TTL_S_MIN)
        peers = tuple(
            peer
            for peer in found.peers
            if peer.flow.transport != "udp" or (":" in peer.flow.host) in self._families
        )
        for peer in peers:
            # The certificate bears the name that was looked up, not where that led (RFC 5922, section 4).
            self._names[peer.flow.host] = trunk.domain
        return Found(peers, found.ttl_s)

    async def _go_on(self, trunk: Trunk, after_s: float) -> None:
        while True:
            await asyncio.sleep(after_s)
            found = await self._find(trunk)
            after_s = found.ttl_s
            if found.peers:
                # Else those that were known are as good as any.
                self._moved(trunk.name, found.peers)


def with_domain(trunk: Trunk) -> Trunk:
    """A peer's name is what its trunk is called, unless that was said otherwise."""
    if trunk.domain or trunk.peer is None or is_address(trunk.peer.host):
        return trunk
    return replace(trunk, domain=trunk.peer.host)


def _is_known(flow: Flow) -> bool:
    return is_address(flow.host) and flow.port > 0 and flow.transport != ANY_TRANSPORT
