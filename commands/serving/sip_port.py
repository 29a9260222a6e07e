"""The port that SIP is listened for on: by each host and transport the same one."""

from __future__ import annotations

import socket
from collections.abc import Callable

from ivr.signalling.endpoint import Endpoint

TRIES_MAX = 20


async def started(make: Callable[[int], Endpoint], host: str, port: int) -> Endpoint:
    """An endpoint that listens on this port, or on any if it is 0. Raises OSError.

    What is free for UDP at one host may be taken for TCP, or at another, and by any program as long as we have not all of it.
    """
    for tries_left in reversed(range(1 if port else TRIES_MAX)):
        endpoint = make(port or free_port(host))
        try:
            await endpoint.start()
        except OSError:
            await endpoint.close()
            if not tries_left:
                raise
        else:
            return endpoint
    raise AssertionError


def is_free(host: str, port: int) -> bool:
    """Whether nobody has this UDP port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port(host: str) -> int:
    """A UDP port that is free now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]
