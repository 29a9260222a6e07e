"""Audio by IPv6 on one raw socket for all ports: the header of UDP is a column, the kernel writes IP's and the checksum.

A raw socket of IPv6 takes no header of IP and gives none (RFC 3542, section 3): what comes begins with UDP's, and the kernel
tells the source beside it. UDP's checksum, which IPv6 needs (RFC 8200, section 8.1), is the kernel's work too.
"""

import numpy as np

from ivr.media.counting import Count
from ivr.media.datagrams import (
    AT_ONCE_MAX,
    IPV6,
    TRUNCATED,
    Incoming,
    Lane,
    receive,
    send_all,
)
from ivr.media.memory import Columns, Memory
from ivr.media.traffic import HEADERS_BYTES, RTP_AT, UDP, UDP_AT, Arrived, Leaving
from ivr.rtp.codec import FRAME_BYTES

FULL_BYTES = HEADERS_BYTES - UDP_AT + FRAME_BYTES
"""A datagram with a frame of 20 ms."""


class RawWire6:
    """One raw socket of IPv6."""

    def __init__(self, descriptor: int, memory: Memory) -> None:
        self._descriptor = descriptor
        self._columns: Columns = memory.columns
        self._counts = memory.counts
        self._lanes: dict[int, Lane] = {}
        self._in = Incoming(IPV6, UDP.itemsize)

    def send(self, leaving: Leaving) -> None:
        """Send them all by one call of the kernel."""
        count = len(leaving.rows6)
        if count == 0:
            return
        rows = leaving.rows6
        lane = self._lanes.get(leaving.group)
        if lane is None:
            lane = self._lanes[leaving.group] = Lane(leaving, IPV6, skip=UDP_AT)
        udp = leaving.headers[:, UDP_AT:RTP_AT].view(UDP)[:, 0]
        if leaving.fresh:
            # The ports stand in UDP's header; in a raw socket's name there is none.
            lane.names["host"] = self._columns.remote_ip6[leaving.first :][: len(lane.names)]
            lane.out[:count] = lane.messages[rows]
            udp["source"][rows] = self._columns.port[leaving.first + rows]
            udp["port"][rows] = self._columns.remote_port[leaving.first + rows]
            udp["bytes"][rows] = FULL_BYTES
        udp["sum"][rows] = 0
        lane.payloads[:] = leaving.addresses
        for row, size in leaving.short:
            lane.payload_bytes[row] = size
            udp["bytes"][row] = FULL_BYTES - FRAME_BYTES + size
        self._counts[Count.SENT] += count
        self._counts[Count.UNSENT] += send_all(self._descriptor, lane.out_at, count)
        for row, _ in leaving.short:
            lane.payload_bytes[row] = FRAME_BYTES
            udp["bytes"][row] = FULL_BYTES

    def receive(self) -> Arrived | None:
        """What came, at most AT_ONCE_MAX; None when nothing did. It holds until the next call."""
        room = self._in
        room.messages["name_bytes"] = IPV6.name.itemsize
        count = receive(self._descriptor, room.at, AT_ONCE_MAX)
        if count <= 0:
            return None
        before = room.before[:count].view(UDP)[:, 0]
        size = np.minimum(room.messages["bytes"][:count], before["bytes"]).astype(np.int64)
        lengths = size - UDP.itemsize
        lengths[room.messages["flags"][:count] & TRUNCATED != 0] = 0
        return Arrived(
            room.rows[:count],
            np.maximum(lengths, 0),
            before["port"].astype(np.uint16),
            np.zeros(count, np.uint32),
            before["source"].astype(np.uint16),
            room.names["host"][:count].copy(),
        )
