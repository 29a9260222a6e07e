"""The plane as benchmarks run it: with as many calls open as are asked for, each playing without end."""

import argparse
import contextlib
import select
import time
from collections.abc import Generator

from benchmarks.calls.load import PROMPT, TELEPHONE_PORT
from benchmarks.calls.telephones import TELEPHONE_HOST
from ivr.media.arena import Audio
from ivr.media.client import MediaClient
from ivr.media.settings import Settings
from ivr.rtp.codec import FRAME_BYTES, PCMA

PORT = 20_000
START_S_MAX = 60.0
"""For a plane to come up on a busy machine."""
AT_ONCE = 1_000
"""Calls opened before the plane is given time: the ring of commands holds 4,096."""


def prompt() -> Audio:
    """What is played: a minute of one code."""
    return Audio(bytes([PROMPT]) * FRAME_BYTES * 50 * 60, PCMA)


def pause(media: MediaClient, seconds: float) -> None:
    """Wait, and take events meanwhile."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        select.select([media.fileno()], [], [], left)
        media.events()


@contextlib.contextmanager
def opened(
    calls: int, given: argparse.Namespace, *, speaks: bool
) -> Generator[tuple[MediaClient, list[tuple[str, int]]]]:
    """A plane with calls, and where each listens. Of those that are spoken to no address is known: they find it."""
    media = MediaClient(
        Settings(
            calls=-(-calls // 10) * 10,
            port=given.port,
            prompts_s=120,
            raw=given.wire == "raw",
            cpu=given.cpu,
        )
    )
    try:
        until = time.monotonic() + START_S_MAX
        while not media.ready and time.monotonic() < until:
            pause(media, 0.1)
        remote = None if speaks else (TELEPHONE_HOST, TELEPHONE_PORT)
        targets: list[tuple[str, int]] = []
        audio = prompt()
        for number in range(calls):
            leg = media.open(codec=PCMA, remote=remote, events=((101, 8000),))
            media.play(leg.call, [audio], barge_in=True, loop=True)
            targets.append((leg.host, leg.port))
            if number % AT_ONCE == AT_ONCE - 1:
                pause(media, 0.3)
        pause(media, 0.3)
        if not media.worker:
            raise SystemExit(
                "the plane has not come up in time: the machine is too busy to measure"
            )
        yield media, targets
    finally:
        media.stop_planes()
