"""Which Dialcart this is, for who reports what went wrong."""

from __future__ import annotations

import platform
import sqlite3
import subprocess
import tomllib
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
GIT_S_MAX = 5.0
"""How long git may take to say where the checkout stands."""
# Its own repository by name: one around a copy without it does not speak for the copy.
_DESCRIBE = ("git", "-C", str(CHECKOUT), "--git-dir=.git", "describe")


def version() -> str:
    """The release, where its checkout stands, and what it runs on."""
    release = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    commit = _commit()
    at = f" ({commit})" if commit else ""
    return f"dialcart {release}{at}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"


def _commit() -> str:
    """Short, with `-dirty` behind it where something was changed; nothing outside of a checkout, or without git."""
    try:
        told = subprocess.run(  # noqa: S603  # our own words
            [*_DESCRIBE, "--always", "--dirty", "--exclude=*"],
            capture_output=True,
            text=True,
            timeout=GIT_S_MAX,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return told.stdout.strip()
