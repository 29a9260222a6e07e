"""What tests of redeliveries share: connections, and what a store keeps of messages."""

from collections import deque
from dataclasses import dataclass, field

from center.contact import Arrival, Contact, ContactKey, Repeats
from center.turns import _is_redelivery
from flows.inputs import Text
from sms.answer import Answer
from sms.redelivery import Redeliveries

NOW_US = 1_795_492_800_000_000


@dataclass(eq=False)
class Line:
    """A connection, as far as it matters here."""

    asked: int = 0
    answered: int = 0
    alive: bool = True
    sequence: int = 0
    has_returned: bool = False
    """Whether all has come again that the carrier had no answer to."""
    came_again_to: int = 0
    unread: deque[tuple[str, int]] = field(default_factory=deque[tuple[str, int]])
    """What we wrote and the carrier has not read: answers by sequence number, requests by count."""

    @property
    def returned(self) -> int:
        return self.came_again_to if self.has_returned else 0

    def came_again(self, stamp: int) -> None:
        self.came_again_to = stamp

    def ask(self) -> None:
        self.asked += 1
        self.unread.append(("ask", self.asked))


class Inbox:
    """What the store and center.turns do: stamps by key, over restarts, found where the channel says."""

    def __init__(self) -> None:
        self.seen: list[tuple[bytes, int, int]] = []
        self.kept = b""
        self.last = 0
        """From which stamp on messages may come again: see center.contact.Contact."""
        self.follow = False
        """Whether all messages are one buyer's."""
        self.start()

    def start(self, now_us: int = NOW_US, now: float = 0.0) -> None:
        self.redeliveries = Redeliveries(now_us, now, self.kept)

    def take(self, answer: Answer, now_us: int = NOW_US, *, named: bool = False) -> bool:
        """Whether a message is new."""
        self.redeliveries.heard()
        judged = self.redeliveries.judge(answer, now_us, named=named)
        if answer.kept:
            # It is answered at once, without the disk: nothing is noted there.
            return False
        stamp, doubt, repeats, since = judged.stamp, judged.doubt, judged.repeats, judged.since
        self.kept = self.redeliveries.to_keep(answer.came_at) or self.kept
        self.redeliveries.kept(stamp)
        found = [
            place
            for place, (key, at, _) in enumerate(self.seen)
            if key == answer.key
            and (repeats is Repeats.NAMED or any(since <= at < until for since, until in doubt))
        ]
        before = [self.seen[place][2] for place in found]
        for place in found:
            # What was found and came again is noted there; see store.inbox.
            key, at, _ = self.seen[place]
            self.seen[place] = key, at, stamp
        self.seen.append((answer.key, stamp, stamp))
        last = Contact(1, b"", self.last) if self.follow else None
        arrival = Arrival(
            ContactKey("shop", "1", "sms"),
            Text("2"),
            "",
            "",
            answer.key,
            stamp,
            0,
            None,
            doubt,
            repeats,
            since,
        )
        if before and _is_redelivery(arrival, before[-1], last):
            return False
        self.last = max(self.last, since)
        return True


def had(line: Line, answer: Answer, now: float = 0.0) -> None:
    """The answer is written, and the carrier tells that it has it."""
    answer.write(now)
    line.asked += 1
    line.answered = line.asked


def two(line: Line) -> Answer:
    line.sequence += 1
    return Answer(line, line.sequence, b"2")
