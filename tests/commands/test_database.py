"""The database that a command reads is a file, whatever somebody writes for it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import app


@pytest.mark.parametrize("database", [".", "/", "..", "../"])
@pytest.mark.parametrize(
    "words",
    ["orders", "talks shop", "publish shop", "queues", "people list", "acd explain x", "serve"],
)
def test_what_names_no_file_is_told(words: str, database: str) -> None:
    told = CliRunner().invoke(app, [*words.split(), "--database", database])
    assert told.exit_code == 2
    assert "names no file; write" in told.output


def test_a_backup_goes_to_a_file(tmp_path: Path) -> None:
    database = tmp_path / "shop.db"
    database.write_bytes(b"")
    told = CliRunner().invoke(app, ["backup", ".", "--database", str(database)])
    assert told.exit_code == 2
    assert "names no file; write" in told.output
