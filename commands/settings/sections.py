"""Sections of the settings file, found by where they stand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeGuard, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

Path = tuple[str | int, ...]
"""Names of tables and a key; a number where a table is one of many."""


def is_table(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether a value read from TOML is a table."""
    return isinstance(value, dict)


def is_array(value: object) -> TypeGuard[list[Any]]:
    """Whether a value read from TOML is an array."""
    return isinstance(value, list)


def types_in(field: FieldInfo) -> Iterator[object]:
    """The type of a field, and those inside it."""
    waiting: list[object] = [field.annotation]
    while waiting:
        found = waiting.pop()
        yield found
        waiting.extend(get_args(found))


def section_of(field: FieldInfo) -> type[BaseModel] | None:
    """The section that a field holds, once or many times."""
    for found in types_in(field):
        if isinstance(found, type) and issubclass(found, BaseModel):
            return found
    return None


def is_many(field: FieldInfo) -> bool:
    """Whether a field holds its section many times."""
    return any(getattr(found, "__origin__", None) is list for found in types_in(field))


def section_at(root: type[BaseModel], path: Path) -> type[BaseModel] | None:
    """The section that a path of the file leads to."""
    model: type[BaseModel] | None = root
    for part in path:
        if isinstance(part, int):
            continue
        field = model.model_fields.get(part) if model is not None else None
        model = section_of(field) if field is not None else None
    return model


def header_of(root: type[BaseModel], path: Path) -> str:
    """How the table of a path is headed in the file; nothing for the file itself."""
    names = [part for part in path if isinstance(part, str)]
    if not names:
        return ""
    above = section_at(root, tuple(names[:-1]))
    field = above.model_fields.get(names[-1]) if above is not None else None
    name = ".".join(names)
    return f"[[{name}]]" if field is not None and is_many(field) else f"[{name}]"


def every_section(root: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """The root and all below it."""
    yield root
    for field in root.model_fields.values():
        section = section_of(field)
        if section is not None:
            yield from every_section(section)
