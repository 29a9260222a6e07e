"""What a text becomes before it sounds: fragments, each one piece of audio, and the silence between them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fragment:
    """Words that one piece of audio says."""

    text: str
    """As written: what a recording is named by."""
    language: str
    known: bool = True
    """Whether it can be rendered ahead; a buyer's own words cannot."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Silence between fragments."""

    ms: int


Piece = Fragment | Pause
