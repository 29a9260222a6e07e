"""A shop whose platform has no media board: callers are refused with 503 and texted; then a board is there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end import telephone_shop as phones
from tests.end_to_end.sipp import Caller

PLATFORM = """
[platform]
[[platform.chassis]]
name = "1"
model = "UAP2100"
boards = {boards}
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request) -> Iterator[phones.Running]:
    extra = PLATFORM.format(boards=request.param).replace("{", "{{").replace("}", "}}")
    monkeypatch.setattr(phones, "SETTINGS", phones.SETTINGS + extra)
    running = phones.Running(tmp_path)
    yield running
    running.close()


@pytest.mark.parametrize("shop", ['["GPU"]'], indirect=True)
def test_who_cannot_be_carried_is_refused_and_texted_that_all_lines_are_busy(shop, tmp_path):
    def knock() -> None:
        done = Caller(tmp_path, "13800138007").call(shop.port, phones.NUMBER, status=503)
        assert done.returncode == 0, done.stdout[-2_000:]

    with shop.phone("13800138007") as texts:
        # They try again, as people do, and are texted once; of a shop whose loop falls behind, which refuses too, not at all.
        texts.hear_of(knock, "线路都在忙")
        heard = texts.end()
    assert heard.count("线路都在忙") == 1
    assert not shop.orders()


@pytest.mark.parametrize("shop", ['["MSU", "GPU", "SRU"]'], indirect=True)
def test_who_can_be_carried_is_answered(shop, tmp_path):
    done = Caller(tmp_path, "13800138008").wait(500).call(shop.port, phones.NUMBER, hangs_up=True)
    assert done.returncode == 0, done.stdout[-2_000:]
    assert re.search(r"SIP over UDP", shop.said)
