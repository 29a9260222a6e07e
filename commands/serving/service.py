"""A service: one way into a running shop, which can be opened, drained and closed, and which says how it is.

To add one (voice, the web, the floor of agents): write a class like this in a file of its own beside this one, and name
it in commands.serve.services_of. Nothing else has to change: it is drained, asked whether it is ready, and measured
like the others.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from center.measure import Measure, Spread


class Service(Protocol):
    """One way into a running shop."""

    @property
    def name(self) -> str:
        """What operators call it."""
        ...

    async def open(self) -> None:
        """Begin. Raises OSError if the world does not let it, such as for a port that is taken."""
        ...

    async def drain(self) -> None:
        """Take nothing new, finish what was taken. Ends when there is nothing left; is cancelled after a bounded time."""
        ...

    async def close(self) -> None:
        """Let go of everything. What was not finished is on disk and goes on at the next start. Is cancelled after a second signal: lets
        go all the same, and waits for nobody."""
        ...

    def unready(self) -> str | None:
        """Why it cannot serve now, or None when it can."""
        ...

    def measures(self) -> Iterable[Measure | Spread]:
        """How it does, read from counters that it keeps anyway. Must not wait for anything."""
        ...
