"""A service: one way into a running shop, which can be opened, drained and closed, and which says how it is.

To add one (voice, the web, the floor of agents): write a class like this in a file of its own beside this one, and name
it in commands.serve.services_of. Nothing else has to change: it is drained, asked whether it is ready, and measured
like the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class Measure:
    """Figures of one name, as they are now."""

    name: str
    """As Prometheus has it, with the unit last: `dialcart_sms_received_total`, `dialcart_outbox_age_seconds`."""
    kind: Literal["counter", "gauge"]
    help: str
    labels: tuple[str, ...]
    samples: Sequence[tuple[tuple[str, ...], float]]
    """A value for each set of labels."""


def single(name: str, kind: Literal["counter", "gauge"], help: str, value: float) -> Measure:  # noqa: A002
    """A measure that has no labels."""
    return Measure(name, kind, help, (), [((), value)])


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
        """Let go of everything. What was not finished is on disk and goes on at the next start."""
        ...

    def unready(self) -> str | None:
        """Why it cannot serve now, or None when it can."""
        ...

    def measures(self) -> Iterable[Measure]:
        """How it does, read from counters that it keeps anyway. Must not wait for anything."""
        ...
