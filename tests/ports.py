"""Ports that a test names before somebody listens there, or that are left and taken again."""

import os
import socket
from itertools import count
from pathlib import Path

FIRST, LAST = 8_000, 20_000
"""Below what kernels give away by themselves, and what media planes take: nobody comes upon one of these."""
EACH = 40
"""Of a process: where tests run side by side each begins elsewhere."""
_NEXT = count(os.getpid() * EACH)


def own_port() -> int:
    """A port of this machine that is free for TCP and UDP, and stays so for who asked for it."""
    for number in _NEXT:
        port = FIRST + number % (LAST - FIRST)
        if _is_free(port, socket.SOCK_STREAM) and _is_free(port, socket.SOCK_DGRAM):
            return port
    raise AssertionError


def is_listened_on(port: int) -> bool:
    """Whether somebody is there by UDP: who is called before is not there."""
    # A look that binds it could be in the way of who is about to.
    open_ones = Path("/proc/net/udp").read_text().splitlines()[1:]
    return any(int(line.split()[1].rpartition(":")[2], 16) == port for line in open_ones)


def _is_free(port: int, kind: socket.SocketKind) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
