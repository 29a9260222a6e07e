"""What a process costs, as Linux counts it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds so far."""

    user_s: float
    system_s: float

    @property
    def cpu_s(self) -> float:
        """Both."""
        return self.user_s + self.system_s

    def since(self, before: Cost) -> Cost:
        """What came since."""
        return Cost(self.user_s - before.user_s, self.system_s - before.system_s)


def cost(pid: int) -> Cost:
    """Of one process and its threads. See proc(5), stat."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return Cost(int(fields[11]) / _TICKS_PER_S, int(fields[12]) / _TICKS_PER_S)


def costs(pids: list[int]) -> Cost:
    """Of several."""
    found = [cost(pid) for pid in pids]
    return Cost(sum(one.user_s for one in found), sum(one.system_s for one in found))


def resident_bytes(pid: int) -> int:
    """Memory in use."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE_BYTES


def family(pid: int) -> list[int]:
    """A process and all that it started."""
    found = [pid]
    for one in found:
        for children in Path(f"/proc/{one}/task").glob("*/children"):
            found += [int(child) for child in children.read_text().split()]
    return found


def machine_busy_s() -> float:
    """CPU seconds that the whole machine was busy, since it started."""
    fields = [int(word) for word in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / _TICKS_PER_S
