"""What sending costs: the plane and a bare sendmmsg loop, in turn on one core, a second each."""

import argparse
import os
import signal
import subprocess
import sys
from dataclasses import dataclass

import numpy as np

from benchmarks.calls.load import PROMPT, TELEPHONE_PORT, start
from benchmarks.calls.plane import opened, pause
from benchmarks.calls.telephones import Task
from ivr.media.client import MediaClient

TURN_S = 1.0
SETTLE_S = 0.3
"""After a turn of the other: what it left in the caches is gone, and what came meanwhile is taken."""
START_S = 2.0
TIMES_GOAL = 1.1


@dataclass(frozen=True, slots=True)
class Sending:
    """Microseconds of CPU a packet, turn by turn."""

    ours: list[float]
    bare: list[float]

    def __str__(self) -> str:
        times = np.array(self.ours) / np.array(self.bare)
        low, middle, high = np.percentile(times, [25, 50, 75])
        return (
            f"{np.median(self.ours):.2f} us a packet, a bare loop {np.median(self.bare):.2f}: {middle:.3f} times "
            f"({low:.3f} to {high:.3f}); goal {TIMES_GOAL}: {'met' if middle <= TIMES_GOAL else 'MISSED'}"
        )


def _cpu_us(pid: int) -> float:
    """What a process has used, by the scheduler's own count."""
    with open(f"/proc/{pid}/schedstat") as file:
        return int(file.read().split()[0]) / 1000


def _packets(media: MediaClient) -> int:
    counts = media.counts()
    return counts["sent"] + counts["received"]


def in_turn(calls: int, given: argparse.Namespace) -> Sending:
    """Let them take turns, to the same telephones, which report as telephones do."""
    found = Sending([], [])
    words = (str(calls), str(TELEPHONE_PORT), str(given.cpu))
    with (
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.calls.bare", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as bare,
        opened(calls, given, speaks=False) as (media, targets),
    ):
        assert bare.stdin
        assert bare.stdout
        task = Task(
            port=TELEPHONE_PORT,
            targets=targets,
            seconds=START_S + given.turns * (2 * TURN_S + 2 * SETTLE_S) + 5,
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
            bare.stdin.write(f"{TURN_S}\n")
            bare.stdin.flush()
            found.bare.append(float(bare.stdout.readline()))
            os.kill(media.worker, signal.SIGCONT)
            found.ours.append(spent / max(sent, 1))
        bare.stdin.close()
        telephones.terminate()
        telephones.communicate()
    return found
