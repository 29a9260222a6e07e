"""`dialcart config`: a settings file held against its schema, and the schema itself."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

import typer

from center.ports import StoreError
from commands.queue_names import unnamed, unskilled
from commands.service_names import beside_flows
from commands.settings.reading import read_settings
from commands.settings.reference import json_schema
from commands.settings.schema import Config
from commands.settings.secrets import PREFIX, known_variables, secret_fields
from commands.settings.sections import every_section
from commands.shards.homes import check_count

OTHER_VARIABLES = frozenset({"DIALCART_PASSWORD", "DIALCART_SMSC_PASSWORD"})
"""What is read where there is no settings file."""


def load_settings(path: Path, environment: Mapping[str, str] = os.environ) -> Config | None:
    """Read a file, or tell what is wrong with it and give None. Raises OSError."""
    read = read_settings(path.read_bytes(), environment)
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
    if config.store.database.is_dir():
        typer.echo(
            f"{path}: the database {config.store.database} is a folder; name a file in it", err=True
        )
        return 1
    missing = [str(folder) for folder in config.sellers if not folder.exists()]
    for folder in missing:
        typer.echo(f"{path}: the sellers' folder {folder} is not there", err=True)
    for carrier in config.carrier:
        if carrier.ca_file is not None and not carrier.ca_file.is_file():
            missing.append(str(carrier.ca_file))
            typer.echo(f"{path}: {carrier.ca_file} of {carrier.name} is not there", err=True)
    for service in config.service:
        if service.ca_file is not None and not service.ca_file.is_file():
            missing.append(str(service.ca_file))
            typer.echo(f"{path}: {service.ca_file} of {service.name} is not there", err=True)
    if missing:
        return 1
    try:
        check_count(config.store.database, config.store.shards if config.store.shards > 1 else 0)
    except StoreError as error:
        typer.echo(f"{path}: {error}", err=True)
        return 1
    if config.store.shards > 1 and (told := lacking_with_shards(config)):
        typer.echo(f"{path}: {told}", err=True)
    for word in _exposed(path):
        typer.echo(
            f"{path}: a {word} stands in a file that others may read; "
            f"`chmod 600 {path}`, or set it in the environment",
            err=True,
        )
    for variable, near in unread_variables(path, os.environ):
        hint = f"; did you mean {near}?" if near else ""
        typer.echo(f"{path}: the environment has {variable}, which nothing reads{hint}", err=True)
    wrong = list(unnamed(config))
    for told in (*wrong, *unskilled(config), *beside_flows(config)):
        typer.echo(f"{path}: {told}", err=True)
    if wrong:
        return 1
    carriers = ", ".join(carrier.name for carrier in config.carrier) or "the simulator"
    typer.echo(f"{path} is well: {carriers}; orders kept in {config.store.database}")
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


def unread_variables(path: Path, environment: Mapping[str, str]) -> list[tuple[str, str | None]]:
    """Variables that look like ours and are not, each with the one that may have been meant."""
    known = known_variables(tomllib.loads(path.read_text("utf-8-sig")), Config)
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
