"""How fast flow files are parsed, and how near a report is to the slip: `python -m benchmarks.parse`."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

import flows
from benchmarks.mutants import mutants, several
from flows.diagnostic import locate
from flows.folder import flow_of
from flows.formatter import format_source
from flows.parser import parse_block
from flows.source import cut

MUTANTS = 550
ROUNDS = 5
EXAMPLE = Path(flows.__file__ or "").parent / "library/noodles/seller.flow"


def best_ms(action: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The quickest of several runs, in milliseconds."""
    times: list[float] = []
    for _ in range(rounds):
        began = time.perf_counter()
        action()
        times.append(time.perf_counter() - began)
    return min(times) * 1_000


def parse(text: str) -> None:
    """Cut and parse a file, nothing remembered."""
    parse_block.cache_clear()
    for chunk in cut(text, "x.flow").chunks:
        parse_block(chunk.text, chunk.key)


def reparse(text: str) -> None:
    """Cut and parse a file whose other blocks are remembered."""
    for chunk in cut(text, "x.flow").chunks:
        parse_block(chunk.text, chunk.key)


def grown(text: str, kilobytes: int) -> str:
    """The example again and again under other names, to a size."""
    parts: list[str] = []
    size = 0
    while size < kilobytes * 1_000:
        part = re.sub(r"(?m)^step (\w+)", rf"step \1_{len(parts)}", text)
        parts.append(part)
        size += len(part.encode())
    return "\n".join(parts)


def speed() -> None:
    """Print milliseconds a kilobyte."""
    example = EXAMPLE.read_text(encoding="utf-8")
    began = time.perf_counter()
    parse(example)
    print(f"first parse, grammar built     {(time.perf_counter() - began) * 1_000:8.1f} ms")
    for kilobytes in (1, 30, 120):
        text = grown(example, kilobytes)
        size = len(text.encode()) / 1_000
        taken = best_ms(lambda text=text: parse(text))
        print(f"parse {size:6.1f} KB               {taken:8.2f} ms  {taken / size:6.3f} ms/KB")
    text = grown(example, 120)
    parse(text)
    edits = iter(range(1_000))
    edited = best_ms(lambda: reparse(text.replace("想吃什么", f"吃{next(edits)}", 1)))
    print(f"one block edited in 120 KB     {edited:8.2f} ms")
    parse(example)
    edited = best_ms(lambda: reparse(example.replace("想吃什么", f"吃{next(edits)}", 1)))
    print(f"one block edited in the example{edited:8.2f} ms")
    print(f"format the example             {best_ms(lambda: format_source(example)):8.2f} ms")


def accuracy(seed: int = 7) -> None:
    """Print how far a report is from the slip, and how many of five typos one pass finds."""
    example = EXAMPLE.read_text(encoding="utf-8")
    distances: list[int] = []
    for mutant in mutants(example, MUTANTS, seed):
        flow, found = flow_of("x", mutant.text)
        if found:
            distances.append(abs(locate(flow, found[0].span).line - mutant.line))
    distances.sort()
    p50, p90 = (distances[len(distances) * p // 100] for p in (50, 90))
    print(
        f"{MUTANTS} mutants: {len(distances)} are mistakes of form; "
        f"lines off p50 {p50}, p90 {p90}, max {distances[-1]} (floor 0, 1, 5)"
    )
    reported = false = 0
    for number in range(40):
        text, lines = several(example, 5, number)
        flow, found = flow_of("x", text)
        told = {locate(flow, d.span).line for d in found}
        reported += len(told & set(lines))
        false += len(told - set(lines))
    print(f"five typos at once: {reported / 2:.1f} % in one pass (floor 90), {false} false reports")


if __name__ == "__main__":
    speed()
    for chosen in map(int, sys.argv[1:] or ["7"]):
        accuracy(chosen)
