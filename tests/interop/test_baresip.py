"""baresip calls us from a network namespace of its own, holds, and hangs up."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
RUN_S_MAX = 300


def test_it_calls_holds_and_hangs_up(tmp_path):
    done = subprocess.run(
        ["unshare", "-rn", sys.executable, "-m", "tests.interop.baresip_room", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=RUN_S_MAX,
        check=False,
    )
    events = done.stdout.splitlines()
    assert done.returncode == 0, done.stderr
    assert [event.split(" ", 1)[0] for event in events[:2]] == ["Incoming", "Answered"]
    assert "dialled='4001'" in events[0]
    assert events[-1].startswith("Ended")
    assert "HUNG_UP" in events[-1]
