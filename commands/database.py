"""The database that a command reads."""

from pathlib import Path
from typing import Annotated

import typer

DATABASE = Path("var/dialcart.db")
Database = Annotated[Path, typer.Option(help="SQLite file that keeps everything.")]
