"""Syntax to program: names become indexes, wordings are laid out for every channel and language.

compiler.py makes the nodes; shop.py reads the settings, wordings.py lays out texts, variables.py finds the types of names,
statements.py walks bodies.
"""

from flows.compiler.compiler import Compiled, compile_flow
from flows.compiler.statements import bodies, statements, wait_names
from flows.compiler.variables import ANSWER_TYPES
from flows.compiler.wordings import SLOT, phrases_of

__all__ = [
    "ANSWER_TYPES",
    "SLOT",
    "Compiled",
    "bodies",
    "compile_flow",
    "phrases_of",
    "statements",
    "wait_names",
]
