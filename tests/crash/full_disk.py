"""A disk that is full while buyers order: texts are refused for now and nothing else, and all goes on when there is room.

    unshare -rm python -m tests.crash.full_disk FOLDER          a small tmpfs, seen by this process and its children alone
    unshare -rm python -m tests.crash.full_disk FOLDER shards   the same with a front and two shards
    python -m tests.crash.full_disk FOLDER quota                where no namespace may be had: a limit on the size of files

A real `dialcart serve` runs in the folder. A ballast fills the tmpfs, or the kernel lets the shop's files grow no further; it
is killed and started again like that, and then there is room again.
"""

import argparse
import asyncio
import resource
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from commands.shards.homes import stores_of
from sms.smpp.status import Status
from sms.smsc.exchange import Delivery
from sms.smsc.server import Settings, Smsc
from tests.crash.books import Books, count
from tests.crash.buyers import Town
from tests.crash.carrier import Simulated
from tests.crash.harness import FINISH_S_MAX, bound, furnish, start

DISK_MIB = 3
"""A file: room for the log of a few hundred orders. A front has one, and so has each shard."""
SHARDS = 2
BUYERS = 20
MANY = 40
"""Orders before the disk fills, refusals while it is full, orders afterwards."""
TEMPORARY = (Status.X_T_APPN,)


@dataclass(frozen=True)
class FullDisk:
    """What came of it."""

    refused: int
    """Texts that were answered `not now` while the disk was full."""
    otherwise: int
    """Texts that were answered with anything else but `taken`: these a carrier does not bring again."""
    taken_while_full: int
    """Past those whose commit was under way."""
    books: Books

    @property
    def right(self) -> bool:
        return self.books.right and self.refused >= MANY and not self.otherwise

    def __str__(self) -> str:
        return (
            f"disk full: refused for now {self.refused}, otherwise {self.otherwise}, taken {self.taken_while_full}; "
            f"then {self.books}"
        )


class _Watched:
    """Counts how texts are answered."""

    def __init__(self, smsc: Smsc) -> None:
        self.taken = self.refused = self.otherwise = 0
        answered = smsc.network.exchange.answered

        def watched(link: int, sequence: int, *, again: bool, ok: bool) -> Delivery | None:
            self.taken += ok
            self.refused += again
            self.otherwise += not (ok or again)
            return answered(link, sequence, again=again, ok=ok)

        smsc.network.exchange.answered = watched  # type: ignore[method-assign]


class Tmpfs:
    """The disk of this folder."""

    def __init__(self, folder: Path, files: int) -> None:
        size = f"size={DISK_MIB * files}m"
        disk = ["mount", "-t", "tmpfs", "-o", size, "none", str(folder)]
        subprocess.run(disk, check=True)
        self._ballast = folder / "ballast"

    def fill(self, pid: int) -> None:
        """To the last octet."""
        with self._ballast.open("wb", buffering=0) as file:
            for octets in (b"\0" * 65_536, b"\0" * 512):
                try:
                    while True:
                        file.write(octets)
                except OSError:
                    continue

    def started(self, pid: int) -> None:
        """It is still full."""

    def free(self, pid: int) -> None:
        """There is room again."""
        self._ballast.unlink()


class Quota:
    """No file of the shop grows any further."""

    def __init__(self, folder: Path) -> None:
        self._log = folder / "shop.db-wal"

    def fill(self, pid: int) -> None:
        """Not by another page."""
        self._octets = self._log.stat().st_size
        self.started(pid)

    def started(self, pid: int) -> None:
        """The same for this process."""
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (self._octets, resource.RLIM_INFINITY))

    def free(self, pid: int) -> None:
        """As before."""
        unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, unlimited)


async def fill_and_free(folder: Path, disk: Tmpfs | Quota, shards: int = 1) -> FullDisk:
    """Run it in a folder."""
    async with Smsc(Settings(port=0)) as smsc:
        codes = furnish(folder, smsc.port, shards)
        town = Town(Simulated(smsc), BUYERS, seed=1, codes=codes)
        watched = _Watched(smsc)
        process = await start(folder, None)
        await bound(smsc, process)
        town.begin()
        await _until(lambda: len(_told(town)) >= MANY)
        disk.fill(process.pid)
        before, refused = watched.taken, watched.refused
        await _until(lambda: watched.refused >= refused + MANY)
        taken = watched.taken - before
        assert process.returncode is None, "the shop ended on a full disk"
        # Who is killed then starts on it, without a word where there is no room for one, and refuses as before.
        process.kill()
        await process.wait()
        process = await start(folder, None, said_to=Path("/dev/full"))
        disk.started(process.pid)
        await bound(smsc, process)
        again = watched.refused
        await _until(lambda: watched.refused >= again + MANY)
        disk.free(process.pid)
        orders = len(_told(town))
        await _until(lambda: len(_told(town)) >= orders + MANY)
        town.stop()
        await _until(lambda: town.done)
        process.terminate()
        await asyncio.wait_for(process.wait(), FINISH_S_MAX)
    stores = stores_of(folder / "shop.db")
    books = count(stores, town, 1)
    for store in stores:
        store.close()
    return FullDisk(watched.refused, watched.otherwise, taken, books)


def _told(town: Town) -> list[str]:
    return [number for buyer in town.buyers.values() for number in buyer.announced]


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(FINISH_S_MAX):
        while not true():  # noqa: ASYNC110
            # Any of many buyers and links may bring it about.
            await asyncio.sleep(0.02)


def main() -> int:
    """Run, tell, and fail if anything is off."""
    parser = argparse.ArgumentParser(
        prog="unshare -rm python -m tests.crash.full_disk",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, help="an empty folder, in which the shop runs")
    parser.add_argument("words", nargs="*", metavar="shards | quota", default=[])
    options = parser.parse_args()
    folder: Path = options.folder
    shards = SHARDS if "shards" in options.words else 1
    files = 1 if shards == 1 else 1 + shards
    disk = Quota(folder) if "quota" in options.words else Tmpfs(folder, files)
    try:
        found = asyncio.run(fill_and_free(folder, disk, shards))
    except BaseException:
        log = folder / "log.txt"
        sys.stdout.write(log.read_text()[-4_000:] if log.exists() else "")
        raise
    sys.stdout.write(f"{found}\n")
    return 0 if found.right else 1


if __name__ == "__main__":
    sys.exit(main())
