"""The noodle shop as `dialcart serve` opens it, with a telephone: a process of its own, whose settings are the test's."""

import contextlib
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import trustme

from commands.flows_on_disk import LIBRARY
from commands.serving.calls import free_port
from store.sqlite import SqliteStore
from tests.end_to_end.process import ROOT, opened

NUMBER = "4008001234"
SPEECH = ROOT / ".tools" / "speech"
"""What shops say, rendered once for all of them: fragments are named by what they are made of, and written whole."""
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
host = "{host}"
port = 0
media_port = 0
calls = 20
speech = "{speech}"
recordings = "{recordings}"
# A machine that is busy with other tests is no reason to ask for keys.
recogniser_s_max = 20
{more}[[voice.trunk]]
name = "here"
networks = [{networks}]
{trunk}
{sections}"""
HOURS = r"  (open|closed|call back|营业|休息|回拨|免打扰|响铃) .*\n"
"""What depends on the time of day, and would have a test wait."""
TLS = """\
tls_port = {port}
tls_certificate = "{folder}/shop.pem"
tls_key = "{folder}/shop.key"
"""


def copy_common(shops: Path) -> None:
    """What the sample sellers share."""
    shutil.copytree(LIBRARY / "common", shops / "common")


def copy_sample(seller: str, shops: Path, shop: str = "") -> Path:
    """A sample seller that is open all day, with lines more of its shop; its folder."""
    folder = shops / seller
    shutil.copytree(LIBRARY / seller, folder)
    file = folder / "seller.flow"
    flow = re.sub(HOURS, "", file.read_text("utf-8"))
    flow = re.sub(r"(  languages .*\n)", rf"\1{shop}", flow, count=1)
    file.write_text(flow, "utf-8")
    return folder


class Running:
    """Sample sellers, open all day, with a telephone: the noodle shop, or others."""

    def __init__(
        self,
        folder: Path,
        host: str = "127.0.0.1",
        *,
        tls: bool = False,
        shop: str = "",
        voice: str = "",
        trunk: str = "",
        networks: str = '"127.0.0.0/8", "10.99.0.0/24"',
        sections: str = "",
        sellers: Sequence[str] = ("noodles",),
    ) -> None:
        """`shop`, `voice` and `trunk` are lines more of the flow's shop and of these sections; `sections` are further ones."""
        self.folder = folder
        self.tls_port = free_port(host) if tls else None
        shops = folder / "shops"
        copy_common(shops)
        for seller in sellers:
            copy_sample(seller, shops, shop)
        self.database = folder / "shop.db"
        self.settings = folder / "dialcart.toml"
        self.settings.write_text(
            SETTINGS.format(
                folder=shops,
                database=self.database,
                host=host,
                speech=SPEECH,
                recordings=folder / "recordings",
                more=self._tls(folder) + voice,
                trunk=trunk,
                networks=networks,
                sections=sections,
            ),
            "utf-8",
        )
        self._log = (folder / "log").open("w")
        self.open()

    def open(self) -> None:
        """Start, or start again."""
        log = self.folder / "log"
        self.process, self.said = opened(self.settings, self._log, lambda _: log.read_text())
        self.port = int(re.findall(r"SIP over UDP on port (\d+)", self.said)[0])
        self.control_port = re.findall(r"--port (\d+)", self.said)[0]

    def kill(self) -> None:
        """Stop it at once, wherever it is."""
        self.process.kill()
        self.process.communicate()

    def _tls(self, folder: Path) -> str:
        if self.tls_port is None:
            return ""
        certificate = trustme.CA().issue_cert("127.0.0.1")
        certificate.cert_chain_pems[0].write_to_path(str(folder / "shop.pem"))
        certificate.private_key_pem.write_to_path(str(folder / "shop.key"))
        return TLS.format(port=self.tls_port, folder=folder)

    def close(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
        self._log.close()

    def page(self, path: str) -> str:
        """The address of a page, where `sections` has the web."""
        return re.findall(r"(http://[0-9.:]+)/telephone/", self.said)[0] + path

    def orders(self, seller: str = "noodles"):
        store = SqliteStore(self.database)
        try:
            return store.orders(seller)
        finally:
            store.close()

    def talk(self, seller: str = "noodles", buyer: str = "") -> str:
        """The newest conversation, of anybody or of one buyer, as the log keeps it; empty before the first."""
        return next(iter(self.talks(seller, buyer)), "")

    def talks(self, seller: str = "noodles", buyer: str = "") -> list[str]:
        """The newest conversations, of everybody or of one buyer, as the log keeps them."""
        store = SqliteStore(self.database)
        try:
            return [kept[4] for kept in store.talks(seller, 10) if buyer in ("", kept[0])]
        finally:
            store.close()

    @contextlib.contextmanager
    def phone(self, number: str, code: str = "106900010") -> Iterator[Callable[..., str]]:
        """A phone that is on for texts; writes some and gives what came once it is switched off, which `until` must be among."""
        words = ["phone", "--to", code, "--from", number, "--port", self.control_port]
        with subprocess.Popen(
            [sys.executable, "cli.py", *words],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as phone:
            assert phone.stdin is not None
            assert phone.stdout is not None
            texts, told = phone.stdout, phone.stdout.readline()
            assert told.startswith("phone"), "it is on"

            def heard(said: str = "", until: str = "") -> str:
                print(said, file=phone.stdin, flush=True)
                came = told
                while until not in came:
                    line = texts.readline()
                    assert line, came
                    came += line
                phone.stdin.close()
                return came + texts.read()

            yield heard
