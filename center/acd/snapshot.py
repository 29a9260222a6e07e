"""A router as records, and a router made of them again: what bounds a journal.

They come in an order in which each finds what it stands on: contracts, people, queues, contacts as they stand in line or
at a desk, and the router's clock. Lines need no records of their own: each place is a key and a count, and both are kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from center.acd.agent import CHANNELS
from center.acd.backlog import in_line, join
from center.acd.entering import Entering
from center.acd.events import ContractSet
from center.acd.occupancy import quiet_key
from center.acd.standing import (
    AgentStood,
    ContactStood,
    QueueStood,
    ServedStood,
    Standing,
    Stood,
)
from center.acd.state import Backlog, Person, Seat, Ticket

Record = ContractSet | Standing

SERVED_A_RECORD = 200
"""Buyers with who served them, in one record."""


def snapshot(router: Entering) -> Iterator[Record]:
    """Everything that decides what comes next."""
    at = router.now
    for pool, seller in router.floor.directory.contracts():
        yield ContractSet(at, pool, seller)
    places = _places(router)
    for person in router.people.values():
        yield _agent(at, person, places)
    for backlog in router.backlogs.values():
        counts = backlog.counts.copy()
        yield QueueStood(at, backlog.queue, counts, backlog.answered_at, backlog.last_wait_s)
    due = {entry[2].name: entry[:2] for entry in router.timers.standing()}
    for backlog in router.backlogs.values():
        for ticket in in_line(backlog):
            yield _contact(at, router, ticket, due)
    for person in router.people.values():
        for ticket in person.tickets.values():
            yield _contact(at, router, ticket, due)
    served = iter(router.served.items())
    while some := tuple(islice(served, SERVED_A_RECORD)):
        yield ServedStood(at, some)
    yield Stood(at, router.floor.count, router.day_began_at)


Place = tuple[int, float]


def _places(router: Entering) -> dict[int, Place]:
    """Where free seats stand, by identity."""
    found: dict[int, Place] = {}
    for profile in {id(p.profile): p.profile for p in router.people.values()}.values():
        for idle, quiet in zip(profile.idle, profile.quiet, strict=True):
            keys = {id(seat): key for key, _, seat, _ in quiet.standing()}
            for _, order, seat, _ in idle.standing():
                # Who is asked by occupancy later comes there as occupied as now: see needs._join.
                found[id(seat)] = (order, keys.get(id(seat), quiet_key(seat.person)))
    return found


def _agent(at: float, person: Person, places: dict[int, Place]) -> AgentStood:
    voice, sms = person.seats
    return AgentStood(
        at,
        person.agent,
        person.presence,
        person.reason,
        person.occupancy,
        person.measured_at,
        (person.busy_s, person.ready_s, person.not_ready_s),
        (voice.idle_since, sms.idle_since),
        (places.get(id(voice)), places.get(id(sms))),
        person.answered,
        person.not_answered,
    )


def _contact(
    at: float, router: Entering, ticket: Ticket, due: dict[str, tuple[float, int]]
) -> ContactStood:
    return ContactStood(
        at,
        ticket.name,
        ticket.backlog.queue.name,
        CHANNELS[ticket.channel],
        ticket.order,
        ticket.since,
        ticket.joined_at,
        ticket.points,
        ticket.prefers,
        ticket.sticky_until,
        _awaits(router, ticket),
        ticket.call_back,
        ticket.step,
        ticket.slot,
        ticket.seat.person.agent.name if ticket.seat is not None else "",
        ticket.answered_at,
        due.get(ticket.name),
        tuple(seat.person.agent.name for seat in ticket.beside),
        ticket.buyer,
        ticket.alone_until,
    )


def _awaits(router: Entering, ticket: Ticket) -> bool:
    if not ticket.waiting or not ticket.prefers:
        return False
    line = router.people[ticket.prefers].seats[ticket.channel].awaited
    return line is not None and any(entry[2] is ticket for entry in line.standing())


def put_back(router: Entering, record: Standing) -> None:
    """Take one record in; the router was empty before the first of them."""
    match record:
        case AgentStood():
            router.set_agent(record.agent)
            _put_person(router, router.people[record.agent.name], record)
        case QueueStood():
            router.set_queue(record.queue)
            backlog = router.backlogs[record.queue.name]
            backlog.counts = record.counts
            backlog.answered_at, backlog.last_wait_s = record.answered_at, record.last_wait_s
        case ContactStood():
            _put_contact(router, router.backlogs[record.queue], record)
        case ServedStood():
            router.served.update(record.served)
        case Stood():
            router.now, router.day_began_at = record.at, record.day_began_at
            router.floor.count = record.order
            for person in router.people.values():
                for seat in person.seats:
                    if seat.place is not None:
                        router.floor.place_free(seat, *seat.place)
                        seat.place = None


def _put_person(router: Entering, person: Person, record: AgentStood) -> None:
    if record.presence != "signed out":
        router.staff(person, 1)
    person.presence, person.reason = record.presence, record.reason
    person.occupancy = record.occupancy
    person.measured_at = record.measured_at
    person.busy_s, person.ready_s, person.not_ready_s = record.spent_s
    person.answered, person.not_answered = record.answered, record.not_answered
    for seat, idle_since, place in zip(person.seats, record.idle_since, record.places, strict=True):
        seat.idle_since, seat.place = idle_since, place


def _put_contact(router: Entering, backlog: Backlog, record: ContactStood) -> None:
    ticket = Ticket(record.contact, backlog, CHANNELS.index(record.channel), record.order)
    ticket.since, ticket.joined_at, ticket.points = record.since, record.joined_at, record.points
    ticket.prefers, ticket.sticky_until = record.prefers, record.sticky_until
    ticket.call_back, ticket.step = record.call_back, record.step
    ticket.buyer, ticket.alone_until = record.buyer, record.alone_until
    ticket.needs = router.rings.after(backlog, ticket.channel, ticket.step)
    ticket.slot, ticket.answered_at = record.slot, record.answered_at
    router.tickets[ticket.name] = ticket
    if record.agent:
        _put_with(router.people[record.agent].seats[ticket.channel], ticket)
        voice = CHANNELS.index("voice")
        ticket.beside = tuple(router.people[agent].seats[voice] for agent in record.beside)
        for seat in ticket.beside:
            seat.taken += 1
    else:
        join(ticket)
        if record.awaits:
            router.floor.await_agent(ticket, router.people[ticket.prefers].seats[ticket.channel])
        else:
            router.floor.enter(ticket)
    if record.due is not None:
        router.timers.push(*record.due, ticket)


def _put_with(seat: Seat, ticket: Ticket) -> None:
    person = seat.person
    ticket.seat = seat
    seat.taken += 1
    person.tickets[ticket.name] = ticket
    person.working += ticket.slot in ("busy", "wrap-up")
