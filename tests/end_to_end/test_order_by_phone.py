"""SIPp calls a shop that `dialcart serve` has opened: SIP, RTP, voices, recognisers, the flow, the store, the SMSC."""

import contextlib
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from commands.flows_on_disk import LIBRARY
from ivr.rtp.codec import PCMU, encode
from store.sqlite import SqliteStore
from tests.end_to_end.sipp import Caller

ROOT = Path(__file__).resolve().parents[2]
NUMBER = "4008001234"
SETTINGS = """\
sellers = ["{folder}"]
[store]
database = "{database}"
[simulator]
port = 0
control_port = 0
[operations]
port = 0
[voice]
port = 0
media_port = 0
calls = 20
speech = "{speech}"
recordings = "{recordings}"
"""


class Running:
    """The noodle shop, open all day, with a telephone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shops = folder / "shops"
        shutil.copytree(LIBRARY / "noodles", shops / "noodles")
        shutil.copytree(LIBRARY / "common", shops / "common")
        flow = (shops / "noodles" / "seller.flow").read_text("utf-8")
        flow = re.sub(r"  open .*\n  closed .*\n", "", flow)
        (shops / "noodles" / "seller.flow").write_text(flow, "utf-8")
        self.database = folder / "shop.db"
        settings = folder / "dialcart.toml"
        settings.write_text(
            SETTINGS.format(
                folder=shops,
                database=self.database,
                speech=folder / "speech",
                recordings=folder / "recordings",
            ),
            "utf-8",
        )
        self._log = (folder / "log").open("w")
        self.process = subprocess.Popen(
            [sys.executable, "cli.py", "serve", "--config", str(settings)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        self.said = ""
        assert self.process.stdout is not None
        while "For operators" not in self.said:
            line = self.process.stdout.readline()
            assert line, (folder / "log").read_text()
            self.said += line
        self.port = int(re.findall(r"SIP over UDP on port (\d+)", self.said)[0])
        self.control_port = re.findall(r"--port (\d+)", self.said)[0]

    def close(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
        self._log.close()

    def orders(self):
        store = SqliteStore(self.database)
        try:
            return store.orders("noodles")
        finally:
            store.close()

    def talk(self) -> str:
        """The newest conversation, as the log keeps it."""
        store = SqliteStore(self.database)
        try:
            return next(iter(store.talks("noodles", 10)))[4]
        finally:
            store.close()

    @contextlib.contextmanager
    def phone(self, number: str) -> Iterator[Callable[[], str]]:
        """A phone that is on for texts; gives what came, once it is switched off."""
        words = ["phone", "--to", "106900010", "--from", number, "--port", self.control_port]
        with subprocess.Popen(
            [sys.executable, "cli.py", *words],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as phone:
            yield lambda: phone.communicate("\n", timeout=30)[0]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = Running(tmp_path_factory.mktemp("phone"))
    yield running
    running.close()


def murmur(seconds: float) -> bytes:
    """Something that is as loud as speech and says nothing."""
    at = np.arange(int(8_000 * seconds)) / 8_000
    loud = 6_000 * np.sin(2 * np.pi * 180 * at) * (0.6 + 0.4 * np.sin(2 * np.pi * 3 * at))
    return encode(PCMU, loud.astype(np.int16)).tobytes()


def test_an_order_by_keys_with_a_spoken_address(shop: Running, tmp_path: Path) -> None:
    caller = Caller(tmp_path, "13800138001", codec=PCMU)
    caller.wait(1_500).press("1", 1_000).press("101", 500).wait(500).press("2#", 500).wait(500)
    # Check out; the address is recorded, read back, confirmed; then the order is confirmed.
    caller.press("2", 800).speak(murmur(2)).wait(300).press("#", 1_200).press("1", 1_200).press("1")
    with shop.phone("13800138001") as texts:
        done = caller.call(shop.port, NUMBER)
        heard = texts()
    assert done.returncode == 0, done.stdout[-2_000:] + shop.talk()
    order = next(o for o in shop.orders() if o.buyer == "13800138001")
    assert (order.channel, order.total, order.status) == ("voice", 3_600, "placed")
    assert re.fullmatch(r"录音\d{6}", order.address)
    recorded = shop.folder / "recordings" / "noodles" / f"{order.address[2:]}.wav"
    assert recorded.stat().st_size > 8_000
    assert "! sms" in shop.talk()
    # Both confirmations went out by the SMSC: the order's, and that of the recorded address.
    assert order.number in heard
    assert order.address in heard


def test_an_english_order_is_spoken(shop: Running, tmp_path: Path) -> None:
    caller = Caller(tmp_path, "13800138002", codec=PCMU)
    caller.wait(1_500).press("9", 1_500)
    caller.say("order").wait(2_200).say("beef noodles").wait(2_200).say("i want two please").wait(
        2_500
    )
    caller.press("2", 1_200)
    done = caller.call(shop.port, NUMBER, hangs_up=True)
    assert done.returncode == 0, done.stdout[-2_000:] + shop.talk()
    talk = shop.talk()
    assert '> "Order"' in talk, talk
    assert '> "Beef noodles"' in talk, talk
    assert "Added 2 Beef noodles" in talk, talk


def test_a_number_that_nobody_has_is_refused_with_404(shop: Running, tmp_path: Path) -> None:
    done = Caller(tmp_path, "13800138003").call(shop.port, "4009999999", status=404)
    assert done.returncode == 0, done.stdout[-2_000:]
