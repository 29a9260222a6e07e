"""The business that all channels serve: the store, the sellers that are open, and the ways to them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import typer

from center.batch import TurnBatch
from center.limits.guard import RESTORED_MAX, Guard
from center.limits.policy import Policies
from center.limits.tally import ORDERS_WINDOW_S
from center.numbering import Numbering
from center.performers import Performers
from center.routing import Routes
from center.shops import Shops
from center.superseded import leave_superseded
from commands.flows_on_disk import flow_files, flow_name
from commands.opening import open_flows
from commands.serving.aside import DiskThread
from flows.program import Program, names_by_language
from store.compiled import CompiledFlows
from store.measured import MeasuredStore
from store.migrations.migration import migrate
from store.sqlite import SqliteStore

Seen = Callable[[str, Program], object]

PUBLISHED_AT_ONCE = 500
"""Sellers in one transaction."""


@dataclass(frozen=True, slots=True)
class OpenSeller:
    """What people are told of a seller that is open."""

    seller: str
    name: str
    codes: tuple[str, ...]
    """Of texts."""
    keyword: str
    ussd: tuple[str, ...] = ()
    number: str = ""
    """Dialled on a telephone; empty where the shop takes no calls."""
    names: tuple[tuple[str, str], ...] = ()
    """Its name in each of its languages, where these differ."""


@dataclass(frozen=True, slots=True)
class Business:
    """What a channel needs to serve buyers."""

    store: SqliteStore
    measured: MeasuredStore
    """The same store, for the turn batch: it counts what batches are and take."""
    shops: Shops
    turns: TurnBatch
    """One for all channels; each opens itself there."""
    performers: Performers
    """Who does what sessions wait for; each service that does enters itself there."""
    routes: Routes
    sellers: tuple[OpenSeller, ...]
    disk: DiskThread

    def close(self) -> None:
        """Let go of the store, when what is on its way to the disk is there."""
        self.disk.wait()
        self.disk.close()
        self.store.close()


def everybody(_seller: str) -> bool:
    """All sellers live here."""
    return True


def open_business(
    database: Path,
    sellers: Iterable[Path],
    policies: Policies | None = None,
    *,
    numbering: Numbering | None = None,
    lives_here: Callable[[str], bool] = everybody,
    seen: Sequence[Seen] = (),
) -> Business:
    """Open the store and publish what is new in it; each of `seen` gets each seller's program. Raises StoreError, and OSError for a flow
    that cannot be read.
    """
    migrate(database, typer.echo)
    store = SqliteStore(database)
    now = int(time.time())
    routes = Routes([], numbering)
    opened = publish_all(store, list(sellers), now, routes, lives_here, seen)
    guard = Guard(policies, store.secret())
    lately = now - ORDERS_WINDOW_S, RESTORED_MAX
    guard.restore(store.recent_orders(*lately), store.recent_codes(*lately))
    shops = Shops(store.published(), store.program)
    measured = MeasuredStore(store)
    disk = DiskThread()
    performers = Performers()
    turns = TurnBatch(measured, shops, later=later, performer=performers, guard=guard, aside=disk)
    turns.counters.superseded = leave_superseded(store)
    return Business(store, measured, shops, turns, performers, routes, tuple(opened), disk)


def later(delay_s: float, callback: Callable[[], object], /) -> asyncio.TimerHandle:
    """See center.ports.Later: the loop that runs then, not the one that runs now."""
    return asyncio.get_running_loop().call_later(delay_s, callback)


def publish_all(
    store: SqliteStore,
    paths: list[Path],
    now: int,
    routes: Routes,
    lives_here: Callable[[str], bool] = everybody,
    seen: Sequence[Seen] = (),
) -> list[OpenSeller]:
    """Publish every seller whose flow has no error and has changed; `routes` gets ways to all that are open then."""
    published = store.published()
    sellers: list[OpenSeller] = []
    new: list[tuple[str, Program]] = []
    for seller, program, fingerprint in read_sellers(Path(store.path), paths, lives_here):
        if published.get(seller.seller) != fingerprint:
            new.append((seller.seller, program))
        if len(new) >= PUBLISHED_AT_ONCE:
            store.publish_all(new, now)
            new.clear()
        routes.add(seller.seller, program)
        for see in seen:
            see(seller.seller, program)
        sellers.append(seller)
    store.publish_all(new, now)
    return sellers


def read_sellers(
    database: Path, paths: list[Path], lives_here: Callable[[str], bool] = everybody
) -> Iterator[tuple[OpenSeller, Program, bytes]]:
    """Sellers whose flow has no error, with program and fingerprint; errors are told. The cache is beside the database."""
    cache = CompiledFlows(database.with_suffix(".compiled"))
    files = flow_files(paths)
    if lives_here is not everybody:
        files = (path for path in files if lives_here(flow_name(path)))
    for opened in open_flows(files, cache):
        for error in opened.errors:
            typer.echo(error, err=True)
        if opened.compiled.errors:
            typer.echo(f"{opened.path} has errors and is not published", err=True)
            continue
        # Not kept: 40,000 programs in memory would serve nobody who does not text.
        program = opened.compiled.load()
        codes, keywords = program.codes.get("sms", ()), program.codes.get("keyword", ())
        seller = OpenSeller(
            opened.seller,
            program.shop_names[0],
            codes,
            "".join(keywords[:1]),
            program.codes.get("ussd", ()),
            program.number if "voice" in program.channels else "",
            tuple(names_by_language(program).items()),
        )
        yield seller, program, opened.compiled.fingerprint
    cache.close()
