"""All partners' services, as what performs `request` and `pay`: each has a line of its own, so that one holds up no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from center.awaited import Awaited
from center.changes import HandOverRequest
from center.contact import ContactKey
from center.desk.heard import Heard
from flows.effects import Effect, Request
from flows.inputs import Outcome
from gateway.line import Line
from gateway.message import FAILED
from gateway.payment import request_of


class Partners:
    """See center.ports.Performer. A service that is not set, or not for this seller, fails at once."""

    def __init__(
        self, lines: Mapping[str, Line], settle: Callable[[Awaited, Outcome], object]
    ) -> None:
        self.lines = lines
        self.unknown = 0
        """Requests of what is not set."""
        self._settle = settle

    def resume(self, awaited: Iterable[Awaited]) -> int:
        """Ask again for what was awaited before a start, of whatever kind; how many it asks for."""
        count = 0
        for one in awaited:
            if (request := request_of(one.effect, one.contact)) is not None:
                count += 1
                self._take(one, request, was_begun=True)
        return count

    # --- center.ports.Performer ---

    def at_once(self, contact: ContactKey, effect: Effect) -> Outcome | None:
        """See Performer."""
        request = request_of(effect, contact)
        if request is None:
            return FAILED
        line = self._line(contact.seller, request)
        if line is None:
            self.unknown += 1
            return FAILED
        why = line.refusal(contact.seller)
        if why is None:
            return None
        line.turn_away(why)
        return FAILED

    def perform(self, awaited: Sequence[Awaited]) -> None:
        """See Performer."""
        for one in awaited:
            if (request := request_of(one.effect, one.contact)) is not None:
                self._take(one, request, was_begun=False)

    def heard(self, heard: Sequence[Heard]) -> None:
        """See Performer."""

    def turned_away(self, requests: Sequence[HandOverRequest]) -> None:
        """See Performer."""

    def _take(self, awaited: Awaited, request: Request, *, was_begun: bool) -> None:
        line = self._line(awaited.contact.seller, request)
        if line is None:
            # It was set when the buyer came to it.
            self.unknown += 1
            self._settle(awaited, FAILED)
        else:
            line.take(awaited, request, was_begun=was_begun)

    def _line(self, seller: str, request: Request) -> Line | None:
        line = self.lines.get(request.service)
        return line if line is not None and line.partner.serves(seller, request.operation) else None
