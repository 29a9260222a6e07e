"""A partner's service as an operator has set it: where it is, what may be asked there, and how patient we are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

WAITING_MAX = 1_000
"""Requests of one service that wait for their turn; the next fail at once."""
FAILURES_MAX = 10
"""Tries in a row without an answer, after which it is left alone for a while."""
REST_S = 10.0
"""So long; then a single one is tried."""


@dataclass(frozen=True, slots=True)
class Partner:
    """One service. Only what stands here is ever connected to: a flow names it, and no address."""

    name: str
    """As flows declare it: `service NAME`."""
    url: str
    operations: Mapping[str, str]
    """Paths beneath the url, by the operation's name in flows."""
    timeout_s: float = 10.0
    """A buyer waits so long at most, tries and all."""
    at_once: int = 8
    """Requests that it is asked at the same time."""
    waiting_max: int = WAITING_MAX
    failures_max: int = FAILURES_MAX
    rest_s: float = REST_S
    sellers: frozenset[str] = frozenset()
    """Who may ask; none named: every seller whose flow declares it."""
    token: str = field(default="", repr=False)
    """Shown to it as `Authorization: Bearer`."""
    ca_file: Path | None = None
    """Certificates that sign its own, beside the system's (PEM)."""

    @property
    def address(self) -> SplitResult:
        """The url in its parts."""
        return urlsplit(self.url)

    def path(self, operation: str) -> str:
        """Where an operation is asked. Raises KeyError for one that is not set."""
        base = self.address.path.rstrip("/")
        return f"{base}/{self.operations[operation].lstrip('/')}"

    def serves(self, seller: str, operation: str) -> bool:
        """Whether a seller's flow may ask for this."""
        return operation in self.operations and (not self.sellers or seller in self.sellers)

    def share(self, count: int, place: int) -> int:
        """Of `at_once`, what one of several processes may use: at least one."""
        return max(1, self.at_once // count + (place < self.at_once % count))
