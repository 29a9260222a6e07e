"""The processes that run a plane: one that works, one that stands ready with the same memory and sockets."""

import os
import subprocess
import sys

import msgspec

from ivr.media.memory import READY_PLACES
from ivr.media.settings import Settings
from ivr.media.sockets import Descriptors

PROCESSES = 2
STOP_S_MAX = 5.0
"""A plane that does not end by then is killed."""


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
