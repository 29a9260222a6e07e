"""Calls at once: each plays a prompt, is spoken to, presses keys and reports, on one core.

    python -m benchmarks.calls --calls 1000 2000 3000 --seconds 10

Calls are opened without an address, so each is found by its first packet. Beside them in the same run: a bare loop that
sends as many ready-made packets by sendmmsg and does nothing else; and where only the plane sends, the same loop again.
"""

import argparse
import select
import subprocess
import sys
import time
from collections import deque

from benchmarks.calls.load import HEAD, PROMPT, TELEPHONE_PORT, Used, cpu_s, result_of, row, start
from benchmarks.calls.telephones import TELEPHONE_HOST, Result, Task
from ivr.media.arena import Audio
from ivr.media.client import MediaClient
from ivr.media.messages import Digit
from ivr.media.settings import Settings
from ivr.rtp.codec import FRAME_BYTES, PCMA

PAUSE_S = 0.1
"""Between a key and the next prompt."""
PORT = 20_000
START_S_MAX = 60.0
"""For a plane to come up on a busy machine."""
AT_ONCE = 1_000
"""Calls opened before the plane is given time: the ring of commands holds 4,096."""


def pause(media: MediaClient, seconds: float) -> None:
    """Wait, and take events meanwhile."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        select.select([media.fileno()], [], [], left)
        media.events()


def ours(calls: int, given: argparse.Namespace, *, speaks: bool) -> tuple[Result, Used]:
    """Our plane: what the telephones found, and what it used."""
    media = MediaClient(
        Settings(
            calls=-(-calls // 10) * 10,
            port=PORT,
            prompts_s=120,
            raw=given.wire == "raw",
            cpu=given.cpu,
        )
    )
    try:
        until = time.monotonic() + START_S_MAX
        while not media.ready and time.monotonic() < until:
            pause(media, 0.1)
        prompt = Audio(bytes([PROMPT]) * FRAME_BYTES * 50 * 60, PCMA)
        remote = None if speaks else (TELEPHONE_HOST, TELEPHONE_PORT)
        targets: list[tuple[str, int]] = []
        for number in range(calls):
            leg = media.open(codec=PCMA, remote=remote, events=((101, 8000),))
            media.play(leg.call, [prompt], barge_in=True, loop=True)
            targets.append((leg.host, leg.port))
            if number % AT_ONCE == AT_ONCE - 1:
                pause(media, 0.3)
        task = Task(
            port=TELEPHONE_PORT,
            targets=targets,
            seconds=given.seconds,
            speaks=speaks,
            key_s=given.key_s if speaks else 0,
            prompt=PROMPT,
            cpu=given.telephones_cpu,
        )
        telephones = start(task)
        pause(media, 2)
        if not media.worker:
            raise SystemExit(
                "the plane has not come up in time: the machine is too busy to measure"
            )
        first, before, began = cpu_s(media.worker), media.counts(), time.monotonic()
        again: deque[tuple[float, int]] = deque()
        while time.monotonic() - began < given.seconds - 3.5:
            select.select([media.fileno()], [], [], 0.02)
            for event in media.events():
                if isinstance(event, Digit):
                    again.append((time.monotonic() + PAUSE_S, event.call))
            while again and again[0][0] < time.monotonic():
                media.play(again.popleft()[1], [prompt], barge_in=True, loop=True)
        spent, after = cpu_s(media.worker) - first, media.counts()
        elapsed = time.monotonic() - began
        packets = sum(after[name] - before[name] for name in ("sent", "received"))
        used = Used(spent / elapsed, spent / max(packets, 1) * 1e6, after)
        return result_of(telephones), used
    finally:
        media.stop_planes()


def floor(calls: int, given: argparse.Namespace) -> float:
    """Microseconds a packet of a bare loop, to the same telephones."""
    telephones = start(
        Task(
            port=TELEPHONE_PORT,
            targets=[("127.0.0.1", PORT + 2 * number) for number in range(calls)],
            seconds=given.seconds,
            speaks=False,
            cpu=given.telephones_cpu,
        )
    )
    time.sleep(1)
    words = [str(calls), str(given.seconds - 2), str(TELEPHONE_PORT), str(given.cpu)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.calls.bare", *words], capture_output=True, check=True
    )
    telephones.communicate()
    return float(done.stdout)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, nargs="+", default=[1000, 2000, 3000])
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--key-s", type=float, default=4.0)
    parser.add_argument("--wire", choices=["raw", "ports"], default="raw")
    parser.add_argument("--cpu", type=int, default=0)
    parser.add_argument("--telephones-cpu", type=int, default=1)
    given = parser.parse_args()
    print(HEAD)
    for calls in given.calls:
        result, used = ours(calls, given, speaks=True)
        print(row(f"{calls} calls, both ways", result, used), flush=True)
        told = {name: used.counts[name] for name in ("missed", "unsent", "untold", "flooded")}
        result, used = ours(calls, given, speaks=False)
        print(row(f"{calls} calls, sending only", result, used), flush=True)
        bare = floor(calls, given)
        share = bare * calls * 50 / 1e6
        print(
            f"{'  a bare loop that sends as much':<34}{share:>6.0%}{bare:>10.2f}    {told}",
            flush=True,
        )


if __name__ == "__main__":
    main()
