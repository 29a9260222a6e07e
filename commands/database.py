"""The database that a command reads."""

from pathlib import Path
from typing import Annotated

import typer


def names_a_file(path: Path) -> Path:
    """As a callback of an option or an argument. Raises typer.BadParameter for what can only be a folder."""
    if path.name in ("", ".."):
        raise typer.BadParameter(f"{path} names no file; write {path / 'shop.db'}")
    return path


DATABASE = Path("var/dialcart.db")
Database = Annotated[
    Path, typer.Option(help="SQLite file that keeps everything.", callback=names_a_file)
]
