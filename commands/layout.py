"""`dialcart format` and `dialcart graph`: flows laid out, and drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import typer

from commands.flows_on_disk import load, read_bounded, told, write_whole
from flows.diagram import to_mermaid, to_svg
from flows.formatter import format_source
from flows.source import decode


def format_files(paths: list[Path], keywords: Literal["zh", "en"] | None, *, check: bool) -> int:
    """Lay out flow files, or tell which are not; the exit status."""
    changed = failed = files = 0
    for path in _flow_files(paths):
        try:
            text = decode(read_bounded(path))
        except OSError as error:
            typer.echo(told(path, error), err=True)
            failed += 1
            continue
        except ValueError as error:
            typer.echo(f"{path}: {error}", err=True)
            failed += 1
            continue
        files += 1
        laid_out = format_source(text, keywords)
        if laid_out == text:
            continue
        changed += 1
        if check:
            typer.echo(f"{path}: is not laid out; `dialcart format {path}` does it")
        else:
            try:
                write_whole(path, laid_out)
            except OSError as error:
                typer.echo(told(path, error), err=True)
                failed += 1
                continue
            typer.echo(f"{path}: laid out")
    if not files:
        typer.echo("no flow was found; name a .flow file or a folder", err=True)
        return 1
    typer.echo(
        f"{files} flow file{'s' * (files > 1)}, {changed} {'to lay out' if check else 'changed'}"
    )
    return 1 if failed or (check and changed) else 0


def _flow_files(paths: list[Path]) -> list[Path]:
    """Every flow file, also those that others include."""
    found: list[Path] = []
    for path in paths:
        found += sorted(path.rglob("*.flow")) if path.is_dir() else [path]
    return found


_DRAWN: dict[str, Literal["svg", "mermaid"]] = {
    "": "svg",
    ".svg": "svg",
    ".mmd": "mermaid",
    ".mermaid": "mermaid",
}
"""What a picture's file is called, and how it is drawn then."""


def graph(path: Path, output: Literal["svg", "mermaid"] | None, to: Path | None) -> int:
    """Draw a flow, as the file to write is called if nothing else is said; the exit status."""
    if output is None:
        output = _DRAWN.get(to.suffix.lower() if to else "")
    if output is None:
        typer.echo(
            f"{to}: no picture of this kind is drawn; write .svg or .mmd, or --format", err=True
        )
        return 2
    try:
        found = load(path)
    except OSError as error:
        typer.echo(told(path, error), err=True)
        return 1
    drawn = to_svg(found.flow) if output == "svg" else to_mermaid(found.flow)
    if to is None:
        typer.echo(drawn)
        return 0
    try:
        write_whole(to, drawn)
    except OSError as error:
        typer.echo(told(to, error), err=True)
        return 1
    typer.echo(f"drawn as {to}")
    return 0
