"""Three times as many callers as the platform lets in: those who are let in order as if nobody else had called."""

import re
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ivr.rtp.codec import PCMU
from tests.end_to_end.sipp import Caller
from tests.end_to_end.telephone_shop import NUMBER, Running
from tests.end_to_end.test_order_by_phone import murmur

LINES = 3
WAIT_S_MAX = 20.0
PLATFORM = f"""
[platform]
sellers = {{ noodles = {LINES} }}
[[platform.chassis]]
name = "1"
model = "UAP2100"
boards = ["MSU", "GPU", "SRU"]
"""


def wait_for_calls(shop: Running, count: int) -> None:
    """Until so many calls are up; each look asks the shop over HTTP."""
    (metrics,) = re.findall(r"http://\S+/metrics", shop.said)
    until = time.monotonic() + WAIT_S_MAX
    told = f"\ndialcart_calls_up {float(count)}\n"
    up = ""
    while told not in up:
        assert time.monotonic() < until, up[-2_000:]
        with urllib.request.urlopen(metrics) as answer:
            up = answer.read().decode().replace(f" {count}\n", f" {float(count)}\n")


def test_those_who_are_let_in_at_three_times_the_load_are_unharmed(tmp_path: Path) -> None:
    shop = Running(tmp_path, trunk=PLATFORM)

    def order(n: int):
        folder = tmp_path / f"in{n}"
        folder.mkdir()
        caller = Caller(folder, f"1380013810{n}", codec=PCMU)
        caller.wait(3_000).press("1", 1_000).press("101", 500).wait(500).press("2#", 500).wait(500)
        caller.press("2", 800).speak(murmur(2)).wait(300).press("#", 1_200)
        return caller.press("1", 1_200).press("1").call(shop.port, NUMBER)

    def knock(n: int):
        folder = tmp_path / f"out{n}"
        folder.mkdir()
        return Caller(folder, f"1380013820{n}").call(shop.port, NUMBER, status=486)

    try:
        with ThreadPoolExecutor(3 * LINES) as pool:
            let_in = [pool.submit(order, n) for n in range(LINES)]
            wait_for_calls(shop, LINES)
            refused = list(pool.map(knock, range(2 * LINES)))
            served = [each.result() for each in let_in]
        orders = shop.orders()
    finally:
        shop.close()
    assert [one.returncode for one in refused] == [0] * 2 * LINES, refused[0].stdout[-2_000:]
    assert [one.returncode for one in served] == [0] * LINES, served[0].stdout[-2_000:]
    assert sorted(one.buyer for one in orders) == [f"1380013810{n}" for n in range(LINES)]
    assert {one.total for one in orders} == {3_600}
