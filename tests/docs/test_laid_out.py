"""Flows that we show stand as `dialcart format` writes them."""

import re
from pathlib import Path

import pytest

from flows.formatter import format_source

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(
    r"(?ms)^```(?:flow)?\n(flow 1\n.*?|(?:step|shop|menu|anywhere|catalog|步骤|店铺) .*?)^```$"
)
BROKEN = ("E001", "E002")
"""Pages whose example is a flow that cannot be read, or has a margin that is wrong."""


def shown() -> list[tuple[str, str]]:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return [
        (f"{page.relative_to(ROOT)} {number}", fence)
        for page in pages
        if page.stem not in BROKEN
        for number, fence in enumerate(FENCE.findall(page.read_text("utf-8")), 1)
    ]


@pytest.mark.parametrize(
    "path",
    sorted((ROOT / "flows" / "library").rglob("*.flow")),
    ids=lambda p: f"{p.parent.name}/{p.name}",
)
def test_a_flow_of_the_library_is_laid_out(path: Path) -> None:
    text = path.read_text("utf-8")
    assert format_source(text) == text


@pytest.mark.parametrize(("place", "text"), shown(), ids=[place for place, _ in shown()])
def test_a_flow_in_the_docs_is_laid_out(place: str, text: str) -> None:
    assert format_source(text) == text, place


def test_there_are_flows_in_the_docs() -> None:
    assert len(shown()) > 100
