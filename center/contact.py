"""One buyer's visit to one seller on one channel: what arrives, and what is kept of it between two turns."""

from __future__ import annotations

from enum import IntEnum

import msgspec

from center.desk.deed import GoOnBySms
from center.limits.tally import Elsewhere
from flows.inputs import HungUp, Input, Opened

MOVING = Opened | HungUp | GoOnBySms
"""What may move a call's session to SMS or back."""


FURTHER = "~"
"""Between a number and which of its calls that are up at once this is, from the second on. No number holds it; a name may that
somebody calls or writes by, and what follows it there is no place.
"""


PLACE_DIGITS_MAX = 4
"""Of a number more calls are never up at once."""


class ContactKey(
    msgspec.Struct, frozen=True, array_like=True, order=True, gc=False, cache_hash=True
):
    """Names a contact. A struct: each message reads it some twenty times, and a field of a named tuple is looked up by its name."""

    seller: str
    buyer: str
    """The buyer's number. Of a call that came while others from that number were up it says which: see `further`."""
    channel: str

    @property
    def parts(self) -> tuple[str, str, str]:
        """All three, in order."""
        return self.seller, self.buyer, self.channel

    @property
    def number(self) -> str:
        """The buyer's number, whichever of its calls this is."""
        return self.buyer if FURTHER not in self.buyer else self._parted()[0]

    @property
    def place(self) -> int:
        """Which of that number's calls that are up at once this is, from 1 on."""
        return 1 if FURTHER not in self.buyer else self._parted()[1]

    def _parted(self) -> tuple[str, int]:
        number, _, place = self.buyer.rpartition(FURTHER)
        is_place = place.isascii() and place.isdigit() and len(place) <= PLACE_DIGITS_MAX
        return (number, int(place)) if is_place and int(place) > 1 else (self.buyer, 1)

    def further(self, place: int) -> ContactKey:
        """The contact of that number's call in this place, from 1 on. The first has the number alone."""
        buyer = self.number if place == 1 else f"{self.number}{FURTHER}{place}"
        return ContactKey(self.seller, buyer, self.channel)


class Repeats(IntEnum):
    """Whether an arrival is the message of its key that came before, delivered again."""

    PERHAPS = 0
    """It is if that one is in doubt, and the buyer has said nothing since."""
    LIKELY = 1
    """That one is in doubt: it is if the buyer has said nothing since."""
    CERTAIN = 2
    """It is, if that one was kept; else this may be an older one that reads the same, as if PERHAPS were said of it."""
    NAMED = 3
    """It is if there was one: the key holds the carrier's own name for it."""
    UNREAD = 4
    """It is if the buyer has said nothing since: they cannot have read the reply to what they said last, and say it again."""


class Arrival(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Something a buyer did, as a channel hands it in."""

    contact: ContactKey
    input: Input
    code: str
    """The number or code that the buyer reached, and from which the reply goes out."""
    carrier: str
    """The carrier it came by; the reply goes back by it."""
    key: bytes
    """Names this very message, so that a redelivery is known; empty if the channel cannot repeat itself."""
    stamp: int
    """Of its taking: stamps grow, also over restarts and whatever the clock does."""
    at: int
    """Unix seconds."""
    asked: tuple[int, int] | None = None
    """For an outcome: serial and turn of the session that asked. It is dropped if that session waits no more."""
    doubt: tuple[tuple[int, int], ...] = ()
    """Ranges of stamps, from the first up to, not including, the second: messages that may be delivered again, as far as
    the channel knows, among them the one that this may be. Of what surely repeats something: first where that is, if it was kept."""
    repeats: Repeats = Repeats.PERHAPS
    elsewhere: Elsewhere = ()
    """What its sender did in other places, where sellers are spread over several."""
    since: int = 0
    """From which stamp on this buyer's messages may come again, as far as the channel knows: all before have been answered."""
    may_wait: bool = False
    """Taken for an older one, it may be its buyer all the same, who says it again, has said nothing since, and has no reply."""


def beside(arrival: Arrival) -> ContactKey | None:
    """The contact that an arrival touches beside its own: the session by SMS that this one may move to, or come back from.

    A call moves when it is cut off or its caller wants to be texted, and comes back when it is made again; a USSD dialog,
    which cannot wait, moves when its flow hands over.
    """
    contact = arrival.contact
    if contact.channel == "sms" or (
        contact.channel == "voice" and not isinstance(arrival.input, MOVING)
    ):
        return None
    return ContactKey(contact.seller, contact.number, "sms")


class Contact(msgspec.Struct, frozen=True, gc=False):
    """What is kept between two turns."""

    serial: int
    """Counts this buyer's sessions with this seller on this channel, from 1."""
    session: bytes
    """A packed flows.session.Session."""
    stamp: int = 0
    """Messages of this buyer with a lower one do not come again: of their last, or of the first that was in doubt when it came."""
