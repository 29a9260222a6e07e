"""A simulation is determined by its seed, to the last octet."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.digest import written_in

ROOT = Path(__file__).resolve().parents[2]
SEEDS = ("1", "10", "41", "70")
"""With all kinds of stores and buyers."""


@pytest.mark.timeout(120)
def test_seeds_have_one_digest_whatever_the_hashes_of_words_are() -> None:
    told = {
        subprocess.run(
            [sys.executable, "-m", "tests.simulation.digest", *SEEDS],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": words},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for words in ("0", "1", "777")
    }
    assert len(told) == 1
    assert len(told.pop().splitlines()) == len(SEEDS)


def test_receipts_bear_the_time_of_the_simulation_and_not_of_the_day_it_is_run() -> None:
    octets = b"".join(written for _, written in written_in(41))
    days = set(re.findall(rb"submit date:(\d{6})", octets))
    assert days == {b"261124"}
