"""A shop that is told to stop while a caller is on the line: who calls now is told 503, who is on the line is hung up, it exits with 0."""

import re
import signal
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

from commands.serving.calls import DRAIN_S
from tests import waiting
from tests.end_to_end.process import CLOSES_S_MAX
from tests.end_to_end.sipp import Caller
from tests.end_to_end.telephone_shop import NUMBER, Running

MORE_S_MAX = 90.0
"""Past DRAIN_S: what a machine that is busy with other tests takes to end a process."""


def told(shop: Running, path: str) -> str:
    """What operators are told."""
    address = re.findall(r"For operators: (http://[\d.:]+)", shop.said)[0]
    try:
        with urllib.request.urlopen(f"{address}{path}", timeout=60) as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.read().decode()


def until(shop: Running, path: str, words: str) -> None:
    waiting.until(lambda: words in told(shop, path), lambda: f"{path} never said {words}")


def test_a_caller_on_the_line_is_hung_up_and_the_next_is_told_503(tmp_path: Path) -> None:
    shop, is_draining = Running(tmp_path), Event()

    def said_to(number: str) -> str:
        return shop.conversation(number) if is_draining.is_set() else ""

    for name in ("first", "next"):
        (tmp_path / name).mkdir()
    try:
        with ThreadPoolExecutor() as pool:
            # Chooses a dish while it drains, and says no more.
            first = Caller(tmp_path / "first", "13800138051", said=said_to)
            first.until("请选择").press("1", 100).press("101", 100)
            call = pool.submit(first.call, shop.port, NUMBER)
            until(shop, "/metrics", "dialcart_calls_up 1.0")
            shop.process.send_signal(signal.SIGTERM)
            began = time.monotonic()
            until(shop, "/ready", "draining")
            is_draining.set()
            refused = Caller(tmp_path / "next", "13800138052").call(shop.port, NUMBER, status=503)
            assert refused.returncode == 0, refused.stdout[-2_000:]
            assert shop.process.poll() is None, "it did not wait for the call"
            said, _ = shop.process.communicate(timeout=CLOSES_S_MAX)
            took_s = time.monotonic() - began
            ended = call.result()
    finally:
        shop.close()
    # SIPp is content if a BYE came, and nothing else that it did not expect.
    assert ended.returncode == 0, ended.stdout[-2_000:]
    assert shop.process.returncode == 0
    assert "what was taken is finished or kept" in said
    assert took_s < DRAIN_S + MORE_S_MAX
    # Keys that came while it drained are in the log as any others: the caller goes on there the next time.
    assert "> [101]" in shop.talk(), shop.talk()
