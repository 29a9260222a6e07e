"""Packets on their way in and out, a row each."""

from dataclasses import dataclass, field

import numpy as np

from ivr.media.memory import I64, U8, U16, U32
from ivr.media.remote import NO_IP6, Remote

UDP_AT = 20
RTP_AT = 28
HEADERS_BYTES = 40
"""The headers of IP and UDP, which a raw socket is given too, and RTP's."""
UDP = np.dtype([("source", ">u2"), ("port", ">u2"), ("bytes", ">u2"), ("sum", "u2")])
"""UDP's header: RFC 768."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """Datagrams that came, in order of arrival. Rows may hold more than the datagram, left by an earlier one."""

    rows: U8
    """From the first byte of RTP or RTCP on."""
    lengths: I64
    ports: U16
    """The local port that each came to."""
    hosts: U32
    """Where each came from by IPv4, in network order; 0: by IPv6."""
    sources: U16
    """The port each came from."""
    hosts6: U8 | None = None
    """Where each came from by IPv6, 16 bytes a row; None: all of them came by IPv4."""

    def source_of(self, row: int) -> Remote:
        """Where one came from."""
        ip6 = NO_IP6 if self.hosts6 is None else self.hosts6[row].tobytes()
        return Remote(int(self.hosts[row]), ip6, int(self.sources[row]))


@dataclass(slots=True)
class Leaving:
    """RTP packets of one group to send: a header of ours, and a payload that lies in memory already.

    There is a row for each call that the group may have; `rows` are sent by IPv4, `rows6` by IPv6. The arrays are the group's own
    and are written anew the next time.
    """

    group: int
    first: int
    """The call of the first row."""
    rows: I64
    rows6: I64
    headers: U8
    """HEADERS_BYTES a row, of which IP's and UDP's are left to whoever sends."""
    addresses: I64
    """Where each payload lies."""
    sums: U32
    """Of each payload, the sum of its 16-bit words as the machine reads them."""
    short: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    """Rows whose payload is not a frame of 160 bytes, and how long it is."""
    sealed: list[int] = field(default_factory=list[int])
    """Rows whose calls agreed on SRTP."""
    fresh: bool = True
    """Calls came, went or moved since the last time."""


@dataclass(frozen=True, slots=True)
class Notice:
    """An RTCP packet."""

    slot: int
    data: bytes
    at: float = 0.0
    """When it came; 0: it is to be sent."""
