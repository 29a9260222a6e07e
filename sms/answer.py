"""Our answer to a deliver_sm: what it says, by which connection it goes, and whether the carrier has it for certain."""

from __future__ import annotations

from typing import Final, Protocol

import msgspec

from center.contact import Repeats
from center.taken import Fate
from sms.smpp.status import Status

GIVEN_UP_S: Final = 5.0
"""No carrier gives up waiting for an answer earlier; most wait 10 s and more."""
STATUSES: Final = {
    Fate.KEPT: Status.OK,
    Fate.FOUND: Status.OK,
    # Section 5.1.3: the receiver cannot take it now; the carrier keeps it and tries again.
    Fate.REFUSED: Status.X_T_APPN,
    Fate.REFUSED_FOUND: Status.X_T_APPN,
    Fate.UNKNOWN: Status.X_T_APPN,
    Fate.SET_ASIDE: Status.X_R_APPN,
}
"""What it says of what became of the message."""


class Line(Protocol):
    """The connection that a message came by."""

    @property
    def asked(self) -> int:
        """Requests that we made on it so far."""
        ...

    @property
    def answered(self) -> int:
        """The last of them, counted from 1, that was answered; all we wrote before it has been read."""
        ...

    @property
    def alive(self) -> bool:
        """Whether it is still there."""
        ...

    @property
    def returned(self) -> int:
        """Of a connection that is gone: what came by it with a lower stamp has come again by now, if the carrier lacked its answer."""
        ...

    def came_again(self, stamp: int) -> None:
        """It is gone, and what came by it with this stamp has come again."""
        ...


class Answer(msgspec.Struct, eq=False):
    """What a carrier waits for: our answer to one deliver_sm."""

    line: Line
    sequence: int
    key: bytes = b""
    came_at: float = 0.0
    stamp: int = 0
    asked: int | None = None
    """`Line.asked` when the answer was written; None before."""
    late: bool = False
    """Written so late that the carrier may have given up before."""
    repeats: Repeats = Repeats.PERHAPS
    """Whether its message had come before."""
    buyer: str = ""
    since: int = 0
    """From which stamp on this buyer's messages may come again; their own, if all before are certain."""
    waited: bool = False
    """Its connection is gone, and a reply has waited for its message to come again."""
    followed: bool = False
    """The buyer has said something since."""
    is_behind: bool = False
    """Its message came again, and the buyer had said something else in between."""
    refused: bool = False
    """It says so, and the carrier brings the message again, which repeats then what this one did, as surely."""
    repeated: Answer | None = None
    """The answer to the message that it repeats."""
    repeats_last: bool = False
    """That was its buyer's last."""
    is_copy: bool = False
    """That came under the same number, and was not refused when this came."""
    held: bool = False
    """It is among those in doubt."""
    kept: bool = False
    """Its message is on disk, and surely comes again; or it repeats such a one."""
    first: int = 0
    """Stamp of the message that it repeats, which is kept if this one is refused."""
    surely: int = 0
    """If it repeats something for certain: what has this stamp or a later one. What was kept before may be the buyer's last like it."""

    def write(self, now: float) -> None:
        """It is written now."""
        self.asked = self.line.asked
        self.late = now - self.came_at >= GIVEN_UP_S

    @property
    def copied(self) -> Answer | None:
        """The answer to what came before it under its number, if any did: a carrier heeds that, and not this."""
        return self.repeated if self.is_copy else None

    @property
    def needs_no_disk(self) -> bool:
        """Its message repeats one that was told as kept, and that its buyer has said nothing since; or repeats it for certain."""
        before = self.repeated
        if before is None or before.asked is None or before.refused:
            return False
        return self.repeats_last or self.repeats is Repeats.CERTAIN

    def is_certain(self) -> bool:
        """Whether the carrier has it, and in time: `is_read`, and not late. Asked thrice of each message, so no property, which takes longer."""
        if self.asked is None or self.late or self.refused:
            return False
        line = self.line
        return line.answered > self.asked or (not line.alive and line.returned > self.stamp)

    @property
    def is_read(self) -> bool:
        """The carrier has it, though it may have given up waiting before."""
        if self.asked is None or self.refused:
            return False
        line = self.line
        return line.answered > self.asked or (not line.alive and line.returned > self.stamp)
