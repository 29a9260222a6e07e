"""Three times the load that a small platform carries: those who are let in order as if nobody else had called."""

import re
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Event

from benchmarks.overload import Load, harm
from benchmarks.small_platform import small_model, small_platform
from center.uap.capacity import BURST_S
from center.uap.door import RETRY_FULL_S
from ivr.rtp.codec import PCMU
from tests.end_to_end.crowd import Crowd
from tests.end_to_end.measures import measures
from tests.end_to_end.sipp import Caller
from tests.end_to_end.telephone_shop import NUMBER, Running
from tests.end_to_end.test_order_by_phone import murmur
from tests.end_to_end.twin import Said
from tests.waiting import until

PORTS = 4
CAPS = 3
TIMES = 3
OWN = r"A\d{4}|\d\d:\d\d|录音\d{6}"
"""What differs between two talks that are alike."""
ASSURED = "13800138300"
TEAHOUSE = "4008002345"


def numbers(first: int, count: int) -> list[str]:
    return [f"13800{first + n}" for n in range(count)]


def crowd(folder: Path, host: str) -> Crowd:
    folder.mkdir()
    return Crowd(folder, codec=PCMU, host=host)


def caller(folder: Path, number: str, host: str = "127.0.0.1", said: Said | None = None) -> Caller:
    """One who calls again if more call in a second than the boards set up."""
    folder.mkdir()
    return Caller(folder, number, codec=PCMU, host=host, said=said)


def test_those_who_are_let_in_at_three_times_the_load_are_unharmed(tmp_path: Path) -> None:
    figures = small_model(tmp_path, ports=PORTS, caps=CAPS)
    shop = Running(
        tmp_path,
        trunk=small_platform(figures, "sellers = { teahouse = 0 }"),
        sellers=("noodles", "teahouse"),
        # Who is refused is so by the platform, and for as long as it says.
        unhurried=True,
    )
    are_refused = Event()

    def said(number: str) -> str:
        """Who is let in does not confirm the order before all others have called."""
        told = shop.conversation(number)
        return told if are_refused.is_set() else told.partition("确认")[0]

    def orders(number: str) -> str:
        """What went wrong with an order, if anything did."""
        one = caller(tmp_path / number, number, f"127.0.0.5{number[-1]}", said)
        one.wait(3_000).until("请选择").press("1").until("想吃什么").press("101")
        one.until("几份").press("2#").until("结账").press("2").until("地址").speak(murmur(2))
        one.press("#").until("对吗").press("1").until("确认").press("1")
        done = one.call(shop.port, NUMBER)
        return "" if done.returncode == 0 else done.stdout[-2_000:] + done.stderr[-1_000:]

    def comes_in(up: int, serving: list[Future[str]]) -> bool:
        """Whether so many are up at once. Nobody's call may be over yet; if one is, it tells why."""
        assert [one.result() for one in serving if one.done()] == []
        return measures(shop)["dialcart_calls_up"] == up

    let_in = numbers(138_100, PORTS)
    out = numbers(138_200, (TIMES - 1) * PORTS)
    try:
        with ThreadPoolExecutor(PORTS) as pool, shop.phone(ASSURED) as texts:
            serving: list[Future[str]] = []
            for up, number in enumerate(let_in, 1):
                serving.append(pool.submit(orders, number))
                until(partial(comes_in, up, serving))
            knocks = crowd(tmp_path / "out", "127.0.0.32")
            refused = knocks.calls(shop.port, NUMBER, out, rate_s=TIMES * CAPS, hang_up=True)
            # Whoever finds all lines busy tries once more, as people do.
            assured = caller(tmp_path / "assured", ASSURED)
            texts.hear_of(lambda: assured.call(shop.port, NUMBER, status=503), "线路都在忙")
            contract = caller(tmp_path / "contract", "13800138400")
            sold_out = contract.call(shop.port, TEAHOUSE, status=486)
            are_refused.set()
            assert [one.result() for one in serving] == [""] * PORTS, "let in, and served whole"
            heard = texts.end()
        talks = {re.sub(OWN, "", talk.partition("\n")[2]) for talk in shop.talks()}
        told = measures(shop)

        # The lines are free again. Now come more call attempts a second than the boards set up.
        waves = crowd(tmp_path / "waves", "127.0.0.33")
        attempts = numbers(138_500, 8 * CAPS)

        def comes_too_fast() -> bool:
            """Whether some were let in, as many as may, and others told to come again in a second."""
            began = time.monotonic()
            came = waves.calls(shop.port, NUMBER, attempts, rate_s=4 * CAPS, hang_up=True)
            took_s = time.monotonic() - began
            assert came.trouble == ""
            assert len(came.answered) + len(came.refused) == len(attempts)
            assert len(came.answered) <= CAPS * (BURST_S + took_s) + 1
            return len(came.answered) >= CAPS and (503, 1) in came.refused.values()

        until(comes_too_fast)
        orders_kept = shop.orders()
    finally:
        shop.close()

    assert sorted(one.buyer for one in orders_kept) == let_in
    assert {one.total for one in orders_kept} == {3_600}
    assert len(talks) == 1, "each heard every prompt and had every key taken, as the others did"
    assert {refused.refused[number] for number in out} == {(503, RETRY_FULL_S)}
    assert not refused.answered
    assert sold_out.returncode == 0, sold_out.stdout[-2_000:]
    assert heard.count("线路都在忙") == 1
    for lost in ("unsent", "untold", "unheard"):
        assert told[f"dialcart_media_{lost}_total"] == 0


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
