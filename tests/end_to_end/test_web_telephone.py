"""A buyer orders on the web telephone, by its keypad and by its message box: Chromium, the flow, the store, the confirmation."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from playwright.sync_api import Page, expect
from websockets.sync.client import ClientConnection as Connection
from websockets.sync.client import connect

from benchmarks.small_platform import small_model, small_platform
from center.uap.changes import Fail
from commands.platform import change
from tests.browser import ONLY, browser, write_tone
from tests.end_to_end.measures import wait_for
from tests.end_to_end.telephone_shop import Running, until_recorded
from tests.end_to_end.twin import AGAIN_MAX

TAKEN = 'dialcart_platform_taken{resource="sip"}'
STEP_MS_MAX = 120_000
"""A machine that is busy with other tests takes its time."""
TONE_HZ = 440
"""What the buyer's microphone hears, as often as a word and with pauses, as words have them."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("web")
    # One line: each test finds it free only if the one before gave it back.
    figures = small_model(folder, ports=1, self_test_s=0.1)
    running = Running(folder, sections="[web]\nport = 0\n" + small_platform(figures))
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

    def press_until(keys: str, words: str) -> None:
        """A machine may hold back one of several keys for so long that those before it are an answer: then all are pressed again."""
        lines = page.locator("#said li:not(.mine)")
        for _ in range(AGAIN_MAX):
            count = lines.count()
            press(keys)
            expect(lines).not_to_have_count(count, timeout=STEP_MS_MAX)
            if words in lines.last.inner_text():
                break
        hear(words)

    before = shop.recordings()
    page.add_init_script(ONLY % codec)
    visit(shop, page, buyer)
    page.click("#dial")
    hear("下单")
    assert f" {codec}/" in page.evaluate("agreed")
    press("1")
    hear("想吃什么")
    press_until("101", "几份")
    press_until("2#", "结账")
    press("2")
    hear("地址")
    # The microphone's tone is what is recorded as the address.
    until_recorded(shop, but=before)
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
        expect(page.locator("#send")).to_be_enabled()
        page.press("#text", "Enter")
        expect(page.locator("#thread li:not(.mine)").last).to_contain_text(answer)

    visit(shop, page, "13900000007")
    write("101 2", "牛肉面")


def test_a_message_that_no_page_showed_is_told_to_the_next_one(shop: Running):
    path = "/telephone/noodles/line?from=13900000010"
    address = shop.page(path).replace("http", "ws")

    def line() -> Connection:
        return connect(address, origin=shop.page("").rstrip("/"), open_timeout=STEP_MS_MAX / 1_000)

    def told(page: Connection) -> dict[str, str]:
        return json.loads(page.recv(STEP_MS_MAX / 1_000))

    with line() as page:
        page.send(json.dumps({"kind": "text", "text": "101 2"}))
        first = told(page)
    assert "牛肉面" in first["text"]
    with line() as page:
        assert told(page) == first
        page.send(json.dumps({"kind": "shown", "id": first["id"]}))
        page.send(json.dumps({"kind": "text", "text": "2"}))
        assert told(page)["id"] > first["id"]


def test_a_call_takes_the_platforms_line_until_it_is_over_and_falls_with_its_board(
    shop: Running, page: Page
):
    def dial(caller: Page, state: str) -> None:
        caller.click("#dial")
        expect(caller.locator("#state")).to_contain_text(state, timeout=STEP_MS_MAX)

    wait_for(shop, TAKEN, 0)
    visit(shop, page, "13900000008")
    dial(page, "通话中")
    other = page.context.new_page()
    visit(shop, other, "13900000009")
    dial(other, "所有线路都忙，请稍后再拨。")
    page.close()
    wait_for(shop, TAKEN, 0)
    dial(other, "通话中")
    change(shop.settings, Fail(time.time(), "1", 1))
    expect(other.locator("#state")).to_contain_text("系统出了故障")
    dial(other, "所有线路都忙，请稍后再拨。")
