"""`dialcart`, and where the environment says so, dead at a point that is named: DIALCART_DIE_AT="after commit:12".

The number says how often the point is passed first. With "shard " before the point it is a shard that dies, else the process
that has the carriers. What is patched here is what a debugger would stop at; the program
itself knows nothing of it, nor of the words that it fails on (tests.simulation.poison). A point that the program no longer passes is found out: the harness counts a victim that does
not die of itself as a failure.
"""

import os
import random
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from sms import link, sending
from store import batch, outbox_rows, sqlite
from tests.crash import clock
from tests.simulation.poison import fail_at_poison

POINTS = (
    "before commit",
    "in commit",
    "after commit",
    "in answers",
    "after answers",
    "before drop",
    "in drop",
    "after drop",
)
"""With the batch written but not committed; while SQLite commits; committed, and nobody told; with half of the answers on
the wire; answered with no reply sent; replies taken by the carrier and that not noted, half noted, noted."""
IN_SHARD = "shard "
FRONT_POINTS = POINTS[:5]
"""Of a front: texts are kept in its shards."""
SHARD_POINTS = tuple(point for point in POINTS if point not in ("in answers", "after answers"))
"""Of a shard: carriers are answered by its front."""
COMMIT_S_MIN = 50e-6
"""A commit is cut short after so long at least."""
CUT_SHORT = "cut short "
"""A note in such a commit is named so, with the kill's number, and holds which try it is: the file beside tells which was the last,
the database which of them was kept."""


def die() -> None:
    """At once: nothing is flushed, nothing is closed."""
    os.kill(os.getpid(), signal.SIGKILL)


class Countdown:
    """Dies when its point is passed often enough."""

    def __init__(self, point: str, count: int) -> None:
        self.point = point
        self.count = count

    def passes(self, point: str) -> bool:
        """Whether this is the time."""
        if point != self.point:
            return False
        self.count -= 1
        return self.count <= 0

    def at(self, point: str) -> None:
        """Die here if it is time."""
        if self.passes(point):
            die()


def arm(countdown: Countdown) -> None:
    """Put the countdown where the points are."""
    write = batch.SqliteBatch.write
    finish = batch.SqliteBatch.finish
    acknowledge = link.Link.acknowledge
    send = sending.Sending.send
    drop = outbox_rows.OutboxRows.write
    forget = sqlite.SqliteStore.write_noted
    took_s = COMMIT_S_MIN

    def writing(self: Any, *given: Any) -> None:
        write(self, *given)
        countdown.at("before commit")

    def finishing(self: Any) -> None:
        nonlocal took_s
        # The kernel ends us, whoever holds the interpreter then; if it comes too late, then in the next commit.
        if countdown.passes("in commit"):
            _tell_of_commit(self)
            signal.setitimer(signal.ITIMER_REAL, random.uniform(COMMIT_S_MIN, took_s))
        began = time.perf_counter()
        finish(self)
        signal.setitimer(signal.ITIMER_REAL, 0)
        took_s = max(COMMIT_S_MIN, time.perf_counter() - began)
        countdown.at("after commit")

    def answering(self: Any, answers: Sequence[tuple[int, int]]) -> None:
        if self.transport is not None and countdown.passes("in answers"):
            self.machine.acknowledge(list(answers))
            octets = self.machine.data_to_send()
            # Past asyncio's buffer, in the middle of a PDU.
            os.write(
                self.transport.get_extra_info("socket").fileno(), octets[: len(octets) // 2 + 3]
            )
            die()
        acknowledge(self, answers)

    def replying(self: Any, *given: Any) -> None:
        countdown.at("after answers")
        send(self, *given)

    def dropping(self: Any) -> Any:
        if self.is_behind:
            countdown.at("before drop")
        rows = drop(self)
        if rows:
            countdown.at("in drop")
        return rows

    def forgetting(self: Any) -> None:
        forget(self)
        countdown.at("after drop")

    patches: list[tuple[Any, str, Callable[..., Any]]] = [
        (batch.SqliteBatch, "write", writing),
        (batch.SqliteBatch, "finish", finishing),
        (link.Link, "acknowledge", answering),
        (sending.Sending, "send", replying),
        (outbox_rows.OutboxRows, "write", dropping),
        (sqlite.SqliteStore, "write_noted", forgetting),
    ]
    for owner, name, patched in patches:
        setattr(owner, name, patched)


def _tell_of_commit(batch_of_it: Any) -> None:
    """Leave word of a commit that is about to be cut short, in it and beside it, where somebody wants to know."""
    if (number := os.environ.get("DIALCART_KILL")) is None:
        return
    with Path(os.environ["DIALCART_CUT_SHORT"]).open("a+") as file:
        file.seek(0)
        mark = str(len(file.readlines()))
        file.write(f"{number} {mark}\n")
    tables = batch_of_it._tables  # noqa: SLF001
    tables.db.execute(tables.sql["keep_note"], (f"{CUT_SHORT}{number}", 0, mark.encode()))


def arm_as_told(whose: str = "") -> None:
    """As the environment says, if it speaks of this process."""
    point, _, count = os.environ.get("DIALCART_DIE_AT", "").rpartition(":")
    if not point or point.startswith(IN_SHARD) != bool(whose):
        return
    point = point.removeprefix(whose)
    assert point in POINTS, point
    arm(Countdown(point, int(count)))


def main() -> None:
    """`python -m tests.crash.victim serve ...`."""
    fail_at_poison()
    clock.set_at_random()
    arm_as_told()
    from cli import main as dialcart

    with ExitStack() as stack:
        if mutant := os.environ.get("DIALCART_MUTANT"):
            from tests.simulation.mutants import mutants

            stack.enter_context(mutants()[mutant])
        dialcart()


if __name__ == "__main__":
    sys.exit(main())
if __name__ == "__mp_main__":
    # A shard: multiprocessing imports in it what its front runs.
    fail_at_poison()
    clock.set_at_random()
    arm_as_told(IN_SHARD)
