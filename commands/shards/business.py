"""What the front of a sharded shop serves: all sellers' ways, none of their turns."""

from __future__ import annotations

import secrets
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal

import typer

from center.limits.policy import Policies
from center.numbering import Numbering
from center.performers import Performers
from center.routing import Routes
from center.shops import Shops
from commands.alone import LEAVES_S_MAX, alone_on
from commands.serving.aside import DiskThread
from commands.serving.business import Business, OpenSeller, Seen, later, read_sellers
from commands.shards.front import FrontBatch
from commands.shards.front_store import FrontStore
from commands.shards.homes import check_count, front_database, shard_databases
from commands.shards.service import Shards
from commands.shards.shard import Plan
from gateway.partner import Partner
from store.migrations.migration import migrate

_SOCKET_PATH_MAX = 90
"""Of a socket's path Linux takes 107 bytes."""


def open_front(
    database: Path,
    sellers: Sequence[Path],
    policies: Policies,
    count: int,
    *,
    numbering: Numbering | None = None,
    pause: Callable[[float], object] = time.sleep,
    log_level: str,
    log_format: Literal["json", "text"],
    partners: Sequence[Partner] = (),
    wordings: Mapping[str, Mapping[str, str]] | None = None,
    seen: Sequence[Seen] = (),
) -> tuple[Business, Shards]:
    """The front's business and its shards, not started yet; `pause` is for those of a front that is gone to end. Raises StoreError
    if they do not, or were another number before.
    """
    check_count(database, count)
    migrate(front_database(database), typer.echo)
    for path in shard_databases(database):
        # Here, once: our shards are not started yet. Those of a front that was killed may still write.
        with alone_on(path, wait_s=LEAVES_S_MAX, pause=pause):
            migrate(path, typer.echo)
    store = FrontStore(front_database(database))
    routes, opened = Routes([], numbering), list[OpenSeller]()
    for seller, program, _ in read_sellers(Path(store.path), list(sellers)):
        routes.add(seller.seller, program)
        opened.append(seller)
        for see in seen:
            see(seller.seller, program)
    sockets, beside = front_database(database).parent.resolve(), None
    if len(str(sockets)) > _SOCKET_PATH_MAX:
        # Nobody can guess it, and make it first.
        sockets = beside = Path(tempfile.gettempdir()) / f"dialcart-{secrets.token_hex(8)}"
    plans = [
        Plan(
            index,
            count,
            database,
            tuple(sellers),
            policies,
            sockets / f"shard-{index}.sock",
            log_level,
            log_format,
            tuple(partners),
            wordings or {},
        )
        for index in range(count)
    ]
    disk = DiskThread()
    turns = FrontBatch(
        store, [plan.socket for plan in plans], later=later, aside=disk, policies=policies
    )
    shops = Shops({}, store.program)
    business = Business(
        store, turns.measured, shops, turns, Performers(), routes, tuple(opened), disk
    )
    return business, Shards(plans, turns, beside)
