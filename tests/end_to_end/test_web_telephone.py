"""A buyer orders on the web telephone, by its keypad and by its message box: Chromium, the flow, the store, the confirmation."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from playwright.sync_api import Page, expect

from tests.browser import ONLY, browser, write_tone
from tests.end_to_end.telephone_shop import Running

STEP_MS_MAX = 30_000
"""A machine that is busy with other tests takes its time."""
TONE_HZ = 440
"""What the buyer's microphone hears, as often as a word and with pauses, as words have them."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = Running(tmp_path_factory.mktemp("web"), sections="[web]\nport = 0\n")
    yield running
    running.close()


@pytest.fixture
def page(shop: Running, tmp_path: Path) -> Iterator[Page]:
    with browser(write_tone(tmp_path / "microphone.wav", TONE_HZ, 0.6, 0.4)) as chromium:
        opened = chromium.new_context(locale="zh-CN").new_page()
        opened.set_default_timeout(STEP_MS_MAX)
        yield opened


def visit(shop: Running, page: Page, number: str) -> None:
    page.goto(shop.page("/telephone/noodles"))
    page.fill("#number", number)
    page.press("#number", "Tab")


@pytest.mark.parametrize(("codec", "buyer"), [("PCMU", "13900000005"), ("opus", "13900000006")])
def test_an_order_by_keypad_is_kept_and_confirmed_in_the_message_box(
    shop: Running, page: Page, codec: str, buyer: str
):
    def hear(words: str) -> None:
        expect(page.locator("#said li:not(.mine)").last).to_contain_text(words, timeout=STEP_MS_MAX)

    def press(keys: str) -> None:
        for key in keys:
            page.click(f"#keys button:has-text('{key}')")

    page.add_init_script(ONLY % codec)
    visit(shop, page, buyer)
    page.click("#dial")
    hear("下单")
    assert f" {codec}/" in page.evaluate("agreed")
    press("1")
    hear("想吃什么")
    press("101")
    hear("几份")
    press("2#")
    hear("结账")
    press("2")
    hear("地址")
    # The microphone's tone is what is recorded as the address.
    page.wait_for_timeout(4_000)
    press("#")
    hear("对吗")
    press("1")
    hear("确认")
    press("1")
    expect(page.locator("#state")).to_have_text("通话结束", timeout=STEP_MS_MAX)
    (order,) = [o for o in shop.orders() if o.buyer == buyer]
    assert (order.channel, order.total) == ("voice", 3_600)
    expect(page.locator("#thread")).to_contain_text(order.number)
    sound, rate_hz = soundfile.read(next(shop.folder.rglob(f"{order.address[2:]}.wav")))
    loudest_hz = np.abs(np.fft.rfft(sound)).argmax() * rate_hz / len(sound)
    assert abs(loudest_hz - TONE_HZ) < 5


def test_the_same_flow_takes_an_order_by_message(shop: Running, page: Page):
    def write(text: str, answer: str) -> None:
        page.fill("#text", text)
        page.press("#text", "Enter")
        expect(page.locator("#thread li:not(.mine)").last).to_contain_text(answer)

    visit(shop, page, "13900000007")
    write("101 2", "牛肉面")
