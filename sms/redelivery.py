"""Which message is one that came before: what a carrier brings again because it had no answer, told from what a buyer says twice.

SMPP gives a deliver_sm no name that lasts, so this is decided by what is known of our answer to the message before it
that reads the same (docs/decisions/0030):

1. A message that bears a name of its own (a TLV that says so, the reference of its segments) is known by it.
2. Else a carrier repeats a message only if it may lack our answer. It has the answer for certain once it has answered
   something that we asked after it on the same connection, for both ends read a connection in order.
3. While that is not certain, a message that reads the same is a redelivery if it comes by another connection, or under
   the same sequence number, or so late that the carrier may have given up waiting. Each message is repeated once at most
   until its repetition is in doubt itself.
4. After a restart it is not certain for what was taken in the last DOUBT_S before; what was taken then has a stamp in
   that range in the store.

`now` is a clock that only goes forward. Stamps grow with every message, over restarts and whatever the clock does.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

GIVEN_UP_S: Final = 5.0
"""No carrier gives up waiting for an answer earlier; most wait 10 s and more."""
KEPT_S: Final = 3_600.0
"""Messages whose answer was lost with its connection are expected back for so long."""
ANSWERS_MAX: Final = 200_000
"""Answers in doubt; past it the oldest counts as had."""
DOUBT_S: Final = 60.0
"""After a restart, what was taken so shortly before the end of the last run may come again."""
LEASE_S: Final = 60.0
"""Stamps are reserved for so long at a time; a run's last stamp is known this exactly to the next."""

_MICROSECONDS = 1_000_000
_EVER: Final = (0, 2**63 - 1)


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


@dataclass(slots=True, eq=False)
class Answer:
    """What a carrier waits for: our answer to one deliver_sm."""

    line: Line
    sequence: int
    key: bytes = b""
    came_at: float = 0.0
    asked: int | None = None
    """`Line.asked` when the answer was written; None before."""
    late: bool = False
    """Written so late that the carrier may have given up before."""
    repeats: bool = False
    """Whether its message had come before."""

    def write(self, now: float) -> None:
        """It is written now."""
        self.asked = self.line.asked
        self.late = now - self.came_at >= GIVEN_UP_S

    @property
    def certain(self) -> bool:
        """The carrier has it, and in time."""
        return self.asked is not None and not self.late and self.line.answered > self.asked


class Judgement(NamedTuple):
    """What center.turns needs to tell a redelivery."""

    stamp: int
    doubt: tuple[int, int]
    """A message of the same key with a stamp from the first up to, not including, the second, is this one."""


class Redeliveries:
    """Answers that carriers may lack."""

    def __init__(self, now_us: int, reserved: int = 0, *, doubt_s: float = DOUBT_S) -> None:
        """`now_us` is the time in Unix microseconds, `reserved` the end of the last run's stamps.

        `doubt_s` is 0 if that run ended when all its answers were had for certain.
        """
        self._first = max(now_us, reserved)
        self._stamp = self._first
        doubt_s = doubt_s + LEASE_S if doubt_s else 0.0
        self._doubted_from = reserved - int(doubt_s * _MICROSECONDS)
        self.reserved = reserved
        """Stamps below this may be given; the caller keeps it."""
        self._by_key: dict[bytes, list[Answer]] = {}
        self._in_order: deque[Answer] = deque()
        self._lost: deque[Answer] = deque()
        """Of connections that are gone, which carriers bring again in their own time."""

    def reserve(self, now_us: int) -> int | None:
        """The new end of this run's stamps if it is time to keep one, else None."""
        at = max(self._stamp, now_us)
        if at + int(LEASE_S * _MICROSECONDS) // 2 < self.reserved:
            return None
        self.reserved = at + int(LEASE_S * _MICROSECONDS)
        return self.reserved

    def judge(self, answer: Answer, now_us: int, *, named: bool = False) -> Judgement:
        """Take a message with its answer's key and time of coming; `named` if the key holds a name of its own."""
        self._stamp = stamp = min(max(self._stamp + 1, now_us), self.reserved - 1)
        if named:
            return Judgement(stamp, _EVER)
        self._forget(answer.came_at)
        before = self._by_key.get(answer.key)
        answer.repeats = before is not None and self._take_repeated(before, answer)
        if before is None:
            before = self._by_key[answer.key] = []
        before.append(answer)
        self._in_order.append(answer)
        return Judgement(stamp, _EVER if answer.repeats else (self._doubted_from, self._first))

    def refuse(self, answers: Iterable[Answer]) -> None:
        """Messages that were not kept come again: as new ones, or as what they repeat."""
        for answer in answers:
            if answer.repeats:
                answer.late = True
            else:
                self._remove(answer)

    @property
    def certain(self) -> bool:
        """Whether carriers have all our answers."""
        return all(answer.certain for answers in self._by_key.values() for answer in answers)

    def __len__(self) -> int:
        return sum(len(answers) for answers in self._by_key.values())

    def _take_repeated(self, before: list[Answer], answer: Answer) -> bool:
        """Whether this is a repetition of one of these; it takes that one's place."""
        for earlier in before:
            if not earlier.certain and _may_repeat(earlier, answer):
                before.remove(earlier)
                return True
        return False

    def _forget(self, now: float) -> None:
        """Let go of answers that carriers have, and of those that are too many or too old."""
        in_order, lost = self._in_order, self._lost
        while in_order:
            answer = in_order[0]
            if answer.certain or not self._holds(answer):
                self._remove(answer)
            elif not answer.line.alive or answer.late:
                lost.append(answer)
            elif len(in_order) <= ANSWERS_MAX:
                break
            else:
                self._remove(answer)
            in_order.popleft()
        while lost and (
            now - lost[0].came_at > KEPT_S or len(lost) > ANSWERS_MAX or not self._holds(lost[0])
        ):
            self._remove(lost.popleft())

    def _holds(self, answer: Answer) -> bool:
        return any(held is answer for held in self._by_key.get(answer.key, ()))

    def _remove(self, answer: Answer) -> None:
        held = [other for other in self._by_key.get(answer.key, ()) if other is not answer]
        if held:
            self._by_key[answer.key] = held
        else:
            self._by_key.pop(answer.key, None)


def _may_repeat(earlier: Answer, answer: Answer) -> bool:
    if earlier.line is not answer.line:
        return True
    return (
        earlier.sequence == answer.sequence
        or earlier.late
        or answer.came_at - earlier.came_at >= GIVEN_UP_S
    )
