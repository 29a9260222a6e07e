"""A program made ready to run: every node a function, every question a table of what its answers mean.

machine.py has a seller's program, texts.py what it says, works.py the functions, which sellers of one template share. nodes.py
makes them, by statements.py and questions.py; anywhere.py reads what works at every question; signs.py says what a function
may give.
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
from flows.machine.works import Works, shape

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
    "Works",
    "shape",
]
