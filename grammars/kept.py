"""Where Lark keeps a grammar that it has worked out, so that the next process has it at once."""

from __future__ import annotations

import sys
from importlib.resources import files
from importlib.util import cache_from_source


def kept_beside(grammar: str) -> str | None:
    """The file that Lark's `cache=` takes for a grammar of this package; None where Python keeps no bytecode either.

    It stands beside the bytecode. Lark checks that what it finds there was made of the same grammar by the same versions,
    and goes on without it where the folder cannot be written. Its default, a file in the folder for temporary files, is one
    that others could forge.
    """
    if sys.dont_write_bytecode:
        return None
    return cache_from_source(str(files("grammars").joinpath(f"{grammar}.lark")))
