"""Why a contact went where it went, in words: who was considered, in what order, and what decided.

The journal is lived through once more. Whenever it comes to the contact, what happened is told from the router's own
state: nothing is noted while it works, so asking costs nothing until it is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, tzinfo

from center.acd.agent import CHANNELS
from center.acd.decisions import Clear, Leave, Offer, Withdraw
from center.acd.events import (
    AgentSet,
    CallBackTaken,
    ContactArrived,
    ContactFinished,
    ContactLeft,
    ContractEnded,
    OfferAccepted,
    Passed,
    WrapUpEnded,
)
from center.acd.floor import standing_points
from center.acd.journal import Record
from center.acd.needs import priority
from center.acd.occupancy import quiet_key
from center.acd.queue import Choice, Exit, Queue
from center.acd.recipe import Overflow, Raise, Step, Widen
from center.acd.router import Router
from center.acd.standing import ContactStood
from center.acd.state import Need, Person, Seat, Ticket

SHOWN_MAX = 8
"""People and contacts that are named of each sort; of the others there is a count."""

Clock = Callable[[float], str]
"""Unix seconds to the time of day."""


def explain(events: Iterable[Record], contact: str, zone: tzinfo = UTC) -> Iterator[str]:
    """Lines that tell a contact's way; none if it never came. It may have gone on under another name meanwhile."""
    router, step, joined_at, clock = Router(), 0, 0.0, _clock_in(zone)
    for event in events:
        decisions = router.handle(event)
        about = getattr(event, "contact", "") == contact
        ticket = router.tickets.get(contact)
        if about and isinstance(event, ContactArrived):
            step, joined_at = 0, router.now
            yield from _joins(clock, router, event)
        if ticket is not None and ticket.step > step:
            for done in ticket.backlog.queue.recipe[step : ticket.step]:
                yield from _step(clock, router.now, done)
            step = ticket.step
        for decision in decisions:
            match decision:
                case Offer(contact=who, agent=agent) if who == contact:
                    yield from _offered(clock, router, event, contact, agent)
                case Withdraw(contact=who, agent=agent, reason=reason) if who == contact:
                    why = _taken_back(event, agent, reason)
                    yield f"{clock(router.now)} taken back from {agent}: {why}."
                case Clear(contact=who, agent=agent) if who == contact:
                    yield f"{clock(router.now)} the time to write it up is over for {agent}."
                case Leave(contact=who, exit=way) if who == contact:
                    yield _leaves(clock, router, event, way)
                case _:
                    pass
        if about:
            yield from _told(clock, router.now, event, joined_at)
            if isinstance(event, CallBackTaken) and event.to in router.tickets:
                contact = event.to


def _taken_back(event: Record, agent: str, reason: str) -> str:
    if reason:
        return f"{agent} is not ready now: {reason}"
    if isinstance(event, ContractEnded):
        return f"the contract of {event.pool} with {event.seller} has ended"
    if isinstance(event, AgentSet):
        return f"{agent} works for {event.agent.pool} now, which may not serve the seller"
    return "the buyer left"


def _joins(clock: Clock, router: Router, event: ContactArrived) -> Iterator[str]:
    queue = router.backlogs[event.queue].queue
    points = queue.base + event.points
    yield (
        f"{clock(router.now)} {event.contact} joins {queue.name} of {queue.seller} by {event.channel}. The queue asks for"
        f" {_skills(queue.requires)}; the priority is {points:g} points and {queue.rate:g} more a second."
    )
    if event.prefers:
        yield f"  It asks for {event.prefers}, and may wait {queue.sticky_s:g} s for them."


def _step(clock: Clock, now: float, step: Step) -> Iterator[str]:
    match step.action:
        case Widen(requires=requires):
            yield f"{clock(now)} after {step.after_s:g} s those with {_skills(requires)} are asked as well."
        case Overflow(queue=queue):
            yield f"{clock(now)} after {step.after_s:g} s those who serve {queue} are asked as well."
        case Raise(points=points):
            yield f"{clock(now)} after {step.after_s:g} s the priority is raised by {points:g} points."
        case _:
            pass


def _offered(
    clock: Clock, router: Router, event: Record, contact: str, agent: str
) -> Iterator[str]:
    ticket, person = router.tickets[contact], router.people[agent]
    yield f"{clock(router.now)} offered to {agent}."
    fitting, unfit = _sorted_people(router, ticket)
    free = [one for one in fitting if one is person or one.seats[ticket.channel].free()]
    free.sort(key=lambda one: _rank(ticket, one))
    yield f"  Free and able, in the order in which they are asked ({_order(ticket)}):"
    yield from _some([f"{n}. {_free(router.now, ticket, one)}" for n, one in enumerate(free, 1)])
    others = [one for one in fitting if one not in free]
    if others:
        yield "  Able, and not free:"
        yield from _some([f"{one.agent.name}: {_engaged(one)}" for one in others])
    if unfit:
        yield "  Not able:"
        yield from _some(unfit)
    yield f"  Why {agent}: {_why(router, event, ticket, person, free)}"


def _why(router: Router, event: Record, ticket: Ticket, person: Person, free: list[Person]) -> str:
    name = person.agent.name
    if ticket.prefers == name or (isinstance(event, ContactArrived) and event.prefers == name):
        return f"the buyer asked for {name}, who was free."
    seeks = isinstance(event, ContactArrived | CallBackTaken | ContractEnded | Passed)
    if seeks and (len(free) > 1 or free[0] is person):
        return (
            f"the first of {len(free)} in that order." if len(free) > 1 else "nobody else was free."
        )
    rivals = [
        (_points(router.now, other), other)
        for other in router.tickets.values()
        if other.waiting
        and other.channel == ticket.channel
        and any(person.profile.fits(need) for need in other.needs)
    ]
    mine = _points(router.now, ticket)
    if not rivals:
        return f"{name} became free, and nobody else was waiting whom {name} may serve."
    rivals.sort(key=lambda pair: (-pair[0], pair[1].order))
    points, other = rivals[0]
    return (
        f"{name} became free, and of {len(rivals) + 1} who waited and whom {name} may serve {ticket.name} came first, with"
        f" {mine:.1f} points; next was {other.name} with {points:.1f}."
    )


def _points(now: float, ticket: Ticket) -> float:
    need = ticket.needs[0]
    return priority(need.rate, need.key(ticket.since, standing_points(ticket)), now)


def _sorted_people(router: Router, ticket: Ticket) -> tuple[list[Person], list[str]]:
    """Who fits some ring of the contact, and of those signed in who do not, why."""
    fitting: list[Person] = []
    unfit: list[str] = []
    for person in router.people.values():
        has_slots = person.seats[ticket.channel].slots > 0
        if has_slots and any(person.profile.fits(need) for need in ticket.needs):
            fitting.append(person)
        elif person.presence != "signed out":
            unfit.append(f"{person.agent.name}: {_unfit(person, ticket)}")
    return fitting, unfit


def _unfit(person: Person, ticket: Ticket) -> str:
    if not person.seats[ticket.channel].slots:
        return f"takes no contacts by {CHANNELS[ticket.channel]}"
    need = ticket.needs[-1]
    if person.agent.pool not in need.pools:
        return f"works for {person.agent.pool}, which has no contract with {ticket.backlog.queue.seller}"
    skills = person.profile.skills
    lacking = [(name, level) for name, level in need.requires if skills.get(name, 0) < level]
    return ", ".join(
        f"has {name} {skills[name]}, and {level} is asked for"
        if name in skills
        else f"lacks {name}"
        for name, level in lacking
    )


def _ring(ticket: Ticket, person: Person) -> tuple[int, Need]:
    return next((n, need) for n, need in enumerate(ticket.needs) if person.profile.fits(need))


def _rank(ticket: Ticket, person: Person) -> tuple[int, int, float]:
    ring, need = _ring(ticket, person)
    seat = person.seats[ticket.channel]
    key = quiet_key(person) if need.choice is Choice.LEAST_OCCUPIED else seat.idle_since
    return ring, _at_hand(seat, ticket), key


def _at_hand(seat: Seat, ticket: Ticket) -> int:
    """Conversations apart from this one."""
    return seat.taken - (ticket.seat is seat)


def _order(ticket: Ticket) -> str:
    rings = " ring by ring," if len(ticket.needs) > 1 else ""
    return f"{rings} fewest conversations, then {ticket.needs[0].choice.value}".strip()


def _free(now: float, ticket: Ticket, person: Person) -> str:
    ring, need = _ring(ticket, person)
    seat = person.seats[ticket.channel]
    told = f"{person.agent.name}: "
    if need.choice is Choice.LEAST_OCCUPIED:
        told += f"occupied {person.occupancy:.0%} of late"
    else:
        told += f"idle for {max(0.0, now - seat.idle_since):.1f} s"
    if at_hand := _at_hand(seat, ticket):
        told += f", {at_hand} at hand"
    return told + (f", ring {ring + 1}" if len(ticket.needs) > 1 else "")


def _engaged(person: Person) -> str:
    if person.presence == "signed out":
        return "signed out"
    if person.presence == "not ready":
        return f"not ready: {person.reason}"
    slots = [f"{ticket.slot} with {name}" for name, ticket in person.tickets.items()]
    return ", ".join(slots) or "busy"


def _leaves(clock: Clock, router: Router, event: Record, way: Exit) -> str:
    told = {
        Exit.NO_AGENTS: "nobody is signed in whom any step of the queue could ask",
        Exit.BUSY: "as many wait as may",
        Exit.TIME_OUT: "waited as long as one may",
    }[way]
    queue: Queue | None = None
    if isinstance(event, ContactArrived):
        queue = router.backlogs[event.queue].queue
    limit = f" ({queue.waiting_max})" if queue is not None and way is Exit.BUSY else ""
    return f"{clock(router.now)} leaves the queue by `{way}`: {told}{limit}."


def _told(clock: Clock, now: float, event: Record, joined_at: float) -> Iterator[str]:
    match event:
        case OfferAccepted(agent=agent):
            yield f"{clock(now)} {agent} answers, {now - joined_at:.1f} s after it joined."
        case ContactFinished(agent=agent):
            yield f"{clock(now)} {agent} ends the talk."
        case WrapUpEnded(agent=agent):
            yield f"{clock(now)} {agent} is done with it."
        case ContactStood(joined_at=joined, queue=queue, slot=slot, agent=agent):
            held = f", {slot} with {agent}" if agent else ""
            yield f"{clock(joined)} it had joined {queue}{held}; the journal begins after that."
        case ContactLeft():
            yield f"{clock(now)} the buyer is gone."
        case CallBackTaken(channel=channel):
            yield f"{clock(now)} the buyer keeps the place and will be reached by {channel}."
        case _:
            pass


def _skills(skills: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{name} {level}" for name, level in skills) or "no skill"


def _some(lines: list[str]) -> Iterator[str]:
    for line in lines[:SHOWN_MAX]:
        yield f"    {line}"
    if len(lines) > SHOWN_MAX:
        yield f"    and {len(lines) - SHOWN_MAX} more"


def _clock_in(zone: tzinfo) -> Clock:
    return lambda at: f"{datetime.fromtimestamp(at, zone):%H:%M:%S}"
