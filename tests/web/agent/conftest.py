"""A site of one floor, and a page of a browser."""

from pathlib import Path

import pytest

from tests.browser import browser, write_tone
from tests.web.agent.site import new_page, opened_site


@pytest.fixture
def site():
    with opened_site() as opened:
        yield opened


@pytest.fixture
def page(tmp_path: Path):
    with browser(write_tone(tmp_path / "tone.wav", 440)) as chromium:
        opened = new_page(chromium)
        mistakes = []
        opened.on("pageerror", lambda error: mistakes.append(str(error)))
        yield opened
        assert mistakes == []
