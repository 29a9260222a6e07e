"""A router with its journal in a process of its own, for tests that kill it: it prints each offer after its commit.

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
from center.acd.journal import decode, encode, rebuild
from center.acd.queue import Queue
from center.ports import StoreError
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


def main(path, seed):
    chance = random.Random(seed)
    journal = SqliteJournal(Path(path))
    journal.take_over()
    records = list(journal.records())
    router = rebuild(decode(record) for record in records)
    if not records:
        events = list(opening())
        for event in events:
            router.handle(event)
        journal.append([encode(event) for event in events])
    tell(f"taken {len(records)}")
    at, serial = router.now, len(records) * 1_000
    while True:
        sys.stdin.readline()
        events, lines = [], []
        for _ in range(BATCH):
            at += chance.expovariate(2.0)
            serial += 1
            for event in (some_event(router, chance, serial, at), ev.Passed(at)):
                before = set(router.tickets)
                events.append(event)
                for decision in router.handle(event):
                    match decision:
                        case Offer(contact=contact, agent=agent):
                            lines.append(f"offer {contact} {agent}")
                        case Withdraw(contact=contact, agent=agent):
                            lines.append(f"withdraw {contact} {agent}")
                        case _:
                            pass
                lines += [f"end {contact}" for contact in before - router.tickets.keys()]
        try:
            journal.append([encode(event) for event in events])
        except StoreError as error:
            tell(f"fenced {error}")
            return
        tell(*lines, "done")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
