"""Segments on their way out to a carrier: in order for each phone, as fast as the carrier takes them.

The next message to a phone waits until the carrier has taken the one before, so that neither throttling nor several binds
can change their order. With several binds a reply goes by the one by which our answer to its message went, so that it cannot
overtake it (sms.redelivery). A carrier that says that it is too much is left alone, longer each time.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, islice, repeat

from center.changes import OutgoingText
from center.superseded import is_superseded
from sms.allowance import Allowance
from sms.carrier import Carrier
from sms.lost import Lost
from sms.smpp import pdu as p
from sms.smpp.errors import ProtocolError
from sms.smpp.status import TEMPORARY, THROTTLING, Status
from sms.submission import Settlement, Submission
from sms.way import Way

QUEUE_MAX = 200_000
"""Segments waiting to go out: what there is no room for is not submitted."""
ATTEMPTS_MAX = 5
"""Tries for a segment that the carrier refuses for now, other than by throttling."""
LOSSES_MAX = 20
"""Connections that may break under a segment: a line that breaks is seldom its fault, yet one that breaks each ends."""
THROTTLES_IN_A_ROW = 3
"""A carrier that refuses one now and then is sent the same again at once; after so many in a row it is left alone."""
PAUSE_MIN_S = 0.05
PAUSE_MAX_S = 2.0
"""How long: doubled while it goes on, halved by each segment taken."""
BURSTS_A_WINDOW = 8
"""A window that was full is filled again when so much of it is free, an eighth, or all that waits."""
OWN_FIRST_MAX = 256
"""Replies that must go by one bind go before what may go by any, which may be an outage's worth; after so many that goes first for once."""
LOOKED_AT_MAX = 1_000
"""Of what is to be sent, so much is looked at for a phone's; what is further behind is taken for a reply of whoever asks."""
HALVINGS_MAX = 16
"""More halvings than this change nothing."""
WAKE_S_MIN = 0.005
"""Where a rate allows one sooner than that, the next few are sent together."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class OutgoingCounters:
    """For operators."""

    submitted: int = 0
    taken: int = 0
    throttled: int = 0
    failed: int = 0


class Outgoing:
    """What a carrier has not taken, and when it is sent by which of `links`, which the owner keeps."""

    def __init__(
        self,
        carrier: Carrier,
        links: Sequence[Way],
        settle: Callable[[list[Settlement]], None],
        now: Callable[[], float],
        later: Callable[[float, Callable[[], None]], object],
    ) -> None:
        """`later` calls after so many seconds; only where the carrier has a rate."""
        self.counters = OutgoingCounters()
        self._carrier = carrier
        self._links = links
        self._settle = settle
        self._now = now
        self._later = later
        self._ready: deque[Submission] = deque()
        """For any connection."""
        self._ready_for: dict[Way, deque[Submission]] = {}
        self._lost = Lost(links)
        self.held: Callable[[str], Iterable[OutgoingText]] = lambda _: ()
        """What is not submitted yet, as it could overtake an answer of ours: the texts that wait so for a buyer."""
        self.answered_by: Callable[[str], Way | None] = lambda _: None
        """By which connection our answer to a buyer's last message went, where the carrier may lack it."""
        self._behind: dict[str, deque[Submission] | None] = {}
        """By phone: what waits for the message before it. A phone that is here has one under way."""
        self._queued = 0
        self._paused_until = 0.0
        self._pause_s = PAUSE_MIN_S
        self._refused_in_a_row = 0
        self._allowance = None if carrier.rate is None else Allowance(carrier.rate)
        self._is_to_wake = False
        self._turn = 0
        self._own_first = 0
        """Of those that must go by one bind, how many went before others since these went before them."""

    @property
    def waiting(self) -> int:
        """Segments that the carrier has not taken."""
        return self._queued

    @property
    def room(self) -> int:
        """Segments that may still be submitted."""
        return max(0, QUEUE_MAX - self._queued)

    def is_unread(self, phone: str, addresses: bytes) -> bool:
        """Whether something waits for a phone that its carrier has not yet, as far as can be known: it may have what is under way.

        Its code and the phone are the `addresses` with which a body begins: what another code says to that phone is no reply from this one.
        """
        if phone not in self._behind:
            return False
        if any(one.body.startswith(addresses) for one in self._behind[phone] or ()):
            return True
        is_under_way = any(
            context.__class__ is Submission and context.phone == phone
            for link in self._links
            if link.alive
            for context in link.machine.contexts()
        )
        if is_under_way:
            return False
        ready = chain(self._lost, self._ready, *self._ready_for.values())
        looked_at = islice(ready, LOOKED_AT_MAX)
        first = next((one for one in looked_at if one.phone == phone), None)
        return first is None or first.body.startswith(addresses)

    def submit(self, submissions: Sequence[Submission]) -> None:
        """Queue segments, of which there is `room` for all."""
        self._queued += len(submissions)
        self.counters.submitted += len(submissions)
        behind = self._behind
        ready: dict[Way | None, deque[Submission] | Lost] = {}
        """Where it goes that is behind an answer by each connection, of those that are met here."""
        for submission in submissions:
            phone = submission.phone
            if phone not in behind:
                behind[phone] = None
                link = submission.behind
                own = ready.get(link)
                if own is None:
                    own = ready[link] = self._ready_behind(link)
                own.append(submission)
                continue
            waiting = behind[phone]
            if waiting is None:
                waiting = behind[phone] = deque()
            waiting.append(submission)
        self.pump()

    def _be_ready(self, submission: Submission) -> None:
        """It is the next to its phone."""
        self._ready_behind(submission.behind).append(submission)

    def _ready_behind(self, link: Way | None) -> deque[Submission] | Lost:
        """Where what is behind an answer by this connection waits to be sent."""
        if link is None or (len(self._links) == 1 and link.alive):
            return self._ready
        if not link.alive:
            self._lost.begin(self._now())
            return self._lost
        if link.mode == p.BIND_RECEIVER or link not in self._links:
            # Nothing can go by it; that it is asked at once whether it is there must do (sms.link).
            return self._ready
        own = self._ready_for.get(link)
        if own is None:
            own = self._ready_for[link] = deque()
        return own

    def pump(self) -> None:
        """Send what may be sent now."""
        lost = self._lost
        if not self._ready and not self._ready_for and not lost:
            return
        now = self._now()
        if lost:
            due: list[Submission] = []
            superseded: list[Submission] = []
            for one in lost.due(now):
                (superseded if self._is_superseded(one) else due).append(one)
            self._go_on(due)
            self._leave(superseded)
        allowance = self._allowance
        if now < self._paused_until:
            if allowance is not None:
                self._wake(self._paused_until - now)
            return
        senders = [
            link
            for link in self._links
            if link.bound and link.mode != p.BIND_RECEIVER and link.alive
        ]
        if not senders:
            return
        allowed = self._queued if allowance is None else allowance.allowed(now)
        if self._own_first < OWN_FIRST_MAX:
            left = self._send_own(senders, allowed, now)
            self._own_first += allowed - left
            left = self._send_any(senders, left, now)
        else:
            self._own_first = 0
            left = self._send_any(senders, allowed, now)
            left = self._send_own(senders, left, now)
        if allowance is not None and left <= 0 and (self._ready or self._ready_for):
            self._wake(allowance.next_at(now) - now)

    def _wake(self, wait_s: float) -> None:
        """Send again after so long. Where there is a rate what is not sent in time is lost, so that the owner's ticks are too coarse."""
        if not self._is_to_wake:
            self._is_to_wake = True
            self._later(max(WAKE_S_MIN, wait_s), self._awake)

    def _awake(self) -> None:
        self._is_to_wake = False
        self.pump()

    def _go_on(self, due: Sequence[Submission]) -> None:
        """What has waited goes before all else; behind our answer to its message, if that came again, by whichever connection."""
        for one in reversed(due):
            link = self.answered_by(one.text.destination) if one.text is not None else None
            may_go_by = link is not None and link.alive and link in self._links
            if link is not None and may_go_by and link.mode != p.BIND_RECEIVER:
                self._ready_for.setdefault(link, deque()).appendleft(one)
            else:
                self._ready.appendleft(one)

    def _is_superseded(self, submission: Submission) -> bool:
        """Whether it is a question that the carrier may have, and its buyer has gone past it since."""
        text = submission.text
        if not submission.losses or text is None:
            return False
        waiting = self._behind.get(submission.phone) or ()
        later = [one.text for one in waiting if one.text is not None]
        later += self.held(text.destination)
        return any(
            one.seller == text.seller and is_superseded(text.turn, one.turn) for one in later
        )

    def _leave(self, submissions: Sequence[Submission]) -> None:
        """Send these no more."""
        for submission in submissions:
            self._queued -= 1
            self._next_for(submission.phone)
        if submissions:
            self._settle([Settlement(one.key, None, None, superseded=True) for one in submissions])

    def _send_any(self, links: Sequence[Way], allowed: int, now: float) -> int:
        """What may go by any connection; how many more the carrier's rate allows."""
        senders = list(links)
        while self._ready and allowed > 0 and senders:
            # Each bind in its turn gets its part of what is ready, so that none is left behind the others.
            self._turn += 1
            link = senders[self._turn % len(senders)]
            free = _free(link, len(self._ready))
            share = -(-len(self._ready) // len(senders))
            room = min(free, share, allowed)
            self._send(link, self._ready, room, now)
            allowed -= room
            if room == free:
                senders.remove(link)
        return allowed

    def _send_own(self, senders: Sequence[Way], allowed: int, now: float) -> int:
        """What must go by the connection that it is behind; how many more the carrier's rate allows."""
        if not self._ready_for or allowed <= 0:
            return allowed
        self._turn += 1
        begin = self._turn % len(senders)
        for link in (*senders[begin:], *senders[:begin]):
            own = self._ready_for.get(link)
            if own is None:
                continue
            room = min(_free(link, len(own)), len(own), allowed)
            self._send(link, own, room, now)
            allowed -= room
            if not own:
                self._ready_for.pop(link, None)
        return allowed

    def _send(self, link: Way, ready: deque[Submission], count: int, now: float) -> None:
        if not count:
            return
        submissions = [ready.popleft() for _ in range(count)]
        if self._allowance is not None:
            self._allowance.sent(count, now)
            for submission in submissions:
                submission.sent_at = now
        try:
            link.machine.submit(submissions, now)
        except ProtocolError as error:
            log.error("%s: not sent: %s", self._carrier.name, error)
            for submission in submissions:
                self._fail(submission, Status.SUBMITFAIL)
        link.flush()

    def taken(self, taken: Sequence[tuple[Submission, str]], settlements: list[Settlement]) -> None:
        """The carrier has these, and calls them so."""
        self.counters.taken += len(taken)
        self._refused_in_a_row = 0
        self._pause_s = max(PAUSE_MIN_S, self._pause_s / 2 ** min(len(taken), HALVINGS_MAX))
        self._queued -= len(taken)
        behind = self._behind
        settlements += [Settlement(submission.key, name, 0) for submission, name in taken]
        phones = [submission.phone for submission, _ in taken]
        for waiting in map(behind.pop, phones, repeat(None)):
            if waiting:
                submission = waiting.popleft()
                behind[submission.phone] = waiting
                self._be_ready(submission)

    def again(
        self, submission: Submission, status: int | None, settlements: list[Settlement]
    ) -> None:
        """Not taken: once more if that can help, in its place before all others to that phone."""
        if status in THROTTLING:
            self._throttled(submission)
            self._ready.appendleft(submission)
            return
        if status is None:
            submission.losses += 1
            if submission.losses < LOSSES_MAX:
                self._lost.add([submission], self._now())
                return
        submission.attempts += 1
        if status in TEMPORARY and submission.attempts < ATTEMPTS_MAX:
            self._ready.appendleft(submission)
            return
        self.counters.failed += 1
        self._queued -= 1
        self._next_for(submission.phone)
        settlements.append(Settlement(submission.key, None, status))

    def broken(self) -> None:
        """A connection is gone, with answers of ours perhaps that what is ready must not overtake."""
        ready = [*self._ready, *(one for own in self._ready_for.values() for one in own)]
        if ready:
            self._lost.add(ready, self._now())
            self._ready.clear()
            self._ready_for.clear()

    def _next_for(self, phone: str) -> None:
        behind = self._behind.get(phone)
        if behind:
            self._be_ready(behind.popleft())
        else:
            self._behind.pop(phone, None)

    def _throttled(self, submission: Submission) -> None:
        """Slow down, but only once for all that was under way when the carrier said so."""
        self.counters.throttled += 1
        if self._allowance is not None:
            self._allowance.refused(submission.sent_at)
        self._refused_in_a_row += 1
        now = self._now()
        if self._refused_in_a_row >= THROTTLES_IN_A_ROW and now >= self._paused_until:
            self._paused_until = now + self._pause_s
            self._pause_s = min(PAUSE_MAX_S, self._pause_s * 2)

    def _fail(self, submission: Submission, status: int) -> None:
        self.counters.failed += 1
        self._queued -= 1
        self._next_for(submission.phone)
        self._settle([Settlement(submission.key, None, status)])


def _free(link: Way, waiting: int) -> int:
    """Segments that may go by a bind now; none while its window is nearly full and answers are on their way that free more."""
    free = link.machine.room()
    return free if free >= min(waiting, max(1, link.machine.window // BURSTS_A_WINDOW)) else 0
