"""Where a call's packets go and come from: a host by IPv4 or IPv6, and a port."""

import socket
import sys
from ipaddress import ip_address
from typing import NamedTuple

import numpy as np

from ivr.media.memory import IP6_BYTES, Columns

NO_IP6 = bytes(IP6_BYTES)


class Remote(NamedTuple):
    """One end of a call on the network. A host stands in one of its two places, as zeroes in the other."""

    ip: int
    """32 bits in network order, as the kernel takes them."""
    ip6: bytes
    port: int

    @property
    def host(self) -> str:
        """As people write it."""
        if self.ip6 != NO_IP6:
            return socket.inet_ntop(socket.AF_INET6, self.ip6)
        return ".".join(map(str, self.ip.to_bytes(4, sys.byteorder)))


def read_remote(host: str, port: int) -> Remote:
    """The end that an address and a port tell. Raises ValueError for what is none."""
    if not 0 < port < 0x10000:
        raise ValueError(f"no port: {port}")
    address = ip_address(host)
    if address.version == 6 and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if address.is_unspecified:
        raise ValueError(f"nothing can be sent to {host}")
    if address.version == 4:
        return Remote(int.from_bytes(address.packed, sys.byteorder), NO_IP6, port)
    return Remote(0, address.packed, port)


def remote_of(columns: Columns, slot: int) -> Remote:
    """Where a call's packets go."""
    return Remote(
        int(columns.remote_ip[slot]),
        columns.remote_ip6[slot].tobytes(),
        int(columns.remote_port[slot]),
    )


def source_of(columns: Columns, slot: int) -> Remote:
    """Where a call's packets last came from."""
    return Remote(
        int(columns.source_ip[slot]),
        columns.source_ip6[slot].tobytes(),
        int(columns.source_port[slot]),
    )


def send_to(columns: Columns, slot: int, remote: Remote) -> None:
    """Let a call's packets go there."""
    columns.remote_ip[slot] = remote.ip
    columns.remote_ip6[slot] = np.frombuffer(remote.ip6, np.uint8)
    columns.remote_port[slot] = remote.port


def came_from(columns: Columns, slot: int, source: Remote) -> None:
    """Remember where a call's packets come from."""
    columns.source_ip[slot] = source.ip
    columns.source_ip6[slot] = np.frombuffer(source.ip6, np.uint8)
    columns.source_port[slot] = source.port
