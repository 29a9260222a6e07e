"""The web telephone in a real browser, with an exchange that repeats what it hears."""

import asyncio
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from ivr.webrtc.leg import BrowserLeg, LegState, Reception
from tests.browser import WAIT_MS_MAX, browser, write_tone
from tests.loop import LoopThread
from tests.waiting import until
from web.app import web_app
from web.server import WebServer
from web.telephone.exchange import CallRefusedError, ShopWindow
from web.telephone.line import is_number
from web.telephone.routes import telephone_routes

NAMES = (("zh", "老王面馆"), ("en", "Lao Wang Noodles"))
NOODLES = ShopWindow("noodles", "老王面馆", "400-800-1234", "106900010", NAMES)
SEEDS = ShopWindow("seeds", "Seeds by text", "", "22000")
GREETING = "您好，欢迎致电。"


class EchoCall:
    """Answers a browser, says a greeting, and waits."""

    def __init__(self, telephone) -> None:
        self.telephone = telephone
        self.leg = BrowserLeg(Reception(), self.moved)
        self.answer = ""
        self.over = asyncio.Event()

    def moved(self, state: LegState) -> None:
        if state is LegState.UP:
            self.telephone.said(GREETING)
        elif state is LegState.DOWN:
            self.over.set()

    async def hang_up(self) -> None:
        await self.leg.close()


class EchoExchange:
    """Says back what is written; takes calls to the noodle shop unless it is busy."""

    def __init__(self) -> None:
        self.calls: list[EchoCall] = []
        self.is_busy = False
        self.kept: dict[int, str] = {}
        self.opened_by: list[str] = []

    def shops(self):
        return (NOODLES, SEEDS)

    async def call(self, seller, caller, offer, telephone):
        if self.is_busy:
            raise CallRefusedError("所有线路都忙，请稍后再拨。")
        call = EchoCall(telephone)
        call.answer = await call.leg.answer(offer)
        self.calls.append(call)
        return call

    def text(self, seller, sender, text, telephone):
        self.kept[len(self.kept) + 1] = f"{seller} heard {sender} say {text}"
        telephone.texted(*reversed(list(self.kept.items())[-1]))

    def opened(self, seller, number, telephone):
        self.opened_by.append(number)
        for text_id, text in self.kept.items():
            telephone.texted(text, text_id)

    def closed(self, seller, number, telephone):
        self.opened_by.remove(number)

    def shown(self, seller, number, text_id):
        del self.kept[text_id]


@pytest.fixture
def exchange():
    return EchoExchange()


@pytest.fixture
def site(exchange):
    with LoopThread() as loop:
        server = WebServer(web_app(telephone_routes(exchange), "/telephone/"), "127.0.0.1", 0)
        loop.run(server.__aenter__())
        yield f"http://127.0.0.1:{server.port}", loop
        loop.run(server.__aexit__(None, None, None))


@pytest.fixture
def page(tmp_path: Path, site):
    with browser(write_tone(tmp_path / "tone.wav", 440)) as chromium:
        opened = chromium.new_context(locale="zh-CN").new_page()
        opened.set_default_timeout(WAIT_MS_MAX)
        mistakes = []
        opened.on("pageerror", lambda error: mistakes.append(str(error)))
        opened.on("console", lambda line: line.type == "error" and mistakes.append(line.text))
        yield opened
        assert mistakes == []


def write_as(page: Page, number: str, text: str) -> None:
    """Write from a number; a page that gets another number has another line, and sends nothing until it is there."""
    page.fill("#number", number)
    page.press("#number", "Tab")
    page.fill("#text", text)
    expect(page.locator("#send")).to_be_enabled()
    page.press("#text", "Enter")


def test_a_message_is_written_and_answered(page: Page, site):
    page.goto(site[0])
    expect(page.locator("h1")).to_have_text("老王面馆")
    write_as(page, "13900000001", "牛肉面 2")

    lines = page.locator("#thread li")
    expect(lines).to_have_text(["牛肉面 2", "noodles heard 13900000001 say 牛肉面 2"])


def test_what_was_kept_for_a_page_is_shown_once_and_only_once(page: Page, site, exchange):
    exchange.kept = {7: "one", 8: "two"}
    page.goto(site[0])
    expect(page.locator("#thread li")).to_have_text(["one", "two"])
    # The page shows them before the exchange is told.
    until(lambda: not exchange.kept)
    exchange.kept[8] = "two"
    # A line that broke, and came again.
    page.evaluate("dispatchEvent(new Event('online'))")
    page.reload()
    expect(page.locator("#thread li")).to_have_text(["two"])
    # An answer to what the page says next comes after its word that it has shown them.
    write_as(page, "13900000001", "2")
    expect(page.locator("#thread li")).to_have_text(["two", "2", "noodles heard 13900000001 say 2"])
    assert exchange.kept == {}


def test_a_message_stays_where_it_was_written_while_the_line_is_down(page: Page, site, exchange):
    page.add_init_script(
        "WebSocket = class { static OPEN = 1; readyState = 0; send() {} close() {} }"
    )
    page.goto(site[0])
    page.fill("#text", "牛肉面 2")
    page.press("#text", "Enter")
    expect(page.locator("#send")).to_be_disabled()
    expect(page.locator("#text")).to_have_value("牛肉面 2")
    expect(page.locator("#thread li")).to_have_count(0)


def test_a_call_is_put_through_read_along_and_hung_up(page: Page, site, exchange):
    page.goto(f"{site[0]}/telephone/noodles")
    page.click("#dial")
    expect(page.locator("#state")).to_have_text("通话中")
    expect(page.locator("#said li")).to_have_text([GREETING])
    page.keyboard.press("1")
    page.click("#keys button:has-text('#')")
    expect(page.locator("#said li")).to_have_text([GREETING, "[1]", "[#]"])
    page.click("#hang-up")
    expect(page.locator("#state")).to_have_text("通话结束")
    expect(page.locator("#dial")).to_be_enabled()

    site[1].run(asyncio.wait_for(exchange.calls[0].over.wait(), WAIT_MS_MAX / 1_000))


def test_a_refused_call_says_why(page: Page, site, exchange):
    exchange.is_busy = True
    page.goto(f"{site[0]}/telephone/noodles")
    page.click("#dial")

    expect(page.locator("#state")).to_have_text("所有线路都忙，请稍后再拨。")
    expect(page.locator("#dial")).to_be_enabled()


def test_a_shop_that_takes_no_calls_says_so_in_the_readers_language(page: Page, site):
    page.goto(f"{site[0]}/telephone/seeds")
    page.click("#language")

    expect(page.locator("#state")).to_have_text("This shop takes no calls")
    expect(page.locator("#dial")).to_be_disabled()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_a_shop_is_called_as_in_the_readers_language(page: Page, site):
    page.goto(f"{site[0]}/telephone/noodles")
    expect(page.locator("h1")).to_have_text("老王面馆")
    page.click("#language")
    expect(page.locator("h1")).to_have_text("Lao Wang Noodles")
    expect(page).to_have_title(re.compile("^Lao Wang Noodles · "))
    # One that has a name alone is called by it.
    expect(page.locator("#shop option")).to_have_text(["Lao Wang Noodles", "Seeds by text"])


def test_on_a_telephone_the_shops_name_stands_on_one_line(page: Page, site):
    page.set_viewport_size({"width": 375, "height": 800})
    page.goto(f"{site[0]}/telephone/noodles")
    name = page.locator("#name")
    expect(name).to_have_text("老王面馆")
    page.click("#language")
    expect(name).to_have_text("Lao Wang Noodles")
    box = name.bounding_box()
    assert box is not None
    # A line is 1.25 times a font of 20 pixels.
    assert box["height"] < 40
    assert page.evaluate("document.documentElement.scrollWidth") == 375


def test_an_unknown_shop_is_told_where_the_shops_are(page: Page, site):
    answer = page.request.get(f"{site[0]}/telephone/nobody")

    assert answer.status == 404
    assert re.search("/telephone/", answer.text())


@pytest.mark.parametrize("origin", ["http://elsewhere.test", None])
def test_a_page_of_another_site_gets_no_line(site, origin: str | None):
    address = site[0].replace("http", "ws") + "/telephone/noodles/line?from=13900000001"

    with pytest.raises(InvalidStatus) as refused, connect(address, origin=origin):
        pass
    assert refused.value.response.status_code == 403
    with connect(address, origin=site[0]) as line:
        assert line.response.status_code == 101


@pytest.mark.parametrize(
    ("number", "fits"),
    [("13900000001", True), ("123", True), ("12", False), ("1" * 16, False), ("+86139", False)],
)
def test_a_number_is_digits_of_a_telephone(number: str, fits: bool):
    assert is_number(number) is fits
