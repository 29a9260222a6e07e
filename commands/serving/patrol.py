"""A patrol: the service that makes rounds and does nothing else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

from center.measure import Measure, Spread
from commands.serving.rounds import Rounds


class Patrol:
    """See commands.serving.service.Service. It serves nobody by itself."""

    def __init__(self, what: str, every_s: float, go: Callable[[], Awaitable[None] | None]) -> None:
        """See Rounds."""
        self._rounds = Rounds(what, every_s, go)

    async def open(self) -> None:
        """Go from now on."""
        self._rounds.begin()

    async def drain(self) -> None:
        """Nothing waits here."""

    async def close(self) -> None:
        """Go no more."""
        await self._rounds.end()

    def unready(self) -> str | None:
        """Never: who needs what it does tells of it."""
        return None

    def measures(self) -> Iterable[Measure | Spread]:
        """None, where it has none of its own."""
        return ()
