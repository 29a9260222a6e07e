"""What sending costs: the plane and bare sendmmsg loops, in turn on one core, half a second each.

The goal is held against a loop on a UDP socket. The plane sends from a raw one where it may, which costs the kernel less
(decision 0060): so a loop on such a one is told of too.
"""

import argparse
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Generator
from dataclasses import dataclass

import numpy as np

from benchmarks.calls import bare
from benchmarks.calls.load import PROMPT, TELEPHONE_PORT, start
from benchmarks.calls.plane import opened, pause
from benchmarks.calls.telephones import Task
from ivr.media.client import MediaClient

TURN_S = 0.5
SETTLE_S = 0.3
"""After a turn of the other: what it left in the caches is gone, and what came meanwhile is taken."""
START_S = 1.0
TIMES_GOAL = 1.1
KINDS = {"udp": "a UDP socket", "raw": "a raw one, as the plane's"}


@dataclass(frozen=True, slots=True)
class Sending:
    """Microseconds of CPU a packet, turn by turn."""

    ours: list[float]
    bare: dict[str, list[float]]
    """By the kind of their socket."""

    def __str__(self) -> str:
        told = [f"{np.median(self.ours):.2f} us a packet"]
        for kind, found in self.bare.items():
            low, middle, high = np.percentile(np.array(self.ours) / np.array(found), [25, 50, 75])
            goal = f", goal {TIMES_GOAL}: {'met' if middle <= TIMES_GOAL else 'MISSED'}"
            told.append(
                f"a bare sendmmsg loop on {KINDS[kind]} {np.median(found):.2f}: {middle:.3f} times "
                f"({low:.3f} to {high:.3f}){goal if kind == 'udp' else ''}"
            )
        return "; ".join(told)


def _kinds(wire: str) -> list[str]:
    """The loops to compare with: a raw one where the plane sends from such a socket too."""
    if wire == "raw":
        with contextlib.suppress(PermissionError):
            bare.opened("raw").close()
            return ["udp", "raw"]
    return ["udp"]


@contextlib.contextmanager
def _loop(kind: str, calls: int, cpu: int) -> "Generator[subprocess.Popen[str]]":
    """A bare loop that waits for its turns."""
    words = (kind, str(calls), str(TELEPHONE_PORT), str(cpu))
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.calls.bare", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as loop:
        assert loop.stdin
        try:
            yield loop
        finally:
            loop.stdin.close()


def _turn(loop: "subprocess.Popen[str]") -> float:
    """Microseconds of CPU a packet in a turn of it."""
    assert loop.stdin
    assert loop.stdout
    loop.stdin.write(f"{TURN_S}\n")
    loop.stdin.flush()
    return float(loop.stdout.readline())


def _cpu_us(pid: int) -> float:
    """What a process has used, by the scheduler's own count."""
    with open(f"/proc/{pid}/schedstat") as file:
        return int(file.read().split()[0]) / 1000


def _packets(media: MediaClient) -> int:
    counts = media.counts()
    return counts["sent"] + counts["received"]


def in_turn(calls: int, given: argparse.Namespace) -> Sending:
    """Let them take turns, to the same telephones, which report as telephones do."""
    kinds = _kinds(given.wire)
    found = Sending([], {kind: [] for kind in kinds})
    with (
        contextlib.ExitStack() as loops,
        opened(calls, given, speaks=False) as (media, targets),
    ):
        started = {kind: loops.enter_context(_loop(kind, calls, given.cpu)) for kind in kinds}
        task = Task(
            port=TELEPHONE_PORT,
            targets=targets,
            seconds=START_S + given.turns * ((1 + len(kinds)) * TURN_S + 2 * SETTLE_S) + 5,
            speaks=False,
            prompt=PROMPT,
            cpu=given.telephones_cpu,
        )
        telephones = start(task)
        pause(media, START_S)
        for _ in range(given.turns):
            pause(media, SETTLE_S)
            spent, sent = _cpu_us(media.worker), _packets(media)
            pause(media, TURN_S)
            spent, sent = _cpu_us(media.worker) - spent, _packets(media) - sent
            os.kill(media.worker, signal.SIGSTOP)
            for kind, loop in started.items():
                found.bare[kind].append(_turn(loop))
            os.kill(media.worker, signal.SIGCONT)
            found.ours.append(spent / max(sent, 1))
        telephones.terminate()
        telephones.communicate()
    return found
