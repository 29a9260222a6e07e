"""Pictures of the pages in both languages, for docs or, of every state, to be looked at in a folder.

python -m tests.web.agent.pictures            # those of docs
python -m tests.web.agent.pictures FOLDER     # all
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec.structs import replace
from playwright.sync_api import Page, expect

from center.desk.desk import RefusedError
from tests.browser import ROOT, browser, write_tone
from tests.web.agent.floor import CALL, TEXTS
from tests.web.agent.site import Site, new_page, opened_site, sign_in

LOCALES = {"zh": "zh-CN", "en": "en-US"}
BYTES_MAX = 120_000
LINE_UP = re.compile("^(耳机已接通|Headset connected)$")
NOT_READY = re.compile("(未就绪|Not ready)")
IN_DOCS = ("sign-in", "desk", "floor")


def ready(page: Page, site: Site) -> None:
    sign_in(page, site, "li")
    page.click("#ready")
    expect(page.locator("#line")).to_have_text(LINE_UP)


def on_a_call(page: Page, site: Site) -> None:
    """And with somebody who writes."""
    ready(page, site)
    for card in (CALL, TEXTS):
        site.offer(card)
        site.stage(card.contact, "talking")
    site.say(TEXTS.contact, "什么时候到？")
    expect(page.locator("#contacts .unread")).to_have_text("1")


def at_stage(page: Page, site: Site, stage, **changed) -> None:
    """One call, however it stands."""
    ready(page, site)
    site.offer(replace(CALL, **changed))
    if stage != "offered":
        site.stage(CALL.contact, stage)
    expect(page.locator(f"#contacts li.{stage.replace(' ', '-')}")).to_be_visible()


def door(page: Page, site: Site) -> None:
    page.goto(f"{site.address}/desk")
    expect(page.locator("#language")).not_to_be_empty()


def wrong_password(page: Page, site: Site) -> None:
    door(page, site)
    page.fill("#name", "li")
    page.fill("#password", "wrong horse")
    page.press("#password", "Enter")
    expect(page.locator("#state")).not_to_be_empty()


def paused(page: Page, site: Site) -> None:
    sign_in(page, site, "li")
    page.select_option("#reason", "lunch")
    expect(page.locator("#presence")).to_contain_text(NOT_READY)


def ringing(page: Page, site: Site) -> None:
    ready(page, site)
    site.offer(CALL, rings_s=15)
    expect(page.locator("#contacts li.offered")).to_be_visible()


def transfer(page: Page, site: Site) -> None:
    on_a_call(page, site)
    page.keyboard.press("Alt+t")
    page.select_option("#way", "invite")
    page.click("#keypad")


def writing(page: Page, site: Site) -> None:
    on_a_call(page, site)
    page.keyboard.press("Alt+2")
    page.select_option("#templates", TEXTS.templates[0])


def keys(page: Page, site: Site) -> None:
    ready(page, site)
    page.keyboard.press("Alt+k")
    expect(page.locator("#keys")).to_be_visible()


def refused(page: Page, site: Site) -> None:
    on_a_call(page, site)

    async def refuse():
        why = RefusedError("there is no queue {to}; there are: {there}", to="x", there="sales")
        site.floor.desks["li"].refused(CALL.contact, why)

    site.loop.run(refuse())
    expect(page.locator("#notice")).to_be_visible()


def offline(page: Page, site: Site) -> None:
    on_a_call(page, site)
    page.context.set_offline(True)
    site.break_off()
    expect(page.locator("#notice")).to_be_visible()


def elsewhere(page: Page, site: Site) -> None:
    on_a_call(page, site)
    page.context.new_page().goto(f"{site.address}/desk")
    expect(page.locator("#empty")).to_be_visible()


def floor(page: Page, site: Site) -> None:
    sign_in(page, site, "boss", "/floor")
    expect(page.locator("#agents tr")).to_have_count(2)


def listening(page: Page, site: Site) -> None:
    floor(page, site)
    page.locator("#agents button").nth(1).click()
    expect(page.locator("#ear")).not_to_be_empty()


STATES: dict[str, Callable[[Page, Site], object]] = {
    "sign-in": door,
    "sign-in-wrong": wrong_password,
    "desk": on_a_call,
    "desk-idle": ready,
    "desk-paused": paused,
    "desk-ringing": ringing,
    "desk-invited": lambda page, site: at_stage(page, site, "invited", agent="wang"),
    "desk-guest": lambda page, site: at_stage(page, site, "guest", agent="wang", guests=("li",)),
    "desk-held": lambda page, site: at_stage(page, site, "held", guests=("wang",)),
    "desk-missed": lambda page, site: at_stage(page, site, "missed", call_back=True),
    "desk-wrap-up": lambda page, site: at_stage(page, site, "wrap-up"),
    "desk-transfer": transfer,
    "desk-writing": writing,
    "desk-keys": keys,
    "desk-refused": refused,
    "desk-offline": offline,
    "desk-elsewhere": elsewhere,
    "floor": floor,
    "floor-listening": listening,
}


LETTER = """letter => {
  const pen = document.createElement("canvas").getContext("2d");
  pen.fillText(letter, 0, 10);
  return pen.canvas.toDataURL();
}"""


def refuse_boxes(page: Page) -> None:
    """Without a font for it Chinese is boxes, one like the other."""
    if page.evaluate(LETTER, "面") == page.evaluate(LETTER, "馆"):
        raise SystemExit(
            "this machine has no font for Chinese: install Debian's fonts-droid-fallback"
        )


def take(page: Page, path: Path) -> None:
    """One picture; a large one is refused, for it stays in the repository for good."""
    page.screenshot(path=path, animations="disabled")
    size = path.stat().st_size
    if size > BYTES_MAX:
        raise SystemExit(f"{path} has {size} bytes, more than {BYTES_MAX}")


def main(folder: Path, names: tuple[str, ...]) -> None:
    """Take them anew."""
    with TemporaryDirectory() as scratch:
        tone = write_tone(Path(scratch) / "tone.wav", 440)
        with browser(tone) as chromium:
            refuse_boxes(new_page(chromium))
            for language, locale in LOCALES.items():
                for name in names:
                    with opened_site() as site:
                        page = new_page(chromium, locale)
                        STATES[name](page, site)
                        take(page, folder / f"{name}.{language}.png")
                        page.context.close()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]), tuple(STATES))
    else:
        main(ROOT / "docs", IN_DOCS)
