"""`dialcart plan`: which chassis and boards for so many sellers, agents and calls, told as a table, JSON or charts."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec
import typer

from center.uap.busy_hour import POOLS, Traffic
from center.uap.models import ModelError
from center.uap.plan import make_plan
from center.uap.sizing import NoPlatformError
from commands.models_on_disk import Models
from commands.plan_report import Report
from commands.plan_words import Language

if TYPE_CHECKING:
    from commands.plan_check import Held

FILE_BYTES_MAX = 1_000_000


class NoTrafficError(ValueError):
    """A file that tells no traffic."""


def plan(
    traffic_file: Path | None,
    changes: dict[str, object],
    models: list[str],
    figures: Path | None,
    output: Literal["text", "json"],
    charts_to: Path | None,
    language: Language,
    *,
    simulate: bool,
) -> int:
    """Work out a plan and tell it; the exit status."""
    try:
        given = {**_read(traffic_file), **changes}
        traffic = msgspec.convert({"pools": _pools(given.get("agents")), **given}, Traffic)
        known = Models(figures)
        found = make_plan(traffic, [known.model(name) for name in models or known.names])
    except (msgspec.ValidationError, ModelError, NoPlatformError, NoTrafficError) as error:
        typer.echo(f"no plan: {error}", err=True)
        return 2
    held: list[Held] = []
    # What is not asked for is not loaded: it takes as long as a plan does.
    if simulate:
        from commands.plan_check import hold

        held = hold(found)
    if charts_to is not None:
        from commands.plan_charts import charts

        charts_to.write_text(charts(found, language), "utf-8")
    if output == "json":
        from commands.plan_json import as_json

        typer.echo(as_json(found, held))
    else:
        typer.echo(Report(found, language).text(held))
    return 1 if any(one.verdict in ("apart", "unsettled") for one in held) else 0


def _read(file: Path | None) -> dict[str, object]:
    """What a file gives of the traffic. Raises OSError, NoTrafficError."""
    if file is None:
        return {}
    try:
        with file.open("rb") as opened:
            if len(text := opened.read(FILE_BYTES_MAX + 1)) > FILE_BYTES_MAX:
                raise NoTrafficError(f"{file} has more than {FILE_BYTES_MAX:,} octets")
        return tomllib.loads(text.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise NoTrafficError(
            f"{file} is not TOML ({error}); write lines such as `sellers = 50` and `talk_s = 180`"
        ) from None


def _pools(agents: object) -> int:
    """Partners where nobody says how many: no more than there are agents for."""
    return max(1, min(POOLS, agents)) if isinstance(agents, int) else POOLS
