"""What callers leave in their own voice: addresses and messages, a file each.

Its name stands in the order or message (center.recordings); whoever reads it hears the file, and a call that says the text
plays it instead of the words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

from center.recordings import DIGITS

TRIES_MAX = 20
"""Names that are tried before one is free."""

_SELLER = re.compile(r"[^\w-]")


class Notes:
    """The folder of recordings, one below it for each seller."""

    def __init__(self, folder: Path, chance: Callable[[int], int]) -> None:
        """`chance(n)` gives a number from 0 to n - 1."""
        self.folder = folder
        self._chance = chance

    def new(self, seller: str) -> tuple[str, Path]:
        """A free number, and where its recording goes. Raises OSError."""
        folder = self.folder / _SELLER.sub("_", seller)
        folder.mkdir(parents=True, exist_ok=True)
        number = ""
        for _ in range(TRIES_MAX):
            number = str(self._chance(10**DIGITS)).rjust(DIGITS, "0")
            if not (folder / f"{number}.wav").exists():
                break
        return number, folder / f"{number}.wav"

    def find(self, seller: str, number: str) -> Path | None:
        """The recording of that number, if it is there."""
        path = self.folder / _SELLER.sub("_", seller) / f"{number}.wav"
        return path if path.exists() else None

    def about(self, seller: str, number: str) -> tuple[str, float] | None:
        """What question a recording answers and how many seconds it has; None if it is not there."""
        path = self.find(seller, number)
        if path is None:
            return None
        try:
            told = json.loads(path.with_suffix(".json").read_text("utf-8"))
            return str(told["question"]), float(told["seconds"])
        except (OSError, ValueError, KeyError):
            return "", 0.0

    def describe(self, path: Path, about: dict[str, object]) -> None:
        """Write beside a recording whose it is and what it answers. Raises OSError."""
        path.with_suffix(".json").write_text(
            json.dumps(about, ensure_ascii=False, indent=1), "utf-8"
        )
