"""A shard that hangs is known by its silence, and a front that stood still blames nobody."""

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pytest

from center.ports import StoreFullError
from commands.serving.running import DRAIN_S_MAX
from commands.shards.front_store import FrontStore
from commands.shards.service import CLOSE_S_MAX, LOOK_S, QUIET_S_MAX, SILENT_S_MAX, Shards, Silence
from commands.shards.shard_link import ShardLink
from tests.commands.shards.test_front import Front

LOOKS_MAX = round(SILENT_S_MAX / LOOK_S)


def link() -> ShardLink:
    up = ShardLink(Path("nowhere"), lambda *_: None)
    up.transport = cast("Any", object())
    return up


def test_a_shard_that_says_nothing_for_too_long_hangs() -> None:
    silence = Silence(link())
    assert not any(silence.look() for _ in range(LOOKS_MAX - 1))
    assert silence.look()


def test_a_shard_that_may_hang_is_told_of_before_it_is_killed(tmp_path: Path) -> None:
    front = Front(tmp_path)
    shards = Shards([], front.batch)
    [up] = front.batch.links
    up.transport = cast("Any", object())
    up.rise()
    [silence] = shards._silences  # noqa: SLF001 - what a look is, tests say
    for _ in range(round(QUIET_S_MAX / LOOK_S) - 1):
        silence.look()
    assert shards.unready() is None
    silence.look()
    assert shards.unready() == "shard 0 has said nothing for 5 s"
    up.heard += 1
    silence.look()
    assert shards.unready() is None


def test_a_shard_that_tells_how_it_does_once_in_a_while_does_not() -> None:
    shard = link()
    silence = Silence(shard)
    for _ in range(3):
        assert not any(silence.look() for _ in range(LOOKS_MAX - 1))
        shard.heard += 1


def test_a_shard_that_opens_its_sellers_may_take_its_time() -> None:
    shard = link()
    shard.transport = None
    silence = Silence(shard)
    assert not any(silence.look() for _ in range(2 * LOOKS_MAX))


def test_a_shard_that_drains_to_its_last_second_is_not_killed_before_it_has_written() -> None:
    # A partner that does not answer keeps it draining so long.
    assert CLOSE_S_MAX > DRAIN_S_MAX


def test_a_front_that_cannot_keep_its_own_is_not_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StoreFullError("database or disk is full")

    front = Front(tmp_path)
    shards = Shards([], front.batch)
    front.batch.links[0].is_up = True
    front.add()
    with monkeypatch.context() as patched:
        patched.setattr(FrontStore, "batch", full)
        front.batch.flush()
    assert shards.unready() == "front: database or disk is full"
    front.add()
    front.batch.flush()
    assert shards.unready() is None


def test_a_shard_that_does_not_tell_how_it_does_is_waited_for_in_bounded_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("commands.shards.service.ASK_S_MAX", 0.001)

    async def run() -> bool:
        front = Front(tmp_path)
        [silent] = front.batch.links
        silent.is_up = True
        await Shards([], front.batch).ask()
        return silent.ask().done()

    assert not asyncio.run(run())


def test_shards_that_do_not_answer_in_time_end_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("commands.shards.service.OPEN_S_MAX", 0.01)
    with pytest.raises(OSError, match="shards 0 do not answer after"):
        asyncio.run(Shards([], Front(tmp_path).batch).open())


def test_a_front_and_its_shards_are_not_pushed_from_a_core_by_one_another() -> None:
    found = "import os; print(os.sched_getscheduler(0) == os.SCHED_BATCH)"
    told = (
        "import subprocess, sys; from commands.shards.service import work_through; work_through(); "
        f"subprocess.run([sys.executable, '-c', {found!r}], check=True)"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"
