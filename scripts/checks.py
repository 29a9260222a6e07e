"""The static checks: a line and a time for each, and what it said only where it failed."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECONDS_MAX = 600
"""For one of them, beside tests that come first."""
WORKERS = 2

TOOLS: dict[str, tuple[str, ...]] = {
    # The slowest first, so that the others run beside it.
    "basedpyright": ("basedpyright",),
    "ruff check": ("ruff", "check", "."),
    "ruff format": ("ruff", "format", "--check", "."),
    "lint-imports": ("lint-imports",),
    "deptry": ("deptry", "."),
    "typos": ("typos",),
    "docs and their links": ("zensical", "build", "--strict"),
}

GENERATORS = (
    "scripts.chinese_sounds",
    "scripts.command_pages",
    "scripts.signalling_pages",
    "scripts.diagnostic_pages",
    "scripts.settings_page",
)
"""Modules that write documentation. `python -m MODULE` writes it, `--check` tells whether it is current.

A new one is named here and nowhere else: scripts/docs, scripts/check and tests/docs read this list.
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check came to."""

    name: str
    passed: bool
    output: str
    time_s: float


def run(name: str, command: tuple[str, ...]) -> Outcome:
    """Run one check to its end, or to SECONDS_MAX."""
    began = time.monotonic()
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS_MAX,
            check=False,
        )
        passed, output = done.returncode == 0, done.stdout
    except subprocess.TimeoutExpired:
        passed, output = False, f"took longer than {SECONDS_MAX} s\n"
    except OSError as error:
        passed, output = False, f"{error}\n"
    return Outcome(name, passed, output, time.monotonic() - began)


def commands() -> dict[str, tuple[str, ...]]:
    """Every check by its name, with the words that start it."""
    scripts = Path(sys.executable).parent
    checks = {name: (str(scripts / tool), *rest) for name, (tool, *rest) in TOOLS.items()}
    for module in GENERATORS:
        checks[f"{module} is current"] = (sys.executable, "-m", module, "--check")
    return checks


def main() -> int:
    """Run all, two at a time, and tell of each as it ends."""
    failed: list[Outcome] = []
    with ThreadPoolExecutor(WORKERS) as pool:
        running = [pool.submit(run, name, command) for name, command in commands().items()]
        for future in running:
            outcome = future.result()
            verdict = "ok" if outcome.passed else "FAILED"
            print(f"{outcome.name:<36} {verdict:<7} {outcome.time_s:6.1f} s", flush=True)
            if not outcome.passed:
                failed.append(outcome)
    for outcome in failed:
        print(f"\n--- {outcome.name}\n{outcome.output.rstrip()}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
