"""A site of one floor, and a page of a browser that the tests of a file share."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import browser, write_tone
from tests.web.agent.site import new_page, opened_site


@pytest.fixture
def site():
    with opened_site() as opened:
        yield opened


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(write_tone(tmp_path_factory.mktemp("tone") / "tone.wav", 440)) as opened:
        yield opened


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    opened = new_page(chromium)
    mistakes = []
    opened.on("pageerror", lambda error: mistakes.append(str(error)))
    yield opened
    opened.context.close()
    assert mistakes == []
