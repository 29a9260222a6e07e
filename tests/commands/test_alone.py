"""Two processes of one database do not meet on it."""

import fcntl
import logging
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from center.ports import StoreError
from commands.alone import LOOK_S, alone_on, lock_of

US = f"process {os.getpid()} on {socket.gethostname()}"


class Waits(logging.Handler):
    """Hears that somebody waits."""

    def __init__(self) -> None:
        super().__init__()
        self.heard = threading.Event()
        self.said = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.said = record.getMessage()
        self.heard.set()


@pytest.fixture
def waits() -> Iterator[Waits]:
    handler = Waits()
    logging.getLogger("dialcart").addHandler(handler)
    yield handler
    logging.getLogger("dialcart").removeHandler(handler)


def test_who_comes_while_another_is_within_says_so_and_waits(tmp_path: Path, waits: Waits) -> None:
    database = tmp_path / "shop.shards" / "shard-0-of-2.db"
    within: list[str] = []

    def come() -> None:
        with alone_on(database, wait_s=60):
            within.append("second")

    second = threading.Thread(target=come)
    with alone_on(database, wait_s=0):
        second.start()
        assert waits.heard.wait(120)
        assert waits.said == f"{database} waits for {US} to end"
        within.append("first")
    second.join(120)
    assert within == ["first", "second"]


def test_who_waited_in_vain_is_told_who_is_within(tmp_path: Path) -> None:
    pauses: list[float] = []
    with alone_on(tmp_path / "shop.db", wait_s=0):
        with (
            pytest.raises(
                StoreError, match=f"shop.db is served by {US} already, which holds shop.lock; stop"
            ),
            alone_on(tmp_path / "shop.db", wait_s=1, pause=pauses.append),
        ):
            pass
        with (
            # It would have the same files beside it: who may sign in, the floor's journal, shards.
            pytest.raises(StoreError, match="sqlite is served by"),
            alone_on(tmp_path / "shop.sqlite", wait_s=0),
        ):
            pass
        with alone_on(tmp_path / "another.db", wait_s=0):
            pass
    assert sum(pauses) == pytest.approx(1, abs=2 * LOOK_S)


def test_who_comes_after_another_has_left_is_let_in_at_once(tmp_path: Path, waits: Waits) -> None:
    database = tmp_path / "shop.db"
    for _ in range(2):
        with alone_on(database, wait_s=0):
            assert lock_of(database).read_text() == f"{US}\n"
    assert not waits.said


def test_who_is_killed_is_out_at_once(tmp_path: Path, waits: Waits) -> None:
    database = tmp_path / "shop.db"
    words = f"""
from pathlib import Path
from commands.alone import alone_on
with alone_on(Path({str(database)!r}), wait_s=0):
    print("within", flush=True)
    input()
"""
    with subprocess.Popen(
        [sys.executable, "-c", words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "within\n"
        with (
            pytest.raises(StoreError, match=f"is served by process {holder.pid} on "),
            alone_on(database, wait_s=0),
        ):
            pass
        holder.kill()
    waits.said = ""
    with alone_on(database, wait_s=0):
        pass
    assert not waits.said


def test_a_database_by_another_name_is_the_same(tmp_path: Path) -> None:
    database, link = tmp_path / "shop.db", tmp_path / "today.db"
    database.touch()
    link.symlink_to(database)
    with (
        alone_on(database, wait_s=0),
        pytest.raises(StoreError, match="is served"),
        alone_on(link, wait_s=0),
    ):
        pass


def test_a_full_disk_does_not_keep_us_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    with alone_on(tmp_path / "shop.db", wait_s=0):
        pass


def test_a_folder_where_nothing_can_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(
            StoreError, match=r"shop.lock cannot be opened: .*whoever serves must be let"
        ),
        alone_on(tmp_path / "file" / "shop.db", wait_s=0),
    ):
        pass


def test_a_disk_without_locks_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(*_: object) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    with (
        pytest.raises(StoreError, match=r"cannot be locked: No locks .* on a disk of this machine"),
        alone_on(tmp_path / "shop.db", wait_s=0),
    ):
        pass
