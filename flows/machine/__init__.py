"""A program made ready to run: every node a function, every question a table of what its answers mean.

machine.py has the program and its texts, statements.py and questions.py make the functions of nodes, anywhere.py reads what
works at every question, made.py keeps what was made, signs.py says what a function may give.
"""

from flows.machine.machine import Machine
from flows.machine.signs import (
    ANYWHERE,
    CALLS_MAX,
    CONFIRM,
    END,
    NO_MATCH,
    RESUME,
    SPOKEN,
    STEPS_PER_TURN_MAX,
    WAIT,
    Answer,
    FlowTroubleError,
    Run,
    Trace,
)

__all__ = [
    "ANYWHERE",
    "CALLS_MAX",
    "CONFIRM",
    "END",
    "NO_MATCH",
    "RESUME",
    "SPOKEN",
    "STEPS_PER_TURN_MAX",
    "WAIT",
    "Answer",
    "FlowTroubleError",
    "Machine",
    "Run",
    "Trace",
]
