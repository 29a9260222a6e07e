"""How long `dialcart --help` takes, beside Python alone and beside Python with typer.

python benchmarks/startup.py
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

RUNS = 15
DIALCART = str(Path(sys.executable).parent / "dialcart")
CASES = {
    "python -c pass": (sys.executable, "-c", "pass"),
    "python -c 'import typer'": (sys.executable, "-c", "import typer"),
    "dialcart --help": (DIALCART, "--help"),
}


def once_ms(command: tuple[str, ...]) -> float:
    """One start to its end."""
    began = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return (time.perf_counter() - began) * 1_000


def main() -> None:
    """Take turns, so that a busy moment falls on all alike."""
    times: dict[str, list[float]] = {name: [] for name in CASES}
    for _ in range(RUNS):
        for name, command in CASES.items():
            times[name].append(once_ms(command))
    for name, taken in times.items():
        print(f"{name:<26} {statistics.median(taken):6.0f} ms  (least {min(taken):.0f})")


if __name__ == "__main__":
    main()
