"""A router that was stopped at any instruction offers nobody after another has taken over. `python -m tests.crash.fenced` does it for longer."""

from pathlib import Path

import pytest

from tests.crash import fenced


@pytest.mark.timeout(900)
def test_one_that_was_stopped_under_load_offers_nobody_after_another_has_taken_over(
    tmp_path: Path,
) -> None:
    books = fenced.fence(tmp_path, stops=3, seed=1)
    assert books.right, books
    assert books.announced > 0


@pytest.mark.parametrize("fails", ["the other does not start", "the first takes too long"])
def test_a_run_that_fails_leaves_nobody_behind_not_even_who_is_stopped(
    fails: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[fenced.Process] = []

    class Process(fenced.Process):
        def __init__(self, path: Path, seed: int) -> None:
            if started:
                raise TimeoutError("no more processes")
            super().__init__(path, seed)
            started.append(self)

    monkeypatch.setattr(fenced, "Process", Process)
    if fails == "the first takes too long":
        monkeypatch.setattr(fenced, "TAKEN_S_MAX", 0.0)
    with pytest.raises(TimeoutError):
        fenced.fence(tmp_path, stops=1, seed=1)
    assert [process.is_dead for process in started] == [True]
