"""A call by IPv6 orders by keys: its signalling and its audio, both ways."""

from pathlib import Path

from ivr.rtp.codec import PCMU
from tests.end_to_end.sipp import Caller
from tests.end_to_end.telephone_shop import NUMBER, Running
from tests.end_to_end.test_order_by_phone import murmur


def test_an_order_by_keys_over_ipv6(tmp_path: Path) -> None:
    shop = Running(tmp_path, voice='more_hosts = ["::1"]\n', networks='"127.0.0.0/8", "::1"')
    try:
        caller = Caller(tmp_path, "13800138010", codec=PCMU, host="::1", said=shop.conversation)
        caller.until("请选择").press("1").until("想吃什么").press("101").until("几份").press("2#")
        caller.until("结账").press("2").until("地址").speak(murmur(2)).press("#")
        caller.until("对吗").press("1").until("确认").press("1")
        done = caller.call(shop.port, NUMBER)
        orders, talk = shop.orders(), shop.talk()
    finally:
        shop.close()
    assert done.returncode == 0, done.stdout[-2_000:] + talk
    assert [(o.buyer, o.channel, o.total) for o in orders] == [("13800138010", "voice", 3_600)]
