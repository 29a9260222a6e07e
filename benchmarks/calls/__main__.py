"""Calls at once: each plays a prompt, is spoken to, presses keys and reports, on one core.

    python -m benchmarks.calls --calls 1000 2000 3000 --seconds 10

Calls are opened without an address, so each is found by its first packet. Beside them in the same run: the plane that only
sends, its calls' reports both ways included, and a bare loop that sends as many ready-made packets by sendmmsg and does nothing
else: on a UDP socket, as the goal has it, and on a raw one with headers of its own, as the plane's is (decision 0060). They take
turns by half a second on the same core, so that whatever else the machine does meets all: told is the middle of the turns'
ratios, and the middle half of them.
"""

import argparse
import select
import time
from collections import deque

from benchmarks.calls.load import HEAD, PROMPT, TELEPHONE_PORT, Used, cpu_s, result_of, row, start
from benchmarks.calls.plane import PORT, opened, pause, prompt
from benchmarks.calls.sending import in_turn
from benchmarks.calls.telephones import Result, Task
from ivr.media.messages import Digit

PAUSE_S = 0.1
"""Between a key and the next prompt."""


def ours(calls: int, given: argparse.Namespace) -> tuple[Result, Used]:
    """Our plane: what the telephones found, and what it used."""
    with opened(calls, given, speaks=True) as (media, targets):
        task = Task(
            port=TELEPHONE_PORT,
            targets=targets,
            seconds=given.seconds,
            key_s=given.key_s,
            prompt=PROMPT,
            cpu=given.telephones_cpu,
        )
        telephones = start(task)
        pause(media, 2)
        first, before, began = cpu_s(media.worker), media.counts(), time.monotonic()
        own = time.process_time()
        again: deque[tuple[float, int]] = deque()
        while time.monotonic() - began < given.seconds - 3.5:
            select.select([media.fileno()], [], [], 0.02)
            for event in media.events():
                if isinstance(event, Digit):
                    again.append((time.monotonic() + PAUSE_S, event.call))
            while again and again[0][0] < time.monotonic():
                media.play(again.popleft()[1], [prompt()], barge_in=True, loop=True)
        spent, after = cpu_s(media.worker) - first, media.counts()
        own, elapsed = time.process_time() - own, time.monotonic() - began
        packets = sum(after[name] - before[name] for name in ("sent", "received"))
        used = Used(spent / elapsed, spent / max(packets, 1) * 1e6, after, own / elapsed)
        return result_of(telephones), used


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, nargs="+", default=[1000, 2000, 3000])
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--key-s", type=float, default=4.0)
    parser.add_argument("--turns", type=int, default=12, help="of half a second, sending only")
    parser.add_argument("--wire", choices=["raw", "ports"], default="raw")
    parser.add_argument("--port", type=int, default=PORT, help="first of two ports a call")
    parser.add_argument("--cpu", type=int, default=0)
    parser.add_argument("--telephones-cpu", type=int, default=1)
    given = parser.parse_args()
    print(HEAD)
    for calls in given.calls:
        result, used = ours(calls, given)
        told = {name: used.counts[name] for name in ("missed", "unsent", "untold", "flooded")}
        print(row(f"{calls} calls, both ways", result, used), told, flush=True)
        print(f"  whoever is told of keys and starts prompts: {used.client:.0%} of another core")
        print(f"  sending only: {in_turn(calls, given)}", flush=True)


if __name__ == "__main__":
    main()
