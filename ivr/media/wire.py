"""Packets between the plane and the kernel, hundreds a call of it: sendmmsg and recvmmsg, reached through ctypes.

A packet that leaves is two stretches of memory, header and payload, gathered by the kernel; nothing is put together here.
A packet that comes is scattered into two matrices, what the network put before it and the packet itself.
"""

import ctypes
import errno
import select
import socket
import struct
import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ivr.media.memory import U8, U32, Columns, Memory
from ivr.media.receiving import Count
from ivr.media.settings import Settings
from ivr.media.sockets import EXPEDITED
from ivr.media.traffic import HEADERS_BYTES, RTP_AT, UDP_AT, Arrived, Leaving, Notice
from ivr.rtp.codec import FRAME_BYTES

AT_ONCE_MAX = 512
"""Packets received by one call of the kernel."""
ROW_BYTES = 1_096
"""A longer datagram is no audio. Not a power of two: rows would share the same lines of the cache."""
PORT_PACKETS_MAX = 16
"""Packets taken from one port's socket before the next one's turn."""
BEFORE_BYTES = 28
"""An IP header without options, and UDP's."""
DONT_WAIT = int(socket.MSG_DONTWAIT)
TRUNCATED = int(socket.MSG_TRUNC)
UDP_BYTES = HEADERS_BYTES - UDP_AT
"""The headers of UDP and RTP."""
FULL_BYTES = UDP_BYTES + FRAME_BYTES
"""A datagram with a frame of 20 ms."""
CHECKSUM_WORD = 13
STILL_WORDS = (10, 11, 12, 18, 19)
CHANGING_WORDS = (14, 15, 16, 17)
"""The 16-bit words of UDP's and RTP's header: ports, length and SSRC stay; type, sequence and timestamp change."""
IP_HEADER = struct.Struct("!BBHHHBBHII")
"""RFC 791, without options. The kernel writes its length and its checksum."""
UDP_HEADER = struct.Struct("!HHHH")
DONT_FRAGMENT = 0x4000
TTL = 64
DESTINATION_AT = 16

# struct mmsghdr, iovec and sockaddr_in of 64-bit Linux.
MESSAGE = np.dtype(
    [
        ("name", "u8"),
        ("name_bytes", "u4"),
        ("pad1", "u4"),
        ("parts", "u8"),
        ("part_count", "u8"),
        ("control", "u8"),
        ("control_bytes", "u8"),
        ("flags", "i4"),
        ("pad2", "u4"),
        ("bytes", "u4"),
        ("pad3", "u4"),
    ]
)
PART = np.dtype([("at", "u8"), ("bytes", "u8")])
NAME = np.dtype([("family", "u2"), ("port", ">u2"), ("host", "u4"), ("zero", "u8")])
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
UDP = np.dtype([("source", ">u2"), ("port", ">u2"), ("bytes", ">u2"), ("sum", "u2")])

_NAME = struct.Struct("=H2s4s8x")
_libc = ctypes.CDLL(None, use_errno=True)
_sendmmsg = _libc.sendmmsg
_sendmmsg.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int]
_recvmmsg = _libc.recvmmsg
_recvmmsg.argtypes = [
    ctypes.c_int,
    ctypes.c_void_p,
    ctypes.c_uint,
    ctypes.c_int,
    ctypes.c_void_p,
]


def address_of(rows: NDArray[Any]) -> int:
    """Where an array lies."""
    return int(rows.ctypes.data)


def _word(value: int) -> int:
    """A 16-bit number of the network as the machine reads it."""
    return int.from_bytes(value.to_bytes(2), sys.byteorder)


_UDP = _word(0x11)
"""The protocol, a word of the pseudo header that the checksum is of."""


class _Lane:
    """The messages of one group, a row a call, laid out once; those that are sent stand together in `out`."""

    def __init__(self, leaving: Leaving, skip: int) -> None:
        count = len(leaving.addresses)
        step = np.arange(count, dtype=np.uint64)
        self.names = np.zeros(count, NAME)
        self.names["family"] = socket.AF_INET
        self.parts = np.zeros((count, 2), PART)
        self.parts["at"][:, 0] = (
            address_of(leaving.headers) + step * np.uint64(HEADERS_BYTES) + np.uint64(skip)
        )
        self.parts["bytes"][:, 0] = HEADERS_BYTES - skip
        self.parts["bytes"][:, 1] = FRAME_BYTES
        self.payloads = self.parts["at"][:, 1]
        self.payload_bytes = self.parts["bytes"][:, 1]
        self.messages = np.zeros(count, MESSAGE)
        self.messages["name"] = address_of(self.names) + step * np.uint64(NAME.itemsize)
        self.messages["name_bytes"] = NAME.itemsize
        self.messages["parts"] = address_of(self.parts) + step * np.uint64(2 * PART.itemsize)
        self.messages["part_count"] = 2
        self.out = np.zeros(count, MESSAGE)
        self.out_at = address_of(self.out)
        self.words = leaving.headers.view(np.uint16)
        self.udp = leaving.headers[:, UDP_AT:RTP_AT].view(UDP)[:, 0]
        self.ip = leaving.headers[:, :UDP_AT]
        self.still: U32 = np.zeros(count, np.uint32)
        """The sum of what does not change from packet to packet."""
        self.sums: U32 = np.zeros(count, np.uint32)
        self.carry: U32 = np.zeros(count, np.uint32)


class _Incoming:
    """Room for packets that come, laid out once."""

    def __init__(self, before_bytes: int) -> None:
        self.before: U8 = np.zeros((AT_ONCE_MAX, before_bytes), np.uint8)
        self.rows: U8 = np.zeros((AT_ONCE_MAX, ROW_BYTES), np.uint8)
        self.names = np.zeros(AT_ONCE_MAX, NAME)
        self.messages = np.zeros(AT_ONCE_MAX, MESSAGE)
        step = np.arange(AT_ONCE_MAX, dtype=np.uint64)
        self.parts = np.zeros((AT_ONCE_MAX, 2), PART)
        self.parts["at"][:, 0] = address_of(self.before) + step * np.uint64(before_bytes)
        self.parts["bytes"][:, 0] = before_bytes
        self.parts["at"][:, 1] = address_of(self.rows) + step * np.uint64(ROW_BYTES)
        self.parts["bytes"][:, 1] = ROW_BYTES
        self.messages["name"] = address_of(self.names) + step * np.uint64(NAME.itemsize)
        self.messages["name_bytes"] = NAME.itemsize
        self.messages["parts"] = address_of(self.parts) + step * np.uint64(2 * PART.itemsize)
        self.messages["part_count"] = 2
        self.at = address_of(self.messages)


class RawWire:
    """One raw socket for all ports: the headers of IP and UDP are columns like the others."""

    def __init__(self, descriptor: int, memory: Memory, settings: Settings) -> None:
        self._descriptor = descriptor
        self._columns: Columns = memory.columns
        self._counts = memory.counts
        self._lanes: dict[int, _Lane] = {}
        self._in = _Incoming(BEFORE_BYTES)
        self._host = int.from_bytes(socket.inet_aton(settings.host))
        host = int.from_bytes(socket.inet_aton(settings.host), sys.byteorder)
        self._host_sum = (host & 0xFFFF) + (host >> 16) + _UDP

    def send(self, leaving: Leaving) -> None:
        """Send them all by one call of the kernel."""
        lane = self._lanes.get(leaving.group)
        if lane is None:
            lane = self._lanes[leaving.group] = _Lane(leaving, skip=0)
        if leaving.fresh:
            self._renew(lane, leaving)
        count = len(leaving.rows)
        if count == 0:
            return
        lane.payloads[:] = leaving.addresses
        sums, words, carry = lane.sums, lane.words, lane.carry
        np.add(lane.still, leaving.sums, out=sums)
        # Of RTP's header the first three words and the timestamp's two change; of UDP's nothing.
        for word in CHANGING_WORDS:
            sums += words[:, word]
        for row, size in leaving.short:
            sums[row] += 2 * (_word(UDP_BYTES + size) + 0xFFFF - _word(FULL_BYTES))
            lane.payload_bytes[row] = size
            lane.udp["bytes"][row] = UDP_BYTES + size
        _fold(sums, carry)
        np.copyto(words[:, CHECKSUM_WORD], sums, casting="unsafe")
        self._counts[Count.SENT] += count
        self._counts[Count.UNSENT] += _send_all(self._descriptor, lane.out_at, count)
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

    def notify(self, notice: Notice) -> None:
        """Send a report."""
        columns, slot, data = self._columns, notice.slot, notice.data
        remote = int(columns.remote_ip[slot])
        destination = int.from_bytes(remote.to_bytes(4, sys.byteorder))
        source, port = int(columns.port[slot]) + 1, int(columns.control_port[slot])
        size = UDP_HEADER.size + len(data)
        total = sum(struct.unpack(f"!{len(data) // 2}H", data[: len(data) // 2 * 2]))
        total += (data[-1] << 8 if len(data) % 2 else 0) + source + port + 2 * size
        for host in (self._host, destination):
            total += (host >> 16) + (host & 0xFFFF)
        header = UDP_HEADER.pack(source, port, size, _checksum(total + socket.IPPROTO_UDP))
        _send_one(self._descriptor, self._ip_header(destination) + header + data, remote, 0)

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
        count = int(_recvmmsg(self._descriptor, room.at, AT_ONCE_MAX, DONT_WAIT, None))
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


class PortWire:
    """A socket for each port: what is left where raw sockets are not allowed."""

    def __init__(self, descriptors: tuple[int, ...], memory: Memory, settings: Settings) -> None:
        self._columns: Columns = memory.columns
        self._counts = memory.counts
        self._lanes: dict[int, _Lane] = {}
        self._in = _Incoming(0)
        self._descriptors = descriptors
        self._ports = {each: settings.port + at for at, each in enumerate(descriptors)}
        self._poll = select.epoll()
        for each in descriptors:
            self._poll.register(each, select.EPOLLIN)

    def send(self, leaving: Leaving) -> None:
        """Send them all, a call of the kernel each: each leaves by its own socket."""
        lane = self._lanes.get(leaving.group)
        if lane is None:
            lane = self._lanes[leaving.group] = _Lane(leaving, skip=RTP_AT)
        if leaving.fresh:
            span = slice(leaving.first, leaving.first + len(leaving.addresses))
            lane.names["host"] = self._columns.remote_ip[span]
            lane.names["port"] = self._columns.remote_port[span]
        lane.payloads[:] = leaving.addresses
        for row, size in leaving.short:
            lane.payload_bytes[row] = size
        at, unsent = address_of(lane.messages), 0
        rows: list[int] = leaving.rows.tolist()
        for row in rows:
            descriptor = self._descriptors[2 * (leaving.first + row)]
            unsent += _send_all(descriptor, at + row * MESSAGE.itemsize, 1)
        self._counts[Count.SENT] += len(rows)
        self._counts[Count.UNSENT] += unsent
        for row, _ in leaving.short:
            lane.payload_bytes[row] = FRAME_BYTES

    def notify(self, notice: Notice) -> None:
        """Send a report."""
        slot = notice.slot
        _send_one(
            self._descriptors[2 * slot + 1],
            notice.data,
            int(self._columns.remote_ip[slot]),
            int(self._columns.control_port[slot]),
        )

    def receive(self) -> Arrived | None:
        """What came, at most AT_ONCE_MAX; None when nothing did. It holds until the next call."""
        room, at = self._in, 0
        ports = np.empty(AT_ONCE_MAX, np.uint16)
        room.messages["name_bytes"] = NAME.itemsize
        for each, _ in self._poll.poll(0, AT_ONCE_MAX // PORT_PACKETS_MAX):
            count = int(
                _recvmmsg(each, room.at + at * MESSAGE.itemsize, PORT_PACKETS_MAX, DONT_WAIT, None)
            )
            if count > 0:
                ports[at : at + count] = self._ports[each]
                at += count
        if at == 0:
            return None
        lengths = room.messages["bytes"][:at].astype(np.int64)
        lengths[room.messages["flags"][:at] & TRUNCATED != 0] = 0
        return Arrived(
            room.rows[:at],
            lengths,
            ports[:at],
            room.names["host"][:at].copy(),
            room.names["port"][:at].astype(np.uint16),
        )


Wire = RawWire | PortWire


def _fold(sums: U32, carry: U32) -> None:
    """Make checksums of sums of words, in place: RFC 1071. Their upper halves mean nothing.

    A sum of 0xFFFF becomes 0, which tells that there is none (RFC 768): it is taken, unchecked.
    """
    for _ in range(2):
        np.right_shift(sums, 16, out=carry)
        np.bitwise_and(sums, 0xFFFF, out=sums)
        np.add(sums, carry, out=sums)
    np.invert(sums, out=sums)


def _checksum(total: int) -> int:
    """The checksum of a sum of words in network order; never 0, which would tell that there is none."""
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF or 0xFFFF


def _send_all(descriptor: int, at: int, count: int) -> int:
    """Send messages; how many the kernel did not take. A full socket loses the rest, another error its own packet."""
    unsent = 0
    while count:
        sent = int(_sendmmsg(descriptor, at, count, DONT_WAIT))
        if sent <= 0:
            if ctypes.get_errno() in (errno.EAGAIN, errno.ENOBUFS):
                return unsent + count
            sent = 1
            unsent += 1
        at += sent * MESSAGE.itemsize
        count -= sent
    return unsent


def _send_one(descriptor: int, data: bytes, host: int, port: int) -> None:
    """Send one datagram; one that cannot leave is lost, as on the network."""
    name = _NAME.pack(socket.AF_INET, port.to_bytes(2), host.to_bytes(4, sys.byteorder))
    _libc.sendto(descriptor, data, ctypes.c_size_t(len(data)), DONT_WAIT, name, len(name))
