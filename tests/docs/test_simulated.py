"""Whatever world of the simulation is named somewhere is there to be run."""

import re
from pathlib import Path

import pytest

from tests.simulation.aimed import AIMED

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    ROOT / "CHANGELOG.md",
    ROOT / "scripts" / "nightly",
    *sorted((ROOT / "docs").rglob("*.md")),
]
NAMED = {name for page in PAGES for name in re.findall(r"--as ([a-z_]+)", page.read_text("utf-8"))}


def test_worlds_are_named() -> None:
    assert "swept_over_falls" in NAMED


@pytest.mark.parametrize("name", sorted(NAMED))
def test_a_world_that_is_named_is_there(name: str) -> None:
    """`rated` was told of before anybody could run it."""
    assert name in AIMED
