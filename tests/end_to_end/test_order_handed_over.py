"""A buyer phones, fills the basket by keys and asks for a person: SIPp, an agent in Chromium, the order, its confirmation."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import expect

from ivr.rtp.codec import PCMU
from tests.browser import browser, write_tone
from tests.end_to_end.earpiece import Earpiece
from tests.end_to_end.sipp import Caller
from tests.end_to_end.telephone_shop import NUMBER, Running
from tests.end_to_end.test_call_hand_over import hears, open_page
from tests.end_to_end.test_phoned_buyer import sit_down

BUYER = "13800138017"
AGENT_HZ, BUYER_HZ = 700, 1_100
TALK_MS = 60_000
"""A caller who is told to hang up does so sooner."""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Running]:
    running = Running(tmp_path, trunk="[web]\nport = 0\n")
    yield running
    running.close()


def test_an_order_begun_by_phone_is_finished_by_the_agent(shop: Running, tmp_path: Path) -> None:
    with (
        browser(write_tone(tmp_path / "agent.wav", AGENT_HZ)) as chromium,
        shop.phone(BUYER) as texts,
        Earpiece(BUYER_HZ) as ear,
        ThreadPoolExecutor() as pool,
    ):
        desk = open_page(chromium)
        sit_down(desk, shop)
        # As trunks write it; texts go to 13800138017, and it is one buyer.
        caller = Caller(tmp_path, f"+86{BUYER}", PCMU, media_port=ear.port)
        call = pool.submit(caller.call, shop.port, NUMBER, wait_ms=TALK_MS)
        # Order two of the beef noodles; then a person, in place of the check-out.
        for keys in ("1", "101", "2#", "0"):
            ear.press(keys)

        expect(desk.locator("#contacts li.offered")).to_contain_text(BUYER)
        desk.keyboard.press("Alt+a")
        expect(desk.locator("#contacts li.talking")).to_contain_text(BUYER)
        hears(desk, BUYER_HZ)
        ear.hears(AGENT_HZ)

        # Everything said and put in the basket is there.
        expect(desk.locator("#basket tbody tr")).to_have_count(1)
        expect(desk.locator("#basket tbody tr")).to_contain_text("牛肉面")
        expect(desk.locator("#basket input")).to_have_value("2")
        expect(desk.locator("#lines")).to_contain_text("牛肉面要几份？")
        desk.fill("#address", "文三路1号")
        desk.keyboard.press("Alt+o")
        expect(desk.locator("#orders li").first).to_contain_text("A0001")
        hears(desk, BUYER_HZ)
        ear.hears(AGENT_HZ)
        desk.keyboard.press("Alt+f")
        expect(desk.locator("#wrap-up")).to_be_visible()
        done = call.result()
        assert done.returncode == 0, done.stdout[-2_000:]
        confirmed = texts()

    (order,) = shop.orders()
    assert [(line.code, line.quantity) for line in order.lines] == [("101", 2)]
    assert (order.number, order.buyer, order.channel) == ("A0001", BUYER, "voice")
    assert (order.total, order.address, order.status) == (3_600, "文三路1号", "placed")
    assert "A0001已下：牛肉面x2，共36.00，送到文三路1号。" in confirmed
