"""RTCP of one family: a socket for each call's control port, looked into ten times a second.

Reports come and go apart from audio: a call sends one each five seconds, and to turn to each as it comes would cost a plane of a
thousand calls more than sending their audio may. The kernel tells when it took each in, so nothing is lost by waiting.
"""

import select
import socket
import struct
import time

from ivr.media.datagrams import DONT_WAIT, Family, send_one
from ivr.media.memory import Columns
from ivr.media.traffic import Notice

PORTS_MAX = 256
"""Ports that are turned to at once, for one datagram each. What floods a port fills its own buffer and is lost there."""
BYTES_MAX = 1_096
"""A longer one is cut, and is then no report."""
ANCILLARY_BYTES = 64
_TIMESPEC = struct.Struct("=qq")


class ControlWire:
    """The control ports."""

    def __init__(self, family: Family, descriptors: tuple[int, ...], columns: Columns) -> None:
        self._family = family
        self._columns = columns
        self._sockets = [
            socket.socket(family.number, socket.SOCK_DGRAM, fileno=each) for each in descriptors
        ]
        self._slots = {each: slot for slot, each in enumerate(descriptors)}
        self._poll = select.epoll()
        for each in descriptors:
            self._poll.register(each, select.EPOLLIN)

    def notify(self, notice: Notice) -> None:
        """Send a report."""
        slot, columns = notice.slot, self._columns
        send_one(
            self._sockets[slot].fileno(),
            notice.data,
            self._family.name_of(columns, slot, int(columns.control_port[slot])),
        )

    def notices(self) -> list[Notice]:
        """Datagrams that came."""
        found: list[Notice] = []
        before_monotonic_s = time.time() - time.monotonic()
        for each, _ in self._poll.poll(0, PORTS_MAX):
            slot = self._slots[each]
            try:
                data, ancillary, _, _ = self._sockets[slot].recvmsg(
                    BYTES_MAX, ANCILLARY_BYTES, DONT_WAIT
                )
            except OSError:
                # The other end's host told that nobody listens there: RTCP is not for everyone.
                continue
            at_s, at_ns = _TIMESPEC.unpack_from(ancillary[0][2])
            found.append(Notice(slot, data, at_s + at_ns * 1e-9 - before_monotonic_s))
        return found
