"""Services from their opening to their close: opened in order, drained together, closed in reverse."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
import time
from collections.abc import Callable, Generator, Sequence

from center.failing import kind_of
from commands.serving.service import Service

DRAIN_S_MAX = 10.0
"""Services have so long to finish what they took; what is left then is on disk and goes on at the next start."""

HURRIED_S_MAX = 0.25
"""After a second signal, for one that would close in a moment; then it is cancelled, and has as long to let go."""

YOUNG_OBJECTS_MAX = 50_000
"""New objects between two looks for garbage among them."""

log = logging.getLogger("dialcart")


class StoppedError(Exception):
    """Stopped before it was open."""


@contextlib.contextmanager
def stop_signals() -> Generator[tuple[asyncio.Event, asyncio.Event]]:
    """Events that SIGINT, SIGTERM and SIGHUP set within: the first asks to drain, the second to wait for nobody.

    SIGHUP comes when a terminal closes; who was started by nohup goes on. Settings are not read again by it.
    They are set at once, also while the loop does not turn, so that who waits meanwhile can look (`heeding`).
    """
    stop, hurry = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def signalled(_number: int, _frame: object) -> None:
        (hurry if stop.is_set() else stop).set()
        # A loop that sleeps does not know of it.
        loop.call_soon_threadsafe(lambda: None)

    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
    before = [signal.signal(number, signalled) for number in numbers]
    try:
        yield stop, hurry
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def heeding(stop: asyncio.Event) -> Callable[[float], None]:
    """A pause in seconds, outside of the loop, that raises StoppedError when `stop` is set."""

    def pause(wait_s: float) -> None:
        time.sleep(wait_s)
        if stop.is_set():
            raise StoppedError

    return pause


def settle_memory() -> None:
    """What was made to open stays to the end: the garbage collector need not look at it again, nor often at the rest.

    A collection over the sellers of a large shard takes longer than a batch; what turns make is freed without it.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS_MAX, 20, 100)


async def run(
    services: Sequence[Service],
    stop: asyncio.Event,
    hurry: asyncio.Event,
    *,
    opened: Callable[[], None],
    drain_s_max: float = DRAIN_S_MAX,
) -> None:
    """Run services until `stop`, which may come while they open. Raises OSError if one cannot; those before it are closed then."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with contextlib.AsyncExitStack() as stack:
        for service in services:
            # A service that failed half-way in opening has something to close, too.
            stack.push_async_callback(_close, service, hurry)
            if not await _open(service, stop):
                log.warning("stopped before %s was open", service.name)
                return
        settle_memory()
        opened()
        log.info("open", extra={"services_took_s": round(loop.time() - began, 3)})
        await stop.wait()
        began = loop.time()
        log.info("draining: nothing new is taken")
        if await drain(services, hurry, drain_s_max):
            log.info("drained", extra={"took_s": round(loop.time() - began, 3)})
    log.info("closed")


async def _open(service: Service, stop: asyncio.Event) -> bool:
    """Open a service, unless `stop` comes first. Raises OSError."""
    opening, stopping = asyncio.create_task(service.open()), asyncio.create_task(stop.wait())
    await asyncio.wait([opening, stopping], return_when="FIRST_COMPLETED")
    stopping.cancel()
    if not opening.done():
        opening.cancel()
        await asyncio.gather(opening, return_exceptions=True)
        return False
    opening.result()
    return True


async def _close(service: Service, hurry: asyncio.Event) -> None:
    """Close a service, which may wait for others to answer; who is in a hurry does not."""
    closing = asyncio.create_task(service.close())
    hurrying = asyncio.create_task(hurry.wait())
    await asyncio.wait([closing, hurrying], return_when="FIRST_COMPLETED")
    hurrying.cancel()
    if not closing.done():
        await asyncio.wait([closing], timeout=HURRIED_S_MAX)
    if not closing.done():
        log.warning("%s: not waited for until it is closed", service.name)
        closing.cancel()
        await asyncio.wait([closing], timeout=HURRIED_S_MAX)
    if closing.done() and not closing.cancelled():
        closing.result()


async def drain(services: Sequence[Service], hurry: asyncio.Event, within_s: float) -> bool:
    """Let all services finish, together, in bounded time; whether they did."""
    draining = {service: asyncio.create_task(service.drain()) for service in services}
    hurrying = asyncio.create_task(hurry.wait())
    everything = asyncio.gather(*draining.values(), return_exceptions=True)
    await asyncio.wait([everything, hurrying], timeout=within_s, return_when="FIRST_COMPLETED")
    unfinished = [service.name for service, task in draining.items() if not task.done()]
    for task in (hurrying, *draining.values()):
        task.cancel()
    await asyncio.gather(everything, return_exceptions=True)
    for service, task in draining.items():
        if service.name not in unfinished and (error := task.exception()) is not None:
            log.error("%s did not drain: %s", service.name, kind_of(error))
    if unfinished:
        log.warning("not drained, goes on at the next start: %s", ", ".join(unfinished))
    return not unfinished
