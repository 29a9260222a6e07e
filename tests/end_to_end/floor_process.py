"""The centre's router with its journal in a process of its own, for tests that kill it: it prints what it is told is kept.

    python -m tests.end_to_end.floor_process JOURNAL SEED

A batch for each line on its standard input, and no end of them once that is closed.

Lines: `taken N` once the journal is read, `offer CONTACT AGENT`, `withdraw CONTACT AGENT`, `end CONTACT`, `done` after each batch,
`fenced`.
"""

import random
import sys
from pathlib import Path

from center.acd import events as ev
from center.acd.agent import Agent
from center.acd.decisions import Offer, Withdraw
from center.acd.kept import KeptRouter
from center.acd.queue import Queue
from store.journal import SqliteJournal

AGENTS = tuple(f"a{n}" for n in range(6))
BATCH = 20


def opening():
    queue = Queue("sales", "shop", answer_s=5.0, wrap_up_s=0, waiting_max=50)
    yield ev.QueueSet(1.0, queue)
    for name in AGENTS:
        yield ev.AgentSet(1.0, Agent(name, "shop", sms_slots=2))
        yield ev.AgentSignedIn(1.0, name)
        yield ev.AgentReady(1.0, name)


def some_event(router, chance, serial, at):
    """The natural next thing, or an unnatural one."""
    held = [(t.name, t.seat.person.agent.name, t.slot) for t in router.tickets.values() if t.seat]
    roll = chance.random()
    if held and roll < 0.6:
        contact, agent, slot = chance.choice(held)
        if slot == "offered":
            kind = ev.OfferAccepted if chance.random() < 0.8 else ev.OfferDeclined
            return kind(at, contact, agent)
        return ev.ContactFinished(at, contact, agent)
    if roll < 0.65 and router.tickets:
        return ev.ContactLeft(at, chance.choice(list(router.tickets)))
    if roll < 0.8:
        return ev.AgentReady(at, chance.choice(AGENTS))
    return ev.ContactArrived(at, f"c{serial}", "sales", chance.choice(("voice", "sms")))


def tell(*lines):
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


class Never:
    def cancel(self):
        pass


class Floor:
    """Who is told of decisions, once they are kept."""

    def __init__(self, path):
        self.journal = SqliteJournal(path)
        self.journal.take_over()
        self.kept = KeptRouter(
            self.journal, later=self.later, now=lambda: self.kept.router.now, decided=self.decided
        )
        self.kept.load()
        self.waiting = set(self.kept.router.tickets)

    def later(self, delay_s, callback):
        """Nothing comes by itself: each batch is flushed, and brings the time that has passed."""
        return Never()

    def decided(self, events, decisions):
        lines = []
        for decision in decisions:
            match decision:
                case Offer(contact=contact, agent=agent):
                    lines.append(f"offer {contact} {agent}")
                case Withdraw(contact=contact, agent=agent):
                    lines.append(f"withdraw {contact} {agent}")
                case _:
                    pass
        there = self.kept.router.tickets.keys()
        came = {event.contact for event in events if isinstance(event, ev.ContactArrived)}
        lines += [f"end {contact}" for contact in (self.waiting | came) - there]
        self.waiting = set(there)
        tell(*lines)

    def take(self, events):
        """Whether they are kept."""
        before = self.kept.recorded
        for event in events:
            self.kept.post(event)
        self.kept.flush()
        return self.kept.recorded > before


def main(path, seed):
    chance = random.Random(seed)
    floor = Floor(Path(path))
    recorded = floor.kept.recorded
    if not recorded:
        floor.take(opening())
    tell(f"taken {recorded}")
    router = floor.kept.router
    at, serial = router.now, recorded * 1_000
    while True:
        sys.stdin.readline()
        events = []
        for _ in range(BATCH):
            at += chance.expovariate(2.0)
            serial += 1
            events += [some_event(router, chance, serial, at), ev.Passed(at)]
        if not floor.take(events):
            tell("fenced")
            return
        tell("done")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
