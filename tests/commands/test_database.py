"""The database that a command reads is a file, whatever somebody writes for it."""

from pathlib import Path

import pytest
import typer.main
from typer.testing import CliRunner

from cli import app
from commands.database import DATABASE_VARIABLE
from tests.commands.written_to import written_to


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


def test_the_environment_may_name_it_and_what_is_typed_goes_before(tmp_path: Path) -> None:
    written_to(tmp_path / "shop.db").close()
    environment = {DATABASE_VARIABLE: str(tmp_path / "shop.db")}
    told = CliRunner().invoke(app, ["orders"], env=environment)
    assert (told.exit_code, told.output) == (0, "no orders\n")
    other = CliRunner().invoke(app, ["orders", "--database", "other.db"], env=environment)
    assert "there is no database other.db" in other.output


def test_a_settings_file_goes_by_itself(tmp_path: Path) -> None:
    settings = tmp_path / "shop.toml"
    settings.write_text(f'[store]\ndatabase = "{tmp_path}/of-the-file.db"\n', "utf-8")
    environment = {DATABASE_VARIABLE: str(tmp_path / "shop.db")}
    told = CliRunner().invoke(app, ["config", "check", str(settings)], env=environment)
    assert told.exit_code == 0
    assert "nothing reads" not in told.output
    assert "of-the-file.db" in told.output


def test_serve_heeds_no_variable() -> None:
    """Who tries the sample sellers would open them on the shop's own database."""
    heeding = {
        name
        for name, command in typer.main.get_group(app).commands.items()
        for option in command.params
        if option.name == "database" and option.envvar
    }
    assert "orders" in heeding
    assert "serve" not in heeding
