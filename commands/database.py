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
DATABASE_VARIABLE = "DIALCART_DATABASE"
"""For whoever looks after a shop all day, whose settings file names another database."""
_HELP = "SQLite file that keeps everything."
Database = Annotated[
    Path, typer.Option(help=_HELP, callback=names_a_file, envvar=DATABASE_VARIABLE)
]
ServedDatabase = Annotated[Path, typer.Option(help=_HELP, callback=names_a_file)]
"""Of `serve`, which heeds no variable: who tries the sample sellers would open them on the shop's own."""
