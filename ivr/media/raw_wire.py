"""Audio by IPv4 on one raw socket for all ports: the headers of IP and UDP are columns like the others."""

import socket
import struct
import sys

import numpy as np

from ivr.media.counting import Count
from ivr.media.datagrams import (
    AT_ONCE_MAX,
    IPV4,
    TRUNCATED,
    Incoming,
    Lane,
    receive,
    send_all,
)
from ivr.media.memory import U32, Columns, Memory
from ivr.media.settings import Settings
from ivr.media.sockets import EXPEDITED
from ivr.media.traffic import HEADERS_BYTES, RTP_AT, UDP, UDP_AT, Arrived, Leaving
from ivr.rtp.codec import FRAME_BYTES

BEFORE_BYTES = 28
"""An IP header without options, and UDP's."""
UDP_BYTES = HEADERS_BYTES - UDP_AT
"""The headers of UDP and RTP."""
FULL_BYTES = UDP_BYTES + FRAME_BYTES
"""A datagram with a frame of 20 ms."""
CHECKSUM_WORD = 13
ONES = np.uint32(0xFFFF)
STILL_WORDS = (10, 11, 12, 18, 19)
CHANGING_WORDS = (14, 15, 16, 17)
"""The 16-bit words of UDP's and RTP's header: ports, length and SSRC stay; type, sequence and timestamp change."""
IP_HEADER = struct.Struct("!BBHHHBBHII")
"""RFC 791, without options. The kernel writes its length and its checksum."""
DONT_FRAGMENT = 0x4000
TTL = 64
DESTINATION_AT = 16

BEFORE = np.dtype(
    [
        ("first", "u1"),
        ("ip", "u1", 11),
        ("source_host", "u4"),
        ("host", "u4"),
        ("source", ">u2"),
        ("port", ">u2"),
        ("bytes", ">u2"),
        ("sum", "u2"),
    ]
)


def _word(value: int) -> int:
    """A 16-bit number of the network as the machine reads it."""
    return int.from_bytes(value.to_bytes(2), sys.byteorder)


_UDP = _word(0x11)
"""The protocol, a word of the pseudo header that the checksum is of."""


class _Lane(Lane):
    """A group's messages, with what their checksums are made of."""

    def __init__(self, leaving: Leaving) -> None:
        super().__init__(leaving, IPV4, skip=0)
        count = len(leaving.addresses)
        self.words = leaving.headers.view(np.uint16)
        self.udp = leaving.headers[:, UDP_AT:RTP_AT].view(UDP)[:, 0]
        self.ip = leaving.headers[:, :UDP_AT]
        self.still: U32 = np.zeros(count, np.uint32)
        """The sum of what does not change from packet to packet."""
        self.sums: U32 = np.zeros(count, np.uint32)


class RawWire:
    """One raw socket of IPv4."""

    def __init__(self, descriptor: int, memory: Memory, settings: Settings) -> None:
        self._descriptor = descriptor
        self._columns: Columns = memory.columns
        self._counts = memory.counts
        self._lanes: dict[int, _Lane] = {}
        self._in = Incoming(IPV4, BEFORE_BYTES)
        self._host = int.from_bytes(socket.inet_aton(settings.host))
        host = int.from_bytes(socket.inet_aton(settings.host), sys.byteorder)
        self._host_sum = (host & 0xFFFF) + (host >> 16) + _UDP

    def send(self, leaving: Leaving) -> None:
        """Send them all by one call of the kernel."""
        lane = self._lanes.get(leaving.group)
        if lane is None:
            lane = self._lanes[leaving.group] = _Lane(leaving)
        if leaving.fresh:
            self._renew(lane, leaving)
        count = len(leaving.rows)
        if count == 0:
            return
        lane.payloads[:] = leaving.addresses
        sums, words = lane.sums, lane.words
        np.add(lane.still, leaving.sums, out=sums)
        # Of RTP's header the first three words and the timestamp's two change; of UDP's nothing.
        for word in CHANGING_WORDS:
            sums += words[:, word]
        for row, size in leaving.short:
            sums[row] += 2 * (_word(UDP_BYTES + size) + 0xFFFF - _word(FULL_BYTES))
            lane.payload_bytes[row] = size
            lane.udp["bytes"][row] = UDP_BYTES + size
        # RFC 1071: the complement of a sum in which what runs over 16 bits is added below. It is never 0, which would
        # tell that there is none (RFC 768).
        np.remainder(sums, ONES, out=sums)
        np.subtract(ONES, sums, out=sums)
        np.copyto(words[:, CHECKSUM_WORD], sums, casting="unsafe")
        self._counts[Count.SENT] += count
        self._counts[Count.UNSENT] += send_all(self._descriptor, lane.out_at, count)
        for row, _ in leaving.short:
            lane.payload_bytes[row] = FRAME_BYTES
            lane.udp["bytes"][row] = FULL_BYTES

    def _renew(self, lane: _Lane, leaving: Leaving) -> None:
        """Where each packet goes, after calls came, went or moved."""
        columns = self._columns
        span = slice(leaving.first, leaving.first + len(leaving.addresses))
        remote = columns.remote_ip[span]
        lane.ip[:] = np.frombuffer(self._ip_header(0), np.uint8)
        lane.ip[:, DESTINATION_AT:].view(np.uint32)[:, 0] = remote
        lane.udp["source"] = columns.port[span]
        lane.udp["port"] = columns.remote_port[span]
        lane.udp["bytes"] = FULL_BYTES
        lane.names["host"] = remote
        lane.still[:] = (remote & np.uint32(0xFFFF)) + (remote >> np.uint32(16))
        lane.still += np.uint32(self._host_sum + _word(FULL_BYTES))
        for word in STILL_WORDS:
            lane.still += lane.words[:, word]
        lane.out[: len(leaving.rows)] = lane.messages[leaving.rows]

    def _ip_header(self, destination: int) -> bytes:
        return IP_HEADER.pack(
            0x45,
            EXPEDITED,
            0,
            0,
            DONT_FRAGMENT,
            TTL,
            socket.IPPROTO_UDP,
            0,
            self._host,
            destination,
        )

    def receive(self) -> Arrived | None:
        """What came, at most AT_ONCE_MAX; None when nothing did. It holds until the next call."""
        room = self._in
        count = receive(self._descriptor, room.at, AT_ONCE_MAX)
        if count <= 0:
            return None
        before = room.before[:count].view(BEFORE)[:, 0]
        size = room.messages["bytes"][:count].astype(np.int64)
        lengths = np.minimum(size, before["bytes"].astype(np.int64) + 20) - BEFORE_BYTES
        # An IP header with options would shift everything; audio has none.
        usable = (before["first"] == 0x45) & (room.messages["flags"][:count] & TRUNCATED == 0)
        lengths[~usable] = 0
        return Arrived(
            room.rows[:count],
            np.maximum(lengths, 0),
            before["port"].astype(np.uint16),
            before["source_host"].copy(),
            before["source"].astype(np.uint16),
        )
