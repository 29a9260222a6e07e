"""Short ways to write a grammar in a test."""

from __future__ import annotations

from collections.abc import Callable

NAMESPACE = "http://www.w3.org/2001/06/grammar"


def abnf(rules: str, header: str = "language en;\nroot $main;") -> bytes:
    return f"#ABNF 1.0 UTF-8;\n{header}\n{rules}\n".encode()


def xml(rules: str, attributes: str = 'version="1.0" xml:lang="en" root="main"') -> bytes:
    return f'<grammar xmlns="{NAMESPACE}" {attributes}>\n{rules}\n</grammar>\n'.encode()


def files(**sources: bytes) -> Callable[[str], bytes]:
    """A `resolve` over sources in memory; `_` in a name stands for the dot."""
    known = {name.replace("_", "."): source for name, source in sources.items()}
    return known.__getitem__
