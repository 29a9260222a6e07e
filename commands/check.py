"""`dialcart check`: what is wrong with flows, and what to write instead."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import typer

from commands.beside import beside, vocabularies_of
from commands.flows_on_disk import flow_files, load
from flows.checker import check_flow
from flows.diagnostic import render, to_json


def check(paths: list[Path], output: str, vocabularies: list[str]) -> int:
    """Check flows; the exit status: 1 if any has an error or cannot be read."""
    try:
        words = vocabularies_of(vocabularies)
    except OSError as error:
        typer.echo(f"{error.filename}: cannot be read: {error.strerror}", err=True)
        return 2
    except ValueError as error:
        typer.echo(str(error), err=True)
        return 2
    counts: Counter[str] = Counter()
    listed: list[dict[str, object]] = []
    files = 0
    for path in flow_files(paths):
        try:
            found = load(path)
        except OSError as error:
            typer.echo(f"{path}: cannot be read: {error.strerror}", err=True)
            counts["error"] += 1
            continue
        files += 1
        folder = found.path.parent
        for diagnostic in check_flow(found.flow, found.diagnostics, beside(found, words)):
            counts[diagnostic.severity] += 1
            if output == "json":
                entry = to_json(found.flow, diagnostic)
                listed.append({**entry, "file": str(folder / str(entry["file"]))})
            else:
                typer.echo(f"{folder}/" + render(found.flow, diagnostic) + "\n")
    if output == "json":
        typer.echo(json.dumps(listed, ensure_ascii=False, indent=1))
    else:
        summary = ", ".join(
            f"{counts[severity]} {severity}{'s' if counts[severity] != 1 else ''}"
            for severity in ("error", "warning", "info")
            if counts[severity]
        )
        typer.echo(f"{files} flow{'s' if files != 1 else ''} checked: {summary or 'all is well'}")
    if not files:
        typer.echo("no flow was found; name a .flow file or a folder", err=True)
        return 1
    return 1 if counts["error"] else 0
