"""Where the name of a trunk's peer leads: NAPTR, SRV and addresses by DNS. RFC 3263, section 4; RFC 2782; RFC 3403."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from ivr.sip.flow import Flow
from ivr.sip.peers import PEERS_MAX, Peer

if TYPE_CHECKING:
    from dns.asyncresolver import Resolver
    from dns.rdtypes.IN.NAPTR import NAPTR
    from dns.rdtypes.IN.SRV import SRV

ANY_TRANSPORT = "any"
"""Of a flow whose transport DNS is to say."""
LOOKUP_S = 5.0
"""One look-up has so long."""
TTL_S_MIN, TTL_S_MAX = 30.0, 3_600.0
"""A name is looked up again when its records are so old, whatever they say themselves."""

log = logging.getLogger(__name__)

_PORTS = {"udp": 5060, "tcp": 5060, "tls": 5061}
_SERVICES = {"SIP+D2U": "udp", "SIP+D2T": "tcp", "SIPS+D2T": "tls"}
"""RFC 3263, section 4.1."""
_SRV_NAMES = {"udp": "_sip._udp", "tcp": "_sip._tcp", "tls": "_sips._tcp"}


@dataclass(frozen=True, slots=True)
class Found:
    """What a name leads to."""

    peers: tuple[Peer, ...]
    ttl_s: float
    "When to look again."


class NotFoundError(Exception):
    """No address is known for that name."""


class Resolving(Protocol):
    """Whoever finds peers; tests have one without DNS."""

    async def find(self, flows: Sequence[Flow]) -> Found:
        """Where calls to these go, each before the next. Raises NotFoundError if nothing is found for any."""
        ...


def is_address(host: str) -> bool:
    """Whether there is nothing to look up."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


class DnsResolver:
    """Asks the system's name servers, or those that are named."""

    def __init__(self, nameservers: Sequence[str] = (), port: int = 53) -> None:
        self._nameservers = list(nameservers)
        self._port = port

    async def find(self, flows: Sequence[Flow]) -> Found:
        """See Resolving. Priorities of a later flow come after all of an earlier one."""
        peers: list[Peer] = []
        ttl_s = TTL_S_MAX
        for flow in flows:
            first = peers[-1].priority + 1 if peers else 0
            try:
                found, lasts_s = await self._find(flow)
            except NotFoundError:
                log.warning("no address is known for %s", flow.host)
                ttl_s = TTL_S_MIN
                continue
            peers += [peer._replace(priority=first + peer.priority) for peer in found]
            ttl_s = min(ttl_s, lasts_s)
        if not peers:
            raise NotFoundError(", ".join(flow.host for flow in flows))
        return Found(tuple(peers[:PEERS_MAX]), max(TTL_S_MIN, ttl_s))

    async def _find(self, flow: Flow) -> tuple[list[Peer], float]:
        transport = "udp" if flow.transport == ANY_TRANSPORT else flow.transport
        if is_address(flow.host):
            return [Peer(Flow(transport, flow.host, flow.port or _PORTS[transport]))], TTL_S_MAX
        if flow.port:
            # Section 4.2: a port that is given is not looked up.
            return await self._at(flow.host, transport, flow.port, 0, 0), TTL_S_MAX
        found, ttl_s = await self._services(flow)
        if found:
            return found, ttl_s
        return await self._at(flow.host, transport, _PORTS[transport], 0, 0), TTL_S_MIN

    async def _services(self, flow: Flow) -> tuple[list[Peer], float]:
        """By SRV; NAPTR says by which, where the transport is open."""
        names = [(flow.transport, f"{_SRV_NAMES.get(flow.transport, '')}.{flow.host}")]
        ttl_s = TTL_S_MAX
        if flow.transport == ANY_TRANSPORT:
            rules, lasts_s = await self._records(flow.host, "NAPTR")
            ttl_s = min(ttl_s, lasts_s)
            names = _by_rules(rules) or [
                (transport, f"{name}.{flow.host}") for transport, name in _SRV_NAMES.items()
            ]
        peers: list[Peer] = []
        for transport, name in names:
            records, lasts_s = await self._records(name, "SRV")
            first = peers[-1].priority + 1 if peers else 0
            ttl_s = min(ttl_s, lasts_s)
            for record in sorted(_services(records), key=lambda r: r.priority):
                target = record.target.to_text(omit_final_dot=True)
                if target in ("", "."):
                    # RFC 2782: a target of "." says that there is no such service.
                    continue
                try:
                    peers += await self._at(
                        target, transport, record.port, first + record.priority, record.weight
                    )
                except NotFoundError:
                    continue
        return peers, ttl_s

    async def _at(
        self, host: str, transport: str, port: int, priority: int, weight: int
    ) -> list[Peer]:
        """The addresses of a name, as the system knows them."""
        if is_address(host):
            return [Peer(Flow(transport, host, port), priority, weight)]
        if self._nameservers:
            hosts = [
                str(record)
                for kind in ("A", "AAAA")
                for record in (await self._records(host, kind))[0]
            ]
        else:
            hosts = await _known_to_the_system(host, port)
        if not hosts:
            raise NotFoundError(host)
        return [Peer(Flow(transport, address, port), priority, weight) for address in hosts]

    async def _records(self, name: str, kind: str) -> tuple[list[object], float]:
        import dns.exception

        try:
            answer = await self._resolver().resolve(
                name, kind, lifetime=LOOKUP_S, raise_on_no_answer=False
            )
        except (dns.exception.DNSException, OSError):
            return [], TTL_S_MIN
        records: list[object] = [] if answer.rrset is None else list(answer.rrset)
        return records, float(answer.rrset.ttl) if answer.rrset is not None else TTL_S_MAX

    def _resolver(self) -> Resolver:
        # Imported when a name is looked up at all: most peers are addresses.
        import dns.asyncresolver
        import dns.resolver

        try:
            made = dns.asyncresolver.Resolver(configure=not self._nameservers)
        except dns.resolver.NoResolverConfiguration:
            made = dns.asyncresolver.Resolver(configure=False)
            made.nameservers = ["127.0.0.1"]
        if self._nameservers:
            made.nameservers = list(self._nameservers)
            made.port = self._port
        return made


async def _known_to_the_system(host: str, port: int) -> list[str]:
    try:
        found = await asyncio.wait_for(
            asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_DGRAM), LOOKUP_S
        )
    except (OSError, TimeoutError, ValueError):  # ValueError: no name at all, such as a..b
        return []
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _services(records: list[object]) -> list[SRV]:
    from dns.rdtypes.IN.SRV import SRV

    return [record for record in records if isinstance(record, SRV)]


def _by_rules(records: list[object]) -> list[tuple[str, str]]:
    """Transports with the names of their SRV records, the one that the domain likes best first."""
    from dns.rdtypes.IN.NAPTR import NAPTR

    rules: list[NAPTR] = [record for record in records if isinstance(record, NAPTR)]
    rules.sort(key=lambda rule: (rule.order, rule.preference))
    return [
        (transport, rule.replacement.to_text(omit_final_dot=True))
        for rule in rules
        if (transport := _SERVICES.get(rule.service.decode("latin-1").upper())) is not None
        and rule.flags.lower() == b"s"
    ]
