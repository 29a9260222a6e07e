"""Who knocks with wrong passwords too often is not let in for a while, right password or not.

A carrier's SMSC does so to us (Esme's reconnects wait longer each time); ours does so to whoever binds to it.
"""

from typing import Final

from center.limits.rates import Rates

WRONG_BINDS_MAX: Final = 10
"""From one address within WINDOW_S."""
WINDOW_S: Final = 60
HOSTS_MAX: Final = 10_000


class Doorkeeper:
    """Counts wrong binds by address. No clock: `now` is an argument, in seconds."""

    def __init__(self) -> None:
        self._wrong: Rates[str] = Rates(WINDOW_S, HOSTS_MAX)

    def lets_in(self, host: str, now: float) -> bool:
        """Whether a bind from there is looked at."""
        return self._wrong.total(host, int(now)) < WRONG_BINDS_MAX

    def wrong(self, host: str, now: float) -> None:
        """A bind had a wrong name or password."""
        self._wrong.add(host, 1, int(now))
