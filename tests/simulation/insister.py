"""Buyers who say it again, and again, as long as no reply comes, whatever goes wrong meanwhile."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from tests.crash.buyers import Buyer

SAYS_AGAIN_S = 10.0
"""Without a reply, to what their carrier has an answer to."""
LOOKS_S = 1.0


@dataclass
class Insister(Buyer):
    """See above."""

    says_again: ClassVar[bool] = True
    is_answered: Callable[[], bool] = lambda: True
    """Whether all that they wrote is."""

    def _say(self) -> None:
        super()._say()
        self._look_in(SAYS_AGAIN_S)

    def _look_in(self, seconds: float) -> None:
        mark = len(self.waits), self.times_said
        asyncio.get_running_loop().call_later(seconds, self._look, mark)

    def _look(self, mark: tuple[int, int]) -> None:
        """Say it again, unless they have gone on, or said it again meanwhile."""
        if not self.lines or mark != (len(self.waits), self.times_said):
            return
        if self.is_answered():
            self.is_said_again = True
            self._say()
        else:
            self._look_in(LOOKS_S)
