"""The line of one service: who waits to be asked for, who is asked about, and what became of it.

1. So many are asked about at once; the others wait, in rounds by seller (gateway.roster), up to a bound. Past it a request fails
   at once, and where its seller has fewer that wait than another, the newest of who has most fails in its place.
2. What has no answer, or `not now`, is tried again, each time after twice as long, until its time is up.
3. Its time is `timeout_s` from when it is kept, whatever happens. Then it is `timeout` if the partner may have done it, which
   nobody knows, and `failed` if it surely has not.
4. Where the breaker opens, all that surely was not done fails, so that a dead partner costs no buyer a wait. What may have been done
   is tried on, under its key, when the breaker lets: one of these is the one that sees whether the partner is back.
5. Each is told once. What was begun before a crash may have been done: it waits whatever stands before it.

No clock, no chance, no sockets: time, timers and tries are handed in.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from center.awaited import Awaited
from center.measure import Histogram
from center.ports import Later, Timer
from flows.effects import Request
from flows.inputs import Outcome
from gateway.breaker import Breaker
from gateway.message import FAILED, TIMEOUT, Answer, Certainty, body_of, judge
from gateway.partner import Partner
from gateway.payment import outcome_of
from gateway.roster import Roster

AGAIN_S_MIN = 0.2
"""Before a second try."""
AGAIN_S_MAX = 5.0
TRIES_MAX = 100
"""Of one request; its time is up long before."""
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Bounds of how long buyers waited."""
TOLD = ("ok", "refused", "unreadable", "timeout", "failed", "full", "resting")
"""What becomes of a request, for the count."""

log = logging.getLogger(__name__)


class Try(Protocol):
    """One try, under way."""

    def cancel(self) -> object:
        """It tells nothing any more."""
        ...


class Asks(Protocol):
    """Who can ask a partner: gateway.client.Client, or a test's."""

    def ask(self, operation: str, key: str, body: bytes, done: Callable[[Answer], object]) -> Try:
        """Ask once and tell what came of it, never from within this call."""
        ...


@dataclass(slots=True, eq=False)
class _Asked:
    awaited: Awaited
    request: Request
    key: str
    since: float
    certainty: Certainty
    tries: int = 0
    attempt: Try | None = None
    """While it is asked about."""
    end: Timer | None = None
    again: Timer | None = None
    """While it rests between two tries."""


@dataclass(slots=True)
class LineCounters:
    """For operators."""

    told: Counter[str] = field(default_factory=Counter[str])
    """Requests by what became of them, as TOLD."""
    tries: int = 0
    opened: int = 0
    """How often the breaker opened."""
    seconds: Histogram = field(default_factory=lambda: Histogram(SECONDS))
    """How long buyers waited for what was asked."""
    seconds_sum: float = 0.0


class Line:
    """See the rules above."""

    def __init__(
        self,
        partner: Partner,
        client: Asks,
        settle: Callable[[Awaited, Outcome], object],
        *,
        later: Later,
        clock: Callable[[], float],
        jitter: Callable[[], float] = lambda: 1.0,
        shown: Callable[[str], str] = str,
    ) -> None:
        """`clock` tells seconds that only grow; a pause is taken times `jitter`; `shown` makes the key that a partner sees."""
        self.partner = partner
        self.counters = LineCounters()
        self._client = client
        self._settle = settle
        self._later = later
        self._clock = clock
        self._jitter = jitter
        self._shown = shown
        self._breaker = Breaker(partner.failures_max, partner.rest_s)
        self._known: dict[str, _Asked] = {}
        """All that are not told, by their keys."""
        self._waiting: Roster[_Asked] = Roster()
        """For their turn."""
        self._asking = 0
        self._waking: Timer | None = None
        """For when the breaker has rested."""
        self._is_held = False
        self._is_closed = False

    @property
    def waiting(self) -> int:
        """How many are not asked about now."""
        return len(self._known) - self._asking

    @property
    def asking(self) -> int:
        """How many are."""
        return self._asking

    @property
    def is_resting(self) -> bool:
        """Whether the partner is left alone, but for one try now and then."""
        return self._breaker.is_open

    # --- in ---

    def refusal(self, seller: str) -> str | None:
        """Why a request of this seller would fail at once now: full, resting; None if it would not."""
        if self._breaker.rests(self._clock()):
            return "resting"
        return "full" if self._is_full and self._gives_way(seller) is None else None

    def turn_away(self, why: str) -> None:
        """Count a request that failed at once."""
        self.counters.told[why] += 1

    def take(self, awaited: Awaited, request: Request, *, was_begun: bool = False) -> None:
        """Ask for it in its turn. `was_begun`: before a crash, so it may have been done. One that is known already is not asked twice."""
        if self._is_closed or awaited.key in self._known:
            return
        seller = awaited.contact.seller
        if not was_begun and (why := self.refusal(seller)) is not None:
            # Others of its batch came before it.
            self.turn_away(why)
            self._settle(awaited, FAILED)
            return
        if not was_begun and self._is_full and (other := self._gives_way(seller)) is not None:
            self._tell(other, FAILED, "full")
        certainty = Certainty.PERHAPS if was_begun else Certainty.NOT_DONE
        # A store that is restored from a copy counts sessions anew, but not time.
        shown = self._shown(f"{awaited.key}/{awaited.at}")
        asked = _Asked(awaited, request, shown, self._clock(), certainty)
        self._known[awaited.key] = asked
        asked.end = self._later(self.partner.timeout_s, lambda: self._time_is_up(asked))
        self._waiting.add(seller, awaited.key, asked)
        self._go_on()

    def hold(self) -> None:
        """Begin nothing more; what is asked about is still told."""
        self._is_held = True

    def stop(self) -> None:
        """Tell nothing more. What is not told is on disk, and asked again after the next start."""
        self._is_closed = True
        for asked in self._known.values():
            _cancel(asked)
        if self._waking is not None:
            self._waking.cancel()

    @property
    def _is_full(self) -> bool:
        return len(self._known) >= self.partner.at_once + self.partner.waiting_max

    def _gives_way(self, seller: str) -> _Asked | None:
        """The newest of who has most that wait, and it was surely not done; None if this seller has as many, or one fewer."""
        waiting = self._waiting
        most = waiting.most()
        if most is None or waiting.count(most) <= waiting.count(seller) + 1:
            return None
        return next((a for a in waiting.newest(most) if a.certainty is Certainty.NOT_DONE), None)

    # --- tries ---

    def _go_on(self) -> None:
        waiting = self._waiting
        while not self._is_held and self._asking < self.partner.at_once:
            first = waiting.first()
            if first is None:
                return
            if self._clock() >= first.since + self.partner.timeout_s:
                # It is told in a moment.
                waiting.take()
            elif self._breaker.begin(self._clock()):
                self._try(waiting.take())
            else:
                self._wake_later()
                return

    def _wake_later(self) -> None:
        left_s = self._breaker.rest_left_s(self._clock())
        if self._waking is None and left_s > 0:
            self._waking = self._later(left_s, self._woken)

    def _woken(self) -> None:
        self._waking = None
        self._go_on()

    def _try(self, asked: _Asked) -> None:
        self._asking += 1
        self.counters.tries += 1
        asked.tries += 1
        body = body_of(asked.awaited.contact.seller, asked.request)
        asked.attempt = self._client.ask(
            asked.request.operation, asked.key, body, lambda answer: self._answered(asked, answer)
        )

    def _answered(self, asked: _Asked, answer: Answer) -> None:
        if asked.attempt is None or self._is_closed:
            return
        self._tried(asked)
        verdict = judge(answer, asked.request.results)
        if verdict.certainty is Certainty.PERHAPS:
            asked.certainty = Certainty.PERHAPS
        opened = False
        if verdict.is_alive:
            self._breaker.answered()
        else:
            opened = self._breaker.failed(self._clock())
        if verdict.why:
            log.warning("%s: %s", self.partner.name, verdict.why, extra={"tries": asked.tries})
        if verdict.outcome is not None:
            self._tell(asked, verdict.outcome, verdict.told)
        elif asked.tries >= TRIES_MAX:
            self._give_up(asked)
        elif asked.certainty is Certainty.NOT_DONE and self._breaker.rests(self._clock()):
            self._tell(asked, FAILED, "resting")
        else:
            pause_s = min(AGAIN_S_MAX, AGAIN_S_MIN * 2 ** min(asked.tries - 1, 10))
            asked.again = self._later(pause_s * self._jitter(), lambda: self._again(asked))
        if opened:
            self._opened()
        self._go_on()

    def _again(self, asked: _Asked) -> None:
        asked.again = None
        # Of its seller's its buyer has waited longest.
        self._waiting.add_before(asked.awaited.contact.seller, asked.awaited.key, asked)
        self._go_on()

    def _opened(self) -> None:
        """Nobody waits for a dead partner who need not."""
        self.counters.opened += 1
        log.error(
            "%s does not answer: it is left alone for %g s, and requests fail at once",
            self.partner.name,
            self.partner.rest_s,
        )
        spared = [
            asked
            for asked in self._known.values()
            if asked.attempt is None and asked.certainty is Certainty.NOT_DONE
        ]
        for asked in spared:
            self._tell(asked, FAILED, "resting")

    # --- out ---

    def _time_is_up(self, asked: _Asked) -> None:
        asked.end = None
        if asked.attempt is not None:
            asked.attempt.cancel()
            self._tried(asked)
            # Whatever it does: it has not answered.
            asked.certainty = Certainty.PERHAPS
            if self._breaker.failed(self._clock()):
                self._opened()
        self._give_up(asked)
        self._go_on()

    def _give_up(self, asked: _Asked) -> None:
        if asked.certainty is Certainty.PERHAPS:
            self._tell(asked, TIMEOUT, "timeout")
        else:
            self._tell(asked, FAILED, "failed")

    def _tried(self, asked: _Asked) -> None:
        asked.attempt = None
        self._asking -= 1

    def _tell(self, asked: _Asked, outcome: Outcome, told: str) -> None:
        if self._known.pop(asked.awaited.key, None) is None:
            return
        self._waiting.remove(asked.awaited.contact.seller, asked.awaited.key)
        _cancel(asked)
        took_s = self._clock() - asked.since
        self.counters.told[told] += 1
        self.counters.seconds.observe(took_s)
        self.counters.seconds_sum += took_s
        self._settle(
            asked.awaited, outcome_of(asked.awaited.effect, outcome, told, asked.certainty)
        )


def _cancel(asked: _Asked) -> None:
    for timer in (asked.end, asked.again, asked.attempt):
        if timer is not None:
            timer.cancel()
