"""Flows found on disk: a folder a seller, or a single file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flows.compiler import Compiled, compile_flow
from flows.diagnostic import Diagnostic
from flows.folder import read_flow
from flows.syntax import Flow

SELLER_FILE = "seller.flow"
LIBRARY = Path(__file__).resolve().parent.parent / "flows" / "library"
"""Sample sellers that ship."""

FLOWS_MAX = 100_000


@dataclass(frozen=True, slots=True)
class FoundFlow:
    """A flow file and what reading it reported."""

    path: Path
    flow: Flow
    diagnostics: tuple[Diagnostic, ...]

    def compile(self) -> Compiled:
        """Compile it as far as it goes."""
        return compile_flow(self.flow)


def flow_files(paths: list[Path]) -> Iterator[Path]:
    """Flow files under paths, in order: files as named, in folders the sellers' own, or else every `*.flow`."""
    for path in paths:
        if path.is_dir():
            found = sorted(path.rglob("*.flow"))[:FLOWS_MAX]
            # Beside sellers the other files are there to be included.
            sellers = [file for file in found if file.name == SELLER_FILE]
            yield from sellers or found
        else:
            yield path


def flow_name(path: Path) -> str:
    """What a flow is called: its folder, or its file's name."""
    return path.resolve().parent.name if path.name == SELLER_FILE else path.stem


def load(path: Path) -> FoundFlow:
    """Read a flow. A path may be a folder, a file, or the name of a sample seller. Raises OSError."""
    if path.is_dir():
        path = path / SELLER_FILE
    elif not path.exists() and (LIBRARY / path.name / SELLER_FILE).exists():
        path = LIBRARY / path.name / SELLER_FILE
    folder = path.resolve().parent

    def read(file: str) -> bytes:
        wanted = (folder / file).resolve()
        if folder.parent not in wanted.parents:
            raise FileNotFoundError(file)
        return wanted.read_bytes()

    flow, diagnostics = read_flow(flow_name(path), path.name, read)
    return FoundFlow(path, flow, diagnostics)
