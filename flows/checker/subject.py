"""What rules look at: a flow, its program, and what several rules need of both, worked out once."""

from __future__ import annotations

from functools import cached_property

from flows import syntax as s
from flows.checker.beside import Beside
from flows.checker.ways.shape import Shape
from flows.compiler import Compiled


class Subject:
    """A flow under check. Everything on it is derived, and derived once."""

    def __init__(
        self, compiled: Compiled, beside: Beside | None = None, *, partly: bool = False
    ) -> None:
        self.compiled = compiled
        self.flow = compiled.flow
        self.program = compiled.program
        self.beside = beside or Beside()
        self.partly = partly
        """Whether some lines could not be read, so that what seems to be missing may stand there."""
        self.unused: tuple[s.Suppression, ...] = ()
        """Comments that silence nothing; known once all other rules have run."""

    @cached_property
    def shop(self) -> s.Shop | None:
        """The first `shop` block."""
        return next((b for b in self.flow.blocks if isinstance(b, s.Shop)), None)

    @cached_property
    def defaults(self) -> s.Defaults | None:
        """The first `defaults` block."""
        return next((b for b in self.flow.blocks if isinstance(b, s.Defaults)), None)

    @cached_property
    def steps(self) -> tuple[s.Step, ...]:
        """All steps in the order of the file."""
        return tuple(b for b in self.flow.blocks if isinstance(b, s.Step))

    @cached_property
    def items(self) -> tuple[s.Item, ...]:
        """All products."""
        return tuple(i for b in self.flow.blocks if isinstance(b, s.Catalog) for i in b.items)

    @cached_property
    def anywhere(self) -> tuple[s.Option, ...]:
        """All options of `anywhere`."""
        return tuple(o for b in self.flow.blocks if isinstance(b, s.Anywhere) for o in b.options)

    @cached_property
    def shape(self) -> Shape:
        """Where the program leads."""
        return Shape(self.program)
