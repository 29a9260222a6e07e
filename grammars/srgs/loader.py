"""The bytes of grammars in a folder: the one module here that reads files, for edges to pass in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from grammars.srgs.encoding import GRAMMAR_BYTES_MAX


def folder_resolver(folder: Path) -> Callable[[str], bytes]:
    """A `resolve` for `read_grammar` that reads `file:` URIs inside one folder and nothing else.

    The function raises FileNotFoundError for any other URI and for a file outside the folder.
    """
    root = folder.resolve()

    def resolve(uri: str) -> bytes:
        parts = urlsplit(uri)
        if parts.scheme != "file" or parts.netloc:
            raise FileNotFoundError(uri)
        path = Path(url2pathname(parts.path)).resolve()
        if not path.is_relative_to(root) or not path.is_file():
            raise FileNotFoundError(uri)
        return read_bounded(path)

    return resolve


def read_bounded(path: Path) -> bytes:
    """A file's bytes, at most one more than a grammar may have, so that its reader refuses it."""
    with path.open("rb") as file:
        return file.read(GRAMMAR_BYTES_MAX + 1)
