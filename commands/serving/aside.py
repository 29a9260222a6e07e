"""A thread that waits for the disk, so that the loop need not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

Done = Callable[[BaseException | None], None]


class DiskThread:
    """See center.ports.Aside."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="disk")
        self._running: tuple[Future[None], Done] | None = None

    def run(self, work: Callable[[], None], done: Done) -> None:
        """See center.ports.Aside."""
        assert self._running is None
        loop = asyncio.get_running_loop()
        future = self._thread.submit(work)
        self._running = future, done
        future.add_done_callback(lambda one: self._tell(loop, one))

    def _tell(self, loop: asyncio.AbstractEventLoop, future: Future[None]) -> None:
        """On the thread: have the loop look."""
        # A loop that is closed has been waited for.
        if not loop.is_closed():
            loop.call_soon_threadsafe(self._done, future)

    def _done(self, future: Future[None]) -> None:
        running = self._running
        if running is None or running[0] is not future:
            # It was waited for.
            return
        self._running = None
        running[1](future.exception())

    def wait(self) -> None:
        """See center.ports.Aside."""
        if self._running is not None:
            future = self._running[0]
            future.exception()
            self._done(future)

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown()
