"""A media plane that is killed in the middle of everybody's prompts: how long callers hear nothing.

    python -m benchmarks.calls.killed --calls 1000 --kills 5

Each time the process that works is killed (SIGKILL); the one that stands ready goes on from shared memory. Two gaps are
printed, of which the first is the plane's own word and the second what a telephone heard: the longest time between two packets.
Beside them stands what the kernel alone takes: from the kill to the record lock's next holder, in processes that do nothing.
"""

import argparse
import fcntl
import os
import select
import signal
import socket
import struct
import tempfile
import time

from benchmarks.calls.load import PROMPT
from benchmarks.calls.telephones import TELEPHONE_HOST
from ivr.media.arena import Audio
from ivr.media.client import MediaClient
from ivr.media.messages import Resumed
from ivr.media.settings import Settings
from ivr.media.sockets import SO_TIMESTAMPNS
from ivr.rtp.codec import FRAME_BYTES, PCMA

PORT = 20_000
LISTEN_S = 1.0
READY_S_MAX = 20.0
SETTLE_S = 0.5
"""For all calls to be opened, or the last kill to be over."""
GOAL_MS = 100.0


def floor_ms() -> float:
    """From the kill of one process to the lock being another's."""
    with tempfile.TemporaryFile() as shared:
        ready, told = os.pipe()
        holders = [_holder(shared.fileno(), told)]
        os.read(ready, 1)
        holders.append(_holder(shared.fileno(), told))
        time.sleep(0.1)
        began = time.monotonic()
        os.kill(holders[0], signal.SIGKILL)
        os.read(ready, 1)
        took = time.monotonic() - began
        os.kill(holders[1], signal.SIGKILL)
        for each in holders:
            os.waitpid(each, 0)
        os.close(ready)
        os.close(told)
        return took * 1000


def _holder(shared: int, told: int) -> int:
    child = os.fork()
    if child == 0:
        fcntl.lockf(shared, fcntl.LOCK_EX)
        os.write(told, b"x")
        signal.pause()
    return child


def stand_ready(media: MediaClient) -> None:
    """Wait until one plane works and another one could."""
    until, settled = time.monotonic() + READY_S_MAX, time.monotonic() + SETTLE_S
    # First, so that the one that was killed is no longer counted.
    media.tend()
    while media.ready < 2 or time.monotonic() < settled:
        if time.monotonic() > until:
            raise SystemExit("no second plane stands ready")
        media.tend()
        select.select([media.fileno()], [], [], 0.05)
        media.events()


def kill(media: MediaClient, phone: socket.socket) -> tuple[float, float]:
    """The gap in ms as the plane tells it, and as the telephone heard it."""
    stand_ready(media)
    os.kill(media.worker, signal.SIGKILL)
    until, last, longest, told = time.monotonic() + LISTEN_S, 0.0, 0.0, float("nan")
    while time.monotonic() < until:
        some, _, _ = select.select([phone, media.fileno()], [], [], 0.01)
        if phone in some:
            # When the kernel took it in, not when this process came to read it.
            data, told_by_kernel, _, _ = phone.recvmsg(2_048, 64)
            seconds, nanoseconds = struct.unpack("qq", told_by_kernel[0][2])
            at = seconds + nanoseconds * 1e-9
            if len(data) > FRAME_BYTES:
                longest, last = max(longest, at - last if last else 0.0), at
        for event in media.events() if media.fileno() in some else ():
            if isinstance(event, Resumed):
                told = event.gap_ms
    return told, longest * 1000


def main() -> None:
    """Print the gaps."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=5)
    given = parser.parse_args()
    print(f"the kernel alone: {floor_ms():.1f} ms from the kill to the next holder of a lock")
    # Before the plane's thousands of ports: select() knows no descriptor past 1,023.
    phone = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    phone.bind((TELEPHONE_HOST, 0))
    phone.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    # The others' packets go where nobody reads them.
    nobody = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    nobody.bind((TELEPHONE_HOST, 0))
    media = MediaClient(Settings(calls=-(-given.calls // 10) * 10, port=PORT, prompts_s=120))
    try:
        prompt = Audio(bytes([PROMPT]) * FRAME_BYTES * 50 * 60, PCMA)
        for number in range(given.calls):
            remote = (phone if number == 0 else nobody).getsockname()
            leg = media.open(codec=PCMA, remote=remote)
            media.play(leg.call, [prompt], barge_in=True, loop=True)
        gaps = [kill(media, phone) for _ in range(given.kills)]
    finally:
        media.stop_planes()
        phone.close()
        nobody.close()
    for told, heard in gaps:
        print(
            f"{given.calls} calls: the plane went on after {told:.0f} ms, a caller missed {heard:.0f} ms"
        )
    worst = max(heard for _, heard in gaps)
    print(
        f"longest {worst:.0f} ms; goal {GOAL_MS:.0f} ms: {'met' if worst < GOAL_MS else 'MISSED'}"
    )


if __name__ == "__main__":
    main()
