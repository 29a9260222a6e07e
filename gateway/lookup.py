"""Where one host is now: asked by one thread at a time, which nobody waits for at the end.

`getaddrinfo` can hang for as long as a name server is dead. In asyncio's own pool a few of these would hold up every other
name that is looked up there, such as a carrier's; here they hold up the one partner.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import threading

KEPT_S = 30.0
"""What was found is used so long."""
ADDRESSES_MAX = 4
"""Tried one after the other."""


class Lookup:
    """The addresses of one host."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._found: list[str] = [host] if _is_address(host) else []
        self._kept_until = float("inf") if self._found else 0.0
        self._asking: asyncio.Future[list[str]] | None = None

    async def addresses(self) -> list[str]:
        """Its addresses, one at least. Raises OSError."""
        loop = asyncio.get_running_loop()
        if loop.time() < self._kept_until:
            return self._found
        if self._asking is None:
            self._asking = loop.create_future()
            # Whoever asked may be gone when the answer comes.
            self._asking.add_done_callback(lambda future: future.exception())
            threading.Thread(
                target=self._look, args=(loop, self._asking), name="lookup", daemon=True
            ).start()
        return await asyncio.shield(self._asking)

    def _look(self, loop: asyncio.AbstractEventLoop, asking: asyncio.Future[list[str]]) -> None:
        """On the thread."""
        found: list[str] = []
        failed: OSError | None = None
        try:
            for *_, address in socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM):
                found.append(str(address[0]))
        except OSError as error:
            failed = error
        except UnicodeError:
            failed = OSError(0, "its name is none")
        with contextlib.suppress(RuntimeError):
            # The loop may be closed by now.
            loop.call_soon_threadsafe(self._looked, asking, found, failed)

    def _looked(
        self, asking: asyncio.Future[list[str]], found: list[str], failed: OSError | None
    ) -> None:
        self._asking = None
        if failed is not None:
            asking.set_exception(failed)
            return
        self._found = list(dict.fromkeys(found))[:ADDRESSES_MAX]
        self._kept_until = asyncio.get_running_loop().time() + KEPT_S
        asking.set_result(self._found)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
