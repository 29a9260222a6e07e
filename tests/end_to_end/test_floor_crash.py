"""A router killed at any instruction: nobody is offered to two agents, and the journal makes it anew. Stopped: tests/crash/fenced.py."""

import os
import signal
import subprocess
import sys

from center.acd.decisions import Offer
from center.acd.journal import decode, rebuild
from center.acd.router import Router
from store.journal import SqliteJournal
from tests.end_to_end.floor_process import BATCH

LINES_MIN = 200


def start(journal, seed):
    command = [sys.executable, "-m", "tests.end_to_end.floor_process", str(journal), str(seed)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)


def told(lines, open_offers):
    """Follow what was announced; who is with whom at the end."""
    for line in lines:
        match line.split():
            case ["offer", contact, agent]:
                assert contact not in open_offers, "offered to two agents"
                open_offers[contact] = agent
            case ["withdraw", contact, agent]:
                assert open_offers.pop(contact) == agent
            case ["end", contact]:
                open_offers.pop(contact, None)
            case _:
                pass
    return open_offers


def rebuilt(path):
    """The router as the journal has it, and every offer that it came to."""
    journal = SqliteJournal(path)
    router = rebuild(decode(record) for record in journal.records())
    again, offers = Router(), set()
    for record in journal.records():
        made = again.handle(decode(record))
        offers |= {(one.contact, one.agent) for one in made if isinstance(one, Offer)}
    journal.close()
    return router, offers


def test_kill_9_at_any_instruction_forgets_no_offer_and_doubles_none(tmp_path):
    path, open_offers = tmp_path / "floor", {}
    for life in range(4):
        with start(path, life) as process:
            process.stdin.close()
            lines = [process.stdout.readline() for _ in range(LINES_MIN * (life + 1))]
            os.kill(process.pid, signal.SIGKILL)
            # What it had committed and told before it died is in the pipe; a line that was cut is not whole.
            rest = process.stdout.read().splitlines(keepends=True)
        lines += [line for line in rest if line.endswith("\n")]
        assert lines[0].startswith("taken")
        open_offers = told(lines, open_offers)
        router, offers = rebuilt(path)
        announced = {tuple(line.split()[1:]) for line in lines if line.startswith("offer ")}
        assert announced <= offers, "announced before it was kept"
        held = {t.name: t.seat.person.agent.name for t in router.tickets.values() if t.seat}
        # The last batch may have been committed and not told any more; it moved as many as it has events.
        moved = [contact for contact, agent in open_offers.items() if held.get(contact) != agent]
        assert len(moved) <= 2 * BATCH
        open_offers = held
        for person in router.people.values():
            by_channel = [sum(t.channel == c for t in person.tickets.values()) for c in (0, 1)]
            assert by_channel[0] <= 1
            assert by_channel[1] <= 2
