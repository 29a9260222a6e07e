"""A buyer's phone, an SMSC, our ESME, the flow, the database: all real, all over sockets."""

import asyncio
import random
import ssl
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from center.batch import TurnBatch
from center.contact import Arrival
from center.ports import Batch, StoreFullError
from center.routing import Routes
from center.shops import Shops
from sms import segments
from sms.carrier import Carrier
from sms.channel import SmsChannel
from sms.client import Esme
from sms.smpp import pdu as p
from sms.smsc.faults import Faults
from sms.smsc.server import Settings, Smsc
from store.sqlite import SqliteStore
from tests.end_to_end.shop import open_shop, until


def test_an_order_is_placed_and_confirmed(tmp_path: Path) -> None:
    async def run() -> None:
        async with open_shop(tmp_path / "shop.db") as shop:
            phone = shop.phone()
            phone.text("苹果 2")
            assert await phone.hears() == "共5.00\n1 下单\n2 再加"
            phone.text("1")
            assert (await phone.hears()).startswith("订单A0001")
            [order] = shop.store.orders()
            assert (order.buyer, order.total) == ("13800138000", 500)
            await until(lambda: not shop.store.waiting_texts(0, 10))

    asyncio.run(run())


def test_a_text_of_several_segments_is_read_as_one(tmp_path: Path) -> None:
    async def run() -> None:
        async with open_shop(tmp_path / "shop.db") as shop:
            phone = shop.phone()
            phone.text("苹果" + "，谢谢" * 40 + "。")
            assert await phone.hears() == "要什么？"
            assert shop.channel.receiving.counters.received > 1
            assert shop.channel.turns.counters.turns == 1

    asyncio.run(run())


def test_a_text_whose_segments_are_parted_by_a_restart_is_read_as_one(tmp_path: Path) -> None:
    async def run() -> None:
        text = "苹果 2" + " " * 100
        first, second = segments.split(text, reference=9)

        async with open_shop(tmp_path / "shop.db") as shop:
            shop.channel.received(shop.esme.links[0], [message(first, 1)])
            shop.channel.turns.flush()
            assert shop.store.notes("sms/segments/")
        async with open_shop(tmp_path / "shop.db") as again:
            phone = again.phone()
            again.channel.received(again.esme.links[0], [message(second, 2)])
            again.channel.turns.flush()
            assert await phone.hears() == "共5.00\n1 下单\n2 再加"
            assert not again.store.notes("sms/segments/")

    asyncio.run(run())


def test_transmitter_and_receiver_do_as_well_as_a_transceiver(tmp_path: Path) -> None:
    async def run() -> None:
        pair = Carrier("carrier", "127.0.0.1", 0, "dialcart", "dialcart", mode="pair", binds=2)
        async with open_shop(tmp_path / "shop.db", carrier=pair) as shop:
            await until(lambda: shop.esme.bound == 4)
            phone = shop.phone()
            phone.text("苹果 2")
            assert await phone.hears() == "共5.00\n1 下单\n2 再加"

    asyncio.run(run())


def test_many_phones_are_served_in_few_batches(tmp_path: Path) -> None:
    async def run() -> None:
        async with open_shop(tmp_path / "shop.db") as shop:
            phones = [shop.phone(f"1380000{number:04d}") for number in range(200)]
            for phone in phones:
                phone.text("你好")
            for phone in phones:
                assert await phone.hears() == "要什么？"
            assert shop.channel.turns.counters.turns == 200
            assert shop.channel.turns.counters.batches < 100

    asyncio.run(run())


def test_a_throttling_carrier_gets_everything_in_order_in_the_end(tmp_path: Path) -> None:
    async def run() -> None:
        faults = Faults(throttled=0.3, seed=7)
        async with open_shop(tmp_path / "shop.db", faults=faults) as shop:
            phone = shop.phone()
            for text in ("你好", "1", "1"):
                phone.text(text)
            heard = [await phone.hears() for _ in range(3)]
            assert heard == ["要什么？", "要几个？", "共2.50\n1 下单\n2 再加"]

    asyncio.run(run())


def test_what_was_committed_but_not_sent_is_sent_by_the_next_run(tmp_path: Path) -> None:
    async def run() -> None:
        faults = Faults(queue_full=1.0)
        async with open_shop(tmp_path / "shop.db", faults=faults) as shop:
            phone = shop.phone()
            phone.text("苹果 2")
            await until(lambda: shop.channel.sending.counters.replies == 1)
        async with open_shop(tmp_path / "shop.db") as again:
            phone = again.phone()
            assert await phone.hears() == "共5.00\n1 下单\n2 再加"
            await until(lambda: not again.store.waiting_texts(0, 10))

    asyncio.run(run())


def test_after_an_orderly_stop_the_same_words_are_a_new_message(tmp_path: Path) -> None:
    async def run() -> None:
        async with open_shop(tmp_path / "shop.db") as shop:
            phone = shop.phone()
            phone.text("苹果")
            assert await phone.hears() == "要几个？"
            phone.text("2")
            assert await phone.hears() == "共5.00\n1 下单\n2 再加"
        async with open_shop(tmp_path / "shop.db") as again:
            phone = again.phone()
            phone.text("2")
            assert await phone.hears() == "要什么？"

    asyncio.run(run())


def message(segment: segments.Segment, sequence: int) -> p.DeliverSm:
    """A segment as the carrier delivers it."""
    return p.DeliverSm(
        sequence=sequence,
        source=p.Address("13800138000"),
        destination=p.Address("1069"),
        esm_class=segment.esm_class,
        data_coding=segment.data_coding,
        message=segment.short_message,
    )


class FullAtFirst:
    """A store whose disk has no room for the first batch."""

    def __init__(self, store: SqliteStore) -> None:
        self.store = store
        self.refused = 0

    def batch(self, arrivals: Sequence[Arrival]) -> AbstractContextManager[Batch]:
        if not self.refused:
            self.refused += 1
            raise StoreFullError("the disk is full")
        return self.store.batch(arrivals)


def test_a_batch_that_cannot_be_kept_is_refused_for_now_and_comes_again(tmp_path: Path) -> None:
    async def run() -> None:
        async with open_shop(tmp_path / "shop.db") as shop:
            full = FullAtFirst(shop.store)
            shop.channel.turns.store = full
            phone = shop.phone()
            phone.text("苹果 2")
            assert await phone.hears() == "共5.00\n1 下单\n2 再加"
            assert full.refused == 1
            assert shop.channel.turns.counters.refused == 1

    asyncio.run(run())


@pytest.mark.parametrize("name", ["wrong", ""])
def test_a_wrong_account_never_binds_and_never_crashes(tmp_path: Path, name: str) -> None:
    async def run() -> None:
        async with open_shop(tmp_path / "shop.db") as shop:
            wrong = replace(shop.esme.carrier, system_id=name, name="wrong")
            stranger = Esme(wrong, shop.channel, chance=shop.esme._chance)  # noqa: SLF001
            stranger.start()
            await until(lambda: stranger.reconnects >= 1)
            assert stranger.bound == 0
            await stranger.close()

    asyncio.run(run())


def test_garbage_on_the_smsc_port_harms_nobody(tmp_path: Path) -> None:
    async def run() -> None:
        async with open_shop(tmp_path / "shop.db") as shop:
            reader, writer = await asyncio.open_connection("127.0.0.1", shop.smsc.port)
            writer.write(b"GET / HTTP/1.1\r\n\r\n" * 100)
            await writer.drain()
            assert len(await reader.read()) <= p.PDU_BYTES_MAX
            writer.close()
            phone = shop.phone()
            phone.text("苹果 2")
            assert await phone.hears() == "共5.00\n1 下单\n2 再加"

    asyncio.run(run())


def certificates(folder: Path) -> tuple[ssl.SSLContext, str]:
    """A server's certificate for `localhost`, and the file of who signed it."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    signer = folder / "signer.pem"
    authority.cert_pem.write_to_path(str(signer))
    return context, str(signer)


def signed_in_between(folder: Path) -> tuple[ssl.SSLContext, str]:
    """The same where only who signed it is known, and not who signed for that one."""
    between = trustme.CA().create_child_ca()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    between.issue_cert("localhost").configure_cert(context)
    signer = folder / "signer.pem"
    between.cert_pem.write_to_path(str(signer))
    return context, str(signer)


@pytest.mark.parametrize("make", [certificates, signed_in_between])
def test_an_order_over_tls(
    tmp_path: Path, make: Callable[[Path], tuple[ssl.SSLContext, str]]
) -> None:
    async def run() -> None:
        tls, signer = make(tmp_path)
        secure = Carrier(
            "carrier", "localhost", 0, "dialcart", "dialcart", tls=True, ca_file=signer
        )
        async with open_shop(tmp_path / "shop.db", carrier=secure, tls=tls) as shop:
            phone = shop.phone()
            phone.text("苹果 2")
            assert await phone.hears() == "共5.00\n1 下单\n2 再加"

    asyncio.run(run())


def expired(folder: Path) -> tuple[ssl.SSLContext, str]:
    """A server for `localhost` whose certificate is no longer good."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    authority.issue_cert("localhost", not_after=long_ago).configure_cert(context)
    signer = folder / "signer.pem"
    authority.cert_pem.write_to_path(str(signer))
    return context, str(signer)


@pytest.mark.parametrize(
    ("make", "host", "known", "told"),
    [
        (certificates, "127.0.0.1", True, "`host` has to be a name that it bears"),
        # Nobody whom we know signed it, not even if it is the server itself.
        (certificates, "localhost", False, "`ca_file` takes the certificates that sign"),
        (expired, "localhost", True, "certificate has expired; the carrier has to renew it"),
    ],
)
def test_an_smsc_that_is_not_who_it_should_be_gets_no_password(
    tmp_path: Path,
    make: Callable[[Path], tuple[ssl.SSLContext, str]],
    host: str,
    known: bool,
    told: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def run() -> None:
        tls, signer = make(tmp_path)
        async with Smsc(Settings(port=0, tls=tls)) as smsc:
            store = SqliteStore(tmp_path / "shop.db")
            later = asyncio.get_running_loop().call_later
            turns = TurnBatch(store, Shops({}, store.program), later=later)
            channel = SmsChannel(turns, store, Routes([]))
            carrier = Carrier(
                "carrier",
                host,
                smsc.port,
                "dialcart",
                "dialcart",
                tls=True,
                ca_file=signer if known else None,
            )
            esme = Esme(carrier, channel, chance=random.Random(1))
            esme.start()
            await until(lambda: esme.reconnects >= 1)
            assert esme.bound == 0
            assert smsc.network.exchange.binds == ()
            assert told in esme.trouble
            assert esme.trouble in caplog.text
            await esme.close()
            store.close()

    asyncio.run(run())
