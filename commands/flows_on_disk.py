"""Flows found on disk: a folder a seller, or a single file."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from flows.compiler import Compiled, compile_flow
from flows.diagnostic import Diagnostic
from flows.folder import read_flow
from flows.source import FILE_BYTES_MAX
from flows.syntax import Flow
from grammars.names import nearest
from grammars.srgs.encoding import GRAMMAR_BYTES_MAX

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


def read_bounded(path: Path, bytes_max: int = FILE_BYTES_MAX) -> bytes:
    """A file's bytes; of one that is too large a byte more than is read, so that the reader can tell. Raises OSError."""
    if not path.is_file():
        # A device or a pipe would give bytes without end.
        why = "it is no file" if path.exists() else "there is no such file"
        raise FileNotFoundError(errno.ENOENT, why, str(path))
    with path.open("rb") as file:
        return file.read(bytes_max + 1)


def reader(path: Path) -> Callable[[str], bytes]:
    """Reads files in and beside the folder of a flow's file, and nowhere else; a grammar may be larger than other files."""

    def read(file: str) -> bytes:
        # Most flows name no other file, and where a folder really is takes longer to find out than all else of a start.
        folder = path.resolve().parent
        wanted = (folder / file).resolve()
        if folder.parent not in wanted.parents:
            raise FileNotFoundError(file)
        return read_bounded(wanted, GRAMMAR_BYTES_MAX)

    return read


def write_whole(path: Path, text: str) -> None:
    """Write a file so that whoever reads it, or stops us, finds the old one or the new one. Raises OSError."""
    target = path.resolve()
    beside = target.with_name(f".{target.name}.new")
    try:
        beside.write_text(text, "utf-8")
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def told(path: Path, error: OSError) -> str:
    """Why a file cannot be used, for people."""
    return f"{path}: {(error.strerror or str(error)).lower()}"


def flow_name(path: Path) -> str:
    """What a flow is called: its folder, or its file's name."""
    return path.resolve().parent.name if path.name == SELLER_FILE else path.stem


def _sample(path: Path) -> Path:
    """The sample seller of a bare name. Raises OSError where it is that of none, which may be a slip of the pen."""
    sample = LIBRARY / path / SELLER_FILE
    if sample.exists():
        return sample
    samples = [found.parent.name for found in LIBRARY.glob(f"*/{SELLER_FILE}")]
    near = "".join(f"; did you mean the sample `{name}`?" for name in nearest(path.name, samples))
    raise FileNotFoundError(errno.ENOENT, f"there is no such file{near}", str(path))


def load(path: Path) -> FoundFlow:
    """Read a flow. A path may be a folder, a file, or the name of a sample seller. Raises OSError."""
    if path.is_dir():
        path = path / SELLER_FILE
    elif not path.exists() and path == Path(path.name):
        path = _sample(path)
    flow, diagnostics = read_flow(flow_name(path), path.name, reader(path))
    return FoundFlow(path, flow, diagnostics)
