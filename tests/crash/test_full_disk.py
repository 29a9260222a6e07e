"""A disk without room: `python -m tests.crash.full_disk`, on a tmpfs where we may mount one."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.crash.harness import ROOT

_MOUNTS = subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False)
"""Some kernels let only root have a namespace."""
_SPREADS = [[], ["shards"]] if _MOUNTS.returncode == 0 else [[]]
"""A limit on files would have to follow each shard that is started."""


@pytest.mark.timeout(900)
@pytest.mark.parametrize("spread", _SPREADS, ids="".join)
def test_a_full_disk_refuses_for_now_and_goes_on_when_there_is_room(
    tmp_path: Path, spread: list[str]
) -> None:
    words = [sys.executable, "-m", "tests.crash.full_disk", str(tmp_path), *spread]
    words = ["unshare", "-rm", *words] if _MOUNTS.returncode == 0 else [*words, "quota"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
