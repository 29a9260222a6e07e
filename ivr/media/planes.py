"""The processes that run a plane: one that works, one that stands ready with the same memory and sockets.

The kernel hands on from one that dies. One that hangs keeps the lock, so it is killed once it has not ticked for HUNG_S and HUNG_LOOKS: a
machine that stood still stood still for us too, and looked only once since.
"""

import logging
import os
import signal
import subprocess
import sys
import time

import msgspec

from ivr.media.memory import READY_PLACES
from ivr.media.settings import Settings
from ivr.media.sockets import Descriptors

PROCESSES = 2
STOP_S_MAX = 5.0
"""A plane that does not end by then is killed."""


HUNG_S = 3.0
HUNG_LOOKS = 4
"""At a plane that should tick and does not."""

log = logging.getLogger("dialcart.calls")


class Planes:
    """Starts planes, and starts another one for each that died."""

    def __init__(
        self, settings: Settings, descriptors: Descriptors, shared: tuple[int, int, int]
    ) -> None:
        """`shared` are the memory, and the eventfds of commands and of events."""
        self._settings = settings
        self._descriptors = descriptors
        self._shared = shared
        self._started = 0
        self._processes: list[subprocess.Popen[bytes]] = []
        self._seen = (0, 0)
        """The plane that worked at the last look, and its ticks."""
        self._looks = 0
        self._ticked_at = 0.0

    def watch(self, worker: int, ticks: int, *, is_due: bool) -> None:
        """Look at the plane that works, which should tick if `is_due`."""
        seen, self._seen = self._seen, (worker, ticks)
        if not is_due or seen != self._seen:
            self._looks, self._ticked_at = 0, time.monotonic()
            return
        self._looks += 1
        hung_s = time.monotonic() - self._ticked_at
        if self._looks >= HUNG_LOOKS and hung_s >= HUNG_S and worker in self.pids():
            log.error("a media plane hangs and is killed; another goes on")
            os.kill(worker, signal.SIGKILL)
            self._looks = 0

    def tend(self) -> None:
        """Bring their number up again."""
        self._processes = [each for each in self._processes if each.poll() is None]
        while len(self._processes) < PROCESSES:
            self._processes.append(self._start())

    def pids(self) -> list[int]:
        """The processes that were started and not yet missed."""
        return [each.pid for each in self._processes]

    def ready(self, there: set[int]) -> int:
        """How many of ours are among these process ids."""
        return len(there.intersection(self.pids()))

    def stop(self) -> None:
        """End them all."""
        for each in self._processes:
            each.terminate()
        for each in self._processes:
            try:
                each.wait(STOP_S_MAX)
            except subprocess.TimeoutExpired:
                each.kill()
                each.wait()
        self._processes = []

    def _start(self) -> "subprocess.Popen[bytes]":
        place = self._started % READY_PLACES
        self._started += 1
        # Our own interpreter and our own words.
        return subprocess.Popen(  # noqa: S603
            [
                sys.executable,
                "-m",
                "ivr.media.process",
                msgspec.json.encode(self._settings).decode(),
                *map(str, (os.getpid(), place, *self._shared)),
                msgspec.json.encode(self._descriptors).decode(),
            ],
            pass_fds=[*self._shared, *self._descriptors.every()],
            stdin=subprocess.DEVNULL,
            # The matrices are small: threads to share one would wait for one another.
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        )
