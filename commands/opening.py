"""Sellers' flows read, checked and compiled, or taken from the cache if nothing in them changed."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

from commands.flows_on_disk import flow_name, read_bounded, reader
from flows.checker import check_flow
from flows.compiler import compile_flow
from flows.diagnostic import render
from flows.folder import read_flow
from flows.packed import encode, fingerprint
from store.compiled import CompiledFlow, CompiledFlows, Keyed, digest, key_of

YOUNG_OBJECTS_MAX = 50_000
"""Objects made before the garbage collector looks, while many flows are compiled: hardly any of theirs are garbage."""

KEPT_AT_ONCE = 500
"""Entries that go into the cache in one transaction."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A seller's flow, compiled now or before."""

    seller: str
    path: Path
    compiled: CompiledFlow
    fresh: bool
    """Whether it was compiled now."""
    errors: tuple[str, ...] = ()
    """Errors as text, where it was compiled now."""


def compile_now(name: str, path: Path) -> tuple[Keyed, tuple[str, ...]]:
    """Read, check and compile a flow; its cache entry, and its errors as text. Raises OSError."""
    base = reader(path)
    files: dict[str, bytes] = {}

    def read(file: str) -> bytes:
        data = base(file)
        files[file] = data
        return data

    flow, found = read_flow(name, path.name, read)
    source = files.pop(path.name)
    errors = tuple(
        render(flow, diagnostic)
        for diagnostic in check_flow(flow, found)
        if diagnostic.severity == "error"
    )
    program = compile_flow(flow).program
    entry = CompiledFlow(
        fingerprint(program),
        encode(program),
        {file: digest(data) for file, data in files.items()},
        len(errors),
    )
    return Keyed(key_of(name, source), entry), errors


@contextlib.contextmanager
def collecting_rarely() -> Generator[None]:
    """Have the garbage collector look seldom: compiling many flows, it takes a fifth of the time and finds nothing."""
    before = gc.get_threshold()
    gc.set_threshold(YOUNG_OBJECTS_MAX, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def open_flows(paths: Iterator[Path], cache: CompiledFlows) -> Iterator[Opened]:
    """Every flow, from the cache where it can be. Raises OSError for a file that cannot be read."""
    with collecting_rarely():
        yield from _open_flows(paths, cache)


def flows_beside(database: Path, paths: Iterator[Path]) -> Iterator[Opened]:
    """Every flow, for who looks and keeps nothing: from the cache beside a database, if that is there.

    Raises OSError for a file that cannot be read.
    """
    cache = CompiledFlows(database.with_suffix(".compiled") if database.exists() else ":memory:")
    yield from open_flows(paths, cache)
    cache.close()


def _open_flows(paths: Iterator[Path], cache: CompiledFlows) -> Iterator[Opened]:
    fresh: list[Keyed] = []
    for path in paths:
        name = flow_name(path)
        found = cache.find(name, read_bounded(path), reader(path))
        if found is not None and not found.errors:
            yield Opened(name, path, found, fresh=False)
            continue
        keyed, errors = compile_now(name, path)
        fresh.append(keyed)
        if len(fresh) >= KEPT_AT_ONCE:
            cache.keep(fresh)
            fresh.clear()
        yield Opened(name, path, keyed.entry, fresh=True, errors=errors)
    if fresh:
        cache.keep(fresh)
