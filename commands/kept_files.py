"""Files beside a database, each named after it."""

from __future__ import annotations

from pathlib import Path


def people_file(database: Path) -> Path:
    """Where the people who work at its shops are kept."""
    return database.with_suffix(".people")


def journal_file(database: Path) -> Path:
    """Where the router's journal is kept."""
    return database.with_suffix(".floor")


def platform_file(database: Path) -> Path:
    """Where the operators' changes to the platform are kept."""
    return database.with_suffix(".platform")
