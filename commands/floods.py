"""Lines that come again and again: told some times, and then once in ten seconds with how many were left out.

What goes wrong with each batch goes wrong many times a second, and where the disk is full the log may well be on that disk.
Lines are the same that have the same words before their numbers and names are put in. What an operator asks for by a level
below WARNING is told whole.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final

FLOOD_S: Final = 10.0
TOLD_MAX: Final = 10
"""Of the same lines within FLOOD_S; of those that went on to come, one."""
LEFT_OUT_MAX: Final = 99_999
"""More is told as this: longer numbers are taken for a phone's (commands.logs)."""
LINES_MAX: Final = 1_000
"""Lines that are told apart; past it they begin anew."""


class _Line:
    """What came of one since a time."""

    __slots__ = ("came", "left_out", "may", "since")

    def __init__(self, since: float) -> None:
        self.since = since
        self.may = TOLD_MAX
        self.came = 0
        self.left_out = 0


class Floods(logging.Filter):
    """Lets so many of a kind through. `ticks` only goes forward."""

    def __init__(self, ticks: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._ticks = ticks
        self._lines: dict[tuple[str, int, str, str], _Line] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """See logging.Filter."""
        if record.levelno < logging.WARNING:
            return True
        kind = record.exc_info[0] if record.exc_info else None
        key = record.name, record.levelno, str(record.msg), kind.__name__ if kind else ""
        now = self._ticks()
        line = self._lines.get(key)
        if line is None:
            if len(self._lines) >= LINES_MAX:
                self._lines.clear()
            line = self._lines[key] = _Line(now)
        elif now - line.since >= FLOOD_S:
            floods = line.came > line.may and now - line.since < 2 * FLOOD_S
            line.since, line.came, line.may = now, 0, 1 if floods else TOLD_MAX
        line.came += 1
        if line.came > line.may:
            line.left_out += 1
            return False
        if line.left_out:
            record.left_out = min(line.left_out, LEFT_OUT_MAX)
            line.left_out = 0
        return True
