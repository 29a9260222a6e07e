"""Audio through a socket for each port: what is left where raw sockets are not allowed, by IPv4 or IPv6."""

import select

import numpy as np

from ivr.media.counting import Count
from ivr.media.datagrams import (
    AT_ONCE_MAX,
    IPV6,
    MESSAGE,
    TRUNCATED,
    Family,
    Incoming,
    Lane,
    address_of,
    receive,
    send_all,
)
from ivr.media.memory import Columns, Memory
from ivr.media.settings import Settings
from ivr.media.traffic import RTP_AT, Arrived, Leaving
from ivr.rtp.codec import FRAME_BYTES

PORT_PACKETS_MAX = 16
"""Packets taken from one port's socket before the next one's turn."""


class PortWire:
    """A socket for each port of one family."""

    def __init__(
        self, family: Family, descriptors: tuple[int, ...], memory: Memory, settings: Settings
    ) -> None:
        self._family = family
        self._columns: Columns = memory.columns
        self._counts = memory.counts
        self._lanes: dict[int, Lane] = {}
        self._in = Incoming(family, 0)
        self._descriptors = descriptors
        self._ports = {each: settings.port + 2 * at for at, each in enumerate(descriptors)}
        self._poll = select.epoll()
        for each in descriptors:
            self._poll.register(each, select.EPOLLIN)

    def send(self, leaving: Leaving) -> None:
        """Send them all, a call of the kernel each: each leaves by its own socket."""
        rows: list[int] = self._family.rows(leaving).tolist()
        if not rows:
            return
        lane = self._lanes.get(leaving.group)
        if lane is None:
            lane = self._lanes[leaving.group] = Lane(leaving, self._family, skip=RTP_AT)
        if leaving.fresh:
            span = slice(leaving.first, leaving.first + len(leaving.addresses))
            lane.names["host"] = self._family.remotes(self._columns, span)
            lane.names["port"] = self._columns.remote_port[span]
        lane.payloads[:] = leaving.addresses
        for row, size in leaving.short:
            lane.payload_bytes[row] = size
        at, unsent = address_of(lane.messages), 0
        for row in rows:
            descriptor = self._descriptors[leaving.first + row]
            unsent += send_all(descriptor, at + row * MESSAGE.itemsize, 1)
        self._counts[Count.SENT] += len(rows)
        self._counts[Count.UNSENT] += unsent
        for row, _ in leaving.short:
            lane.payload_bytes[row] = FRAME_BYTES

    def receive(self) -> Arrived | None:
        """What came, at most AT_ONCE_MAX; None when nothing did. It holds until the next call."""
        room, at = self._in, 0
        ports = np.empty(AT_ONCE_MAX, np.uint16)
        room.messages["name_bytes"] = self._family.name.itemsize
        for each, _ in self._poll.poll(0, AT_ONCE_MAX // PORT_PACKETS_MAX):
            count = receive(each, room.at + at * MESSAGE.itemsize, PORT_PACKETS_MAX)
            if count > 0:
                ports[at : at + count] = self._ports[each]
                at += count
        if at == 0:
            return None
        lengths = room.messages["bytes"][:at].astype(np.int64)
        lengths[room.messages["flags"][:at] & TRUNCATED != 0] = 0
        hosts = room.names["host"][:at].copy()
        sources = room.names["port"][:at].astype(np.uint16)
        if self._family is IPV6:
            none = np.zeros(at, np.uint32)
            return Arrived(room.rows[:at], lengths, ports[:at], none, sources, hosts)
        return Arrived(room.rows[:at], lengths, ports[:at], hosts, sources)
