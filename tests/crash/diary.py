"""What buyers said and heard, and what befell the shop meanwhile: a run that fails tells of those who are off."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from store.memory import MemoryStore
from store.sqlite import SqliteStore
from tests.crash.carrier import Pen

LINES_MAX = 2_000
"""Of each buyer, and of what befell all; of more the newest."""
TOLD_MAX = 5
"""Buyers; of more nobody reads."""
LOG_LINES_MAX = 60
"""Of the shop's log, the newest."""
SESSIONS_MAX = 1_000
CHARACTERS_MAX = 60
"""Of a text."""


class Diary:
    """Lines with the second of the run, by number; those of nobody befell all."""

    def __init__(self, ticks: Callable[[], float] = time.monotonic) -> None:
        self._ticks = ticks
        self._began = ticks()
        self._lines: dict[str, deque[tuple[float, str]]] = {}

    def note(self, what: str, number: str = "") -> None:
        """It happens now, to this number or to all."""
        lines = self._lines.setdefault(number, deque(maxlen=LINES_MAX))
        lines.append((self._ticks() - self._began, what[:CHARACTERS_MAX].replace("\n", "/")))

    def told(self, number: str) -> str:
        """A line for each thing, in their order: of this number, and of all."""
        lines = sorted([*self._lines.get("", ()), *self._lines.get(number, ())])
        return "\n".join(f"{at:9.2f} {what}" for at, what in lines)


class NotedPen:
    """A phone that writes, and what it writes is noted."""

    def __init__(self, pen: Pen, number: str, diary: Diary) -> None:
        self.number = number
        self._pen = pen
        self._diary = diary

    def text(self, code: str, text: str) -> object:
        """See Pen."""
        self._diary.note(f"says {text!r}", self.number)
        return self._pen.text(code, text)


def told_of(
    numbers: Iterable[str],
    diary: Diary,
    stores: Sequence[SqliteStore | MemoryStore],
    log: Path | None = None,
) -> str:
    """All that is known of these buyers: what they said and heard, what their seller's log of talks has, and the end of the shop's log."""
    parts: list[str] = []
    for number in sorted(numbers)[:TOLD_MAX]:
        parts.append(f"\n--- {number} ---\n{diary.told(number)}")
        parts += [
            f"session {serial} by {channel}:\n{lines}"
            for store in stores
            for seller in store.published()
            for buyer, channel, serial, _, lines in reversed(store.talks(seller, SESSIONS_MAX))
            if buyer == number
        ]
    if parts and log is not None and log.exists():
        lines = log.read_text(errors="replace").splitlines()[-LOG_LINES_MAX:]
        parts.append("\n--- the shop's log, which has no numbers ---\n" + "\n".join(lines))
    return "\n".join(parts)
