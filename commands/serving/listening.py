"""A port that cannot be listened on, told by whose it is, what is wrong and what to write instead."""

from __future__ import annotations

import errno
import socket
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def listening(section: str, host: str, port: int, key: str = "port") -> Generator[None]:
    """Within, a service listens where its section of the settings says. Raises OSError that names both."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, told(section, host, port, key, error)) from None


def told(section: str, host: str, port: int, key: str, error: OSError) -> str:
    """Why it cannot, and what to write instead."""
    match error:
        case socket.gaierror():
            return f"`{host}` cannot be looked up; write another `host` in [{section}], such as 127.0.0.1"
        case OSError(errno=errno.EADDRNOTAVAIL):
            return f"{host} is no address of this machine; write another `host` in [{section}], such as 127.0.0.1"
        case OSError(errno=errno.EADDRINUSE):
            return f"port {port} on {host} is taken; stop what has it, or write another `{key}` in [{section}]"
        case OSError(errno=errno.EACCES):
            return f"port {port} on {host} is not for this user; write a `{key}` from 1024 up in [{section}]"
        case _:
            why = (error.strerror or str(error)).lower()
            return f"port {port} on {host} cannot be served, see `{key}` in [{section}]: {why}"
