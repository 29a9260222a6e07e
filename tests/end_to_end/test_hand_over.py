"""A buyer is handed over to an agent: both in real browsers, the whole shop between them."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import WAIT_MS_MAX, browser, write_tone
from tests.end_to_end.running import PASSWORD, Running, running
from tests.flows.shops import ORDER, SHOP

BUYER = "13900000001"


@pytest.fixture
def shop(tmp_path: Path):
    folder = tmp_path / "apples"
    folder.mkdir()
    (folder / "seller.flow").write_text(SHOP + ORDER, "utf-8")
    with running(tmp_path, folder) as opened:
        yield opened


@pytest.fixture
def pages(tmp_path: Path):
    with browser(write_tone(tmp_path / "tone.wav", 440)) as chromium:
        opened = []
        for _ in range(2):
            page = chromium.new_context(locale="zh-CN").new_page()
            page.set_default_timeout(WAIT_MS_MAX)
            opened.append(page)
        yield opened


def sign_in(desk: Page, shop: Running) -> None:
    desk.goto(f"{shop.address}/desk")
    desk.fill("#name", "demo")
    desk.fill("#password", PASSWORD)
    desk.press("#password", "Enter")
    desk.wait_for_url(f"{shop.address}/desk")
    desk.click("#ready")
    expect(desk.locator("#presence")).to_have_text("就绪")


def write(phone: Page, words: str) -> None:
    """Once the line is there; until then nothing is sent."""
    phone.fill("#text", words)
    expect(phone.locator("#send")).to_be_enabled()
    phone.press("#text", "Enter")


def text(phone: Page, *words: str) -> None:
    for word in words:
        before = phone.locator("#thread li:not(.mine)").count()
        write(phone, word)
        expect(phone.locator("#thread li:not(.mine)")).to_have_count(before + 1)


def test_an_order_begun_by_message_is_finished_by_an_agent(shop: Running, pages):
    phone, desk = pages
    sign_in(desk, shop)
    phone.goto(f"{shop.address}/telephone/apples")
    phone.fill("#number", BUYER)
    phone.press("#number", "Tab")
    text(phone, "苹果", "2")
    write(phone, "人工")
    expect(desk.locator("#contacts li.offered")).to_contain_text(BUYER)
    desk.keyboard.press("Alt+a")
    expect(desk.locator("#contacts li.talking")).to_be_visible()
    expect(desk.locator("#basket tbody tr")).to_have_count(1)

    write(phone, "再来一个西瓜")
    expect(desk.locator("#lines li").last).to_have_text("再来一个西瓜")
    desk.fill("#text", "好的，马上。")
    desk.press("#text", "Enter")
    expect(phone.locator("#thread li").last).to_have_text("好的，马上。")

    desk.select_option("#goods", "2")
    desk.click("#add button")
    expect(desk.locator("#total")).to_have_text("¥15.00")
    desk.fill("#address", "文三路1号")
    desk.click("#order button")
    expect(phone.locator("#thread li").last).to_contain_text("A0001")
    desk.keyboard.press("Alt+f")
    expect(desk.locator("#wrap-up")).to_be_visible()
    desk.keyboard.press("Alt+w")
    expect(desk.locator("#empty")).to_be_visible()

    (order,) = shop.do(lambda: shop.business.store.orders("apples"))
    assert (order.total, order.address, order.buyer) == (1_500, "文三路1号", BUYER)
    text(phone, "苹果")
    expect(desk.locator("#nobody")).to_be_visible()
