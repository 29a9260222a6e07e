"""Secrets from the environment: the variable of each, and a file's values with the variables put in.

A secret in [section] is DIALCART_SECTION_KEY; in a table that bears a name, such as a carrier, it is
DIALCART_CARRIER_NAME_KEY. What the environment says goes before what the file says; a variable that is empty says nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, SecretStr

from commands.settings.sections import is_array, is_many, is_table, section_of, types_in

PREFIX = "DIALCART"
NEVER_SENT = "unneeded"
"""At most eight characters, as a carrier's password."""


def with_secrets(
    values: dict[str, Any], model: type[BaseModel], environment: Mapping[str, str]
) -> dict[str, Any]:
    """The values of a file, with the secrets that the environment has."""
    return _filled(values, model, (), environment)


def variable_of(path: tuple[str | int, ...], values: Mapping[str, Any]) -> str:
    """The variable of the secret at a path of a file, whose tables have names where they are many."""
    words: list[str] = []
    here: Any = values
    for part in path:
        here = _inside(here, part)
        if isinstance(part, int):
            words.append(_name_of(here, part))
        else:
            words.append(part)
    return _variable(words)


def known_variables(values: Mapping[str, Any], model: type[BaseModel]) -> set[str]:
    """Variables that are read for the tables of a file."""
    return set(_known(values, model, ()))


def unneeded(values: Mapping[str, Any], model: type[BaseModel]) -> dict[str, str]:
    """A word for each secret that a file leaves to the environment, for commands that connect to nobody."""
    return dict.fromkeys(_known(values, model, (), left_out=True), NEVER_SENT)


def shared_variables(values: Mapping[str, Any], model: type[BaseModel]) -> list[str]:
    """Variables that would be read for two tables: `a-b` and `a_b` are one name there."""
    counted = Counter(_known(values, model, ()))
    return sorted(variable for variable, count in counted.items() if count > 1)


def _known(
    values: Mapping[str, Any],
    model: type[BaseModel],
    words: tuple[str, ...],
    *,
    left_out: bool = False,
) -> Iterator[str]:
    """Each variable; with `left_out` of secrets alone that the file has not."""
    for name in secret_fields(model):
        if not left_out or name not in values:
            yield _variable((*words, name))
    for name, field in model.model_fields.items():
        section = section_of(field)
        if section is None:
            continue
        inner: object = values.get(name, [] if is_many(field) else {})
        if is_table(inner):
            yield from _known(inner, section, (*words, name), left_out=left_out)
        elif is_array(inner):
            for place, one in enumerate(inner):
                if is_table(one):
                    inside = (*words, name, _name_of(one, place))
                    yield from _known(one, section, inside, left_out=left_out)


def secret_fields(model: type[BaseModel]) -> Iterator[str]:
    """Names of the fields of a section that are secrets."""
    for name, field in model.model_fields.items():
        if SecretStr in types_in(field):
            yield name


def _filled(
    values: Mapping[str, Any],
    model: type[BaseModel],
    words: tuple[str, ...],
    environment: Mapping[str, str],
) -> dict[str, Any]:
    filled = dict(values)
    for name in secret_fields(model):
        secret = environment.get(_variable((*words, name)))
        if secret:
            filled[name] = secret
    for name, field in model.model_fields.items():
        section = section_of(field)
        if section is None:
            continue
        inner: object = values.get(name, [] if is_many(field) else {})
        if is_table(inner):
            found = _filled(inner, section, (*words, name), environment)
            if found:
                filled[name] = found
        elif is_array(inner) and inner:
            filled[name] = [
                _filled(one, section, (*words, name, _name_of(one, place)), environment)
                if is_table(one)
                else one
                for place, one in enumerate(inner)
            ]
    return filled


def _inside(here: object, part: str | int) -> object:
    if is_table(here) and isinstance(part, str):
        return here.get(part)
    if is_array(here) and isinstance(part, int) and part < len(here):
        return here[part]
    return None


def _name_of(table: object, place: int) -> str:
    name = table.get("name") if is_table(table) else None
    return name if isinstance(name, str) and name else str(place + 1)


def _variable(words: list[str] | tuple[str, ...]) -> str:
    return "_".join((PREFIX, *(re.sub(r"[^A-Za-z0-9]", "_", word).upper() for word in words)))
