"""What a shop holds of its machine, after so many orders and after twice as many: faults must leave nothing behind."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from store.database import PAGES_CACHED_KIB

MEMORY_MIB_MAX = 8.0
"""More at the end than in the middle, of all processes, beside the pages of what was ordered that SQLite keeps at hand."""
FILES_MAX = 8
"""More at the end: connections come and go."""
THREADS_MAX = 2
"""More at the end."""
LOG_MIB_MAX = 32.0
"""SQLite's log, at the end: it is put back into its database every few MiB."""


@dataclass(frozen=True)
class Burden:
    """Of a shop's processes together."""

    orders: int
    """Told by then."""
    memory_mib: float
    files: int
    threads: int
    log_mib: float
    pages_mib: float
    """Of databases: SQLite keeps the newest 64 MiB of each at hand (store.database)."""

    def __str__(self) -> str:
        return (
            f"after {self.orders} orders {self.memory_mib:.1f} MiB, {self.pages_mib:.1f} of databases, {self.files} open files, "
            f"{self.threads} threads, {self.log_mib:.1f} MiB of SQLite's log"
        )


@dataclass(frozen=True)
class Burdens:
    """In the middle of a run and at its end."""

    middle: Burden
    end: Burden

    @property
    def right(self) -> bool:
        """Whether the second half left nothing behind."""
        middle, end = self.middle, self.end
        return (
            end.memory_mib - end.pages_mib <= middle.memory_mib - middle.pages_mib + MEMORY_MIB_MAX
            and end.files <= middle.files + FILES_MAX
            and end.threads <= middle.threads + THREADS_MAX
            and end.log_mib <= LOG_MIB_MAX
        )

    def __str__(self) -> str:
        return f"{self.middle}; {self.end}: {'flat' if self.right else 'GROWS'}"


def weigh(folder: Path, pids: Iterable[int], orders: int) -> Burden:
    """The processes of a shop, and the logs in its folder."""
    memory_kib = threads = files = 0
    for pid in pids:
        process = Path(f"/proc/{pid}")
        status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
        memory_kib += int(status["VmRSS"].split()[0])
        threads += int(status["Threads"])
        files += len(list((process / "fd").iterdir()))
    logs = sum(path.stat().st_size for path in folder.rglob("*-wal"))
    pages = sum(min(path.stat().st_size, PAGES_CACHED_KIB * 1024) for path in folder.rglob("*.db"))
    return Burden(orders, memory_kib / 1024, files, threads, logs / 2**20, pages / 2**20)
