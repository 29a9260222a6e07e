"""Random histories: two promises kept at every step, and a journal that makes the same router again."""

from functools import cache
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from center.acd import events as ev
from center.acd.agent import CHANNELS, REASON_NO_ANSWER, Agent, Skill
from center.acd.backlog import tickets
from center.acd.decisions import Clear, Leave, Offer, Withdraw
from center.acd.journal import RECORD_BYTES_MAX, JournalError, decode, encode, rebuild
from center.acd.queue import Choice, Queue
from center.acd.recipe import OfferCallBack, Overflow, Play, Raise, Step, Widen
from center.acd.router import Router

SKILLS = ("tea", "english")
SELLERS = ("noodles", "teahouse")
POOLS = ("noodles", "teahouse", "north")
QUEUES = ("q0", "q1", "q2")
AGENTS = ("a0", "a1", "a2", "a3")
CONTACTS = tuple(f"c{n}" for n in range(8))

skills = st.lists(st.builds(Skill, st.sampled_from(SKILLS), st.integers(1, 3)), max_size=2).map(
    lambda found: tuple({skill.name: skill for skill in found}.values())
)
actions = st.one_of(
    st.builds(Widen, skills),
    st.builds(Overflow, st.sampled_from((*QUEUES, "nowhere"))),
    st.builds(Raise, st.sampled_from((-9.0, 0.0, 40.0))),
    st.builds(Play, st.just("wait")),
    st.builds(OfferCallBack),
)
recipes = st.lists(st.builds(Step, st.sampled_from((0, 5, 20, 60)), actions), max_size=4).map(
    lambda steps: tuple(sorted(steps, key=lambda step: step.after_s))
)


@cache
def queue(name):
    return st.builds(
        Queue,
        st.just(name),
        st.just(SELLERS[int(name[1]) % 2]),
        skills,
        st.sampled_from(Choice),
        base=st.sampled_from((0.0, 30.0)),
        rate=st.sampled_from((0.0, 1.0, 2.0)),
        waiting_max=st.sampled_from((0, 2, 9)),
        wait_s_max=st.sampled_from((0, 30.0, 600.0)),
        answer_s=st.sampled_from((0, 15.0)),
        wrap_up_s=st.sampled_from((0, 30.0)),
        sticky_s=st.sampled_from((0, 25.0)),
        recipe=recipes,
    )


@cache
def agent(name):
    return st.builds(
        Agent,
        st.just(name),
        st.sampled_from(POOLS),
        skills,
        voice_slots=st.integers(0, 1),
        sms_slots=st.integers(0, 2),
    )


@cache
def happenings():
    """One more event, at time nought; contacts and agents are few, so that they meet."""
    when, who, whom = st.just(0.0), st.sampled_from(AGENTS), st.sampled_from(CONTACTS)
    both = [
        *(ev.OfferAccepted, ev.OfferDeclined, ev.CallJoined),
        *(ev.ContactFinished, ev.WrapUpEnded),
    ]
    contracts = [ev.ContractSet, ev.ContractEnded]
    arrival = st.builds(
        ev.ContactArrived,
        when,
        whom,
        st.sampled_from(QUEUES),
        st.sampled_from(CHANNELS),
        since=st.sampled_from((None, -50.0)),
        points=st.sampled_from((0.0, 10.0)),
        prefers=st.sampled_from(("", *AGENTS)),
        buyer=st.sampled_from(("", "b0", "b1")),
    )
    return st.one_of(
        arrival,
        arrival,
        st.builds(ev.AgentReady, when, who),
        *(st.builds(kind, when, whom, who) for kind in both),
        st.builds(ev.ContactLeft, when, whom),
        st.builds(ev.CallParted, when, whom, who),
        st.builds(ev.CallBackTaken, when, whom, st.sampled_from(CHANNELS)),
        st.builds(ev.AgentPaused, when, who, st.just("tea")),
        st.builds(ev.AgentSignedIn, when, who),
        st.builds(ev.AgentSignedOut, when, who),
        st.sampled_from(QUEUES).flatmap(lambda name: st.builds(ev.QueueSet, when, queue(name))),
        who.flatmap(lambda name: st.builds(ev.AgentSet, when, agent(name))),
        *(
            st.builds(kind, when, st.sampled_from(POOLS), st.sampled_from(SELLERS))
            for kind in contracts
        ),
        st.builds(ev.Passed, when),
        st.builds(ev.DayBegan, when),
    )


def at_time(event, at):
    """The same later: strategies are made once, and not anew for each moment."""
    if isinstance(event, ev.ContactArrived) and event.since is not None:
        event = replace(event, since=at + event.since)
    return replace(event, at=at)


@st.composite
def histories(draw):
    at = 1_000.0
    found = [ev.QueueSet(at, draw(queue(name))) for name in QUEUES]
    found += [ev.AgentSet(at, draw(agent(name))) for name in AGENTS]
    found += [ev.AgentSignedIn(at, name) for name in AGENTS]
    found += [ev.AgentReady(at, name) for name in AGENTS]
    for _ in range(draw(st.integers(1, 40))):
        at += draw(st.sampled_from((0.0, 1.0, 7.0, 31.0)))
        found.append(at_time(draw(happenings()), at))
        if draw(st.booleans()):
            found.append(ev.Passed(at))
    return found


class Watcher:
    """Believes decisions alone, as a desk does, and keeps account of who is with whom."""

    def __init__(self):
        self.offered, self.talking, self.slots = {}, {}, {}
        self.queues, self.agents, self.contracts, self.pending = {}, {}, set(), {}

    def note(self, event):
        match event:
            case ev.QueueSet(queue=queue):
                self.queues[queue.name] = queue
            case ev.AgentSet(agent=agent):
                self.agents[agent.name] = agent
            case ev.ContractSet(pool=pool, seller=seller):
                self.contracts.add((pool, seller))
            case ev.ContractEnded(pool=pool, seller=seller):
                self.contracts.discard((pool, seller))
            case ev.OfferAccepted(contact=contact, agent=agent):
                if self.offered.get(contact) == agent:
                    self.talking[contact] = self.offered.pop(contact)

    def read(self, decisions):
        for decision in decisions:
            match decision:
                case Offer(contact=contact, agent=agent, queue=queue):
                    assert contact not in self.offered, "offered to two agents"
                    assert contact not in self.talking, "offered while talking"
                    pool, seller = self.agents[agent].pool, self.queues[queue].seller
                    assert pool == seller or (pool, seller) in self.contracts, "tenants isolated"
                    self.offered[contact] = agent
                case Withdraw(contact=contact, agent=agent):
                    assert self.offered.pop(contact) == agent
                case Leave(contact=contact):
                    assert contact not in self.offered
                    assert contact not in self.talking
                case Clear(contact=contact, agent=agent):
                    assert self.talking.pop(contact) == agent
                case _:
                    assert decision.wait_s >= 0

    def gone(self, router):
        """Forget whom the router has let go."""
        held = {
            contact: name
            for name in self.agents
            for contact, _ in router.agent_measure(name).contacts
        }
        self.talking = {c: a for c, a in self.talking.items() if held.get(c) == a}
        assert set(self.offered.items()) | set(self.talking.items()) <= set(held.items())
        return held


def check_slots(router, watcher, slots_at_offer):
    """No slot holds two contacts: on each channel at most as many as slots at the time of the last offer."""
    for name, person in router.people.items():
        besides = [t for t in router.tickets.values() for s in t.beside if s.person is person]
        assert all(ticket.slot == "busy" for ticket in besides)
        taken = [len(besides), 0]
        for ticket in person.tickets.values():
            assert ticket.seat.person is person
            taken[ticket.channel] += 1
        for seat in person.seats:
            assert seat.taken == taken[seat.channel]
            # Slots may be taken away from an agent while they hold contacts; no more come then.
            most = max(seat.slots, slots_at_offer.get((name, seat.channel), 0))
            assert seat.taken <= most
            slots_at_offer[name, seat.channel] = max(seat.taken, seat.slots)


def check_lines(router):
    """Nobody who is free stands beside somebody who waits and fits, queues count who waits, it rings where it may, and
    nobody waits on the line for nobody without an end.
    """
    for ticket in router.tickets.values():
        if ticket.slot == "offered":
            pool, seller = ticket.seat.person.agent.pool, ticket.backlog.queue.seller
            assert router.floor.directory.may_serve(pool, seller)
    waiting = [t for t in router.tickets.values() if t.waiting]
    for backlog in router.backlogs.values():
        mine = [t for t in waiting if t.backlog is backlog]
        assert backlog.waiting == len(mine) == len(tickets(backlog))
    for ticket in waiting:
        assert ticket.slot == "free"
        assert ticket.seat is None
        if ticket.call_back is None and not router.rings.staffed(ticket.backlog, ticket.channel):
            assert ticket.alone_until > 0
        if ticket.sticky_until > router.now:
            assert router.people[ticket.prefers].profile.fits(ticket.needs[0])
            continue
        for person in router.people.values():
            for need in ticket.needs:
                free = person.seats[ticket.channel].free()
                # Sticky waits end with the timer, so one may be over without having been told.
                due = ticket.sticky_until > 0
                assert due or not (free and person.profile.fits(need))


@settings(max_examples=25, deadline=None)
@given(histories())
def test_no_contact_is_with_two_agents_no_slot_holds_two_and_the_journal_makes_the_same_router(
    history,
):
    tell(history)


def tell(history):
    """Live through a history, checking after every event, and once more from the journal."""
    router, watcher, slots, records = Router(), Watcher(), {}, []
    at = 0.0
    for event in history:
        at = event.at
        records.append(encode(event))
        watcher.note(event)
        watcher.read(router.handle(event))
        watcher.gone(router)
        check_slots(router, watcher, slots)
        check_lines(router)
    again = rebuild(decode(record) for record in records)
    assert again.picture() == router.picture()
    later = ev.Passed(at + 45)
    assert again.handle(later) == router.handle(later)
    assert again.picture() == router.picture()


def busy_day(seed, events):
    """A long history in which most events are the natural next one: agents answer, talk, write up."""
    chance, at = Random(seed), 1_000.0
    watcher = yield from opening(chance, at)
    for n in range(events):
        at += chance.expovariate(0.5)
        held = [(c, a) for a in AGENTS for c, _ in watcher.router.agent_measure(a).contacts]
        roll = chance.random()
        if roll < 0.25:
            queue, channel = chance.choice(QUEUES), chance.choice(CHANNELS)
            prefers = chance.choice(("", "", *AGENTS))
            buyer = chance.choice(("", f"b{n % 9}"))
            yield ev.ContactArrived(at, f"c{n}", queue, channel, prefers=prefers, buyer=buyer)
        elif roll < 0.65 and held:
            kinds = (ev.OfferAccepted, ev.OfferAccepted, ev.ContactFinished, ev.WrapUpEnded)
            yield chance.choice((*kinds, ev.OfferDeclined, ev.CallJoined))(at, *chance.choice(held))
        elif roll < 0.75 and watcher.router.tickets:
            known = list(watcher.router.tickets)
            kind = chance.choice((ev.ContactLeft, ev.CallBackTaken))
            to = chance.choice(("", f"t{n}"))
            rest = () if kind is ev.ContactLeft else (chance.choice(CHANNELS), to)
            yield kind(at, chance.choice(known), *rest)
        else:
            who = chance.choice(AGENTS)
            if roll > 0.98:
                yield ev.AgentPaused(at, who, "tea")
            elif roll > 0.97:
                skill = Skill("tea", chance.randint(1, 3))
                yield ev.AgentSet(at, Agent(who, chance.choice(POOLS), (skill,)))
            else:
                yield ev.AgentReady(at, who)
        yield ev.Passed(at)


class Shadow:
    """A router that sees what a story has told so far, so that the story can go on from it."""

    def __init__(self):
        self.router = Router()


def opening(chance, at):
    shadow = Shadow()
    yield shadow
    steps = (Step(10, Widen((Skill("tea"),))), Step(30, Overflow("q1")), Step(60, Raise(50.0)))
    for name in QUEUES:
        yield ev.QueueSet(
            at,
            Queue(
                name,
                SELLERS[int(name[1]) % 2],
                (Skill("tea", chance.randint(1, 3)),),
                chance.choice(list(Choice)),
                rate=chance.choice((0.0, 1.0, 2.0)),
                sticky_s=20.0,
                wait_s_max=120.0,
                recipe=steps,
            ),
        )
    yield ev.ContractSet(at, "north", "noodles")
    for name in AGENTS:
        skills = (Skill("tea", chance.randint(1, 3)),)
        yield ev.AgentSet(at, Agent(name, chance.choice(POOLS), skills, sms_slots=2))
        yield ev.AgentSignedIn(at, name)
        yield ev.AgentReady(at, name)
    return shadow


@pytest.mark.parametrize("seed", range(8))
def test_the_same_holds_over_long_days(seed):
    day = busy_day(seed, 400)
    shadow = next(day)
    history = []
    for event in day:
        history.append(event)
        shadow.router.handle(event)
    tell(history)
    answered = sum(backlog.counts.answered for backlog in shadow.router.backlogs.values())
    assert answered >= 10, "a day on which nobody is served shows nothing"


def test_a_rebuilt_router_still_takes_an_offer_back_in_time():
    history = [
        ev.QueueSet(0.0, Queue("sales", "noodles")),
        ev.AgentSet(0.0, Agent("ann", "noodles")),
        ev.AgentSignedIn(0.0, "ann"),
        ev.AgentReady(0.0, "ann"),
        ev.ContactArrived(1.0, "c1", "sales", "voice"),
    ]
    router = rebuild(history)
    assert router.timer() == 16.0
    assert router.handle(ev.Passed(16.0)) == [Withdraw("c1", "ann", REASON_NO_ANSWER)]


@pytest.mark.parametrize(
    "record",
    [
        b"",
        b"\xc1",
        b"\x92\xa6Passed\xa1x",
        b"\x92\xa7Unknown\x01",
        b"\x93\xa8AgentSet\x01\x93\xa3ann\xa1n\x91\x92\xa0\x01",
        b"\x00" * (RECORD_BYTES_MAX + 1),
    ],
)
def test_a_record_that_holds_no_event_is_refused(record):
    with pytest.raises(JournalError):
        decode(record)


def test_a_record_is_small():
    record = encode(ev.ContactArrived(1_763_000_000.25, "c1029384756", "sales", "voice"))
    assert len(record) < 64
