"""The system as a process of its own, and beside it the load that it binds to."""

from __future__ import annotations

import argparse
import json
import select
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.texts_alone import texts_alone

ROOT = Path(__file__).resolve().parent.parent.parent


@contextmanager
def loading(
    options: argparse.Namespace, codes: list[str]
) -> Generator[tuple[subprocess.Popen[str], int]]:
    """A carrier and its phones, and the port to bind to."""
    command = [sys.executable, "-m", "benchmarks.orders.phones"]
    for name in ("dialogue", "binds", "phones", "warm", "seconds", "every"):
        command += [f"--{name}", str(getattr(options, name))]
    command += ["--rate", str(options.open)]
    load = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert load.stdin
    load.stdin.write("\n".join(codes))
    load.stdin.close()
    try:
        yield load, int(expect(load, "port")["port"])
    finally:
        load.terminate()
        load.wait()


@contextmanager
def serving(
    options: argparse.Namespace, folder: Path, database: Path, port: int, more: str = ""
) -> Generator[subprocess.Popen[bytes]]:
    """The shop, until it is told to stop; `more` is what its settings say besides."""
    command = [sys.executable]
    if options.parts:
        command += ["-m", "benchmarks.orders.parts", str(folder / "parts.json")]
    elif options.profile:
        command += ["-m", "cProfile", "-o", str(options.profile), "-m", "cli"]
    else:
        command += ["-m", "cli"]
    settings = folder / "settings.toml"
    told = texts_alone(
        folder,
        port,
        database=database,
        shards=options.shards,
        binds=options.binds,
        window=options.window,
    )
    settings.write_text(told + more)
    command += ["serve", "--config", str(settings)]
    with (folder / "system.log").open("wb") as log:
        system = subprocess.Popen(command, stdout=log, stderr=log, cwd=ROOT)
    try:
        yield system
    finally:
        system.send_signal(signal.SIGINT)
        try:
            system.wait(30)
        except subprocess.TimeoutExpired:
            system.kill()
        shown = (folder / "system.log").read_text("utf-8", "replace").strip().splitlines()
        print("".join(f"  system: {line}\n" for line in shown[-5:]), end="")


def expect(load: subprocess.Popen[str], key: str) -> dict[str, Any]:
    """The load's next line that has this key."""
    assert load.stdout
    for line in load.stdout:
        told: dict[str, Any] = json.loads(line)
        if key in told:
            return told
    raise SystemExit("the load has ended; the system did not bind, or phones waited in vain")


def expect_bound(load: subprocess.Popen[str], system: subprocess.Popen[bytes]) -> None:
    """Until the system has bound, or has ended before."""
    assert load.stdout
    while not select.select([load.stdout], [], [], 0.5)[0]:
        if system.poll() is not None:
            raise SystemExit("the system has ended before it was bound")
    expect(load, "bound")
