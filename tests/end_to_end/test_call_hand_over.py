"""A caller is handed over to an agent, both in real browsers: sound crosses both ways, and the agent orders."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from center.acd.agent import Agent
from center.desk.person import HOUSE, Person
from store.people import People
from tests.browser import NOTICES, WAIT_MS_MAX, browsers, write_tone
from tests.end_to_end.running import PASSWORD, Running, running
from tests.flows.shops import ORDER, SHOP
from web.accounts.password import hash_password

BUYER = "13900000001"
BUYER_HZ, AGENT_HZ, BOSS_HZ = 1_000, 700, 1_500
SLACK_HZ = 12
METER = """
window.meter = () => {
  const stream = document.getElementById("sound").srcObject;
  if (!stream) return 0;
  if (window.metered !== stream) {
    window.metered = stream;
    const context = new AudioContext({sampleRate: 48000});
    window.analyser = context.createAnalyser();
    window.analyser.fftSize = 8192;
    context.createMediaStreamSource(stream).connect(window.analyser);
  }
  const levels = window.levels = new Float32Array(window.analyser.frequencyBinCount);
  window.analyser.getFloatFrequencyData(levels);
  const top = levels.indexOf(Math.max(...levels));
  return levels[top] > -60 ? top * 48000 / 8192 : 0;
}
window.loud = frequency => {
  meter();
  const at = Math.round(frequency * 8192 / 48000);
  return Math.max(...window.levels.slice(at - 2, at + 3)) > -50;
}
"""


@pytest.fixture
def shop(tmp_path: Path):
    folder = tmp_path / "apples"
    folder.mkdir()
    people = People(tmp_path / "shop.people")
    people.keep(Person(Agent("boss", HOUSE), "supervisor", hash_password(PASSWORD)))
    people.close()
    numbered = SHOP.replace("  delivery", "  number 400-800-1234\n  delivery")
    (folder / "seller.flow").write_text(numbered + ORDER, "utf-8")
    with running(tmp_path, folder) as opened:
        yield opened


def open_page(chromium) -> Page:
    page = chromium.new_context(locale="zh-CN", bypass_csp=True).new_page()
    page.set_default_timeout(WAIT_MS_MAX)
    page.add_init_script(METER)
    page.add_init_script(NOTICES)
    return page


def hears(page: Page, frequency_hz: int) -> None:
    page.wait_for_function(f"Math.abs(meter() - {frequency_hz}) < {SLACK_HZ}")


def sign_in(page: Page, shop: Running, name: str, path: str) -> None:
    page.goto(shop.address + path)
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url(shop.address + path)


def be_ready(desk: Page, shop: Running) -> None:
    sign_in(desk, shop, "demo", "/desk")
    desk.click("#ready")
    expect(desk.locator("#line")).to_have_text("耳机已接通")


def call(phone: Page, shop: Running) -> None:
    phone.goto(f"{shop.address}/telephone/apples")
    phone.fill("#number", BUYER)
    phone.press("#number", "Tab")
    phone.click("#dial")
    expect(phone.locator("#state")).to_have_text("通话中")
    expect(phone.locator("#said li").first).to_have_text("要什么？")


def test_a_call_is_answered_at_a_desk_and_the_agent_orders(shop: Running, tmp_path: Path):
    tones = (tmp_path / "buyer.wav", BUYER_HZ), (tmp_path / "agent.wav", AGENT_HZ)
    with browsers(*(write_tone(*tone) for tone in tones)) as opened:
        phone, desk = map(open_page, opened)
        be_ready(desk, shop)
        call(phone, shop)
        phone.keyboard.press("1")
        expect(phone.locator("#said li").last).to_have_text("要几个？")
        phone.keyboard.press("0")

        expect(desk.locator("#contacts li.offered")).to_contain_text(BUYER)
        desk.keyboard.press("Alt+a")
        expect(desk.locator("#contacts li.talking")).to_be_visible()
        hears(desk, BUYER_HZ)
        hears(phone, AGENT_HZ)
        desk.keyboard.press("Alt+h")
        expect(desk.locator("#hold")).to_have_text("继续")
        phone.wait_for_function(f"meter() > 0 && Math.abs(meter() - {AGENT_HZ}) > 100")
        desk.keyboard.press("Alt+h")
        hears(phone, AGENT_HZ)

        desk.select_option("#goods", "2")
        desk.click("#add button")
        desk.fill("#address", "文三路1号")
        desk.click("#order button")
        expect(desk.locator("#orders li").first).to_contain_text("A0001")
        desk.keyboard.press("Alt+f")
        expect(desk.locator("#wrap-up")).to_be_visible()
        expect(phone.locator("#state")).to_have_text("通话结束")

    (order,) = shop.do(lambda: shop.business.store.orders("apples"))
    assert (order.total, order.address, order.channel) == (1_000, "文三路1号", "voice")


def test_a_supervisor_whispers_to_the_agent_alone(shop: Running, tmp_path: Path):
    tones = (
        (tmp_path / "buyer.wav", BUYER_HZ),
        (tmp_path / "agent.wav", AGENT_HZ),
        (tmp_path / "boss.wav", BOSS_HZ),
    )
    with browsers(*(write_tone(*tone) for tone in tones)) as opened:
        phone, desk, floor = map(open_page, opened)
        be_ready(desk, shop)
        call(phone, shop)
        phone.keyboard.press("0")
        expect(desk.locator("#contacts li.offered")).to_be_visible()
        desk.keyboard.press("Alt+a")
        hears(desk, BUYER_HZ)
        sign_in(floor, shop, "boss", "/floor")
        floor.click("#agents button:has-text('耳语')")
        expect(floor.locator("#ear")).to_have_text("耳语: demo")
        floor.wait_for_function("meter() > 0")
        desk.wait_for_function(f"loud({BOSS_HZ})")
        assert not phone.evaluate(f"loud({BOSS_HZ})")
        floor.click("#agents button:has-text('插话')")
        phone.wait_for_function(f"loud({BOSS_HZ})")
        floor.click("#stop")
        phone.wait_for_function(f"!loud({BOSS_HZ})")
