"""Boards come, drain and fail while calls go on: what calls lose by it is what it says in docs/platform.md, and nothing else."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from playwright.sync_api import Page, expect

from benchmarks.small_platform import small_model, small_platform
from center.acd.agent import Agent
from center.desk.person import HOUSE, Person
from center.uap.changes import Drain, Fail, FailChassis, Restore
from commands.platform import change
from ivr.rtp.codec import PCMU
from store.people import People
from tests.browser import browser, noticed, write_tone
from tests.end_to_end.measures import measures, wait_for
from tests.end_to_end.process import ROOT
from tests.end_to_end.running import PASSWORD
from tests.end_to_end.sipp import Caller
from tests.end_to_end.telephone_shop import NUMBER, Running
from tests.end_to_end.test_call_hand_over import open_page
from tests.end_to_end.test_order_by_phone import murmur
from tests.end_to_end.twin import Said
from tests.waiting import until
from web.accounts.password import hash_password

PORTS = 2


def platform(figures: Path) -> str:
    return small_platform(figures, "busy_text = false", standby=True)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Running]:
    figures = small_model(tmp_path, ports=PORTS, self_test_s=0.5, take_over_s=0.5)
    running = Running(tmp_path, trunk=platform(figures))
    yield running
    running.close()


def operator(shop: Running, *words: str) -> str:
    """What `dialcart platform` answers."""
    done = subprocess.run(
        [sys.executable, "cli.py", "platform", *words, "--config", str(shop.settings)],
        cwd=ROOT, capture_output=True, text=True, timeout=300, check=True,
    )  # fmt: skip
    return done.stdout


def shows(shop: Running, what: str) -> None:
    """Until operators see it: the shop tells them each second. Each look is a process of its own."""
    told = ""

    def is_so() -> bool:
        nonlocal told
        told = operator(shop, "show")
        return bool(re.search(what, told))

    until(is_so, lambda: told)


def caller(shop: Running, n: int, said: Said | None = None) -> Caller:
    folder = shop.folder / f"caller{n}"
    folder.mkdir()
    return Caller(folder, f"1380013810{n}", codec=PCMU, host=f"127.0.0.{40 + n}", said=said)


def lines(shop: Running, count: int) -> None:
    """Until so many calls fit on the boards in service."""
    wait_for(shop, 'dialcart_platform_units{resource="sip"}', count)


def test_boards_come_drain_and_fail_while_calls_go_on(shop: Running) -> None:
    def stays(n: int) -> int:
        """Somebody who listens until they are hung up on."""
        return caller(shop, n).call(shop.port, NUMBER).returncode

    are_served = Event()

    def orders(n: int) -> int:
        """Somebody who listens for a while before they order."""

        def said(number: str) -> str:
            return shop.conversation(number) if are_served.is_set() else ""

        one = caller(shop, n, said).until("请选择").press("1").until("想吃什么").press("101")
        one.until("几份").press("2#").until("结账").press("2").until("地址").speak(murmur(2))
        one.press("#").until("对吗").press("1").until("确认").press("1")
        return one.call(shop.port, NUMBER).returncode

    def refused(n: int) -> bool:
        return caller(shop, n).call(shop.port, NUMBER, status=503).returncode == 0

    with ThreadPoolExecutor(6) as pool:
        unlucky = [pool.submit(stays, n) for n in range(PORTS)]
        wait_for(shop, "dialcart_calls_up", PORTS)
        assert refused(2), "all lines are taken"

        assert "in service in" in operator(shop, "insert", "1", "3", "MSU")
        lines(shop, 2 * PORTS)
        buyers = [pool.submit(orders, n) for n in (3, 4)]
        wait_for(shop, "dialcart_calls_up", 2 * PORTS)

        # The second board takes nobody new and keeps whom it has; the first falls with whom it has.
        change(shop.settings, Drain(time.time(), "1", 3))
        change(shop.settings, Fail(time.time(), "1", 1))
        assert [one.result() for one in unlucky] == [0, 0], "hung up on"
        wait_for(shop, "dialcart_calls_up", PORTS)
        lines(shop, 0)
        assert refused(5), "no board is in service"
        are_served.set()
        assert [one.result() for one in buyers] == [0, 0]
        assert sorted(one.buyer for one in shop.orders()) == ["13800138103", "13800138104"]
        shows(shop, r"3 +MSU +out")

        # N+1: the chassis falls with its calls, and the standby takes the next.
        change(shop.settings, Restore(time.time(), "1", 1))
        lines(shop, PORTS)
        last = pool.submit(stays, 6)
        wait_for(shop, "dialcart_calls_up", 1)
        change(shop.settings, FailChassis(time.time(), "1"))
        assert last.result() == 0, "hung up on"
        lines(shop, PORTS)
        done = caller(shop, 7).wait(500).call(shop.port, NUMBER, hangs_up=True)
        assert done.returncode == 0, done.stdout[-2_000:]


def test_an_agent_whose_seat_fails_is_told_and_the_caller_goes_to_another(tmp_path: Path) -> None:
    people = People(tmp_path / "shop.people")
    for name in ("ann", "bob"):
        people.keep(Person(Agent(name, HOUSE), "agent", hash_password(PASSWORD)))
    people.close()
    figures = small_model(tmp_path, ports=PORTS)
    wider = platform(figures).replace('["MSU", "GPU"]', '["MSU", "GPU", "GPU"]')
    shop = Running(tmp_path, trunk=wider, sections="[web]\nport = 0\n")

    def sign_in(desk: Page, name: str) -> None:
        desk.goto(shop.page("/desk"))
        desk.fill("#name", name)
        desk.fill("#password", PASSWORD)
        desk.press("#password", "Enter")
        expect(desk.locator("#presence")).to_contain_text("未就绪")

    def accept(desk: Page) -> None:
        desk.click("#ready")
        expect(desk.locator("#contacts li.offered")).to_contain_text("13800138108")
        expect(desk.locator("#line")).to_have_text("耳机已接通")
        desk.keyboard.press("Alt+a")
        expect(desk.locator("#contacts li.talking")).to_contain_text("13800138108")

    try:
        with (
            browser(write_tone(tmp_path / "agent.wav", 700)) as chromium,
            ThreadPoolExecutor() as pool,
        ):
            first, second = open_page(chromium), open_page(chromium)
            sign_in(first, "ann")
            sign_in(second, "bob")
            buyer = caller(shop, 8, shop.conversation).until("请选择").press("0")
            calling = pool.submit(buyer.call, shop.port, NUMBER)
            accept(first)

            # Of two seats, the first is on the first board that has some.
            change(shop.settings, Fail(time.time(), "1", 2))
            noticed(first, "坐席所在的单板坏了")
            expect(first.locator("#presence")).to_have_text("已签出")
            expect(second.locator("#presence")).to_contain_text("未就绪")
            assert measures(shop)["dialcart_calls_up"] == 1, "the caller has lost nothing"
            accept(second)
            second.keyboard.press("Alt+f")
            assert calling.result().returncode == 0
    finally:
        shop.close()
