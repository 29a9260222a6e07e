"""What every section of the settings file is."""

from __future__ import annotations

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Protocol, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


class Section(BaseModel):
    """A table of the file. Text is no number, and a key that nobody reads is a slip."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True
    )


class Named(Protocol):
    """A table with a name."""

    @property
    def name(self) -> str:
        """By which others refer to it."""
        ...


Table = TypeVar("Table", bound=Named)


class SecondError(ValueError):
    """A table of an array bears a name that one before it has."""

    def __init__(self, told: str, place: int) -> None:
        super().__init__(told)
        self.place = place
        """In the array, from 0."""


def names_differ(told: str) -> AfterValidator:
    """Of an array of tables that bear names: one that comes twice is a SecondError, with `{name}` in `told` filled in."""

    def differ(tables: list[Table]) -> list[Table]:
        seen: set[str] = set()
        for place, table in enumerate(tables):
            if table.name in seen:
                raise SecondError(told.format(name=table.name), place)
            seen.add(table.name)
        return tables

    return AfterValidator(differ)


def _can_be(file: Path) -> Path:
    if "\0" in str(file):
        raise ValueError("a file's name holds no NUL; take the \\u0000 out")
    return file


File = Annotated[Path, Field(strict=False), AfterValidator(_can_be)]
"""A file or a folder."""


def _listening(host: str) -> str:
    if not is_host(host):
        raise ValueError(
            f'`{host}` is no address to listen on; write host = "127.0.0.1", or "0.0.0.0" for all of this machine\'s'
        )
    return host


LISTENING = AfterValidator(_listening)
"""Of a host that we listen on."""

_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?", re.IGNORECASE | re.ASCII)


def is_host(name: str) -> bool:
    """Whether it can be looked up: an address, or a name of labels of 1 to 63 octets (RFC 3490, section 4)."""
    try:
        ip_address(name)
    except ValueError:
        pass
    else:
        return True
    try:
        return _NAME.fullmatch(name.encode("idna").decode("ascii")) is not None
    except UnicodeError:
        return False
