"""A settings file read: the settings, or what is wrong with it, line by line, and what to write instead."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from commands.settings.lines import line_of, lines_of
from commands.settings.schema import Config
from commands.settings.secrets import secret_fields, unneeded, variable_of, with_secrets
from commands.settings.section import SecondError
from commands.settings.sections import Path, header_of, is_array, is_table, section_at, section_of

FILE_BYTES_MAX = 1_000_000
PROBLEMS_MAX = 50
NEAR = 0.6
"""How much alike two names must be for one to be taken for a slip of the other."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a settings file."""

    line: int
    key: str
    told: str
    """What is wrong, and what to write instead."""


def read_settings(
    data: bytes, environment: Mapping[str, str], *, connects: bool = True
) -> Config | list[Problem]:
    """Read a file's octets, with secrets from the environment; without `connects` none need be set."""
    if len(data) > FILE_BYTES_MAX:
        return [Problem(1, "", f"the file has more than {FILE_BYTES_MAX} octets")]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return [Problem(1, "", "the file is not text; save it as UTF-8")]
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return [_not_toml(str(error), text)]
    except RecursionError:
        return [Problem(1, "", "brackets stand in brackets too deeply; no setting needs that")]
    if not connects:
        said = {variable: secret for variable, secret in environment.items() if secret}
        environment = {**unneeded(values, Config), **said}
    try:
        return Config.model_validate(with_secrets(values, Config, environment))
    except ValidationError as error:
        lines = lines_of(text)
        found = [
            Problem(line_of(path, lines), _written(path), told)
            for path, told in _problems(error, values, environment)
        ]
        return sorted(found, key=lambda problem: problem.line)[:PROBLEMS_MAX]


def _not_toml(message: str, text: str) -> Problem:
    place = re.search(r"\(at line (\d+), column \d+\)", message)
    told = (
        message[: place.start()].strip() if place else message.removesuffix(" (at end of document)")
    )
    line = int(place[1]) if place else text.count("\n") + 1
    written = text.split("\n")[line - 1].strip()
    key, equals, value = written.partition("=")
    value = value.strip()
    if (again := _again(told, line, text)) is not None:
        return again
    if equals and told.startswith("Invalid value") and value[:1].isalpha():
        told = f'text stands in quotes; write {key.strip()} = "{value}"'
    elif written and not equals and not written.startswith(("[", "#")):
        told = f"this is no setting; write a key, an equals sign and a value, as in {written.split()[0]} = ..."
    else:
        told = f"this is not TOML: {told}"
    return Problem(line, key.strip() if equals else "", told)


def _again(told: str, line: int, text: str) -> Problem | None:
    """What stands in the file twice, and may not, or is a value and a table; None where tomllib tells of something else."""
    lines = text.split("\n")
    twice = re.fullmatch(r"Cannot declare \((.+?),?\) twice", told)
    header = _HEADER.match(lines[line - 1])
    if twice is None and told != "Cannot overwrite a value":
        return None
    if twice is None and header is None:
        # The line is that where the value ends.
        found = lines_of("\n".join(lines[:line]))
        line = max(found.values(), default=line)
        key = lines[line - 1].partition("=")[0].strip()
        if _is_bare(key):
            return Problem(line, key, f"`{key}` stands here a second time; write it once")
        return Problem(line, key, f"`{key}` does not go with what is set above; keep one of them")
    named = twice or header
    assert named is not None
    names = tuple(re.findall(r"[^\s.,'\"]+", named[1]))
    name, one = ".".join(names), f"[{'.'.join(names)}]"
    head = header_of(Config, names)
    first = lines_of("\n".join(lines[: line - 1])).get(names, line)
    if twice is None and _HEADER.match(lines[first - 1]) is None:
        return Problem(
            line, "", f"`{name}` has a value in line {first}; take that away, or this table"
        )
    if head == one:
        told = f"{one} stands here a second time; write what belongs to it under the first"
        return Problem(line, "", told)
    # Several may stand there: the one to be put right is that with single brackets.
    return Problem(line if twice is not None else first, "", f"write {head} over each, not {one}")


_HEADER = re.compile(r"\s*\[\[?([^\[\]]+)\]")


def _problems(
    error: ValidationError, values: dict[str, Any], environment: Mapping[str, str]
) -> list[tuple[Path, str]]:
    told: list[tuple[Path, str]] = []
    for found in error.errors(include_url=False):
        path = tuple(part for part in found["loc"] if isinstance(part, int) or _is_key(part))
        cause = found.get("ctx", {}).get("error")
        where = (*path, cause.place) if isinstance(cause, SecondError) else path
        said = _told(found, path, values)
        variable = _read_from(path, values, environment)
        told.append((where, f"{variable} in the environment: {said}" if variable else said))
    return told


def told_of_section(error: ValidationError) -> Iterator[str]:
    """What is wrong with a section that no file has said."""
    sections = ((name, section_of(field)) for name, field in Config.model_fields.items())
    above = next(
        (name for name, one in sections if one is not None and one.__name__ == error.title), None
    )
    for found in error.errors(include_url=False):
        path = (*([above] if above is not None else []), *found["loc"])
        yield _told(found, path, {})


def _read_from(path: Path, values: dict[str, Any], environment: Mapping[str, str]) -> str:
    """The variable that the secret at a path was read from, if one was."""
    model = section_at(Config, path[:-1])
    if not path or model is None or path[-1] not in [*secret_fields(model)]:
        return ""
    variable = variable_of(path, values)
    return variable if environment.get(variable) else ""


def _is_bare(key: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9_-]+", key) is not None


def _is_key(part: str) -> bool:
    """pydantic puts names of types between keys where a field has several."""
    return _is_bare(part) and part not in ("float", "int", "str")


def _told(found: Any, path: Path, values: dict[str, Any]) -> str:
    """What is wrong and what to write instead."""
    kind, context = str(found["type"]), found.get("ctx", {})
    is_held = bool(path) and isinstance(path[-1], int)
    while path and isinstance(path[-1], int):
        # What a list holds has no name of its own.
        path = path[:-1]
    key = str(path[-1]) if path else ""
    model = section_at(Config, path[:-1])
    field = model.model_fields.get(key) if model is not None else None
    match kind:
        case "extra_forbidden":
            return _unknown(key, path, model)
        case "missing":
            return _missing(key, path, values, model, field)
        case "literal_error":
            return f"`{key}` is none of these; write one of {context['expected']}"
        case "greater_than" | "greater_than_equal" | "less_than" | "less_than_equal":
            bound = next(iter(context.values()))
            words = {"greater_than": "more than", "greater_than_equal": "at least",
                     "less_than": "less than", "less_than_equal": "at most"}  # fmt: skip
            return f"`{key}` is out of range; write {words[kind]} {bound:g}"
        case "string_too_long" | "too_long":
            return f"`{key}` is too long; at most {context['max_length']}"
        case "string_too_short":
            return f"`{key}` is empty; write {_sample(key, field)}"
        case "string_pattern_mismatch" if "a-z" not in context["pattern"]:
            # Numbers of telephones: a country's code, and what is dialled before one.
            return f"`{key}` is a few digits and nothing else; write {_sample(key, field)}"
        case "string_pattern_mismatch":
            return f"`{key}` may have small letters, digits, - and _, at most 32; write {_sample(key, field)}"
        case "value_error":
            return str(context["error"])
        case "bool_type":
            return f"`{key}` {_types_told(kind)}; write {_truth(key, found['input'])}"
        case _:
            is_section = field is not None and section_of(field) is not None
            sample = header_of(Config, path) if is_section else _sample(key, field)
            return f"`{key}` {'holds what ' if is_held else ''}{_types_told(kind)}; write {sample}"


def _truth(key: str, written: object) -> str:
    """What was meant: who writes "yes" of `tls` is not to be led to what the default is."""
    meant = {
        "true": "true",
        "yes": "true",
        "on": "true",
        "1": "true",
        "false": "false",
        "no": "false",
        "off": "false",
        "0": "false",
    }
    word = meant.get(str(written).strip().lower())
    return f"{key} = {word}" if word else f"{key} = true or {key} = false"


def _types_told(kind: str) -> str:
    kinds = {
        "int_type": "is no whole number (numbers stand without quotes)",
        "float_type": "is no number (numbers stand without quotes)",
        "bool_type": "is neither true nor false (they stand without quotes)",
        "string_type": "is no text (text stands in quotes)",
        "path_type": "is no file (a file's name stands in quotes)",
        "list_type": "is no list (a list stands in square brackets)",
        "model_type": "is no table (a table is headed by its name in square brackets)",
    }
    return kinds.get(kind, "cannot be read")


def _unknown(key: str, path: Path, model: type[BaseModel] | None) -> str:
    names = list(model.model_fields) if model is not None else []
    where = f"in {header_of(Config, path[:-1])}" if path[:-1] else "outside all tables"
    near = difflib.get_close_matches(key, names, 1, NEAR)
    if near:
        return f"`{key}` is not known {where}; did you mean `{near[0]}`?"
    elsewhere = [
        header_of(Config, (name,))
        for name, field in Config.model_fields.items()
        if (section := section_of(field)) is not None and key in section.model_fields
    ]
    if elsewhere:
        return f"`{key}` is not known {where}; it stands in {' or '.join(elsewhere)}"
    return f"`{key}` is not known {where}; known are {', '.join(f'`{name}`' for name in names)}"


def _missing(
    key: str,
    path: Path,
    values: dict[str, Any],
    model: type[BaseModel] | None,
    field: FieldInfo | None,
) -> str:
    where = header_of(Config, path[:-1]) or "the file"
    if model is not None and key in secret_fields(model):
        return f"`{key}` is missing in {where}; set the environment variable {variable_of(path, values)}"
    return f"`{key}` is missing in {where}; write {_sample(key, field)}"


def _sample(key: str, field: FieldInfo | None) -> str:
    """A line that would do."""
    if field is None:
        return f"{key} = ..."
    value = field.examples[0] if field.examples else field.get_default(call_default_factory=True)
    return f"{key} = {toml_value(value)}"


def toml_value(value: object) -> str:
    """A value as TOML has it."""
    match value:
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case float():
            return str(int(value)) if value.is_integer() else str(value)
        case _ if is_table(value):
            shown = ", ".join(f"{key} = {toml_value(one)}" for key, one in value.items())
            return f"{{ {shown} }}" if shown else "{}"
        case _ if is_array(value):
            return f"[{', '.join(toml_value(one) for one in value)}]"
        case _ if value is None or not _can_show(value):
            return "..."
        case _:
            quoted = str(value).replace("\\", "\\\\").replace('"', '\\"')
            return f'"{quoted}"'


def _can_show(value: object) -> bool:
    return not isinstance(value, BaseModel) and type(value).__name__ != "PydanticUndefinedType"


def _written(path: Path) -> str:
    return ".".join(str(part) for part in path if isinstance(part, str))
