"""A shop whose flow asks a partner's service: all of `dialcart serve` in the test's own loop, and a partner on a real socket."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from commands.serve import front_services, services_of
from commands.serving.business import Business, open_business
from commands.serving.partners import PartnerServices
from commands.serving.running import run
from commands.serving.service import Service
from commands.serving.simulator import Simulator
from commands.settings.schema import Config, LogSection, SimulatorSection, StoreSection
from commands.settings.services import ServiceSection
from commands.shards.business import open_front
from sms.smsc.handset import Heard
from sms.smsc.phone import Phone
from sms.smsc.server import Smsc
from tests.end_to_end.shop import Handset

ASKING = """\
flow 1

shop Points
  languages en
  currency CNY
  channels sms, ussd
  sms code 1069
  ussd code *106#

defaults
  max sms parts 3

service crm
  look_up(phone, most) -> points number, member yesno, since date, credit money, name text
  note(what)

anywhere
  hello -> hello

step start
  menu Which?
    1 Points -> points
    2 Note -> note

step points
  request card = crm.look_up(buyer.number, 12.50)
    when timeout
      say Nobody knows.
      goodbye
    when failed
      say No card.
      goodbye
  if card.member
    say {{ card.name }}: {{ card.points }} points since {{ card.since|date }}, {{ card.credit|money }} left
    goodbye
  say No member.
  goodbye

step note
  request noted = crm.note("called")
    when failed
      say Not noted.
      goodbye
  say Noted.
  goodbye

step hello
  say Hello to you.
  goodbye
"""
WAIT_S = 120.0
CARD = {"points": 7, "member": True, "since": "2026-03-01", "credit": 1250, "name": "Ann"}
TOLD = "Ann: 7 points since"
OPERATIONS = {"look_up": "cards/find", "note": "notes"}


@dataclass
class Asking:
    """What a test can reach."""

    business: Business
    services: Sequence[Service]
    smsc: Smsc

    def phone(self, number: str = "13800138000") -> Handset:
        queue: asyncio.Queue[Heard] = asyncio.Queue()
        return Handset(Phone(self.smsc.network, number, queue.put_nowait), queue)

    @property
    def partners(self) -> PartnerServices:
        return next(s for s in self.services if isinstance(s, PartnerServices))


def service(url: str, **values) -> ServiceSection:
    """`[[service]]` crm."""
    # A partner here is slow where a test says so, and not since the machine is busy with other tests.
    return ServiceSection(
        name="crm", url=url, operations=OPERATIONS, **{"timeout_s": 20.0, **values}
    )


@contextlib.asynccontextmanager
async def asking_shop(
    folder: Path, *services: ServiceSection, shards: int = 1, flow: str = ASKING
) -> AsyncIterator[Asking]:
    """Open it, and close it as SIGTERM would; past one shard these are processes of their own."""
    path = folder / "sellers" / "points" / "seller.flow"
    if not path.exists():
        path.parent.mkdir(parents=True)
        path.write_text(flow, "utf-8")
    config = Config(
        sellers=[folder / "sellers"],
        drain_s=0.2,
        store=StoreSection(database=folder / "shop.db", shards=shards),
        simulator=SimulatorSection(port=0, control_port=0),
        service=list(services),
        log=LogSection(level="error"),
    )
    business, opened = _opened(config)
    stop, ready = asyncio.Event(), asyncio.Event()
    serving = asyncio.create_task(
        run(opened, stop, asyncio.Event(), opened=ready.set, drain_s_max=config.drain_s)
    )
    # What could not open is told here, and not as a time-out.
    serving.add_done_callback(lambda _: ready.set())
    await ready.wait()
    if serving.done():
        serving.result()
    await soon(lambda: all(s.unready() is None for s in opened))
    smsc = next(s for s in opened if isinstance(s, Simulator)).smsc
    assert smsc is not None
    try:
        yield Asking(business, opened, smsc)
    finally:
        stop.set()
        await serving
        business.close()


def _opened(config: Config) -> tuple[Business, list[Service]]:
    if config.store.shards == 1:
        business = open_business(config.store.database, config.sellers)
        return business, services_of(config, business)
    business, shards = open_front(
        config.store.database,
        config.sellers,
        config.limits.policies(),
        config.store.shards,
        log_level="error",
        log_format="text",
        partners=[section.partner() for section in config.service],
    )
    return business, front_services(config, business, shards)


async def soon(condition: Callable[[], bool]) -> None:
    """Other processes make it true, none of which can say so."""
    async with asyncio.timeout(WAIT_S):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
