"""A missed call is called back: SIPp hangs up before the answer, is called, and orders."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from commands.serving.calls import free_port
from ivr.rtp.codec import PCMU
from tests.end_to_end.sipp import Caller
from tests.end_to_end.telephone_shop import NUMBER, Running
from tests.end_to_end.test_order_by_phone import murmur

BUYER = "13800138005"


def not_now() -> str:
    """A minute of the day that is not now: the quiet hours of a shop that is tested at any time of day."""
    far = datetime.now(ZoneInfo("Asia/Shanghai")) + timedelta(hours=12)
    return f"{far:%H:%M}-{far + timedelta(minutes=1):%H:%M}"


def test_who_rings_once_is_called_back_and_orders(tmp_path: Path) -> None:
    port = free_port("127.0.0.1")
    shop = Running(
        tmp_path,
        shop=f"  rings 4s\n  call back 138*\n  quiet hours {not_now()}\n",
        voice='call_back = ["138*"]\n',
        trunk=f'peer = "127.0.0.1:{port}"',
    )
    caller = Caller(tmp_path, BUYER, codec=PCMU)
    caller.wait(4_000).press("1", 1_000).press("101", 500).wait(500).press("2#", 500).wait(500)
    caller.press("2", 800).speak(murmur(2)).wait(300).press("#", 1_200).press("1", 1_200).press("1")
    try:
        with shop.phone(BUYER) as texts, ThreadPoolExecutor() as pool:
            called = pool.submit(caller.answer, port)
            flashed = Caller(tmp_path, BUYER).flash(shop.port, NUMBER)
            assert flashed.returncode == 0, flashed.stdout[-2_000:]
            answered = called.result()
            heard = texts()
        orders, talk = shop.orders(), shop.talk()
    finally:
        shop.close()
    assert answered.returncode == 0, answered.stdout[-2_000:] + talk
    assert [(o.buyer, o.channel, o.total) for o in orders] == [(BUYER, "voice", 3_600)], talk
    assert orders[0].number in heard
