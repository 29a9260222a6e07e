"""A buyer phones, fills the basket by keys and asks for a person: SIPp, an agent in Chromium, the order, its confirmation.

The agent does all of it by the keyboard.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ivr.rtp.codec import PCMU
from tests.browser import browser, write_tone
from tests.end_to_end.earpiece import Earpiece
from tests.end_to_end.sipp import Caller
from tests.end_to_end.telephone_shop import NUMBER, Running
from tests.end_to_end.test_call_hand_over import hears, open_page
from tests.end_to_end.test_phoned_buyer import demonstrator

BUYER = "13800138017"
AGENT_HZ, BUYER_HZ = 700, 1_100
STOPS_MAX = 40
"""Of the tabulator on one page."""
FOCUSED = """() => {
  const one = document.activeElement, box = one.getBoundingClientRect();
  const isSeen = box.top >= 0 && box.left >= 0 && box.bottom <= innerHeight && box.right <= innerWidth;
  const hasRing = getComputedStyle(one).outlineStyle !== "none" || one === document.body;
  return [one.id || one.getAttribute("aria-label") || one.textContent, isSeen && hasRing];
}"""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Running]:
    running = Running(tmp_path, trunk="[web]\nport = 0\n")
    yield running
    running.close()


def focused(desk: Page) -> str:
    """What has the focus, by its id or its label; it is told on the screen that it has."""
    name, is_seen = desk.evaluate(FOCUSED)
    assert is_seen, f"{name} has the focus, and nobody sees it"
    return name


def tab_to(desk: Page, name: str, key: str = "Tab") -> None:
    """Go there by the keyboard."""
    passed = []
    for _ in range(STOPS_MAX):
        desk.keyboard.press(key)
        passed.append(focused(desk))
        if passed[-1] == name:
            return
    raise AssertionError(f"{key} never comes to {name}: {passed}")


def sit_down_by_keyboard(desk: Page, shop: Running) -> None:
    address, password = demonstrator(shop)
    desk.goto(f"{address}/desk")
    assert focused(desk) == "name"
    desk.keyboard.type("demo")
    tab_to(desk, "password")
    desk.keyboard.type(password)
    desk.keyboard.press("Enter")
    expect(desk.locator("#presence")).to_contain_text("未就绪")
    desk.keyboard.press("Alt+k")
    expect(desk.locator("#shortcuts")).to_contain_text("Alt+R转为就绪")
    desk.keyboard.press("Escape")
    desk.keyboard.press("Alt+r")
    expect(desk.locator("#line")).to_have_text("耳机已接通")


def test_an_order_begun_by_phone_is_finished_by_the_agent_without_a_mouse(
    shop: Running, tmp_path: Path
) -> None:
    with (
        browser(write_tone(tmp_path / "agent.wav", AGENT_HZ)) as chromium,
        shop.phone(BUYER) as texts,
        Earpiece(BUYER_HZ) as ear,
        ThreadPoolExecutor() as pool,
    ):
        desk = open_page(chromium)
        sit_down_by_keyboard(desk, shop)
        # As trunks write it; texts go to 13800138017, and it is one buyer.
        caller = Caller(tmp_path, f"+86{BUYER}", PCMU, media_port=ear.port)
        says = shop.says_to(BUYER)
        call = pool.submit(caller.call, shop.port, NUMBER)
        # Order two of the beef noodles; then a person, in place of the check-out.
        for words, keys in (("请选择", "1"), ("想吃什么", "101"), ("几份", "2#"), ("结账", "0")):
            says(words)
            ear.press(keys)

        expect(desk.locator("#contacts li.offered")).to_contain_text(BUYER)
        desk.keyboard.press("Alt+a")
        expect(desk.locator("#contacts li.talking")).to_contain_text(BUYER)
        hears(desk, BUYER_HZ)
        ear.hears(AGENT_HZ)
        desk.keyboard.press("Alt+m")
        ear.hears(without=(AGENT_HZ,))
        desk.keyboard.press("Alt+m")

        # Everything said and put in the basket is there.
        expect(desk.locator("#basket tbody tr")).to_have_count(1)
        expect(desk.locator("#basket tbody tr")).to_contain_text("牛肉面")
        expect(desk.locator("#basket input")).to_have_value("2")
        expect(desk.locator("#lines")).to_contain_text("牛肉面要几份？")
        expect(desk.locator("#facts")).to_contain_text("流程位置add_line")
        desk.keyboard.press("Alt+g")
        desk.keyboard.type("201")
        tab_to(desk, "加入")
        desk.keyboard.press("Enter")
        expect(desk.locator("#basket tbody tr")).to_have_count(2)
        tab_to(desk, "牛肉面", "Shift+Tab")
        desk.keyboard.type("3")
        tab_to(desk, "address")
        expect(desk.locator("#total")).to_have_text("¥60.00")
        desk.keyboard.type("文三路1号")
        desk.keyboard.press("Alt+o")
        expect(desk.locator("#orders li").first).to_contain_text("A0001")
        hears(desk, BUYER_HZ)
        ear.hears(AGENT_HZ)
        desk.keyboard.press("Alt+f")
        expect(desk.locator("#wrap-up")).to_be_visible()
        tab_to(desk, "code")
        tab_to(desk, "note")
        desk.keyboard.type("加急")
        desk.keyboard.press("Alt+w")
        expect(desk.locator("#nobody")).to_be_visible()
        done = call.result()
        assert done.returncode == 0, done.stdout[-2_000:]
        confirmed = texts.end("A0001已下")

    (order,) = shop.orders()
    assert [(line.code, line.quantity) for line in order.lines] == [("101", 3), ("201", 1)]
    assert (order.number, order.buyer, order.channel) == ("A0001", BUYER, "voice")
    assert (order.total, order.address, order.status) == (6_000, "文三路1号", "placed")
    assert "A0001已下：牛肉面x3、凉拌黄瓜x1，共60.00，送到文三路1号。" in confirmed
    assert "# demo: [order] 加急" in shop.talk()
