"""`dialcart serve` as it comes, without a settings file: a call on this machine and the web telephone, with no further set-up."""

import re
import subprocess
import urllib.request
from contextlib import closing
from pathlib import Path

from ivr.rtp.codec import PCMU
from store.sqlite import SqliteStore
from tests.end_to_end.process import opened_by_words
from tests.end_to_end.sipp import Caller
from tests.end_to_end.telephone_shop import NUMBER, copy_common, copy_sample
from tests.end_to_end.test_order_by_phone import murmur

ANY_PORTS = [
    word
    for name in ("smsc", "control", "web", "sip", "operations")
    for word in (f"--{name}-port", "0")
]
"""Others run beside this test, and may have the usual ports."""
BUYER = "13800138041"


def test_a_call_on_this_machine_orders_and_the_web_telephone_is_there(tmp_path: Path) -> None:
    shops = tmp_path / "shops"
    copy_common(shops)
    noodles = copy_sample("noodles", shops)
    database = tmp_path / "var" / "dialcart.db"

    def talk(_: str) -> str:
        """The only conversation."""
        with closing(SqliteStore(database)) as store:
            return "".join(kept[4] for kept in store.talks("noodles", 1))

    caller = Caller(tmp_path, BUYER, codec=PCMU, said=talk)
    caller.until("请选择").press("1").until("想吃什么").press("101").until("几份").press("2#")
    caller.until("结账").press("2").until("地址").speak(murmur(2)).press("#")
    caller.until("对吗").press("1").until("确认").press("1")
    process, said = opened_by_words(
        [str(noodles), *ANY_PORTS], tmp_path, subprocess.PIPE, lambda ended: ended.communicate()[1]
    )
    try:
        pages = re.findall(r"(http://[0-9.:]+/telephone/)", said)[0]
        with urllib.request.urlopen(f"{pages}noodles", timeout=60) as page:
            assert page.status == 200
            assert 'id="keys"' in page.read().decode()
        port = int(re.findall(r"SIP over UDP on port (\d+)", said)[0])
        assert f"sip:{NUMBER}@127.0.0.1:{port}" in said
        done = caller.call(port, NUMBER)
        told = done.stdout[-2_000:]
    finally:
        process.terminate()
        _, logged = process.communicate(timeout=120)
    assert done.returncode == 0, told + logged
    # Where nothing else is said, all that is kept is below `var`.
    with closing(SqliteStore(database)) as store:
        orders = store.orders("noodles")
    assert [(o.buyer, o.channel, o.total) for o in orders] == [(BUYER, "voice", 3_600)], logged
    assert list((tmp_path / "var" / "recordings" / "noodles").glob("*.wav"))
