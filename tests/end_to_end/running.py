"""All of `dialcart serve` in a thread of this process, on ports of its own and a folder that is thrown away."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from commands.serve import Options, services_of
from commands.serving.business import Business, open_business
from commands.serving.pages import Pages
from commands.serving.running import run
from commands.serving.service import Service
from commands.settings.queues import QueueSection
from commands.settings.schema import Config
from tests.loop import LoopThread

PASSWORD = "correct horse"
OPEN_S_MAX = 120.0


@dataclass
class Running:
    """A shop that is open."""

    business: Business
    services: list[Service]
    loop: LoopThread

    @property
    def address(self) -> str:
        """Of the pages."""
        pages = next(service for service in self.services if isinstance(service, Pages))
        return f"http://{pages.host}:{pages.port}"

    def do(self, work):
        """Call something in the shop's own thread."""

        async def called():
            return work()

        return self.loop.run(called())


@contextlib.contextmanager
def running(folder: Path, *sellers: Path) -> Iterator[Running]:
    """Open these sellers; somebody called `demo` may do everything, with PASSWORD."""
    options = Options(
        sellers, folder / "shop.db", smsc_port=0, control_port=0, web_port=0, sip_port=0
    )
    # What comes of it if nobody acts in time is not what these tests are about.
    patient = QueueSection(name="*", answer_s=300.0, wrap_up_s=600.0, step=[])
    config = options.config().model_copy(update={"queue": [patient]})
    with LoopThread() as loop:
        stop, ready = loop.run(_events())
        business, services = loop.run(_opened(config))
        serving = asyncio.run_coroutine_threadsafe(
            run(services, stop, asyncio.Event(), opened=ready.set), loop.loop
        )
        # What could not open is told here, and not as a time-out.
        serving.add_done_callback(lambda _: loop.loop.call_soon_threadsafe(ready.set))
        loop.run(ready.wait())
        if serving.done():
            serving.result()
        try:
            yield Running(business, services, loop)
        finally:
            loop.loop.call_soon_threadsafe(stop.set)
            serving.result(OPEN_S_MAX)
            loop.run(_closed(business))


async def _events() -> tuple[asyncio.Event, asyncio.Event]:
    return asyncio.Event(), asyncio.Event()


async def _opened(config: Config) -> tuple[Business, list[Service]]:
    business = open_business(config.store.database, config.sellers)
    return business, services_of(config, business, PASSWORD)


async def _closed(business: Business) -> None:
    business.close()
