"""A carrier that is away, and texts that wait for it in the outbox, beside the one that the load is."""

from __future__ import annotations

import socket
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.orders import past
from store.sqlite import SqliteStore

_NAME = "away"
_SETTINGS = """
[[carrier]]
name = "{name}"
host = "127.0.0.1"
port = {port}
system_id = "dialcart"
password = "dialcart"
"""


@contextmanager
def away(databases: Sequence[Path], texts: int, code: str, now: int) -> Generator[str]:
    """Its settings, and so many texts of it in these databases; it is away as long as this lasts."""
    for path in databases:
        path.parent.mkdir(exist_ok=True)
        SqliteStore(path).close()
        past.write_outbox(path, texts // len(databases), code, now, _NAME)
    with socket.socket() as nobody:
        # It listens to nobody, and keeps its port.
        nobody.bind(("127.0.0.1", 0))
        yield _SETTINGS.format(name=_NAME, port=nobody.getsockname()[1])
