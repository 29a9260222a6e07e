"""Tables of even columns for a terminal, in which a Chinese character is as wide as two letters."""

from __future__ import annotations

from collections.abc import Sequence

from flows.diagnostic import width


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows as columns of even width, the first aligned left and the others right."""
    widths = [max(sum(map(width, row[n])) for row in rows) for n in range(len(rows[0]))]
    return "\n".join(
        "  ".join(_cell(cell, widths[n], is_first=n == 0) for n, cell in enumerate(row)).rstrip()
        for row in rows
    )


def _cell(cell: str, to: int, *, is_first: bool) -> str:
    space = " " * (to - sum(map(width, cell)))
    return cell + space if is_first else space + cell
