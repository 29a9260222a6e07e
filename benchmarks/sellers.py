"""Forty thousand sellers' flows: read, checked and compiled cold, then found warm in the cache.

    python -m benchmarks.sellers [--count 40000]

Flows are made from the sample sellers: every one has its own name, catalog, prices and number, and its own wording of
half of its steps, so that what sellers share is what sellers of a template would share. Cold uses all cores.
"""

import argparse
import os
import random
import re
import resource
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from commands.flows_on_disk import LIBRARY, SELLER_FILE
from commands.opening import collecting_rarely, compile_now, open_flows
from store.compiled import CompiledFlows, Keyed

BASES = ("noodles", "topup", "tvshop")
CHUNK = 250


def generate(folder: Path, count: int, seed: int) -> int:
    """Write flows; bytes written."""
    chance = random.Random(seed)
    texts = [(LIBRARY / base / SELLER_FILE).read_text("utf-8") for base in BASES]
    texts = [text for text in texts if "include" not in text and "from " not in text] or texts[:1]
    written = 0
    for number in range(count):
        text = _vary(texts[number % len(texts)], number, chance)
        path = folder / f"s{number // 1000:03d}" / f"seller{number:05d}.flow"
        path.parent.mkdir(exist_ok=True)
        data = text.encode()
        path.write_bytes(data)
        written += len(data)
    return written


def _vary(text: str, number: int, chance: random.Random) -> str:
    text = re.sub(r"^shop (.*)$", rf"shop \g<1>{number}", text, count=1, flags=re.MULTILINE)
    text = re.sub(
        r"price \d+\.\d\d",
        lambda _: f"price {chance.randrange(100, 9999)}.{chance.randrange(100):02d}",
        text,
    )
    blocks = re.split(r"(?m)^(?=step |步骤)", text)
    for index in range(1, len(blocks)):
        if chance.random() < 0.5:
            blocks[index] = re.sub(
                r"(?m)^(\s+say .*)$", rf"\g<1>{number % 997}", blocks[index], count=1
            )
    return "".join(blocks)


def compile_chunk(paths: list[Path]) -> list[tuple[Keyed, int]]:
    """In a process of its own."""
    compiled: list[tuple[Keyed, int]] = []
    with collecting_rarely():
        for path in paths:
            keyed, errors = compile_now(path.stem, path)
            compiled.append((keyed, len(errors)))
    return compiled


def _chunks(paths: list[Path]) -> Iterator[list[Path]]:
    for begin in range(0, len(paths), CHUNK):
        yield paths[begin : begin + CHUNK]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=40_000)
    count = parser.parse_args().count
    cores = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        size = generate(folder, count, seed=1)
        paths = sorted(folder.rglob("*.flow"))
        print(f"{count} flows, {size / 2**20:.0f} MiB, {size / count / 1024:.1f} KiB each")
        cache = CompiledFlows(folder / "cache.db")
        began = time.perf_counter()
        errors = 0
        with ProcessPoolExecutor(cores) as pool:
            for compiled in pool.map(compile_chunk, _chunks(paths)):
                cache.keep([keyed for keyed, _ in compiled])
                errors += sum(found for _, found in compiled)
        cold = time.perf_counter() - began
        print(
            f"cold: read, checked, compiled in {cold:.1f} s on {cores} cores, "
            f"{cold / count * cores * 1000:.1f} ms a flow and core, {errors} errors"
        )
        began = time.perf_counter()
        found = sum(not opened.fresh for opened in open_flows(iter(paths), cache))
        warm = time.perf_counter() - began
        began = time.perf_counter()
        for opened in open_flows(iter(paths), cache):
            opened.compiled.load()
        decoded = time.perf_counter() - began
        read = time.perf_counter()
        for path in paths:
            path.read_bytes()
        read = time.perf_counter() - read
        print(
            f"warm: {found} found unchanged in {warm:.1f} s (only reading the files: {read:.1f} s)"
        )
        print(f"warm, every program decoded too: {decoded:.1f} s")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"memory at most {peak:.0f} MiB")
        cache.close()


if __name__ == "__main__":
    main()
