"""Addresses of this machine that a browser is told; this machine itself too, for a browser that runs on it."""

from __future__ import annotations

from functools import cache

import aioice.ice

LOOPBACK = "127.0.0.1"


@cache
def tell_loopback() -> None:
    """Have ICE gather 127.0.0.1 as well: aioice leaves it out, and a demonstration has no other network."""
    others = aioice.ice.get_host_addresses

    def addresses(use_ipv4: bool, use_ipv6: bool) -> list[str]:
        return [*([LOOPBACK] if use_ipv4 else []), *others(use_ipv4, use_ipv6)]

    aioice.ice.get_host_addresses = addresses
