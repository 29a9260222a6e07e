"""`dialcart config`: a settings file held against its schema, and the schema itself."""

from __future__ import annotations

import difflib
import json
import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import typer

from center.ports import StoreError
from commands.database import DATABASE_VARIABLE
from commands.flows_on_disk import read_bounded
from commands.on_disk import beside_flows, unusable
from commands.queue_names import unskilled
from commands.settings.reading import FILE_BYTES_MAX, read_settings
from commands.settings.reference import json_schema
from commands.settings.schema import Config
from commands.settings.secrets import (
    PREFIX,
    known_variables,
    secret_fields,
    shared_variables,
)
from commands.settings.sections import every_section
from commands.shards.homes import check_count
from flows import prompts

OTHER_VARIABLES = frozenset({"DIALCART_PASSWORD", "DIALCART_SMSC_PASSWORD", DATABASE_VARIABLE})
"""What is read where there is no settings file."""
ALL_ADDRESSES = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared, not listened on


def load_settings(
    path: Path, environment: Mapping[str, str] = os.environ, *, connects: bool = True
) -> Config | None:
    """Read a file, or tell what is wrong with it and give None. Raises OSError.

    A command that connects to nobody says so, and is not refused for passwords that its shell has not.
    """
    read = read_settings(read_bounded(path, FILE_BYTES_MAX), environment, connects=connects)
    if isinstance(read, Config):
        return read
    for problem in read:
        typer.echo(f"{path}:{problem.line}: {problem.told}", err=True)
    return None


def check(path: Path) -> int:
    """Tell what is wrong with a settings file; the exit status."""
    config = load_settings(path)
    if config is None:
        return 1
    lacking = [*unusable(config), *ports_taken_twice(config)]
    for told in lacking:
        typer.echo(f"{path}: {told}", err=True)
    if lacking:
        return 1
    try:
        check_count(config.store.database, config.store.shards if config.store.shards > 1 else 0)
    except StoreError as error:
        typer.echo(f"{path}: {error}", err=True)
        return 1
    if config.store.shards > 1 and (told := lacking_with_shards(config)):
        typer.echo(f"{path}: {told}", err=True)
    if config.carrier and "simulator" in config.model_fields_set:
        typer.echo(
            f"{path}: [simulator] runs only where no [[carrier]] is named, so not here; take one of the two out",
            err=True,
        )
    for word in _exposed(path):
        typer.echo(
            f"{path}: a {word} stands in a file that others may read; "
            f"`chmod 600 {path}`, or set it in the environment",
            err=True,
        )
    for variable in shared_variables(_read_again(path), Config):
        typer.echo(
            f"{path}: {variable} would be read for two tables, whose names differ in signs alone; give one of them another name",
            err=True,
        )
    for variable, near in unread_variables(path, os.environ):
        hint = f"; did you mean {near}?" if near else ""
        typer.echo(f"{path}: the environment has {variable}, which nothing reads{hint}", err=True)
    beside = beside_flows(config)
    for told in (*beside.wrong, *unskilled(config), *beside.told):
        typer.echo(f"{path}: {told}", err=True)
    if beside.wrong:
        return 1
    carriers = ", ".join(carrier.name for carrier in config.carrier) or "the simulator"
    sellers = ", ".join(map(str, config.sellers)) or "the sample sellers, as no `sellers` are named"
    typer.echo(f"{path} is well: {carriers}; {sellers}; orders kept in {config.store.database}")
    return 0


def lacking_with_shards(config: Config) -> str:
    """What somebody who asked for more than texts is told; empty for who asked for nothing more."""
    lacking = [
        name
        for name, section in (
            ("calls ([voice])", config.voice),
            ("the desk and the web telephone ([web])", config.web),
            ("the platform ([platform])", config.platform),
        )
        if section is not None
    ]
    if not lacking:
        return ""
    return (
        f"With shards there are only texts and USSD: not {', '.join(lacking)}, and flows that hand over find everybody"
        " busy. Serve without shards for these."
    )


def ports_taken_twice(config: Config) -> Iterator[str]:
    """Ports that two of our own services would listen on."""
    taken: dict[int, list[tuple[str, str]]] = {}
    for key, host, port in _listening(config):
        for other, beside in taken.get(port, ()):
            if host == beside or not ALL_ADDRESSES.isdisjoint((host, beside)):
                yield f"{key} is {port}, as {other} is; write another, or 0 for any that is free"
                break
        if port:
            taken.setdefault(port, []).append((key, host))


def _listening(config: Config) -> Iterator[tuple[str, str, int]]:
    """Where we listen for connections: the key, the host and the port."""
    if not config.carrier:
        yield "`port` in [simulator]", "127.0.0.1", config.simulator.port
        yield "`control_port` in [simulator]", "127.0.0.1", config.simulator.control_port
    for name, section in (("operations", config.operations), ("web", config.web)):
        if section is not None and section.port is not None:
            yield f"`port` in [{name}]", section.host, section.port
    voice = config.voice
    if voice is not None and voice.tcp:
        yield "`port` in [voice]", voice.host, voice.port
    if voice is not None and voice.tls_port is not None:
        yield "`tls_port` in [voice]", voice.host, voice.tls_port


def _read_again(path: Path) -> dict[str, Any]:
    """The values of a file that was found well."""
    return tomllib.loads(read_bounded(path, FILE_BYTES_MAX).decode("utf-8-sig"))


def unread_variables(path: Path, environment: Mapping[str, str]) -> list[tuple[str, str | None]]:
    """Variables that look like ours and are not, each with the one that may have been meant."""
    known = known_variables(_read_again(path), Config)
    found: list[tuple[str, str | None]] = []
    for variable in sorted(environment):
        if variable.startswith(f"{PREFIX}_") and variable not in known | OTHER_VARIABLES:
            near = difflib.get_close_matches(variable, known, 1)
            found.append((variable, near[0] if near else None))
    return found


def _exposed(path: Path) -> list[str]:
    """Kinds of secrets that stand in the file itself, if it may be read by others."""
    if not path.stat().st_mode & 0o077:
        return []
    text = path.read_text("utf-8-sig")
    names = {name for section in every_section(Config) for name in secret_fields(section)}
    lines = [line.partition("=")[0].strip() for line in text.splitlines() if "=" in line]
    return sorted(names.intersection(lines))


def schema() -> int:
    """Print the schema; the exit status."""
    typer.echo(json_schema())
    return 0


def texts(language: str) -> int:
    """Print the platform's own texts to be worded; the exit status. Strings of JSON are strings of TOML."""
    typer.echo(f"[[language]]\nname = {json.dumps(language)}\n\n[language.texts]")
    for name, text in prompts.texts().items():
        typer.echo(f"{name} = {json.dumps(text, ensure_ascii=False)}")
    return 0
