"""A shop as its operator has it: a process with a settings file, asked how it does, and stopped with a signal."""

import asyncio
import contextlib
import io
import json
import logging
import re
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from commands.logs import log_to
from sms.smsc.faults import Faults
from store.sqlite import SqliteStore
from tests.end_to_end import texting
from tests.end_to_end.process import CLOSES_S_MAX, ROOT, opened
from tests.end_to_end.scraped import families_of
from tests.end_to_end.shop import open_shop, until
from tests.flows.shops import ORDER, SHOP

SETTINGS = """\
sellers = ["{folder}"]
[store]
database = "{database}"
[simulator]
port = 0
control_port = 0
[operations]
port = 0
"""


class Running:
    """A `dialcart serve` of its own."""

    def __init__(self, folder: Path) -> None:
        shop = folder / "shop"
        shop.mkdir()
        (shop / "seller.flow").write_text(SHOP + ORDER, "utf-8")
        self.database = folder / "shop.db"
        settings = folder / "dialcart.toml"
        settings.write_text(SETTINGS.format(folder=shop, database=self.database), "utf-8")
        self.process, self.said = opened(
            settings,
            subprocess.PIPE,
            lambda process: process.stderr.read() if process.stderr else "",
        )
        self.address = re.findall(r"http://[\d.:]+", self.said)[0]
        self.control_port = re.findall(r"--port (\d+)", self.said)[0]

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"{self.address}{path}", timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Running]:
    serving = Running(folder)
    try:
        yield serving
    finally:
        serving.process.kill()
        serving.process.communicate()


def test_a_shop_tells_how_it_does_and_drains_on_sigterm(tmp_path: Path) -> None:
    with running(tmp_path) as shop:
        with texting.phone(shop.control_port, "13800138000", "1069") as phone:
            phone.text("苹果 2")
            phone.hear("共5.00")
            phone.text("1")
            phone.end("订单A0001")
        assert shop.get("/health")[0] == 200
        assert shop.get("/ready")[0] == 200
        _, text = shop.get("/metrics")
        assert "dialcart_turns_total 2.0" in text
        assert "dialcart_orders_placed_total 1.0" in text
        assert 'dialcart_bind_up{bind="0",carrier="carrier",mode="transceiver"} 1.0' in text
        page = (ROOT / "docs" / "operations.md").read_text("utf-8")
        for family in re.findall(r"^# TYPE (dialcart_\w+)", text, re.MULTILINE):
            assert f"`{family}`" in page, f"{family} is not on the page"
        assert "dialcart_turns" in families_of(text)
        shop.process.send_signal(signal.SIGTERM)
        said, logged = shop.process.communicate(timeout=CLOSES_S_MAX)
        assert shop.process.returncode == 0
        assert "what was taken is finished or kept" in said
        events = [json.loads(line) for line in logged.splitlines()]
        assert any("bound as transceiver" in event["event"] for event in events)
        told = [event["event"] for event in events if event["from"] == "dialcart"]
        assert told == ["open", "draining: nothing new is taken", "drained", "closed"]
        [closed] = [event for event in events if event["event"] == "texts are closed"]
        assert closed["left_with_carriers"] == closed["segments_not_sent"] == 0
        assert "13800138000" not in logged
        store = SqliteStore(shop.database)
        assert [order.number for order in store.orders()] == ["A0001"]
        assert store.waiting_texts(0, 10) == []
        store.close()


def test_nothing_that_a_buyer_writes_or_is_comes_into_a_log_at_any_level(tmp_path: Path) -> None:
    """Throttled, refused, half-closed, misspelt: whatever happens, no number and no word of theirs is told."""
    logger = logging.getLogger()
    handlers, level = list(logger.handlers), logger.level
    stream = io.StringIO()
    told = logging.getLogger("asyncio").level
    log_to(stream, "debug", "text")
    logging.getLogger("asyncio").setLevel(logging.DEBUG)

    async def run() -> None:
        faults = Faults(throttled=0.3, seed=3)
        async with open_shop(tmp_path / "shop.db", faults=faults) as shop:
            phone = shop.phone("13812345678")
            for text in ("苹果 2", "1", "zebracrossing", "+86 139 8765 4321", "退订"):
                phone.text(text)
                await phone.hears()
            await until(lambda: not shop.store.waiting_texts(0, 10))

    try:
        asyncio.run(run())
    finally:
        logger.handlers[:] = handlers
        logger.setLevel(level)
        logging.getLogger("asyncio").setLevel(told)
    logged = stream.getvalue()
    assert "bound as transceiver" in logged
    for word in ("1381234", "5678", "苹果", "zebra", "8765", "退订"):
        assert word not in logged
