"""A flow as a picture: boxes, what they say and ask, and where each answer leads."""

from flows.diagram.mermaid import to_mermaid
from flows.diagram.picture import Marks
from flows.diagram.svg import to_svg

__all__ = ["Marks", "to_mermaid", "to_svg"]
