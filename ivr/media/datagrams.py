"""Datagrams as the kernel takes and gives them, hundreds a call of it: sendmmsg and recvmmsg, reached through ctypes.

A datagram that leaves is two stretches of memory, header and payload, gathered by the kernel; nothing is put together here.
One that comes is scattered into two matrices, what the network put before it and the packet itself.
"""

import ctypes
import errno
import socket
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ivr.media.memory import U8, Columns
from ivr.media.traffic import HEADERS_BYTES, Leaving
from ivr.rtp.codec import FRAME_BYTES

AT_ONCE_MAX = 512
"""Packets received by one call of the kernel."""
ROW_BYTES = 1_096
"""A longer datagram is no audio. Not a power of two: rows would share the same lines of the cache."""
DONT_WAIT = int(socket.MSG_DONTWAIT)
TRUNCATED = int(socket.MSG_TRUNC)

# struct mmsghdr, iovec, sockaddr_in and sockaddr_in6 of 64-bit Linux.
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
NAME6 = np.dtype(
    [("family", "u2"), ("port", ">u2"), ("flow", "u4"), ("host", "u1", 16), ("scope", "u4")]
)
_NAME = struct.Struct("=H2s4s8x")
_NAME6 = struct.Struct("=H2s4x16s4x")

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


@dataclass(frozen=True, slots=True)
class Family:
    """IPv4 or IPv6: how the kernel names a host, and where its calls stand."""

    number: int
    name: np.dtype[Any]

    def remotes(self, columns: Columns, rows: slice) -> NDArray[Any]:
        """The hosts that these calls are sent to, as in a name."""
        return (columns.remote_ip if self is IPV4 else columns.remote_ip6)[rows]

    def rows(self, leaving: Leaving) -> NDArray[np.int64]:
        """The rows of a group that leave by this family."""
        return leaving.rows if self is IPV4 else leaving.rows6

    def name_of(self, columns: Columns, slot: int, port: int) -> bytes:
        """A port at the host that a call is sent to, as the kernel takes it."""
        if self is IPV4:
            return _NAME.pack(self.number, port.to_bytes(2), columns.remote_ip[slot].tobytes())
        return _NAME6.pack(self.number, port.to_bytes(2), columns.remote_ip6[slot].tobytes())


IPV4 = Family(socket.AF_INET, NAME)
IPV6 = Family(socket.AF_INET6, NAME6)


def address_of(rows: NDArray[Any]) -> int:
    """Where an array lies."""
    return int(rows.ctypes.data)


class Lane:
    """The messages of one group, a row a call, laid out once; those that are sent stand together in `out`."""

    def __init__(self, leaving: Leaving, family: Family, skip: int) -> None:
        """Without the first `skip` bytes of the headers, which are the kernel's to write."""
        count = len(leaving.addresses)
        step = np.arange(count, dtype=np.uint64)
        self.names = np.zeros(count, family.name)
        self.names["family"] = family.number
        self.parts = np.zeros((count, 2), PART)
        self.parts["at"][:, 0] = (
            address_of(leaving.headers) + step * np.uint64(HEADERS_BYTES) + np.uint64(skip)
        )
        self.parts["bytes"][:, 0] = HEADERS_BYTES - skip
        self.parts["bytes"][:, 1] = FRAME_BYTES
        self.payloads = self.parts["at"][:, 1]
        self.payload_bytes = self.parts["bytes"][:, 1]
        self.messages = _messages(self.names, self.parts)
        self.out = np.zeros(count, MESSAGE)
        self.out_at = address_of(self.out)


class Incoming:
    """Room for packets that come, laid out once."""

    def __init__(self, family: Family, before_bytes: int) -> None:
        """With so many bytes before the packet itself put apart."""
        self.before: U8 = np.zeros((AT_ONCE_MAX, before_bytes), np.uint8)
        self.rows: U8 = np.zeros((AT_ONCE_MAX, ROW_BYTES), np.uint8)
        self.names = np.zeros(AT_ONCE_MAX, family.name)
        step = np.arange(AT_ONCE_MAX, dtype=np.uint64)
        self.parts = np.zeros((AT_ONCE_MAX, 2), PART)
        self.parts["at"][:, 0] = address_of(self.before) + step * np.uint64(before_bytes)
        self.parts["bytes"][:, 0] = before_bytes
        self.parts["at"][:, 1] = address_of(self.rows) + step * np.uint64(ROW_BYTES)
        self.parts["bytes"][:, 1] = ROW_BYTES
        self.messages = _messages(self.names, self.parts)
        self.at = address_of(self.messages)


def _messages(names: NDArray[Any], parts: NDArray[Any]) -> NDArray[Any]:
    """A message a row, each of two parts."""
    step = np.arange(len(names), dtype=np.uint64)
    messages = np.zeros(len(names), MESSAGE)
    messages["name"] = address_of(names) + step * np.uint64(names.itemsize)
    messages["name_bytes"] = names.itemsize
    messages["parts"] = address_of(parts) + step * np.uint64(2 * PART.itemsize)
    messages["part_count"] = 2
    return messages


def send_all(descriptor: int, at: int, count: int) -> int:
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


def send_one(descriptor: int, data: bytes, name: bytes) -> None:
    """Send one datagram; one that cannot leave is lost, as on the network."""
    _libc.sendto(descriptor, data, ctypes.c_size_t(len(data)), DONT_WAIT, name, len(name))


def receive(descriptor: int, at: int, count: int) -> int:
    """Fill messages with what came, as many as there are; 0 or less for nothing."""
    return int(_recvmmsg(descriptor, at, count, DONT_WAIT, None))
