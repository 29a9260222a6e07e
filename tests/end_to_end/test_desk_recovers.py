"""A desk whose connection breaks, and one whose shop is killed: the page comes back by itself, with its buyers and its call."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import expect

from center.acd.agent import Agent
from center.desk.person import HOUSE, Person
from ivr.rtp.codec import PCMU
from store.people import People
from tests.browser import browser, write_tone
from tests.end_to_end.earpiece import Earpiece
from tests.end_to_end.running import PASSWORD
from tests.end_to_end.sipp import Caller
from tests.end_to_end.telephone_shop import NUMBER, Running
from tests.end_to_end.test_call_hand_over import hears, open_page
from tests.ports import own_port
from web.accounts.password import hash_password

CALLER, WRITER = "13800138011", "13800138012"
CALLER_HZ, AGENT_HZ = 1_100, 700
SOCKETS = """
window.sockets = [];
window.WebSocket = class extends WebSocket {
  constructor(...words) { super(...words); sockets.push(this); }
};
"""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Running]:
    people = People(tmp_path / "shop.people")
    people.keep(Person(Agent("li", HOUSE), "agent", hash_password(PASSWORD)))
    people.close()
    # A page comes back to where it was.
    running = Running(tmp_path, trunk=f"[web]\nport = {own_port()}\n")
    yield running
    running.close()


def test_a_desk_comes_back_by_itself(shop: Running, tmp_path: Path) -> None:
    with (
        browser(write_tone(tmp_path / "agent.wav", AGENT_HZ)) as chromium,
        ThreadPoolExecutor() as pool,
    ):
        desk = open_page(chromium)
        desk.add_init_script(SOCKETS)
        desk.goto(shop.page("/desk"))
        desk.fill("#name", "li")
        desk.fill("#password", PASSWORD)
        desk.press("#password", "Enter")
        desk.click("#ready")
        expect(desk.locator("#line")).to_have_text("耳机已接通")
        with shop.phone(WRITER) as phone:
            phone.text("0")
            phone.end()
        expect(desk.locator("#contacts li.offered")).to_contain_text(WRITER)
        desk.keyboard.press("Alt+a")
        expect(desk.locator("#contacts li.talking")).to_contain_text(WRITER)

        with Earpiece(CALLER_HZ) as ear:
            caller = Caller(tmp_path, CALLER, PCMU, media_port=ear.port)
            says = shop.says_to(CALLER)
            pool.submit(caller.call, shop.port, NUMBER)
            says("请选择")
            ear.press("0")
            expect(desk.locator("#contacts li.offered")).to_contain_text(CALLER)
            desk.keyboard.press("Alt+2")
            desk.keyboard.press("Alt+a")
            expect(desk.locator("#contacts li.talking")).to_have_count(2)
            ear.hears(AGENT_HZ)

            desk.evaluate("sockets[0].close()")
            desk.wait_for_function("sockets[1]?.readyState === WebSocket.OPEN")
            expect(desk.locator("#contacts li.talking")).to_have_count(2)
            ear.hears(AGENT_HZ)
            hears(desk, CALLER_HZ)

            shop.kill()
            caller.switch_off()
            expect(desk.locator("#notice")).to_contain_text("正在重连")
            shop.open()
        expect(desk.locator("#contacts li.missed")).to_contain_text(CALLER)
        expect(desk.locator("#contacts li.talking")).to_contain_text(WRITER)
        expect(desk.locator("#line")).to_have_text("耳机已接通")
        with Earpiece(CALLER_HZ) as ear:
            caller = Caller(tmp_path, CALLER, PCMU, media_port=ear.port)
            again = pool.submit(caller.call, shop.port, NUMBER)
            ear.hears(AGENT_HZ)
            hears(desk, CALLER_HZ)
            desk.keyboard.press("Alt+f")
            expect(desk.locator("#contacts li.wrap-up")).to_contain_text(CALLER)
            assert again.result().returncode == 0
