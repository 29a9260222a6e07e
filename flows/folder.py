"""A flow read with everything it names: includes, catalogs and grammars beside it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import replace

from flows.catalog import read_catalog
from flows.diagnostic import Diagnostic, parted
from flows.parser import parse_block
from flows.source import cut, decode
from flows.syntax import Block, Catalog, Flow, GrammarFile, Include, Place, Span, Suppression

FILES_MAX = 20
"""Files that one flow may include."""

_LINE_END = re.compile("\r\n?")
"""Sheets end their rows in three ways."""

Read = Callable[[str], bytes]
"""Gives the bytes of a file named relative to the flow's folder; raises OSError. Edges hand it in."""


def read_flow(name: str, file: str, read: Read) -> tuple[Flow, tuple[Diagnostic, ...]]:
    """Read `file` and what it names. Raises OSError if `file` itself cannot be read."""
    return _Folder(name, read).flow(file)


def flow_of(name: str, text: str) -> tuple[Flow, tuple[Diagnostic, ...]]:
    """A flow from its text alone, for editors and tests."""

    def read(file: str) -> bytes:
        if file == f"{name}.flow":
            return text.encode()
        raise FileNotFoundError(file)

    return read_flow(name, f"{name}.flow", read)


class _Folder:
    def __init__(self, name: str, read: Read) -> None:
        self.name = name
        self.read = read
        self.blocks: list[Block] = []
        self.starts: dict[str, Place] = {}
        self.sources: dict[str, tuple[str, ...]] = {}
        self.suppressions: list[Suppression] = []
        self.diagnostics: list[Diagnostic] = []
        self.files: dict[str, bytes] = {}
        self.keys: set[str] = set()

    def flow(self, file: str) -> tuple[Flow, tuple[Diagnostic, ...]]:
        self._file(file, self.read(file))
        if not self.starts:
            # Even an empty file has a place for a diagnostic to point at.
            self.starts[""] = Place(file, 1)
        flow = Flow(
            self.name,
            tuple(self.blocks),
            self.starts,
            self.sources,
            tuple(self.suppressions),
            self.files,
        )
        return flow, tuple(self.diagnostics)

    def _file(self, file: str, data: bytes) -> None:
        try:
            text = decode(data)
        except ValueError as error:
            key = f"file {file}"
            self.starts[key] = Place(file, 1)
            self.sources[file] = ()
            message, help_text = parted(str(error))
            self._report(Span(key, 1, 1, 1), message, help_text)
            return
        source = cut(text, file, self.keys)
        self.sources[file] = source.lines
        self.suppressions += source.suppressions
        self.diagnostics += source.diagnostics
        for chunk in source.chunks:
            self.starts[chunk.key] = chunk.place
            block, found = parse_block(chunk.text, chunk.key)
            self.diagnostics += found
            if block is not None:
                self._block(block, file)

    def _block(self, block: Block, file: str) -> None:
        folder = posixpath.dirname(file)
        match block:
            case Include(source, span):
                path = posixpath.normpath(posixpath.join(folder, source))
                if path in self.sources:
                    return
                if len(self.sources) >= FILES_MAX:
                    self._report(span, f"more than {FILES_MAX} files are included", "include fewer")
                    return
                data = self._beside(path, span)
                self.blocks.append(block)
                if data is not None:
                    self._file(path, data)
            case Catalog(source, _, span) if source is not None:
                data = self._beside(posixpath.normpath(posixpath.join(folder, source)), span)
                self.blocks.append(self._catalog(block, source, data))
            case GrammarFile(_, source, span):
                data = self._beside(posixpath.normpath(posixpath.join(folder, source)), span)
                if data is not None:
                    self.files[source] = data
                self.blocks.append(block)
            case _:
                self.blocks.append(block)

    def _catalog(self, block: Catalog, source: str, data: bytes | None) -> Catalog:
        if data is None:
            return block
        key = f"catalog {source}"
        self.starts[key] = Place(source, 1)
        try:
            text = decode(data)
        except ValueError as error:
            message, help_text = parted(str(error))
            self._report(block.span, f"{source}: {message}", help_text)
            return block
        text = _LINE_END.sub("\n", text)
        self.sources[source] = tuple(text.split("\n"))
        items, found = read_catalog(text, key)
        self.diagnostics += found
        return replace(block, items=(*items, *block.items))

    def _beside(self, path: str, span: Span) -> bytes | None:
        if path.startswith(("/", "../..")):
            self._report(
                span, f"`{path}` is not in the flow's folder", "name a file beside the flow"
            )
            return None
        try:
            return self.read(path)
        except OSError:
            self._report(span, f"there is no file `{path}` beside the flow", "check its name")
            return None

    def _report(self, span: Span, message: str, help_text: str) -> None:
        self.diagnostics.append(
            Diagnostic("E001", "syntax-error", "error", message, span, help_text)
        )
