"""An address that a caller left in their own voice is listened to at the desk of who has them, and at no other."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from center.acd.agent import Agent
from center.desk.person import HOUSE, Person
from ivr.rtp.codec import PCMU
from store.people import People
from tests.browser import browser, write_tone
from tests.end_to_end.running import PASSWORD
from tests.end_to_end.sipp import Caller
from tests.end_to_end.telephone_shop import NUMBER, Running
from tests.end_to_end.test_call_hand_over import open_page
from tests.end_to_end.test_order_by_phone import murmur
from web.accounts.password import hash_password

BUYER = "13800138013"
SPOKEN_S = 2.0
LISTEN = """async path => {
  const answer = await fetch(path);
  const sound = new Uint8Array(await answer.arrayBuffer());
  return [answer.status, String.fromCharCode(...sound.slice(0, 4)), sound.length];
}"""
BYTES_PER_S_MIN = 4_000
"""Half of what was said: a machine that is busy may miss some of it."""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Running]:
    people = People(tmp_path / "shop.people")
    for name in ("li", "wang"):
        people.keep(Person(Agent(name, HOUSE), "agent", hash_password(PASSWORD)))
    people.close()
    running = Running(tmp_path, trunk="[web]\nport = 0\n")
    yield running
    running.close()


def sign_in(desk: Page, shop: Running, name: str) -> None:
    desk.goto(shop.page("/desk"))
    desk.fill("#name", name)
    desk.fill("#password", PASSWORD)
    desk.press("#password", "Enter")
    expect(desk.locator("#presence")).to_contain_text("未就绪")


def test_a_recorded_address_is_heard_at_the_desk(shop: Running, tmp_path: Path) -> None:
    with (
        browser(write_tone(tmp_path / "agent.wav", 700)) as chromium,
        ThreadPoolExecutor() as pool,
    ):
        desk, other = open_page(chromium), open_page(chromium)
        sign_in(desk, shop, "li")
        sign_in(other, shop, "wang")
        desk.click("#ready")
        expect(desk.locator("#line")).to_have_text("耳机已接通")

        caller = Caller(tmp_path, BUYER, PCMU, said=shop.conversation).until("请选择").press("1")
        caller.until("想吃什么").press("101").until("几份").press("2#").until("结账").press("2")
        caller.until("地址").speak(murmur(SPOKEN_S)).press("#").until("对吗").press("1")
        caller.until("确认").press("0", 0)
        call = pool.submit(caller.call, shop.port, NUMBER)
        expect(desk.locator("#contacts li.offered")).to_contain_text(BUYER)
        desk.keyboard.press("Alt+a")
        expect(desk.locator("#contacts li.talking")).to_contain_text(BUYER)
        expect(desk.locator("#heard audio")).to_have_count(1)
        path = desk.locator("#heard audio").get_attribute("src")
        status, kind, length = desk.evaluate(LISTEN, path)
        assert (status, kind) == (200, "RIFF")
        assert length > SPOKEN_S * BYTES_PER_S_MIN
        assert other.evaluate(LISTEN, path)[0] == 404
        desk.keyboard.press("Alt+f")
        expect(desk.locator("#wrap-up")).to_be_visible()
        # The flow goes on after the hand-over, and ends the call.
        assert call.result().returncode == 0
