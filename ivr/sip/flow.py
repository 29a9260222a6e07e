"""The way to a peer: a transport, the address at the other end, and for streams the connection."""

from __future__ import annotations

from typing import NamedTuple


class Flow(NamedTuple):
    """Where bytes came from, or go."""

    transport: str
    "udp, tcp or tls."
    host: str
    "An IP address without brackets."
    port: int
    connection: int = 0
    "Which connection, for streams; 0 asks the edge for one to that address. For datagrams which of our addresses it came to."

    @property
    def reliable(self) -> bool:
        """Whether the transport resends by itself, so that we do not."""
        return self.transport != "udp"
