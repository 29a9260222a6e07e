"""Pictures of the pages for docs, in both languages: `python -m tests.web.agent.pictures [FOLDER]`."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, expect

from tests.browser import ROOT, browser, write_tone
from tests.web.agent.floor import CALL, TEXTS
from tests.web.agent.site import Site, new_page, opened_site, sign_in

LOCALES = {"zh": "zh-CN", "en": "en-US"}
BYTES_MAX = 120_000
LINE_UP = re.compile("^(耳机已接通|Headset connected)$")


def take(page: Page, path: Path) -> None:
    """One picture; a large one is refused, for it stays in the repository for good."""
    page.screenshot(path=path, animations="disabled")
    size = path.stat().st_size
    if size > BYTES_MAX:
        raise SystemExit(f"{path} has {size} bytes, more than {BYTES_MAX}")


def take_all(page: Page, site: Site, folder: Path, language: str) -> None:
    """The door, a desk with a call and a message, and the supervisor's page."""
    page.goto(f"{site.address}/desk")
    expect(page.locator("#language")).not_to_be_empty()
    take(page, folder / f"sign-in.{language}.png")
    sign_in(page, site, "li")
    page.click("#ready")
    expect(page.locator("#line")).to_have_text(LINE_UP)
    for card in (CALL, TEXTS):
        site.offer(card)
        site.stage(card.contact, "talking")
    site.say(TEXTS.contact, "什么时候到？")
    expect(page.locator("#contacts .unread")).to_have_text("1")
    take(page, folder / f"desk.{language}.png")
    page.context.clear_cookies()
    sign_in(page, site, "boss", "/floor")
    expect(page.locator("#agents tr")).to_have_count(2)
    take(page, folder / f"floor.{language}.png")


def main(folder: Path) -> None:
    """Take them anew."""
    with TemporaryDirectory() as scratch:
        tone = write_tone(Path(scratch) / "tone.wav", 440)
        for language, locale in LOCALES.items():
            with opened_site() as site, browser(tone) as chromium:
                take_all(new_page(chromium, locale), site, folder, language)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs")
