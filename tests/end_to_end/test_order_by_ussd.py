"""A phone that dials a code, the simulated gateway, our ESME, the flow and the database: an order by USSD."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from center.batch import TurnBatch
from center.routing import Routes
from center.shops import Shops
from flows.program import Program
from sms.carrier import Carrier
from sms.channel import SmsChannel
from sms.client import Esme
from sms.smpp.status import Status
from sms.smsc.control import Refused, Text
from sms.smsc.faults import Faults
from sms.smsc.handset import Heard
from sms.smsc.server import Settings, Smsc
from sms.sorting import Sorting
from sms.submission import Settlement
from sms.ussd.channel import UssdChannel
from sms.ussd.profile import PROFILES, STANDARD, Profile
from store.sqlite import SqliteStore
from tests.end_to_end.shop import WAIT_S, until
from tests.flows.shops import NOON, ORDER, SHOP, program_of

WITH_USSD = SHOP.replace("  sms code 1069\n", "  sms code 1069\n  ussd code *106#\n")
NUMBER = "13800138000"


class Mobile:
    """A phone that dials and answers."""

    def __init__(self, smsc: Smsc) -> None:
        self._network = smsc.network
        self._heard: asyncio.Queue[Heard] = asyncio.Queue()
        self._dialog = 0
        stop = self._network.listen(NUMBER, self._heard.put_nowait)
        assert not isinstance(stop, Refused)

    def dial(self, dialled: str = "*106#") -> None:
        self._dialog += 1
        self._network.text(Text(NUMBER, dialled, dialled, "dial", self._dialog))

    def answer(self, text: str) -> None:
        self._network.text(Text(NUMBER, "*106#", text, "answer", self._dialog))

    def hang_up(self) -> None:
        self._network.text(Text(NUMBER, "*106#", "", "hang up", self._dialog))

    async def sees(self) -> tuple[str, str | None]:
        """The next screen, and whether it asks or ends."""
        heard = await asyncio.wait_for(self._heard.get(), WAIT_S)
        assert heard.session in (None, self._dialog)
        return heard.text, heard.screen


class Open:
    """A shop that is open for USSD."""

    def __init__(self, smsc: Smsc, channel: UssdChannel, esme: Esme, store: SqliteStore) -> None:
        self.smsc = smsc
        self.channel = channel
        self.esme = esme
        self.store = store
        self.phone = Mobile(smsc)


@asynccontextmanager
async def open_for_ussd(
    path: Path,
    *,
    profile: Profile = STANDARD,
    faults: Faults | None = None,
    program: Program | None = None,
) -> AsyncIterator[Open]:
    store = SqliteStore(path)
    program = program or program_of(ORDER, WITH_USSD)
    store.publish("shop", program, NOON)
    later = asyncio.get_running_loop().call_later
    turns = TurnBatch(store, Shops(store.published(), store.program), later=later)
    routes = Routes([("shop", program)])
    texts = SmsChannel(turns, store, routes)
    ussd = UssdChannel(turns, routes, texts.receiving.redeliveries, later=later)
    async with Smsc(Settings(port=0, faults=faults or Faults(), ussd=profile)) as smsc:
        carrier = Carrier("c", "127.0.0.1", smsc.port, "dialcart", "dialcart", ussd=profile)
        esme = Esme(carrier, Sorting(texts, ussd), chance=random.Random(1))
        texts.add(esme)
        texts.start()
        esme.start()
        await until(lambda: esme.bound > 0)
        try:
            yield Open(smsc, ussd, esme, store)
        finally:
            await esme.close()
            store.close()


@pytest.mark.parametrize("name", PROFILES)
def test_an_order_is_placed_in_a_dialog_with_every_kind_of_gateway(
    name: str, tmp_path: Path
) -> None:
    async def run() -> None:
        async with open_for_ussd(tmp_path / "shop.db", profile=PROFILES[name]) as shop:
            phone = shop.phone
            phone.dial()
            assert await phone.sees() == ("要什么？", "ask")
            phone.answer("1")
            assert await phone.sees() == ("要几个？", "ask")
            phone.answer("2")
            assert await phone.sees() == ("共5.00\n1.下单\n2.再加", "ask")
            phone.answer("1")
            text, screen = await phone.sees()
            assert text.startswith("订单A0001")
            assert screen == "end"
            [order] = shop.store.orders()
            assert (order.channel, order.total, order.buyer) == ("ussd", 500, NUMBER)
            assert shop.channel.open_dialogs == 0

    asyncio.run(run())


def test_choices_dialled_after_the_code_are_made_at_once(tmp_path: Path) -> None:
    async def run() -> None:
        async with open_for_ussd(tmp_path / "shop.db") as shop:
            shop.phone.dial("*106*1*2*1#")
            text, screen = await shop.phone.sees()
            assert text.startswith("订单A0001")
            assert screen == "end"

    asyncio.run(run())


def test_a_choice_that_is_not_understood_ends_the_way_and_shows_where_it_ended(
    tmp_path: Path,
) -> None:
    async def run() -> None:
        async with open_for_ussd(tmp_path / "shop.db") as shop:
            shop.phone.dial("*106*1*77*1#")
            text, screen = await shop.phone.sees()
            assert "1到9" in text
            assert screen == "ask"
            assert shop.store.orders() == []

    asyncio.run(run())


def test_a_dialog_that_dropped_is_offered_to_be_resumed(tmp_path: Path) -> None:
    async def run() -> None:
        async with open_for_ussd(tmp_path / "shop.db") as shop:
            phone = shop.phone
            phone.dial("*106*1*2#")
            assert await phone.sees() == ("共5.00\n1.下单\n2.再加", "ask")
            phone.hang_up()
            await until(lambda: shop.channel.open_dialogs == 0)
            phone.dial("*106*1*2#")
            text, screen = await phone.sees()
            assert "继续吗" in text
            assert screen == "ask"
            phone.answer("1")
            assert await phone.sees() == ("共5.00\n1.下单\n2.再加", "ask")
            phone.answer("1")
            assert (await phone.sees())[0].startswith("订单A0001")

    asyncio.run(run())


def test_an_answer_finds_its_session_after_we_were_started_anew(tmp_path: Path) -> None:
    async def run() -> None:
        async with open_for_ussd(tmp_path / "shop.db") as shop:
            shop.phone.dial("*106*1#")
            assert await shop.phone.sees() == ("要几个？", "ask")
        async with open_for_ussd(tmp_path / "shop.db") as shop:
            shop.phone.answer("3")
            assert (await shop.phone.sees())[0].startswith("共7.50")

    asyncio.run(run())


def test_an_answer_that_comes_twice_is_taken_once(tmp_path: Path) -> None:
    async def run() -> None:
        async with open_for_ussd(tmp_path / "shop.db") as shop:
            phone = shop.phone
            phone.dial()
            await phone.sees()
            phone.answer("1")
            phone.answer("1")
            assert await phone.sees() == ("要几个？", "ask")
            await until(lambda: shop.channel.counters.repeated == 1)
            phone.answer("2")
            assert (await phone.sees())[0].startswith("共5.00")

    asyncio.run(run())


def test_a_screen_that_the_gateway_refuses_ends_the_dialog_and_keeps_the_place(
    tmp_path: Path,
) -> None:
    async def run() -> None:
        async with open_for_ussd(tmp_path / "shop.db") as shop:
            shop.phone.dial("*106*1*2#")
            await shop.phone.sees()
            # Refused for good, as by a gateway that lost the dialog.
            shop.esme.submit = lambda submissions: shop.channel.settled(  # type: ignore[method-assign, assignment, return-value]
                [Settlement(one.key, None, Status.INVDSTADR) for one in submissions]
            )
            shop.phone.answer("2")
            await until(lambda: shop.channel.open_dialogs == 0)
            assert shop.channel.counters.dropped == 1
            del shop.esme.submit
            shop.phone.dial()
            assert "继续吗" in (await shop.phone.sees())[0]

    asyncio.run(run())


def test_a_code_that_no_shop_has_is_told_so(tmp_path: Path) -> None:
    async def run() -> None:
        async with open_for_ussd(tmp_path / "shop.db") as shop:
            shop.phone.dial("*999#")
            text, screen = await shop.phone.sees()
            assert "No shop has this code" in text
            assert screen == "end"

    asyncio.run(run())


def test_a_text_longer_than_a_screen_comes_in_pages(tmp_path: Path) -> None:
    long = "；".join(f"第{number}种商品很好吃" for number in range(1, 20))
    program = program_of(ORDER.replace("say 要什么？", f"say {long}要什么？"), WITH_USSD)

    async def run() -> None:
        async with open_for_ussd(tmp_path / "shop.db", program=program) as shop:
            phone = shop.phone
            phone.dial()
            seen = ""
            while True:
                text, screen = await phone.sees()
                assert screen == "ask"
                page, way, _ = text.partition("\n99.更多")
                seen += page
                if not way:
                    break
                phone.answer("99")
            assert seen == f"{long}要什么？"
            phone.answer("1")
            assert await phone.sees() == ("要几个？", "ask")

    asyncio.run(run())


def test_sms_and_ussd_come_over_one_bind(tmp_path: Path) -> None:
    async def run() -> None:
        async with open_for_ussd(tmp_path / "shop.db") as shop:
            shop.phone.dial()
            assert await shop.phone.sees() == ("要什么？", "ask")
            shop.smsc.network.text(Text(NUMBER, "1069", "苹果 2"))
            assert await shop.phone.sees() == ("共5.00\n1 下单\n2 再加", None)
            shop.phone.answer("1")
            assert await shop.phone.sees() == ("要几个？", "ask")

    asyncio.run(run())
