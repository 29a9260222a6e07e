"""A buyer who texts the TV shop is phoned by the agent, as it promises: SIPp answers, and both hear one another's tone."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ivr.rtp.codec import PCMU
from tests.browser import browser, write_tone
from tests.end_to_end.earpiece import Earpiece
from tests.end_to_end.sipp import Caller
from tests.end_to_end.telephone_shop import Running
from tests.end_to_end.test_call_back import not_now
from tests.end_to_end.test_call_hand_over import hears, open_page
from tests.ports import is_listened_on, own_port
from tests.waiting import until

BUYER, STRANGER = "13800138007", "15900159000"
CODE = "106900011"
AGENT_HZ, BUYER_HZ = 700, 1_100
PORT = own_port()
"""Where the trunk takes calls: SIPp is there while it is called."""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Running]:
    running = Running(
        tmp_path,
        shop=f"  call back 13*, 15*\n  quiet hours {not_now()}\n",
        voice='call_back = ["138*"]\n',
        trunk=f'peer = "127.0.0.1:{PORT}"\n[web]\nport = 0\n',
        sellers=("tvshop",),
    )
    yield running
    running.close()


def demonstrator(shop: Running) -> tuple[str, str]:
    """The address of the pages, and the password of the person of the demonstration."""
    return re.findall(r"For agents: (\S+)/desk.* as demo with (\w+)", shop.said)[0]


def sit_down(desk: Page, shop: Running, by: str = "") -> None:
    """As the person of the demonstration, ready; perhaps by another way to the pages."""
    address, password = demonstrator(shop)
    desk.goto(f"{by or address}/desk")
    desk.fill("#name", "demo")
    desk.fill("#password", password)
    desk.press("#password", "Enter")
    desk.click("#ready")
    expect(desk.locator("#line")).to_have_text("耳机已接通")


def text(shop: Running, number: str, words: str, until: str = "") -> None:
    with shop.phone(number, CODE) as phone:
        phone.text(words)
        phone.end(until)


def test_an_agent_phones_a_buyer_who_texted(shop: Running, tmp_path: Path) -> None:
    with (
        browser(write_tone(tmp_path / "agent.wav", AGENT_HZ)) as chromium,
        Earpiece(BUYER_HZ, greets=True) as ear,
        ThreadPoolExecutor() as pool,
    ):
        desk = open_page(chromium)
        sit_down(desk, shop)
        text(shop, BUYER, "人工", "客服会打电话给您")
        desk.keyboard.press("Alt+a")
        expect(desk.locator("#contacts li.talking")).to_contain_text(BUYER)

        called = pool.submit(Caller(tmp_path, BUYER, PCMU, media_port=ear.port).answer, PORT)
        until(lambda: is_listened_on(PORT))
        desk.keyboard.press("Alt+p")
        expect(desk.locator("#phone")).to_have_text("挂断电话")
        expect(desk.locator("#contacts li.on-call")).to_contain_text("通话中")
        ear.talk()
        hears(desk, BUYER_HZ)
        ear.hears(AGENT_HZ)
        # As into the switchboard of the firm where the buyer works.
        desk.click("#keypad")
        for key in "8*0#":
            desk.click(f"#pad button:text-is('{key}')")
        ear.hears_keys("8*0#")
        ear.hears(AGENT_HZ)

        text(shop, BUYER, "我在听")
        expect(desk.locator("#lines li").last).to_have_text("我在听")
        desk.keyboard.press("Alt+h")
        expect(desk.locator("#hold")).to_have_text("继续")
        ear.hears(without=(AGENT_HZ,))
        desk.keyboard.press("Alt+h")
        ear.hears(AGENT_HZ)

        desk.select_option("#goods", "K02")
        desk.click("#add button")
        desk.fill("#address", "文三路1号")
        desk.click("#order button")
        expect(desk.locator("#orders li").first).to_contain_text("A0001")
        desk.keyboard.press("Alt+p")
        answered = called.result()
        assert answered.returncode == 0, answered.stdout[-2_000:]
        expect(desk.locator("#contacts li.talking")).to_contain_text(BUYER)
        desk.keyboard.press("Alt+f")
        expect(desk.locator("#wrap-up")).to_be_visible()
        desk.keyboard.press("Alt+w")

        # A number that the operator's list does not hold has no button.
        text(shop, STRANGER, "人工")
        desk.keyboard.press("Alt+a")
        expect(desk.locator("#contacts li.talking")).to_contain_text(STRANGER)
        expect(desk.locator("#phone")).to_be_hidden()
    (order,) = shop.orders("tvshop")
    assert (order.buyer, order.channel, order.address) == (BUYER, "sms", "文三路1号")
