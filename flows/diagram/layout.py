"""Where each box of a picture stands: columns by distance from the start, rows where arrows run straight."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from flows.diagram.picture import Box, Picture

BOX_WIDTH = 300
ROW_HEIGHT = 22
HEAD_HEIGHT = 28
FOOT = 6
COLUMN_GAP = 110
BOX_GAP = 26
MARGIN = 24
SWEEPS = 12
"""Passes over the columns; more moved nothing in flows of 60 steps."""


@dataclass(frozen=True, slots=True)
class Arrow:
    """A drawn way from a row of one box to the head of another."""

    source: int
    row: int
    target: int


@dataclass(frozen=True, slots=True)
class Layout:
    """Upper left corners of the boxes, in the order of the picture, and the arrows drawn."""

    at: tuple[tuple[float, float], ...]
    arrows: tuple[Arrow, ...]
    """One column to the next. Every other way is a tag with the name of the step it leads to."""
    reached: frozenset[int]
    """Boxes that the start or `anywhere` leads to."""
    width: float
    height: float


def height(box: Box) -> float:
    """Of a box on the page."""
    return HEAD_HEIGHT + ROW_HEIGHT * len(box.rows) + FOOT


def port(row: int) -> float:
    """Middle of a row, below the top of its box."""
    return HEAD_HEIGHT + ROW_HEIGHT * (row + 0.5)


def lay_out(picture: Picture) -> Layout:
    """Columns by breadth-first distance, so that a way forward never skips one.

    What leads back, sideways or to a box that many lead to is no arrow: it would cross half the page.
    """
    boxes = picture.boxes
    numbers = {box.name: i for i, box in enumerate(boxes) if box.kind != "anywhere"}
    ways = [
        Arrow(i, r, numbers[row.target])
        for i, box in enumerate(boxes)
        for r, row in enumerate(box.rows)
        if row.target in numbers
    ]
    column, reached = _columns(picture, numbers, ways)
    arrows = _drawn(boxes, ways, column)
    order = _order(column, arrows)
    top = _heights(boxes, order, arrows)
    lift = min(top.values(), default=0.0)
    at = tuple(
        (MARGIN + column[i] * (BOX_WIDTH + COLUMN_GAP), MARGIN + top[i] - lift)
        for i in range(len(boxes))
    )
    width = max((x for x, _ in at), default=0.0) + BOX_WIDTH + MARGIN
    bottom = max((y + height(box) for (_, y), box in zip(at, boxes, strict=True)), default=0.0)
    return Layout(at, arrows, reached, width, bottom + MARGIN)


def _columns(
    picture: Picture, numbers: dict[str, int], ways: list[Arrow]
) -> tuple[dict[int, int], frozenset[int]]:
    after: dict[int, list[int]] = defaultdict(list)
    for way in ways:
        after[way.source].append(way.target)
    column: dict[int, int] = {}

    def spread(root: int, at: int) -> None:
        if root in column:
            return
        column[root] = at
        wave = [root]
        while wave:
            following: list[int] = []
            for box in wave:
                for target in after[box]:
                    if target not in column:
                        column[target] = column[box] + 1
                        following.append(target)
            wave = following

    if picture.start is not None:
        spread(numbers[picture.start], 0)
    for i, box in enumerate(picture.boxes):
        if box.kind == "anywhere":
            spread(i, 0)
    reached = frozenset(column)
    for i in range(len(picture.boxes)):
        spread(i, 0)
    return column, reached


def _drawn(boxes: tuple[Box, ...], ways: list[Arrow], column: dict[int, int]) -> tuple[Arrow, ...]:
    """One arrow from box to box: what always happens before what happens sometimes."""
    chosen: dict[tuple[int, int], Arrow] = {}
    for way in ways:
        if column[way.target] != column[way.source] + 1:
            continue
        ends = (way.source, way.target)
        usual = boxes[way.source].rows[way.row].kind in ("option", "jump")
        if usual or ends not in chosen:
            chosen[ends] = way
    return tuple(sorted(chosen.values(), key=lambda arrow: (arrow.source, arrow.row)))


def _order(column: dict[int, int], arrows: tuple[Arrow, ...]) -> list[list[int]]:
    """Boxes of each column from top to bottom, swept to and fro by the middle of their neighbours."""
    columns: list[list[int]] = [[] for _ in range(max(column.values(), default=-1) + 1)]
    # As they were reached: the start on top, then `anywhere`, then what nothing leads to.
    for i, at in column.items():
        columns[at].append(i)
    before: dict[int, list[Arrow]] = defaultdict(list)
    after: dict[int, list[Arrow]] = defaultdict(list)
    for arrow in arrows:
        before[arrow.target].append(arrow)
        after[arrow.source].append(arrow)
    best = [list(c) for c in columns]
    fewest = _crossings(best, arrows)
    for sweep in range(SWEEPS):
        rank = {i: place for c in columns for place, i in enumerate(c)}
        forward = sweep % 2 == 0
        # The first column stays as the file has it: the start on top.
        for c in columns[1:] if forward else reversed(columns[1:-1]):
            middles = {i: _middle(i, rank, before if forward else after, forward) for i in c}
            c.sort(key=lambda i: middles[i])
            rank.update({i: place for place, i in enumerate(c)})
        crossings = _crossings(columns, arrows)
        if crossings < fewest or (sweep == 0 and crossings == fewest):
            best, fewest = [list(c) for c in columns], crossings
    _swap_neighbours(best, arrows)
    return best


def _swap_neighbours(columns: list[list[int]], arrows: tuple[Arrow, ...]) -> None:
    """Swap two neighbours wherever that uncrosses arrows, until nothing changes."""
    fewest = _crossings(columns, arrows)
    for _ in range(SWEEPS):
        before = fewest
        for c in columns[1:]:
            for i in range(len(c) - 1):
                if not fewest:
                    return
                c[i], c[i + 1] = c[i + 1], c[i]
                crossings = _crossings(columns, arrows)
                if crossings < fewest:
                    fewest = crossings
                else:
                    c[i], c[i + 1] = c[i + 1], c[i]
        if fewest == before:
            return


def _middle(box: int, rank: dict[int, int], arrows: dict[int, list[Arrow]], forward: bool) -> float:
    own = arrows[box]
    if not own:
        return float(rank[box])
    if forward:
        return sum(rank[a.source] + a.row / 100 for a in own) / len(own)
    return sum(rank[a.target] for a in own) / len(own)


def _crossings(columns: list[list[int]], arrows: tuple[Arrow, ...]) -> int:
    rank = {i: place for c in columns for place, i in enumerate(c)}
    where = {i: number for number, c in enumerate(columns) for i in c}
    by_column: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for a in arrows:
        by_column[where[a.source]].append((rank[a.source] + a.row / 1000, rank[a.target]))
    crossed = 0
    for ends in by_column.values():
        ends.sort()
        for i, (_, upper) in enumerate(ends):
            crossed += sum(1 for _, lower in ends[i + 1 :] if lower < upper)
    return crossed


def _heights(
    boxes: tuple[Box, ...], order: list[list[int]], arrows: tuple[Arrow, ...]
) -> dict[int, float]:
    """Tops of the boxes: as near as may be to where their arrows come from and go to."""
    top: dict[int, float] = {}
    for c in order:
        at = 0.0
        for i in c:
            top[i] = at
            at += height(boxes[i]) + BOX_GAP

    def from_above(i: int) -> list[float]:
        head = HEAD_HEIGHT / 2
        return [top[a.source] + port(a.row) - head for a in arrows if a.target == i]

    def from_below(i: int) -> list[float]:
        head = HEAD_HEIGHT / 2
        return [top[a.target] + head - port(a.row) for a in arrows if a.source == i]

    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        for c in order if forward else reversed(order):
            wanted: Callable[[int], list[float]] = from_above if forward else from_below
            wishes = [wanted(i) or [top[i]] for i in c]
            heights = [height(boxes[i]) for i in c]
            tops = _apart([sum(w) / len(w) for w in wishes], heights)
            top |= dict(zip(c, tops, strict=True))
    return top


def _apart(wishes: list[float], heights: list[float]) -> list[float]:
    """Tops nearest to the wished ones (least squares) such that no two boxes touch.

    Less the heights above, tops must only not fall: neighbours that would are pooled at their mean.
    """
    offsets: list[float] = []
    above = 0.0
    for tall in heights:
        offsets.append(above)
        above += tall + BOX_GAP
    pools: list[tuple[float, int]] = []
    for wish, offset in zip(wishes, offsets, strict=True):
        total, count = wish - offset, 1
        while pools and pools[-1][0] / pools[-1][1] >= total / count:
            more, others = pools.pop()
            total, count = total + more, count + others
        pools.append((total, count))
    bases = [total / count for total, count in pools for _ in range(count)]
    return [base + offset for base, offset in zip(bases, offsets, strict=True)]
