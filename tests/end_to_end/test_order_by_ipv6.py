"""A call by IPv6 orders by keys: its signalling and its audio, both ways."""

from pathlib import Path

from ivr.rtp.codec import PCMU
from tests.end_to_end.sipp import Caller
from tests.end_to_end.telephone_shop import NUMBER, Running
from tests.end_to_end.test_order_by_phone import murmur


def test_an_order_by_keys_over_ipv6(tmp_path: Path) -> None:
    shop = Running(tmp_path, voice='more_hosts = ["::1"]\n', networks='"127.0.0.0/8", "::1"')
    try:
        caller = Caller(tmp_path, "13800138010", codec=PCMU, host="::1")
        caller.wait(1_500).press("1", 1_000).press("101", 500).wait(500).press("2#", 500).wait(500)
        caller.press("2", 800).speak(murmur(2)).wait(300).press("#", 1_500).press("1", 1_500)
        caller.press("1")
        done = caller.call(shop.port, NUMBER)
        orders, talk = shop.orders(), shop.talk()
    finally:
        shop.close()
    assert done.returncode == 0, done.stdout[-2_000:] + talk
    assert [(o.buyer, o.channel, o.total) for o in orders] == [("13800138010", "voice", 3_600)]
