"""The noodle shop as `dialcart serve` opens it, with a telephone: a process of its own, whose settings are the test's."""

import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import trustme

from commands.flows_on_disk import LIBRARY
from ivr.channel.keying import END
from store.sqlite import SqliteStore
from tests.end_to_end import texting
from tests.end_to_end.process import CLOSES_S_MAX, DIALCART, ROOT, UNHURRIED, opened
from tests.end_to_end.texting import Texts
from tests.end_to_end.twin import AGAIN_MAX, ASKS
from tests.ports import own_port
from tests.waiting import until

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
recogniser_s_max = 30
# Callers of SIPp say nothing while they wait.
first_packet_s_max = 600
packet_s_max = 600
{more}[[voice.trunk]]
name = "here"
networks = [{networks}]
{trunk}
{sections}"""
PATIENT = """
[[queue]]
name = "*"
answer_s = 300
wrap_up_s = 600
step = []
"""
"""An offer waits, and a wrap-up: what comes of it if nobody acts in time is not what these tests are about."""
HOURS = r"  (open|closed|call back|营业|休息|回拨|免打扰|响铃) .*\n"
"""What depends on the time of day, and would have a test wait."""
SILENCE = r"(no input after|无应答超过) \d+(s|秒)"
NOODLES = (
    ("请选择", "1"),
    ("想吃什么", "101"),
    ("几份", "2#"),
    ("结账", "2"),
    ("地址", "#"),
    ("对吗", "1"),
    ("确认", "1"),
)
"""What the noodle shop asks, and the keys that order two bowls."""
RECORDED_BYTES = 24_000
"""Three seconds."""
TLS = """\
tls_port = {port}
tls_certificate = "{folder}/shop.pem"
tls_key = "{folder}/shop.key"
"""


def copy_common(shops: Path) -> None:
    """What the sample sellers share."""
    shutil.copytree(LIBRARY / "common", shops / "common")


def copy_sample(seller: str, shops: Path, shop: str = "") -> Path:
    """A sample seller that is open all day and patient with who says nothing, with lines more of its shop; its folder."""
    folder = shops / seller
    shutil.copytree(LIBRARY / seller, folder)
    file = folder / "seller.flow"
    flow = re.sub(HOURS, "", file.read_text("utf-8"))
    flow = re.sub(SILENCE, r"\1 300\2", flow)
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
        unhurried: bool = False,
    ) -> None:
        """`shop`, `voice` and `trunk` are lines more of the flow's shop and of these sections; `sections` are further ones. `unhurried`: as
        tests.end_to_end.unhurried is."""
        self._program = UNHURRIED if unhurried else DIALCART
        self.folder = folder
        self.tls_port = own_port() if tls else None
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
                sections=sections + ("" if "[[queue]]" in trunk + sections else PATIENT),
            ),
            "utf-8",
        )
        self._log = (folder / "log").open("w")
        try:
            self.open()
        except BaseException:
            self._log.close()
            raise

    def open(self) -> None:
        """Start, or start again."""
        log = self.folder / "log"
        self.process, self.said = opened(
            self.settings, self._log, lambda _: log.read_text(), self._program
        )
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
            self.process.communicate(timeout=CLOSES_S_MAX)
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

    def conversation(self, number: str, seller: str = "noodles") -> str:
        """All that was said with somebody, as tests.end_to_end.twin reads it; their number may be as trunks write it."""
        return "\n".join(reversed(self.talks(seller, number.removeprefix("+86"))))

    def says_to(self, number: str) -> Callable[[str], None]:
        """What waits until the shop has said something more to this buyer, from now on: who presses a key before the call is up is not heard."""
        heard = len(self.conversation(number))

        def wait_for(words: str) -> None:
            nonlocal heard
            until(lambda: words in self.conversation(number)[heard:], self.talk)
            heard = len(self.conversation(number))

        return wait_for

    def recordings(self, seller: str = "noodles") -> set[Path]:
        """What callers said in their own voice, or are saying."""
        return {*(self.folder / "recordings" / seller).glob("*.wav")}

    def phone(self, number: str, code: str = "106900010") -> AbstractContextManager[Texts]:
        """A phone that is on for texts."""
        return texting.phone(self.control_port, number, code)


def until_recorded(shop: Running, seller: str = "noodles", *, but: Collection[Path] = ()) -> None:
    """Until a caller has said something for a while: what is recorded is on disk each second."""

    def is_long() -> bool:
        return any(
            one.stat().st_size > RECORDED_BYTES for one in shop.recordings(seller) if one not in but
        )

    until(is_long, lambda: shop.talk(seller))


def answer(
    shop: Running, seller: str, asked: Sequence[tuple[str, str]], press: Callable[[str], object]
) -> None:
    """Press the keys that answer each question once it is asked; `#` ends what a telephone says all the time.

    Several keys are pressed again where the shop says something else to them, as of tests.end_to_end.sipp.Caller: a machine may have
    held back one of them.
    """
    heard, pressed, tries = 0, "", 0

    def is_asked(words: str) -> bool:
        nonlocal heard, tries
        said = shop.talk(seller)
        if words in said[heard:]:
            return True
        if len(pressed) > 1 and tries < AGAIN_MAX and ASKS in said[heard:]:
            heard, tries = len(said), tries + 1
            press(pressed)
        return False

    for words, keys in asked:
        until(partial(is_asked, words), partial(shop.talk, seller))
        heard, pressed, tries = len(shop.talk(seller)), keys, 0
        if keys == END:
            until_recorded(shop, seller)
        press(keys)
