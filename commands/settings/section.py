"""What every section of the settings file is."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A table of the file. Text is no number, and a key that nobody reads is a slip."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True
    )


class SecondError(ValueError):
    """A table of an array bears a name that one before it has."""

    def __init__(self, told: str, place: int) -> None:
        super().__init__(told)
        self.place = place
        """In the array, from 0."""


def refuse_a_second(names: Sequence[str], told: str) -> None:
    """Names of an array's tables differ. Raises SecondError, with `{name}` in `told` filled in."""
    seen: set[str] = set()
    for place, name in enumerate(names):
        if name in seen:
            raise SecondError(told.format(name=name), place)
        seen.add(name)


def is_host(name: str) -> bool:
    """Whether it can be looked up: an address, or a name of labels of 1 to 63 octets (RFC 3490, section 4)."""
    try:
        name.encode("idna")
    except UnicodeError:
        return False
    return name.isprintable() and " " not in name
