"""Names that are something else for a while: what is watched, and what is left out."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any


@contextmanager
def patched(owner: Any, name: str, value: Any) -> Generator[None]:
    """While this lasts, another thing stands there."""
    sound = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, sound)
