"""One step from a schema to the next."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """From the schema before to this one."""

    schema: int
    """What it leads to."""
    what: str
    """What changes, for people."""
    take: Callable[[sqlite3.Connection], None]
    """Within a transaction that somebody else began and ends; so no `executescript`, which would commit."""
