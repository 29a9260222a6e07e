"""Waiting for the disk here and now, where nothing else waits for the loop: tests, and what is flushed."""

from __future__ import annotations

from collections.abc import Callable


class Inline:
    """See center.ports.Aside: nothing is aside, all is done at once."""

    def run(self, work: Callable[[], None], done: Callable[[BaseException | None], None]) -> None:
        """See center.ports.Aside, but that `done` is called before this returns."""
        error: BaseException | None = None
        try:
            work()
        except Exception as failed:  # noqa: BLE001 - handed on
            error = failed
        done(error)

    def wait(self) -> None:
        """See center.ports.Aside."""
