"""The floor as a supervisor sees it: queues that are in use, agents who are signed in.

Every supervisor has a picture a second, so it costs what it shows: who is free, who talks and where most wait is counted as
it changes (census.py). Only the queues of a partner's own sellers are looked through for the fullest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from heapq import nsmallest
from itertools import islice

from center.acd.agent import CHANNELS
from center.acd.backlog import is_in_use, longest_s
from center.acd.measures import QueueMeasure, Share
from center.acd.router import Router
from center.acd.state import Backlog, Need, Person
from center.desk.census import EVERYBODY, Census
from center.desk.desk import AgentView, FloorView, QueueView
from center.desk.person import HOUSE
from center.desk.scope import Scope

ROWS_MAX = 100
"""Of each table."""

Ready = Callable[[Need, str], tuple[int, int]]
"""How many people of a pool could take a call, and how many a text, with this need now."""


def view_of(
    router: Router, census: Census, scope: Scope, now: float, wanted: str = ""
) -> FloorView:
    """Queues to which somebody came, those with most who wait first; agents who are signed in and have `wanted` in their
    names, by name. No others than in scope.
    """
    if scope.pool == HOUSE:
        fullest, in_use = list(islice(census.fullest(), ROWS_MAX)), census.in_use
    else:
        queues = [b for b in _of_pool(router, scope.pool or "") if is_in_use(b)]
        fullest, in_use = nsmallest(ROWS_MAX, queues, key=_fullest_first), len(queues)
    fullest.sort(key=_fullest_first)
    names = census.names(EVERYBODY if scope.pool == HOUSE else scope.pool) if scope.pool else ()
    wanted = wanted.casefold()
    found = (name for name in names if wanted in name.casefold()) if wanted else names
    ready = _ready(census)
    return FloorView(
        now,
        tuple(_queue(router, census, scope, backlog, now, ready) for backlog in fullest),
        tuple(_agent(router, router.people[name], now) for name in islice(found, ROWS_MAX)),
        in_use,
        len(names),
        router.day_began_at,
    )


def _fullest_first(backlog: Backlog) -> tuple[int, str]:
    return -backlog.waiting, backlog.queue.name


def _of_pool(router: Router, pool: str) -> Iterator[Backlog]:
    for seller in router.floor.directory.sellers(pool):
        yield from router.queues_of(seller)


def _ready(census: Census) -> Ready:
    # Queues that ask for the same share a need, and its count.
    @cache
    def ready(need: Need, pool: str) -> tuple[int, int]:
        profiles = [p for p in need.profiles if pool in (EVERYBODY, p.pool)]
        voice, sms = (sum(free[profile] for profile in profiles) for free in census.free)
        return voice, sms

    return ready


def _queue(
    router: Router, census: Census, scope: Scope, backlog: Backlog, now: float, ready: Ready
) -> QueueView:
    queue = backlog.queue
    whole = scope.has_whole(queue)
    pool = EVERYBODY if whole else scope.pool or ""
    # People fit a need by what they can do, whatever it comes by.
    (need,) = router.rings.first(backlog, 0)
    who_waits = (
        queue.name,
        backlog.waiting,
        longest_s(backlog, now),
        *ready(need, pool),
        census.talking[queue.name, pool],
    )
    if not whole:
        share = backlog.counts.by_pool.get(pool, Share())
        level, mean_s = share.service_level, share.speed_of_answer_s
        return QueueView(
            *who_waits, level, None, None, mean_s, None, share.not_answered, is_share=True
        )
    measure = router.queue_measure(queue.name)
    counts = measure.counts
    return QueueView(
        *who_waits,
        measure.service_level if _has_figures(measure) else None,
        counts.abandoned,
        measure.abandonment if _has_figures(measure) else None,
        measure.speed_of_answer_s if counts.answered else None,
        measure.turned_away,
        counts.not_answered,
    )


def _has_figures(measure: QueueMeasure) -> bool:
    counts = measure.counts
    return bool(counts.answered or counts.abandoned - counts.abandoned_short or counts.timed_out)


def _agent(router: Router, person: Person, now: float) -> AgentView:
    measure = router.agent_measure(person.agent.name)
    return AgentView(
        measure.name,
        measure.presence,
        measure.reason,
        sum(slot != "offered" for _, slot in measure.contacts),
        sum(slot == "wrap-up" for _, slot in measure.contacts),
        any(
            t.slot == "busy" and (t.beside or CHANNELS[t.channel] == "voice")
            for t in person.tickets.values()
        ),
        measure.occupancy,
        min(now, person.measured_at),
        measure.answered,
        measure.not_answered,
    )
