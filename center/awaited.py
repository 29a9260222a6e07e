"""An effect whose outcome is not known yet: kept with the turn that asked, so that no crash forgets it.

An order is awaited, too, while the buyer has yet to confirm it with a code (center.limits). No performer is asked then.
"""

from __future__ import annotations

import msgspec

from center.contact import ContactKey
from flows.effects import Suspending


class Awaited(msgspec.Struct, frozen=True):
    """What one session waits for."""

    contact: ContactKey
    serial: int
    """The session's, as `Contact.serial`."""
    turn: int
    """In which it asked."""
    effect: Suspending
    code: str
    """As the arrival's: where the buyer's next reply goes out from."""
    carrier: str
    at: int
    """Unix seconds."""
    tries: int = 0
    """Wrong answers so far, of an order that waits for its code."""
    before: tuple[ContactKey, int] | None = None
    """The contact and serial by which the buyer came, where the session has moved to SMS to wait for a person."""
    asked: str = ""
    """The step at whose question the buyer was; empty for one who had not been asked anything."""
    silences: int = 0
    """How often a caller has said nothing since they were asked for the code, or called again."""

    @property
    def key(self) -> str:
        """Names it for a partner, who must do it once however often it is asked."""
        return f"{'/'.join(self.contact.parts)}/{self.serial}/{self.turn}"

    @property
    def key_before(self) -> str:
        """The key it had before its session moved; empty if it did not."""
        if self.before is None:
            return ""
        contact, serial = self.before
        return f"{'/'.join(contact.parts)}/{serial}/{self.turn}"
