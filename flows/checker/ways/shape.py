"""Where a program leads, whatever its texts say."""

from __future__ import annotations

from functools import cached_property

import msgspec

from flows import program as p


class Shape:
    """The graph of a program. Two programs with the same graph have equal shapes.

    An edit of a text, a price or a setting leaves the shape as it is, so what was worked out on it before still stands.
    """

    def __init__(self, program: p.Program) -> None:
        self.nodes = program.nodes
        self.anywhere = program.anywhere
        self.start = program.start
        self.turns_target = program.limits.turns_target
        self.languages = program.languages
        self.channels = program.channels
        # Whatever is added above is part of the key.
        self._key = msgspec.msgpack.encode(list(vars(self).values()))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Shape) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    @cached_property
    def edges(self) -> tuple[tuple[tuple[str, int], ...], ...]:
        """Ways out by node, as flows.program.edges gives them."""
        return tuple([tuple(p.edges(node)) for node in self.nodes])
