"""The floor as a supervisor sees it: queues that are in use, agents who are signed in."""

from __future__ import annotations

from collections import Counter

from center.acd.agent import CHANNELS
from center.acd.backlog import tickets
from center.acd.measures import QueueMeasure, Share
from center.acd.router import Router
from center.acd.state import Backlog, Person, Profile
from center.desk.desk import AgentView, FloorView, QueueView
from center.desk.scope import Scope

QUEUES_SHOWN_MAX = 1_000
AGENTS_SHOWN_MAX = 2_000


def view_of(router: Router, scope: Scope, now: float) -> FloorView:
    """Queues to which somebody came, those with most who wait first; agents who are signed in, by name. No others than in scope."""
    in_use = [b for b in router.backlogs.values() if b.counts.arrived and scope.has_queue(b.queue)]
    in_use.sort(key=lambda backlog: (-backlog.waiting, backlog.queue.name))
    signed_in = [p for p in router.people.values() if p.presence != "signed out"]
    led = [person for person in signed_in if scope.has_agent(person.agent)]
    led.sort(key=lambda person: person.agent.name)
    free = Counter(
        person.profile for person in signed_in if any(seat.free() for seat in person.seats)
    )
    talking = Counter(
        (t.backlog.queue.name, t.seat.person.agent.pool)
        for t in router.tickets.values()
        if t.slot == "busy" and t.seat is not None
    )
    return FloorView(
        now,
        tuple(_queue(router, scope, b, now, free, talking) for b in in_use[:QUEUES_SHOWN_MAX]),
        tuple(_agent(router, person, now) for person in led[:AGENTS_SHOWN_MAX]),
    )


def _queue(
    router: Router,
    scope: Scope,
    backlog: Backlog,
    now: float,
    free: Counter[Profile],
    talking: Counter[tuple[str, str]],
) -> QueueView:
    queue = backlog.queue
    whole = scope.has_whole(queue)
    since = [ticket.since for ticket in tickets(backlog)]
    profiles = {p for first in backlog.first if first is not None for p in first[0].profiles}
    seen = [profile for profile in profiles if whole or profile.pool == scope.pool]
    who_waits = (
        queue.name,
        backlog.waiting,
        max(0.0, now - min(since)) if since else 0.0,
        sum(free[profile] for profile in seen),
    )
    if not whole:
        share = backlog.counts.by_pool.get(scope.pool or "", Share())
        talks = talking[queue.name, scope.pool or ""]
        level, mean_s = share.service_level, share.speed_of_answer_s
        return QueueView(*who_waits, talks, level, None, None, mean_s, None, is_share=True)
    measure = router.queue_measure(queue.name)
    counts = measure.counts
    return QueueView(
        *who_waits,
        sum(count for (name, _), count in talking.items() if name == queue.name),
        measure.service_level if _has_figures(measure) else None,
        counts.abandoned,
        measure.abandonment if _has_figures(measure) else None,
        measure.speed_of_answer_s if counts.answered else None,
        measure.turned_away,
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
        any(
            t.slot == "busy" and (t.beside or CHANNELS[t.channel] == "voice")
            for t in person.tickets.values()
        ),
        measure.occupancy,
        min(now, person.measured_at),
    )
