"""A flow as an SVG page of its own: no script, no font, nothing fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from flows.diagram.layout import (
    BOX_WIDTH,
    COLUMN_GAP,
    HEAD_HEIGHT,
    MARGIN,
    ROW_HEIGHT,
    Layout,
    height,
    lay_out,
    port,
)
from flows.diagram.picture import Box, Marks, Picture, Row, picture
from flows.diagram.type import fitted, text_width
from flows.syntax import Flow

TITLE_HEIGHT = 44
TAG_TEXT_MAX = 120
"""Pixels that the name of a step may take in a tag."""

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML document may contain (XML 1.0, section 2.2)."""
_STYLE = """
text{font-family:system-ui,"Noto Sans","Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;
font-size:13px;fill:#1f2933;dominant-baseline:central}
.page{fill:#fcfcfd}.title{font-size:19px;font-weight:600}.name{font-weight:600}
.box{stroke-width:1.5}.head{stroke:none}
.plain .box,.plain .inner{fill:#fff;stroke:#9aa5b1}.plain .head{fill:#eef1f4}
.question .box{fill:#fff;stroke:#3b78c3}.question .head{fill:#dfecfb}
.order .box,.order .inner{fill:#fff;stroke:#2c8a4b}.order .head{fill:#d5f0dd}.order .inner{fill:none}
.agent .box{fill:#fff;stroke:#c47a12}.agent .head{fill:#fde7c7}
.goodbye .box{fill:#fff;stroke:#52606d}.goodbye .head{fill:#d9dee4}
.anywhere .box{fill:#fff;stroke:#8456b8;stroke-dasharray:5 3}.anywhere .head{fill:#ebdff8}
.lost .box{stroke-dasharray:2 3}
.say,.act,.end{fill:#52606d}.end{font-weight:600}.ask{fill:#123a6b}.condition,.outcome,.tries{fill:#7a4a06}
.key{fill:#1f2933}.keytext{fill:#fff;font-size:11px;font-weight:600;text-anchor:middle}
.diamond{fill:#fde7c7;stroke:#c47a12}.bolt{fill:#fbd5d5;stroke:#b83232}
.port{fill:#52606d}.way{fill:none;stroke:#7b8794;stroke-width:1.5}.way.condition,.way.outcome,.way.tries
{stroke:#c47a12;stroke-dasharray:6 3}.way:hover{stroke:#1f2933;stroke-width:3}
.tag rect{fill:#eef1f4;stroke:#9aa5b1}.tag text{font-size:12px}
.tag.question rect{fill:#dfecfb;stroke:#3b78c3}.tag.order rect{fill:#d5f0dd;stroke:#2c8a4b}
.tag.agent rect{fill:#fde7c7;stroke:#c47a12}.tag.goodbye rect{fill:#d9dee4;stroke:#52606d}
.tag.missing rect{fill:#fde8e8;stroke:#c81e1e;stroke-dasharray:3 2}.tag.missing text{fill:#c81e1e}
.missed{stroke:#d61f69;stroke-width:2.5}.missedrow{fill:#fdf0f5}
.error{fill:#c81e1e}.warning{fill:#d97706}.info{fill:#3b78c3}.issue{fill:#fff;font-size:11px;font-weight:700;text-anchor:middle}
.legend text{font-size:12px;fill:#52606d}
"""


def to_svg(flow: Flow, marks: Marks | None = None) -> str:
    """The page. Steps that are not there are red tags; `marks.missed` ways and `issues` stand out."""
    drawn = picture(flow)
    return _Page(drawn, lay_out(drawn), marks or Marks()).text()


class _Page:
    def __init__(self, drawn: Picture, layout: Layout, marks: Marks) -> None:
        self.drawn = drawn
        self.layout = layout
        self.marks = marks
        self.kinds = {box.name: box.kind for box in drawn.boxes if box.kind != "anywhere"}
        self.ported = {(arrow.source, arrow.row) for arrow in layout.arrows}

    def text(self) -> str:
        wide = max(self.layout.width, 760)
        tall = self.layout.height + TITLE_HEIGHT + 40
        page = "".join(
            (
                (
                    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:.0f} {tall:.0f}" '
                    f'width="{wide:.0f}" height="{tall:.0f}" role="img" '
                    f"aria-label={quoteattr(self.drawn.title)}>\n<style>{_STYLE}</style>\n"
                ),
                (
                    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" '
                    'markerHeight="8" markerUnits="userSpaceOnUse" orient="auto">'
                    '<path d="M0,0L8,4L0,8z" fill="#52606d"/></marker></defs>\n'
                ),
                f'<rect class="page" width="{wide:.0f}" height="{tall:.0f}"/>\n',
                f'<text class="title" x="{MARGIN}" y="{MARGIN + 6}">{escape(self.drawn.title)}</text>\n',
                f'<g transform="translate(0,{TITLE_HEIGHT})">\n',
                *self._ways(),
                *(self._box(i, box) for i, box in enumerate(self.drawn.boxes)),
                "</g>\n",
                _legend(tall - 26),
                "</svg>\n",
            )
        )
        return _FORBIDDEN.sub("\ufffd", page)

    def _ways(self) -> Iterator[str]:
        for arrow in self.layout.arrows:
            row = self.drawn.boxes[arrow.source].rows[arrow.row]
            x, y = self.layout.at[arrow.source]
            x, y = x + BOX_WIDTH, y + port(arrow.row)
            u, v = self.layout.at[arrow.target]
            v += HEAD_HEIGHT / 2
            bend = COLUMN_GAP * 0.55
            missed = " missed" if row.place in self.marks.missed else ""
            yield (
                f'<path class="way {row.kind}{missed}" marker-end="url(#tip)" '
                f'd="M{x:.1f},{y:.1f}C{x + bend:.1f},{y:.1f} {u - bend:.1f},{v:.1f} {u - 1:.1f},{v:.1f}">'
                f"<title>{escape(f'{row.full} -> {row.target}')}</title></path>\n"
            )

    def _box(self, number: int, box: Box) -> str:
        x, y = self.layout.at[number]
        lost = "" if number in self.layout.reached else " lost"
        start = "▶ " if box.name == self.drawn.start and box.kind != "anywhere" else ""
        tall = height(box)
        parts = [
            (
                f'<g class="{box.kind}{lost}" id={quoteattr("step-" + box.name)} '
                f'transform="translate({x:.1f},{y:.1f})">\n'
            ),
            _outline(box, tall),
            (
                f'<text class="name" x="12" y="{HEAD_HEIGHT / 2}">'
                f"{escape(start + fitted(box.name, BOX_WIDTH - 70))}</text>\n"
            ),
            *(self._row(number, i, row) for i, row in enumerate(box.rows)),
            self._issue(box),
            "</g>\n",
        ]
        return "".join(parts)

    def _row(self, number: int, index: int, row: Row) -> str:
        middle = port(index)
        left = 12.0 + 14 * row.depth
        parts: list[str] = []
        if row.place in self.marks.missed and row.target is not None:
            parts.append(
                f'<rect class="missedrow" x="2" y="{middle - ROW_HEIGHT / 2:.1f}" '
                f'width="{BOX_WIDTH - 4}" height="{ROW_HEIGHT}"/>'
            )
        sign, used = _sign(row, left, middle)
        parts.append(sign)
        left += used
        right = BOX_WIDTH - 12.0
        if row.target is not None:
            if (number, index) in self.ported:
                parts.append(f'<circle class="port" cx="{BOX_WIDTH}" cy="{middle:.1f}" r="3.5"/>')
                if row.kind == "jump":
                    parts.append(
                        f'<text class="act" x="{right - 12:.1f}" y="{middle:.1f}">→</text>'
                    )
                right -= 18
            else:
                tag, wide = self._tag(row.target, right, middle)
                parts.append(tag)
                right -= wide + 8
        words = fitted(row.text, right - left)
        parts.append(
            f'<text class="{row.kind}" x="{left:.1f}" y="{middle:.1f}">{escape(words)}'
            f"<title>{escape(row.full)}</title></text>\n"
        )
        return "".join(parts)

    def _tag(self, target: str, right: float, middle: float) -> tuple[str, float]:
        """A small box with the name of the step that a row leads to; it links there."""
        kind = self.kinds.get(target, "missing")
        words = fitted(("✗ " if kind == "missing" else "→ ") + target, TAG_TEXT_MAX, 12)
        wide = text_width(words, 12) + 14
        body = (
            f'<g class="tag {kind}"><rect x="{right - wide:.1f}" y="{middle - 9:.1f}" '
            f'width="{wide:.1f}" height="18" rx="9"/><text x="{right - wide + 7:.1f}" '
            f'y="{middle:.1f}">{escape(words)}</text></g>'
        )
        if kind != "missing":
            body = f"<a href={quoteattr('#step-' + target)}>{body}</a>"
        return body, wide

    def _issue(self, box: Box) -> str:
        found = self.marks.issues.get(box.block)
        if found is None:
            return ""
        severity, messages = found
        return (
            f'<g><circle class="{severity}" cx="{BOX_WIDTH - 14}" cy="{HEAD_HEIGHT / 2}" r="8"/>'
            f'<text class="issue" x="{BOX_WIDTH - 14}" y="{HEAD_HEIGHT / 2}">!</text>'
            f"<title>{escape(messages)}</title></g>\n"
        )


def _outline(box: Box, tall: float) -> str:
    """Shape tells the kind as colour does: for eyes that see few colours, and for black and white paper."""
    wide, head = BOX_WIDTH, HEAD_HEIGHT
    if box.kind == "agent":
        cut = 12
        return (
            f'<path class="box" d="M{cut},0H{wide - cut}L{wide},{cut}V{tall - cut}L{wide - cut},{tall}'
            f'H{cut}L0,{tall - cut}V{cut}z"/><path class="head" d="M{cut},1H{wide - cut}L{wide - 1},{cut}'
            f'V{head}H1V{cut}z"/>\n'
        )
    bend = 16 if box.kind == "goodbye" else 2 if box.kind == "order" else 7
    inner = (
        f'<rect class="inner" x="-4" y="-4" width="{wide + 8}" height="{tall + 8}" rx="4"/>'
        if box.kind == "order"
        else ""
    )
    return (
        f'{inner}<rect class="box" width="{wide}" height="{tall}" rx="{bend}"/>'
        f'<path class="head" d="M1,{head}V{bend}Q1,1 {bend},1H{wide - bend}Q{wide - 1},1 '
        f'{wide - 1},{bend}V{head}z"/>\n'
    )


def _sign(row: Row, left: float, middle: float) -> tuple[str, float]:
    """What stands before the words of a row, and the room it takes."""
    if row.kind == "option" and row.mark != "·":
        wide = max(18.0, text_width(row.mark, 11) + 10)
        return (
            (
                f'<rect class="key" x="{left:.1f}" y="{middle - 8:.1f}" width="{wide:.1f}" height="16" rx="4"/>'
                f'<text class="keytext" x="{left + wide / 2:.1f}" y="{middle:.1f}">{escape(row.mark)}</text>'
            ),
            wide + 7,
        )
    if row.kind in ("condition", "outcome", "tries"):
        shape = "diamond" if row.kind == "condition" else "bolt"
        return (
            f'<path class="{shape}" d="M{left:.1f},{middle:.1f}l7,-7l7,7l-7,7z"/>',
            21,
        )
    if not row.mark:
        return "", 0
    return (
        f'<text class="{row.kind}" x="{left:.1f}" y="{middle:.1f}">{escape(row.mark)}</text>',
        max(text_width(row.mark, 13), 10) + 6,
    )


def _legend(y: float) -> str:
    """The shapes by name, under the drawing."""
    kinds = (
        ("question", "question 提问"), ("order", "order 下单"), ("agent", "agent 人工"),
        ("goodbye", "goodbye 结束"), ("anywhere", "anywhere 随时"),
    )  # fmt: skip
    parts = ['<g class="legend">']
    x = float(MARGIN)
    for kind, words in kinds:
        parts.append(
            f'<g class="{kind}"><rect class="box" x="{x:.0f}" y="{y - 8:.0f}" width="22" height="16" '
            f'rx="{8 if kind == "goodbye" else 3}"/></g><text x="{x + 28:.0f}" y="{y:.0f}">{words}</text>'
        )
        x += 40 + text_width(words, 12) + 16
    parts.append(
        f'<path class="diamond" d="M{x:.0f},{y:.0f}l7,-7l7,7l-7,7z"/>'
        f'<text x="{x + 20:.0f}" y="{y:.0f}">if 如果</text>'
    )
    return "".join(parts) + "</g>\n"
