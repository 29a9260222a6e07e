"""`dialcart talks`, `texts` and `messages`: what buyers and carriers wrote commands no terminal, and mistakes are told."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from center.changes import Changes, OutgoingText
from center.text_news import Stage, TextNews
from cli import app
from tests.commands.written_to import PHONE, written_to
from tests.flows.shops import NOON

EVIL = "\x1b]52;c;eA==\x07\x9b2J\x00\u2028! goodbye"
"""Puts something on the clipboard of a terminal, clears it, and looks like a line of its own."""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A shop to which somebody wrote that, and one of whose texts failed with it."""
    path = tmp_path / "shop.db"
    store = written_to(path, f"a{EVIL}")
    with store.batch([]) as batch:
        batch.commit(Changes(texts=[OutgoingText("c", "1069", PHONE, f"b{EVIL}", NOON, "shop")]))
    failed = [
        TextNews(text, Stage.FAILED, f"UNDELIV {EVIL}{'9' * 1_000}")
        for text, _ in store.waiting_texts(0, 10)
    ]
    store.note_texts(failed)
    store.close()
    return path


@pytest.mark.parametrize("command", ["talks", "texts"])
def test_no_words_command_the_terminal(database: Path, command: str) -> None:
    told = CliRunner().invoke(app, [command, "shop", "--database", str(database)], color=True)
    assert told.exit_code == 0
    lines = told.output.split("\n")
    assert all(line.isprintable() for line in lines), lines
    assert "! goodbye" not in lines
    assert max(map(len, lines)) < 200


@pytest.mark.parametrize("command", ["talks", "texts", "messages", "stock"])
def test_a_seller_that_is_not_here_is_told(database: Path, command: str) -> None:
    told = CliRunner().invoke(app, [command, "nobody", "--database", str(database)])
    assert (told.exit_code, told.output) == (1, "nobody is not published here\n")


@pytest.mark.parametrize("command", ["messages", "texts", "talks"])
def test_a_seller_to_whom_nobody_came_has_none(tmp_path: Path, command: str) -> None:
    written_to(tmp_path / "shop.db").close()
    told = CliRunner().invoke(app, [command, "shop", "--database", str(tmp_path / "shop.db")])
    assert (told.exit_code, told.output) == (0, f"no {command}\n")
    assert command != "talks" or not told.stdout, "a transcript"
