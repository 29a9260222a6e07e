"""scripts/fresh: what it refuses before it fetches anything. What it is for takes minutes and a mirror, and is run by hand."""

import subprocess
from pathlib import Path

import pytest

FRESH = Path(__file__).resolve().parent.parent / "scripts" / "fresh"


@pytest.mark.parametrize("suite", ["Trixie", "../trixie", "13"])
def test_what_is_no_release_is_told(suite: str) -> None:
    told = subprocess.run([str(FRESH), suite], capture_output=True, text=True, timeout=60)
    assert told.returncode == 1
    assert f"{suite} is no release of Debian's; write one such as trixie or sid" in told.stderr
