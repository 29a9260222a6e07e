"""Writes docs/commands.md from the command line itself; `--check` only tells whether it is current."""

import sys
from collections.abc import Callable, Iterator
from inspect import Parameter, getdoc, signature
from pathlib import Path
from typing import Annotated, Literal, get_args, get_origin

from typer import Typer
from typer.models import ArgumentInfo, ParameterInfo

from cli import app
from scripts.pages import ROOT, finish

TITLE = """\
# Commands

What `dialcart` can be told to do. This page is written by `python -m scripts.command_pages`.
`dialcart --version` tells which Dialcart it is, and what it runs on.
"""


def words(text: str) -> str:
    """Help text as one line that fits a table cell."""
    return " ".join(text.split()).replace("|", "\\|")


def default_of(default: object) -> str:
    """A parameter's default as a reader would type it, or nothing."""
    if isinstance(default, bool) or default == "":
        return ""
    return f"`{default}`" if isinstance(default, str | int | float | Path) else ""


def choices_of(annotation: object) -> tuple[object, ...]:
    """The values a parameter may have, where they are a few."""
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return tuple(choice for part in get_args(annotation) for choice in choices_of(part))


def unwrap(annotation: object) -> tuple[object, tuple[object, ...]]:
    """A parameter's type, and what is noted beside it."""
    if get_origin(annotation) is not Annotated:
        return annotation, ()
    inner, *notes = get_args(annotation)
    return inner, tuple(notes)


def rows(command: Callable[..., object]) -> Iterator[str]:
    """A table row for each argument and option, read from the function's own signature."""
    for name, parameter in signature(command, eval_str=True).parameters.items():
        annotation, notes = unwrap(parameter.annotation)
        default = parameter.default
        info = next((note for note in notes if isinstance(note, ParameterInfo)), None)
        if info is None or info.hidden:
            continue
        if isinstance(info, ArgumentInfo):
            shown = f"`{info.metavar or name.upper()}`"
        else:
            # In Annotated, the first declared name stands where a default would.
            first = (info.default,) if isinstance(info.default, str) else ()
            declared = (*first, *(info.param_decls or ())) or (f"--{name.replace('_', '-')}",)
            shown = ", ".join(f"`{word}`" for word in declared)
        told = words(info.help or "")
        choices = choices_of(annotation)
        if choices:
            told = f"{told} One of {', '.join(f'`{choice}`' for choice in choices)}.".strip()
        if info.envvar:
            told = f"{told} Or the environment's `{info.envvar}`."
        required = default is Parameter.empty
        yield f"| {shown} | {told} | {'required' if required else default_of(default)} |"


def commands(of: Typer = app, before: str = "") -> Iterator[tuple[str, Callable[..., object]]]:
    """Every command with its name, those of groups after the others."""
    for command in of.registered_commands:
        if command.callback is not None and not command.hidden:
            name = command.name or command.callback.__name__.replace("_", "-")
            yield f"{before}{name}", command.callback
    for group in of.registered_groups:
        if group.typer_instance is not None and not group.hidden:
            yield from commands(group.typer_instance, f"{before}{group.name} ")


def page() -> str:
    """The whole page."""
    parts = [TITLE]
    for name, function in commands():
        parts.append(f"\n## dialcart {name}\n\n{getdoc(function) or ''}\n")
        table = list(rows(function))
        if table:
            parts.append("\n| | | Default |\n|---|---|---|\n" + "\n".join(table) + "\n")
    return "".join(parts)


if __name__ == "__main__":
    sys.exit(finish({ROOT / "docs" / "commands.md": page()}, sys.argv))
