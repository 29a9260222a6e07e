"""A shop spread over two processes behind one front: real processes, real sockets, one of them killed."""

import asyncio
import contextlib
import os
import re
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from center.limits.policy import OPEN, Policies, Policy
from center.measure import Measure, merged
from commands.orders import orders as list_orders
from commands.publish import publish
from commands.serving.business import Business
from commands.serving.texts import Texts
from commands.shards.business import open_front
from commands.shards.homes import shard_of, stores_of
from commands.shards.publications import ShardPublications
from commands.shards.service import Shards
from sms.carrier import Carrier
from sms.smsc.handset import Heard
from sms.smsc.phone import Phone
from sms.smsc.server import Settings, Smsc
from tests.end_to_end.scraped import families_of
from tests.end_to_end.shop import Handset
from tests.flows.shops import ORDER, SHOP
from web.operations.exposition import Exposition

SELLERS = ("red", "green")
"""They live in different shards and share a code."""
WAIT_S = 120.0


@dataclass
class Spread:
    """What a test can reach."""

    smsc: Smsc
    business: Business
    shards: Shards
    texts: Texts
    first: Handset
    """Its phone was on before the shop opened."""

    def phone(self, number: str) -> Handset:
        return phone_on(self.smsc, number)


def phone_on(smsc: Smsc, number: str) -> Handset:
    queue: asyncio.Queue[Heard] = asyncio.Queue()
    return Handset(Phone(smsc.network, number, queue.put_nowait), queue)


async def soon(condition: object) -> None:
    """Other processes make it true, none of which can say so."""
    assert callable(condition)
    async with asyncio.timeout(WAIT_S):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def open_spread(folder: Path, policy: Policy = OPEN) -> AsyncIterator[Spread]:
    for name in SELLERS:
        path = folder / "sellers" / name / "seller.flow"
        if not path.exists():
            path.parent.mkdir(parents=True)
            shop = SHOP.replace("  sms code 1069\n", f"  sms code 1069\n  keyword {name}\n")
            path.write_text(shop.replace("stock 5", "stock 500") + ORDER, "utf-8")
    business, shards = open_front(
        folder / "shop.db",
        [folder / "sellers"],
        Policies(policy),
        2,
        log_level="error",
        log_format="text",
    )
    async with Smsc(Settings(port=0)) as smsc:
        first = phone_on(smsc, "13800138000")
        carrier = Carrier("carrier", "127.0.0.1", smsc.port, "dialcart", "dialcart", binds=2)
        texts = Texts(business, lambda: [carrier])
        try:
            await shards.open()
            await texts.open()
            await soon(lambda: texts.esmes[0].bound == 2)
            yield Spread(smsc, business, shards, texts, first)
        finally:
            await texts.close()
            await shards.close()
            business.close()


async def order(phone: Handset, seller: str) -> str:
    phone.text(f"{seller} 苹果 2")
    assert await phone.hears() == "共5.00\n1 下单\n2 再加"
    phone.text("1")
    return await phone.hears()


def test_sellers_of_one_code_are_found_in_their_shards(tmp_path: Path) -> None:
    assert {shard_of(name, 2) for name in SELLERS} == {0, 1}

    async def run() -> None:
        async with open_spread(tmp_path) as spread:
            phone = spread.first
            for seller in SELLERS:
                assert (await order(phone, seller)).startswith("订单A0001")
            assert (await order(spread.phone("13900139000"), "green")).startswith("订单A0002")
            for seller in SELLERS:
                # With shards there is no floor (decision 0091): in each the flow goes on at once.
                phone.text(f"{seller} 人工")
                assert await phone.hears() == "再见"

    asyncio.run(run())
    by_shard = [
        [placed.seller for placed in store.orders()] for store in stores_of(tmp_path / "shop.db")
    ]
    assert sorted(by_shard, key=len) == [["red"], ["green", "green"]]


def test_one_view_shows_the_orders_of_all_shards(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def run() -> None:
        async with open_spread(tmp_path) as spread:
            for seller in SELLERS:
                await order(spread.first, seller)
            # Figures are those of now where somebody asks, and else at most a second old.
            await spread.shards.ask()
            assert figure(spread, "dialcart_orders_placed") == len(SELLERS)
            told = (*spread.shards.measures(), *spread.texts.measures())
            names = families_of(Exposition(lambda: told).text().decode())
            assert {"dialcart_orders_placed", "dialcart_shards_up", "dialcart_bind_up"} <= {*names}

    asyncio.run(run())
    assert list_orders(tmp_path / "shop.db", None, None, None, None, None, "text", 10) == 0
    shown = capsys.readouterr().out
    assert "red" in shown
    assert "green" in shown


def figure(spread: Spread, name: str) -> float:
    told = [one for one in merged([spread.shards.measures()]) if one.name == name]
    return sum(value for one in told if isinstance(one, Measure) for _, value in one.samples)


def test_what_is_published_in_a_shard_is_reached_by_its_new_words(tmp_path: Path) -> None:
    async def run() -> None:
        async with open_spread(tmp_path) as spread:
            published = ShardPublications(
                tmp_path / "shop.db", spread.business.shops, spread.business.routes
            )
            await published.open()
            flow = tmp_path / "sellers" / "green" / "seller.flow"
            text = flow.read_text("utf-8").replace("keyword green", "keyword green | lime")
            flow.write_text(text, "utf-8")
            assert publish(flow, tmp_path / "shop.db", dry_run=False) == 0
            await soon(lambda: spread.business.routes.find("1069", "lime", None) is not None)
            assert (await order(spread.first, "lime")).startswith("订单A0001")
            await published.close()

    asyncio.run(run())


def test_a_shard_that_is_killed_comes_back_with_what_it_had(tmp_path: Path) -> None:
    async def run() -> None:
        async with open_spread(tmp_path) as spread:
            phone, other = spread.first, spread.phone("13900139000")
            phone.text("red 苹果 2")
            assert await phone.hears() == "共5.00\n1 下单\n2 再加"
            process = spread.shards.processes[shard_of("red", 2)]
            assert process is not None
            assert process.pid is not None
            os.kill(process.pid, signal.SIGKILL)
            await soon(lambda: spread.shards.unready() is not None)
            # The other shard goes on; what the dead one is to have comes again.
            phone.text("1")
            assert (await order(other, "green")).startswith("订单A0001")
            assert (await phone.hears()).startswith("订单A0001")
            await soon(lambda: figure(spread, "dialcart_orders_placed") == 2)
            assert spread.shards.restarts == 1
            assert spread.shards.unready() is None

    asyncio.run(run())
    assert len([o for store in stores_of(tmp_path / "shop.db") for o in store.orders()]) == 2


def test_a_shard_that_hangs_does_not_keep_a_shop_from_ending(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("commands.shards.service.CLOSE_S_MAX", 0.5)

    async def run() -> list[int | None]:
        async with open_spread(tmp_path) as spread:
            [hangs, ends] = spread.shards.processes
            assert hangs is not None
            assert ends is not None
            assert hangs.pid is not None
            os.kill(hangs.pid, signal.SIGSTOP)
        return [hangs.exitcode, ends.exitcode]

    hung, ended = asyncio.run(run())
    assert hung == -signal.SIGKILL
    assert ended in (0, -signal.SIGKILL)


def test_a_text_in_segments_over_two_binds_reaches_its_shard_whole(tmp_path: Path) -> None:
    async def run() -> None:
        async with open_spread(tmp_path) as spread:
            phone = spread.first
            phone.text("green 苹果" + " " * 200 + "2")
            assert await phone.hears() == "共5.00\n1 下单\n2 再加"
            front = spread.business.store
            await soon(lambda: front.notes("sms/segments/") == {})

    asyncio.run(run())


def test_a_drain_waits_for_what_shards_have_under_way(tmp_path: Path) -> None:
    async def run() -> None:
        async with open_spread(tmp_path) as spread:
            phones = [spread.phone(f"138001380{n:02}") for n in range(1, 21)]
            for phone in phones:
                phone.text("red 苹果 2")
            received = spread.texts.channel.receiving.counters
            await soon(lambda: received.received == len(phones))
            await spread.texts.drain()
            # The carrier keeps it, and it is counted.
            spread.first.text("red 苹果 2")
            await soon(lambda: received.left >= 1)
            await spread.texts.close()
            for phone in phones:
                assert await phone.hears() == "共5.00\n1 下单\n2 再加"
            assert spread.first.heard.empty()

    asyncio.run(run())


def test_texts_that_the_front_had_not_sent_are_sent_by_the_next(tmp_path: Path) -> None:
    async def run() -> None:
        async with open_spread(tmp_path) as spread:
            sending = spread.texts.channel.sending
            sending.esmes.clear()
            phone = spread.first
            phone.text("red 苹果 2")
            await soon(lambda: len(spread.business.store.waiting_texts(0, 9)) == 1)
        async with open_spread(tmp_path) as spread:
            assert await spread.first.hears() == "共5.00\n1 下单\n2 再加"

    asyncio.run(run())


def test_a_days_worth_holds_over_all_shards_and_over_a_restart(tmp_path: Path) -> None:
    policy = Policy(orders_per_sender=9, spend_per_sender={"CNY": 1_200})

    async def run() -> None:
        async with open_spread(tmp_path, policy) as spread:
            assert (await order(spread.first, "red")).startswith("订单A0001")
            assert (await order(spread.first, "green")).startswith("订单A0001")
            # Another number has a day's worth of its own.
            assert (await order(spread.phone("13900139000"), "green")).startswith("订单A0002")
            assert await order(spread.first, "red") == "再见"
            assert await order(spread.first, "green") == "再见"
        async with open_spread(tmp_path, policy) as spread:
            assert await order(spread.first, "green") == "再见"

    asyncio.run(run())


def test_what_a_code_confirmed_counts_in_no_shard_after_one_was_killed(tmp_path: Path) -> None:
    async def run() -> None:
        async with open_spread(tmp_path, Policy(confirm_over={"CNY": 999})) as spread:
            phone = spread.first
            assert (await order(phone, "red")).startswith("订单A0001")
            asked = await order(phone, "green")
            phone.text(re.findall(r"\d{6}", asked)[0])
            assert (await phone.hears()).startswith("订单A0001")
            process = spread.shards.processes[shard_of("green", 2)]
            assert process is not None
            assert process.pid is not None
            os.kill(process.pid, signal.SIGKILL)
            await soon(lambda: spread.shards.restarts == 1 and spread.shards.unready() is None)
            # 5.00 are unconfirmed, in the other shard; the 5.00 that were confirmed here count no more than before.
            phone.text("green 苹果 1")
            assert await phone.hears() == "共2.50\n1 下单\n2 再加"
            phone.text("1")
            assert (await phone.hears()).startswith("订单A0002")
            assert "确认" in await order(phone, "red")

    asyncio.run(run())


def test_who_texts_two_shards_at_once_has_one_limit(tmp_path: Path) -> None:
    async def run() -> None:
        async with open_spread(tmp_path, Policy(orders_per_sender=1)) as spread:
            phone = spread.first
            for seller in SELLERS:
                phone.text(f"{seller} 苹果 2")
                assert await phone.hears() == "共5.00\n1 下单\n2 再加"
            for seller in SELLERS * 3:
                phone.text(f"{seller} 1")
            heard = [await phone.hears() for _ in range(6)]
            assert sum(text.startswith("订单A") for text in heard) == 1

    asyncio.run(run())
    assert len([o for store in stores_of(tmp_path / "shop.db") for o in store.orders()]) == 1


def test_texts_to_sellers_of_all_shards_count_for_one_number(tmp_path: Path) -> None:
    async def run() -> None:
        async with open_spread(tmp_path, Policy(messages_per_sender=3)) as spread:
            phone = spread.first
            for seller in ("red", "green", "red", "green", "red"):
                phone.text(f"{seller} 苹果 2")
            heard = [await phone.hears() for _ in range(4)]
            assert heard[3] == "您发的短信太多了，请过一会儿再试。"
            # Answers go out in their order: had the fifth one, it would be here by the next one's.
            other = spread.phone("13900139000")
            other.text("red 苹果 2")
            assert await other.hears() == "共5.00\n1 下单\n2 再加"
            assert phone.heard.empty()

    asyncio.run(run())
