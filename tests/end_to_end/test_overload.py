"""Three times the load that a small platform carries: those who are let in order as if nobody else had called."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event

from benchmarks.overload import Load, harm
from benchmarks.small_platform import small_model, small_platform
from center.uap.capacity import BURST_S
from center.uap.door import RETRY_FULL_S
from ivr.rtp.codec import PCMU
from tests.end_to_end.crowd import Crowd
from tests.end_to_end.measures import measures, wait_for
from tests.end_to_end.sipp import Caller
from tests.end_to_end.telephone_shop import NUMBER, Running
from tests.end_to_end.test_order_by_phone import murmur
from tests.end_to_end.twin import Said

PORTS = 4
CAPS = 3
TIMES = 3
OWN = r"A\d{4}|\d\d:\d\d|录音\d{6}"
"""What differs between two talks that are alike."""
ASSURED = "13800138300"
TEAHOUSE = "4008002345"


def numbers(first: int, count: int) -> list[str]:
    return [f"13800{first + n}" for n in range(count)]


def crowd(folder: Path, host: str, said: Said | None = None) -> Crowd:
    folder.mkdir()
    return Crowd(folder, codec=PCMU, host=host, said=said)


def test_those_who_are_let_in_at_three_times_the_load_are_unharmed(tmp_path: Path) -> None:
    figures = small_model(tmp_path, ports=PORTS, caps=CAPS)
    shop = Running(
        tmp_path,
        trunk=small_platform(figures, "sellers = { teahouse = 0 }"),
        sellers=("noodles", "teahouse"),
    )
    are_refused = Event()

    def said(number: str) -> str:
        """Who is let in does not confirm the order before all others have called."""
        told = shop.conversation(number)
        return told if are_refused.is_set() else told.partition("确认")[0]

    orders = crowd(tmp_path / "in", "127.0.0.31", said)
    orders.wait(3_000).until("请选择").press("1").until("想吃什么").press("101")
    orders.until("几份").press("2#").until("结账").press("2").until("地址").speak(murmur(2))
    orders.press("#").until("对吗").press("1").until("确认").press("1")
    let_in = numbers(138_100, PORTS)
    out = numbers(138_200, (TIMES - 1) * PORTS)
    try:
        with ThreadPoolExecutor(2) as pool, shop.phone(ASSURED) as texts:
            serving = pool.submit(orders.calls, shop.port, NUMBER, let_in, rate_s=CAPS)
            wait_for(shop, "dialcart_calls_up", PORTS)
            # Whoever finds all lines busy tries once more, as people do.
            knocks = crowd(tmp_path / "out", "127.0.0.32")
            refused = knocks.calls(
                shop.port, NUMBER, [*out, ASSURED, ASSURED], rate_s=TIMES * CAPS, hang_up=True
            )
            folder = tmp_path / "contract"
            folder.mkdir()
            contract = Caller(folder, "13800138400").call(shop.port, TEAHOUSE, status=486)
            are_refused.set()
            served = serving.result()
            heard = texts.end("线路都在忙")
        talks = {re.sub(OWN, "", talk.partition("\n")[2]) for talk in shop.talks()}
        told = measures(shop)

        # The lines are free again. Now come more call attempts a second than the boards set up.
        began = time.monotonic()
        attempts = numbers(138_500, 8 * CAPS)
        waves = crowd(tmp_path / "waves", "127.0.0.33")
        came = waves.calls(shop.port, NUMBER, attempts, rate_s=4 * CAPS, hang_up=True)
        took_s = time.monotonic() - began
        orders_kept = shop.orders()
    finally:
        shop.close()

    assert served.trouble == ""
    assert served.done == frozenset(let_in), "let in, and served whole"
    assert sorted(one.buyer for one in orders_kept) == let_in
    assert {one.total for one in orders_kept} == {3_600}
    assert len(talks) == 1, "each heard every prompt and had every key taken, as the others did"
    assert {refused.refused[number] for number in (*out, ASSURED)} == {(503, RETRY_FULL_S)}
    assert not refused.answered
    assert contract.returncode == 0, contract.stdout[-2_000:]
    assert heard.count("线路都在忙") == 1
    for lost in ("unsent", "untold", "unheard"):
        assert told[f"dialcart_media_{lost}_total"] == 0

    assert came.trouble == ""
    assert len(came.answered) + len(came.refused) == len(attempts)
    assert CAPS <= len(came.answered) <= CAPS * (BURST_S + took_s) + 1
    assert (503, 1) in came.refused.values(), "room for it in a second"


def test_the_benchmark_of_it_says_by_what_somebody_was_harmed():
    once = Load("", 30, 0, 0, 0, 89, 0, answer_ms=50.0, late_ms=0.7)
    more = replace(once, refused=821)
    assert harm(once, more) == []
    assert harm(once, replace(more, answer_ms=150.0, late_ms=5.0)) == []
    assert harm(once, replace(more, answer_ms=151.0)) == ["answers came after 151 ms (p99)"]
    assert harm(once, replace(more, late_ms=5.1)) == ["packets were late by 5.1 ms (p99)"]
    slow = replace(once, answer_ms=200.0)
    assert harm(slow, replace(more, answer_ms=399.0)) == [], "slow with nobody else, too"
    assert harm(once, replace(more, let_in=29, cut_off=1, unanswered=2, orders_lost=3)) == [
        "1 fewer were let in",
        "1 were cut off",
        "2 keys were not answered",
        "3 orders that a caller heard placed are lost",
    ]
    assert harm(once, replace(once, orders_heard=0)) == [
        "nobody was refused: that was no overload",
        "nobody ordered",
    ]
