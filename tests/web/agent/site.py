"""The agent's and the supervisor's pages on a port of their own, before a floor of one queue, for browsers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser import NOTICES, WAIT_MS_MAX
from tests.loop import LoopThread
from tests.web.agent.floor import OneQueueFloor
from web.accounts.account import Account, Role
from web.accounts.password import hash_password
from web.accounts.routes import Doorkeeper
from web.agent.routes import agent_routes
from web.app import web_app
from web.server import WebServer

SCREEN: ViewportSize = {"width": 1366, "height": 768}
PASSWORD = "correct horse"
KEPT = hash_password(PASSWORD)


class People:
    def __init__(self):
        self.roles = {"li": Role.AGENT, "boss": Role.SUPERVISOR}

    def account(self, name):
        return Account(name, self.roles[name], KEPT) if name in self.roles else None


class Site:
    """The pages on a port, with the floor behind them."""

    def __init__(self, loop: LoopThread) -> None:
        self.loop = loop
        self.floor = OneQueueFloor()
        self.people = People()
        self.door = Doorkeeper(self.people)
        routes = [*self.door.routes(), *agent_routes(self.floor, self.door)]
        self.server = WebServer(web_app(routes, "/desk"), "127.0.0.1", 0)
        loop.run(self.server.__aenter__())
        self.address = f"http://127.0.0.1:{self.server.port}"

    def offer(self, card, rings_s: float = 0.0) -> None:
        """Ring at li's desk."""

        async def ring():
            self.floor.offer("li", card, time.time() + rings_s if rings_s else 0.0)

        self.loop.run(ring())

    def stage(self, contact: str, stage, ends_in_s: float = 0.0) -> None:
        """The floor moves a contact on."""

        async def move():
            ends_at = time.time() + ends_in_s if ends_in_s else 0.0
            self.floor.desks["li"].stage(contact, stage, ends_at)

        self.loop.run(move())

    def say(self, contact: str, text: str) -> None:
        """The buyer says something."""

        async def speak():
            self.floor.desks["li"].said(contact, "buyer", text)

        self.loop.run(speak())

    def change(self, name: str, role: Role | None) -> None:
        """Somebody has another role from now on, or none."""

        async def look_again():
            del self.people.roles[name]
            if role is not None:
                self.people.roles[name] = role
            self.door.look_again({name})

        self.loop.run(look_again())

    def break_off(self) -> None:
        """Hang up on li's desk, as a network does."""

        async def hang_up():
            self.floor.desks["li"].hang_up()

        self.loop.run(hang_up())

    def close(self) -> None:
        """End the server first: a page that is still open would have its headset connected once more."""

        async def hang_up():
            for leg in self.floor.legs:
                await leg.close()

        self.loop.run(self.server.__aexit__(None, None, None))
        self.loop.run(hang_up())


@contextmanager
def opened_site() -> Iterator[Site]:
    """The pages, until they are left."""
    with LoopThread() as loop:
        site = Site(loop)
        yield site
        site.close()


def new_page(chromium: Browser, locale: str = "zh-CN") -> Page:
    """An empty page on a small laptop's screen."""
    page = chromium.new_context(locale=locale, viewport=SCREEN).new_page()
    page.set_default_timeout(WAIT_MS_MAX)
    page.add_init_script(NOTICES)
    return page


def sign_in(page: Page, site: Site, name: str, path: str = "/desk") -> None:
    page.goto(site.address + path)
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url(site.address + path)


def be_ready(page: Page, site: Site, name: str = "li") -> None:
    sign_in(page, site, name)
    expect(page.locator("#presence")).to_contain_text("未就绪")
    page.click("#ready")
    expect(page.locator("#presence")).to_have_text("就绪")
    expect(page.locator("#line")).to_have_text("耳机已接通")


def talk(page: Page, site: Site, *cards) -> None:
    """Have these contacts on, one after the other."""
    be_ready(page, site)
    for card in cards:
        site.offer(card)
        site.stage(card.contact, "talking")
    expect(page.locator("#contacts li.talking")).to_have_count(len(cards))


SPILT = """() => {
  const cut = [document.scrollingElement, ...document.querySelectorAll("main, main > *, header, button")]
    .filter(one => one.scrollWidth > one.clientWidth && one.clientWidth)
    .concat([document.scrollingElement, ...document.querySelectorAll("main > *")]
      .filter(one => one.scrollHeight > one.clientHeight && one.clientHeight))
    .map(one => `${one.tagName}#${one.id}: ${one.scrollWidth}x${one.scrollHeight} in ${one.clientWidth}x${one.clientHeight}`);
  // What a select cuts off is in no width of its own.
  const pen = document.createElement("canvas").getContext("2d"), arrow = 18;
  for (const one of document.querySelectorAll("select")) {
    const style = getComputedStyle(one), [chosen] = one.selectedOptions;
    if (!one.offsetParent || !chosen) continue;
    pen.font = style.font;
    const room = one.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - arrow;
    if (pen.measureText(chosen.text).width > room) cut.push(`${one.id}: ${chosen.text}`);
  }
  return cut;
}"""


def assert_fits(page: Page) -> None:
    """Nothing is cut off or has to be scrolled for, in either language; the page ends in the one it began in."""
    for _ in range(2):
        page.click("#language")
        spilt = page.evaluate(SPILT)
        assert spilt == [], f"{page.evaluate('document.documentElement.lang')}: {spilt}"
