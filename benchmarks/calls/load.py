"""What the benchmarks of calls share: telephones as a process, CPU of another, a line of figures."""

import os
import subprocess
import sys
from dataclasses import dataclass

import msgspec

from benchmarks.calls.telephones import Result, Task

PROMPT = 0x31
TELEPHONE_PORT = 19_000
CLOCK_HZ = os.sysconf("SC_CLK_TCK")
HEAD = (
    f"{'':<34}{'core':>6}{'us/packet':>10}{'late p50':>10}{'p99':>8}{'max':>8}{'missing':>9}"
    f"{'key to stop p50':>17}{'p99':>7}{'their own p99':>15}"
)


@dataclass(frozen=True, slots=True)
class Used:
    """What a process used while calls were up."""

    share: float
    """Of a core."""
    packet_us: float
    """CPU a packet, sent or received; 0: not known."""
    counts: dict[str, int]
    client: float = 0.0
    """Of a core: what the process took that is told of keys and starts prompts, where it is another one."""

    @property
    def whole(self) -> float:
        """Of a core, by all that calls need."""
        return self.share + self.client


def cpu_s(pid: int) -> float:
    """What a process has used."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / CLOCK_HZ


def start(task: Task) -> "subprocess.Popen[bytes]":
    """Start telephones."""
    telephones = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.calls.telephones"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert telephones.stdin
    telephones.stdin.write(msgspec.json.encode(task) + b"\n")
    telephones.stdin.flush()
    return telephones


def result_of(telephones: "subprocess.Popen[bytes]") -> Result:
    """What they found, when they are done."""
    out, _ = telephones.communicate()
    return msgspec.json.decode(out, type=Result)


def row(name: str, result: Result, used: Used) -> str:
    """A line under HEAD. Times in ms."""
    stops = f"{result.stop_p50:>17.1f}{result.stop_p99:>7.1f}" if result.stops else " " * 24
    packet = f"{used.packet_us:>10.2f}" if used.packet_us else " " * 10
    return (
        f"{name:<34}{used.share:>6.0%}{packet}{result.late_p50:>10.2f}{result.late_p99:>8.2f}"
        f"{result.late_max:>8.2f}{result.missing:>9.2%}{stops}{result.own_late_p99:>15.2f}"
    )
