"""`dialcart serve` as a process of its own, once it says that it is open."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[2]
DIALCART = (str(ROOT / "cli.py"),)
UNHURRIED = ("-m", "tests.end_to_end.unhurried")
"""See there."""
CLOSES_S_MAX = 120.0
"""After SIGTERM, on a machine that is busy with other tests."""


def opened(
    settings: Path,
    stderr: int | IO[str],
    trouble: Callable[[subprocess.Popen[str]], str],
    program: Sequence[str] = DIALCART,
) -> tuple[subprocess.Popen[str], str]:
    """The process and what it said; `trouble` reads why it ended before that."""
    return opened_by_words(["--config", str(settings)], ROOT, stderr, trouble, program)


def opened_by_words(
    words: Sequence[str],
    folder: Path,
    stderr: int | IO[str],
    trouble: Callable[[subprocess.Popen[str]], str],
    program: Sequence[str] = DIALCART,
) -> tuple[subprocess.Popen[str], str]:
    """The same with words of the command line, which have operators told how it does; it keeps what it keeps below `folder`."""
    process = subprocess.Popen(
        [sys.executable, *program, "serve", *words],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
    )
    said = ""
    assert process.stdout is not None
    while "For operators" not in said:
        line = process.stdout.readline()
        if not line:
            # Left open it would be a later test that fails by it as well.
            with process:
                told = trouble(process)
            raise AssertionError(told)
        said += line
    return process, said
