"""Which trunks take calls now, as far as signalling has told: by their peers' answers to OPTIONS, and by registration."""

from __future__ import annotations

import logging

from ivr.sip.events import Registration, TrunkHealth

log = logging.getLogger("dialcart.calls")


class TrunksUp:
    """What is known. A trunk of which nothing is known takes calls."""

    def __init__(self) -> None:
        self._silent: set[str] = set()
        """Those none of whose peers answers."""
        self._unregistered: set[str] = set()

    def note(self, event: TrunkHealth | Registration) -> None:
        """Take what signalling tells; operators hear when a trunk goes or comes back."""
        trunk = event.trunk
        before = self.takes_calls(trunk)
        match event:
            case TrunkHealth(_, True):
                self._silent.discard(trunk)
            case TrunkHealth():
                self._silent.add(trunk)
            case Registration(_, True):
                self._unregistered.discard(trunk)
            case Registration():
                self._unregistered.add(trunk)
        now = self.takes_calls(trunk)
        if now is not before:
            words = "takes calls again" if now else "takes no calls"
            log.warning("trunk %s %s: %s", trunk, words, event.reason)

    def takes_calls(self, trunk: str) -> bool:
        """Whether one of its peers may be there, and it knows where we are."""
        return trunk not in self._unregistered and trunk not in self._silent
