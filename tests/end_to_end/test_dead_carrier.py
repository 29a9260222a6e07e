"""A carrier that is away, with more waiting for it than is held in memory, beside one that is there: real sockets, both ways to serve."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from center.changes import Changes, OutgoingText
from center.limits.policy import OPEN, Policies
from commands.serving.business import Business, open_business
from commands.serving.texts import Texts
from commands.shards import front_store
from commands.shards.business import open_front
from commands.shards.homes import shard_database, shard_of
from commands.shards.service import Shards
from sms import sending
from sms.carrier import Carrier
from sms.smsc.handset import Heard
from sms.smsc.phone import Phone
from sms.smsc.server import Settings, Smsc
from store.sqlite import SqliteStore
from tests.end_to_end.shop import Handset
from tests.flows.shops import ORDER, SHOP

SHARDS = 2
HELD_MAX = 500
LEFT = 3 * HELD_MAX
PHONES = 50
"""Whose texts these are."""


@contextlib.asynccontextmanager
async def open_texts(folder: Path, carriers: list[Carrier], *, shards: int) -> AsyncIterator[Texts]:
    """A shop on these carriers."""
    policies, database = Policies(OPEN), folder / "shop.db"
    spread: Shards | None = None
    business: Business
    if shards:
        business, spread = open_front(
            database, [folder / "shop"], policies, shards, log_level="error", log_format="text"
        )
    else:
        business = open_business(database, [folder / "shop"], policies)
    texts = Texts(business, lambda: carriers)
    try:
        if spread is not None:
            await spread.open()
        await texts.open()
        yield texts
    finally:
        await texts.close()
        if spread is not None:
            await spread.close()
        business.close()


def leave(database: Path) -> None:
    """What an earlier run left for the carrier that is away."""
    texts = [
        OutgoingText("away", "1069", f"137001370{n % PHONES:02}", f"{n}", 17) for n in range(LEFT)
    ]
    database.parent.mkdir(exist_ok=True)
    store = SqliteStore(database)
    with store.batch([]) as batch:
        batch.commit(Changes(texts=texts))
    store.close()


def handset(smsc: Smsc, number: str) -> Handset:
    queue: asyncio.Queue[Heard] = asyncio.Queue()
    return Handset(Phone(smsc.network, number, queue.put_nowait), queue)


@pytest.mark.parametrize("shards", [0, SHARDS])
def test_a_carrier_that_is_away_holds_up_no_other_and_has_all_its_texts_when_it_is_back(
    shards: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "WAITING_MAX", HELD_MAX)
    monkeypatch.setattr(front_store, "TEXTS_UNDER_WAY_MAX", HELD_MAX)
    database = tmp_path / "shop.db"
    at = shard_of("shop", SHARDS)
    leave(shard_database(database, at, SHARDS) if shards else database)
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "seller.flow").write_text(SHOP + ORDER, "utf-8")

    async def order(smsc: Smsc, number: str) -> str:
        phone = handset(smsc, number)
        phone.text("苹果 2")
        assert await phone.hears() == "共5.00\n1 下单\n2 再加"
        phone.text("1")
        return await phone.hears()

    async def run() -> None:
        async with Smsc(Settings(port=0)) as smsc:
            with socket.socket() as nobody:
                # It listens to nobody, and keeps its port.
                nobody.bind(("127.0.0.1", 0))
                port = nobody.getsockname()[1]
                away = Carrier("away", "127.0.0.1", port, "dialcart", "dialcart")
                here = Carrier("here", "127.0.0.1", smsc.port, "dialcart", "dialcart")
                carriers = [away, here]
                async with open_texts(tmp_path, carriers, shards=shards) as texts:
                    for serial in (1, 2):
                        told = await order(smsc, f"1380013800{serial}")
                        assert told.startswith(f"订单A000{serial}")
                    # No more is cut than it could take at once.
                    assert 0 < texts.esmes[0].waiting <= away.window
            async with Smsc(Settings(port=away.port)) as back:
                phones = [handset(back, f"137001370{n:02}") for n in range(PHONES)]
                async with open_texts(tmp_path, carriers, shards=shards):
                    for n in range(LEFT):
                        assert await phones[n % PHONES].hears() == str(n)
                assert all(phone.heard.empty() for phone in phones)

    asyncio.run(run())
