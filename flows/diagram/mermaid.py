"""A flow as a Mermaid flowchart, for Markdown pages and wikis that draw it."""

from __future__ import annotations

from flows.diagram.picture import Box, Marks, Row, picture
from flows.syntax import Flow

LABEL_CHARACTERS_MAX = 40
"""Longer wordings are cut, or the chart is all labels."""

_SHAPES = {
    "plain": ("[", "]"),
    "question": ("[", "]"),
    "order": ("[[", "]]"),
    "agent": ("{{", "}}"),
    "goodbye": ("([", "])"),
    "anywhere": ("[/", "/]"),
}
_CLASSES = """\
  classDef question fill:#e8f1fd,stroke:#3b78c3,color:#102a43
  classDef plain fill:#f5f6f8,stroke:#8795a6,color:#102a43
  classDef order fill:#e3f6e8,stroke:#2c8a4b,color:#102a43,stroke-width:2px
  classDef agent fill:#fff0dc,stroke:#c47a12,color:#102a43
  classDef goodbye fill:#e4e7eb,stroke:#52606d,color:#102a43
  classDef anywhere fill:#f3ebfb,stroke:#8456b8,color:#102a43
  classDef missing fill:#fde8e8,stroke:#c81e1e,color:#c81e1e,stroke-dasharray:4 3
"""


def to_mermaid(flow: Flow, marks: Marks | None = None) -> str:
    """The flowchart's text. A step that is not there is drawn red; `marks.missed` ways are dotted."""
    drawn = picture(flow)
    missed = (marks or Marks()).missed
    # Mermaid reads some words, such as `end`, as its own: steps get numbers for names.
    names = {box.name: f"s{number}" for number, box in enumerate(drawn.boxes, 1)}
    nodes = [f"  {names[box.name]}{_node(box)}:::{box.kind}\n" for box in drawn.boxes]
    ways: list[str] = []
    for box in drawn.boxes:
        for row in box.rows:
            label = _label(row)
            if row.target is None:
                continue
            if row.target not in names:
                names[row.target] = f"s{len(names) + 1}"
                nodes.append(f'  {names[row.target]}["{_escaped(row.target)}"]:::missing\n')
            arrow = "-.->" if row.place in missed or box.kind == "anywhere" else "-->"
            text = f'|"{label}"|' if label else ""
            ways.append(f"  {names[box.name]} {arrow}{text} {names[row.target]}\n")
    return "".join(["flowchart TD\n", *nodes, *ways, _CLASSES])


def _node(box: Box) -> str:
    opening, closing = _SHAPES[box.kind]
    words = [f"<b>{_escaped(box.name)}</b>"]
    words += [_escaped(row.text) for row in box.rows if row.kind in ("say", "ask") and row.text]
    words += [_escaped(row.text) for row in box.rows if row.kind == "act" and row.mark == "!"]
    return f'{opening}"{"<br/>".join(words)}"{closing}'


def _label(row: Row) -> str:
    if row.kind == "option" and row.mark != "·":
        return _escaped(f"{row.mark} {row.text}")
    return _escaped(row.text)


def _escaped(text: str) -> str:
    """Text within quote marks: Mermaid takes entities for what it would read itself."""
    if len(text) > LABEL_CHARACTERS_MAX:
        text = text[: LABEL_CHARACTERS_MAX - 1] + "…"
    for character, entity in (
        ("&", "#amp;"), ('"', "#quot;"), ("<", "#lt;"), (">", "#gt;"), ("`", "#96;"),
    ):  # fmt: skip
        text = text.replace(character, entity)
    return text
