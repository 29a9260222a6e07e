"""How wide a text is on the page, near enough to fit it into a box without asking a font."""

from __future__ import annotations

from flows.diagnostic import width

_NARROW = "iIjlft.,:;'|!()[]{}‹› "
_BROAD = "mwMW@%—…"


def text_width(text: str, size: float) -> float:
    """Pixels that a text takes in a sans-serif font of so many pixels."""
    return size * sum(map(_ems, text))


def fitted(text: str, room: float, size: float = 13) -> str:
    """The text, cut with … to the room in pixels."""
    if text_width(text, size) <= room:
        return text
    left = room - size * _ems("…")
    kept = 0
    for character in text:
        left -= size * _ems(character)
        if left < 0:
            break
        kept += 1
    return text[:kept].rstrip() + "…" if kept else ""


def _ems(character: str) -> float:
    if width(character) == 2 or character in "“”…—‹›→✗▶×":
        return 1.0
    if character in _NARROW:
        return 0.34
    if character in _BROAD:
        return 0.9
    return 0.66 if character.isupper() else 0.58
