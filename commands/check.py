"""`dialcart check`: what is wrong with flows, and what to write instead."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import typer

from commands.beside import beside, vocabularies_of
from commands.flows_on_disk import flow_files, load
from flows.checker import check_flow
from flows.diagnostic import Diagnostic, locate, render, to_json, told
from flows.syntax import Flow

ALIKE_MAX, ALIKE_SHOWN_MAX = 5, 3
"""Of more findings that say the same, as for each line with a tab in its margin, so many are shown and the others' lines told."""
LINES_NAMED_MAX = 40


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
        diagnostics = check_flow(found.flow, found.diagnostics, beside(found, words))
        counts.update(diagnostic.severity for diagnostic in diagnostics)
        if output == "json":
            for diagnostic in diagnostics:
                entry = to_json(found.flow, diagnostic)
                listed.append({**entry, "file": str(folder / str(entry["file"]))})
        else:
            for finding in _rendered(found.flow, diagnostics):
                typer.echo(f"{folder}/{finding}\n")
    if output == "json":
        typer.echo(json.dumps(listed, ensure_ascii=False, indent=1))
    elif files:
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


def _rendered(flow: Flow, diagnostics: Sequence[Diagnostic]) -> Iterator[str]:
    """Each finding with its line; of many that say the same the first ones, and then where the others are."""
    alike: dict[tuple[str, ...], list[Diagnostic]] = {}
    for diagnostic in diagnostics:
        alike.setdefault(_said(flow, diagnostic), []).append(diagnostic)
    many = [same for same in alike.values() if len(same) > ALIKE_MAX]
    named_only = {id(one) for same in many for one in same[ALIKE_SHOWN_MAX:]}
    for diagnostic in diagnostics:
        if id(diagnostic) not in named_only:
            yield render(flow, diagnostic)
    for same in many:
        places = [locate(flow, one.span) for one in same[ALIKE_SHOWN_MAX:]]
        lines = [place.line for place in places]
        named = ", ".join(map(str, lines[:LINES_NAMED_MAX]))
        unnamed = f" and {len(lines) - LINES_NAMED_MAX} more" * (len(lines) > LINES_NAMED_MAX)
        yield (
            f"{places[0].file}:{lines[0]}: {told(same[0])}"
            f"\n  the same in {len(lines)} more lines: {named}{unnamed}"
        )


def _said(flow: Flow, diagnostic: Diagnostic) -> tuple[str, ...]:
    """What a finding says, but for its place in the file."""
    return locate(flow, diagnostic.span).file, told(diagnostic), diagnostic.help or ""
