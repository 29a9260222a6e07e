"""Receipts tied to their texts over real sockets, however the carrier brings them, and what a seller sees of it."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from center.text_news import Stage
from cli import app
from sms.carrier import Carrier
from sms.smsc.faults import Faults
from tests.end_to_end.shop import OpenShop, open_shop, until

CARRIER = Carrier("carrier", "127.0.0.1", 0, "dialcart", "dialcart", binds=3)
PHONES = [f"1380013800{n}" for n in range(5)]


def stages(shop: OpenShop) -> list[Stage]:
    return [one.stage for one in shop.store.texts("shop")]


async def order_everywhere(shop: OpenShop) -> None:
    for number in PHONES:
        phone = shop.phone(number)
        phone.text("苹果 1")
        await phone.hears()
        phone.text("2")
        await phone.hears()


@pytest.mark.parametrize(
    "faults",
    [
        Faults(),
        Faults(early_receipt=1.0, response_delay_s=0.05),
        Faults(receipt_delay_s=0.1, jitter_s=0.1),
        Faults(duplicated_receipt=1.0, duplicated_response=0.5, early_receipt=0.5),
    ],
    ids=["at once", "early", "late", "twice"],
)
def test_every_text_is_delivered_in_the_end(tmp_path: Path, faults: Faults) -> None:
    async def run() -> None:
        async with open_shop(tmp_path / "shop.db", faults=faults, carrier=CARRIER) as shop:
            await order_everywhere(shop)
            counters = shop.channel.deliveries.counters
            await until(lambda: counters.delivered == 2 * len(PHONES))
            await until(lambda: not shop.store.is_behind)
            assert stages(shop) == [Stage.DELIVERED] * 2 * len(PHONES)
            assert counters.failed == 0

    asyncio.run(run())


def test_a_seller_sees_which_texts_no_phone_has_and_why(tmp_path: Path) -> None:
    async def run() -> None:
        faults = Faults(undeliverable=1.0)
        async with open_shop(tmp_path / "shop.db", faults=faults, carrier=CARRIER) as shop:
            shop.phone(PHONES[0]).text("苹果 1")
            await until(lambda: shop.channel.deliveries.counters.failed == 1)

    asyncio.run(run())
    words = ["texts", "shop", "--database", str(tmp_path / "shop.db")]
    told = CliRunner().invoke(app, [*words, "--failed", "--buyer", PHONES[0]]).output
    assert "138****8000  failed    UNDELIV 001" in told
    assert PHONES[0] not in told
    assert CliRunner().invoke(app, [*words, "--buyer", "13900139000"]).output == "no texts\n"


def test_what_a_carrier_would_not_have_has_failed(tmp_path: Path) -> None:
    async def run() -> None:
        async with open_shop(tmp_path / "shop.db") as shop:
            # The simulator takes texts of its account's codes only.
            shop.smsc.network.exchange.may_send_as = lambda *_: False  # type: ignore[method-assign]
            shop.phone().text("苹果 1")
            await until(lambda: stages(shop) == [Stage.FAILED])
            await until(lambda: not shop.store.is_behind)
            [one] = shop.store.texts("shop")
            assert one.reason == "refused: ESME_RINVSRCADR (0x0A)"

    asyncio.run(run())


def test_a_carrier_that_is_asked_for_none_leaves_texts_sent(tmp_path: Path) -> None:
    async def run() -> None:
        carrier = Carrier("carrier", "127.0.0.1", 0, "dialcart", "dialcart", receipts=False)
        async with open_shop(tmp_path / "shop.db", carrier=carrier) as shop:
            phone = shop.phone()
            phone.text("苹果 1")
            await phone.hears()
            await until(lambda: stages(shop) == [Stage.SENT])
            assert shop.channel.deliveries.waiting == 0

    asyncio.run(run())
