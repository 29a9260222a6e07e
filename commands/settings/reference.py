"""The reference of the settings file, as text for the manual and as a JSON schema for editors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Literal, cast, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from commands.settings.reading import toml_value
from commands.settings.schema import Config
from commands.settings.secrets import secret_fields
from commands.settings.sections import header_of, is_many, section_of

SCHEMA_ADDRESS = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> str:
    """The schema, as JSON."""
    schema = {"$schema": SCHEMA_ADDRESS, **Config.model_json_schema()}
    return json.dumps(schema, indent=2, ensure_ascii=False, sort_keys=True)


def tables() -> Iterator[tuple[str, str, list[tuple[str, str, str]]]]:
    """Each table of the file: its header, what it is for, and its keys with defaults and meanings."""
    yield from _tables(Config, (), many=False)


def _tables(
    model: type[BaseModel], path: tuple[str, ...], *, many: bool
) -> Iterator[tuple[str, str, list[tuple[str, str, str]]]]:
    keys: list[tuple[str, str, str]] = []
    inner: list[tuple[str, FieldInfo, type[BaseModel]]] = []
    secrets = set(secret_fields(model))
    for name, field in model.model_fields.items():
        section = section_of(field)
        if section is not None:
            inner.append((name, field, section))
            continue
        told = " ".join((field.description or "").split())
        if name in secrets:
            words = [*path, *(["NAME"] if many else []), name]
            told += f" Rather set the environment variable `DIALCART_{'_'.join(words).upper()}`."
        keys.append((name, _default(field, secret=name in secrets), told + _bounds(field)))
    yield header_of(Config, path), " ".join((model.__doc__ or "").split()), keys
    for name, field, section in inner:
        yield from _tables(section, (*path, name), many=many or is_many(field))


def _default(field: FieldInfo, *, secret: bool) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if secret or value is None or value == "":
        return ""
    return f"`{toml_value(value)}`"


def _bounds(field: FieldInfo) -> str:
    """What a value may be, in words."""
    choices = [
        choice
        for annotation in (field.annotation, *get_args(field.annotation))
        if get_origin(annotation) is Literal
        for choice in get_args(annotation)
    ]
    if choices:
        return f" One of {', '.join(f'`{choice}`' for choice in choices)}."
    found: dict[str, Any] = {}
    for note in field.metadata:
        for name in ("ge", "gt", "le", "lt"):
            if getattr(note, name, None) is not None:
                found[name] = cast("float", getattr(note, name))
    words = {"ge": "from", "gt": "more than", "le": "to", "lt": "less than"}
    told = " ".join(f"{words[name]} {value:g}" for name, value in found.items())
    return f" {told[0].upper()}{told[1:]}." if told else ""
