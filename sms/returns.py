"""When all has come again that a carrier had no answer to when a connection was lost.

It brings that over the other connections, or over the next. It has done so when each is up for HOLD_S after the loss, and
something was heard on each since, for what the carrier wrote before that is here then. What it brings by several binds at once does not
come at once: as long as something of it comes, it counts from there. Where it may not know of a loss nothing is said for UNKNOWN_S. Some carriers take their time even so: see sms.redelivery for what else must be seen.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Protocol

from sms.held import HOLD_S

UNKNOWN_S: Final = 60.0
"""Carriers find out that a connection is gone by their enquire_link, which most ask twice a minute."""


class Heard(Protocol):
    """A connection, as far as it matters here. Its attributes are read only."""

    @property
    def bound(self) -> bool:
        """Whether its bind was accepted."""
        ...

    @property
    def bound_at(self) -> float:
        """When it was."""
        ...

    @property
    def heard_at(self) -> float:
        """When something came by it last."""
        ...


class Returns:
    """Of one carrier. `now` only goes forward."""

    def __init__(self) -> None:
        self._is_waiting = False
        """Whether something was lost of which not all may have come."""
        self._not_before = 0.0
        """All of it cannot have come earlier."""
        self._come_by = -1.0
        """Of what was lost before, all has come."""

    def lost(self, now: float, *, is_known: bool) -> None:
        """A connection is gone; `is_known`: the carrier closed it."""
        self._is_waiting = True
        self._not_before = max(self._not_before, now + (HOLD_S if is_known else UNKNOWN_S))

    def heard(self, links: Iterable[Heard], now: float) -> None:
        """Something came by one of those that are there."""
        if not self._is_waiting or now < self._not_before:
            return
        if all(
            link.bound and link.heard_at >= max(self._not_before, link.bound_at + HOLD_S)
            for link in links
        ):
            self._is_waiting, self._come_by = False, now

    def came_again(self, now: float) -> None:
        """Something that was lost has come again: what the carrier wrote with it by another connection may be on its way."""
        if self._is_waiting:
            self._not_before = max(self._not_before, now + HOLD_S)

    def are_coming(self, links: Iterable[Heard], lost_at: float, now: float) -> bool:
        """Whether what comes again now is what was lost then, and no buyer who says the same to a reply: those wait (sms.lost).

        Once all has come they have gone out, also where another connection is lost since, and its successor is new.
        """
        if self.have_come(lost_at):
            return False
        return now < lost_at + HOLD_S or any(
            link.bound and now < link.bound_at + HOLD_S for link in links
        )

    def have_come(self, lost_at: float) -> bool:
        """Whether all has that was lost then."""
        return lost_at < self._come_by
