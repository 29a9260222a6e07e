"""A recogniser's process that cannot begin says why, in a line."""

import subprocess
import sys

import pytest

from ivr.speech import worker


def test_python_that_pocketsphinx_has_no_wheel_for_is_told_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pocketsphinx", None)
    monkeypatch.delitem(sys.modules, "ivr.speech.sphinx", raising=False)
    with pytest.raises(ModuleNotFoundError, match=r"take 3\.11, 3\.12 or 3\.13, or write vosk:"):
        worker.engine_of("pocketsphinx")


def test_a_folder_without_a_model_is_told_in_a_line(tmp_path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ivr.speech.worker", f"vosk:{tmp_path}/none"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert f"vosk:{tmp_path}/none does not start: " in done.stderr
