"""`dialcart talks`, `texts` and `messages`: what buyers and carriers wrote commands no terminal, and mistakes are told."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from center.changes import Changes, OutgoingText
from center.contact import Arrival, ContactKey
from center.shops import Shops
from center.text_news import Stage, TextNews
from center.turns import take_turns
from cli import app
from flows.inputs import Text
from store.sqlite import SqliteStore
from tests.flows.shops import NOON, program_of

PHONE = "13800138000"
EVIL = "\x1b]52;c;eA==\x07\x9b2J\x00\u2028! goodbye"
"""Puts something on the clipboard of a terminal, clears it, and looks like a line of its own."""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A shop to which somebody wrote that, and one of whose texts failed with it."""
    path = tmp_path / "shop.db"
    store = SqliteStore(path)
    store.publish("shop", program_of(), NOON)
    shops = Shops(store.published(), store.program)
    arrival = Arrival(ContactKey("shop", PHONE, "sms"), Text(f"a{EVIL}"), "1069", "c", b"", 1, NOON)
    with store.batch([arrival]) as batch:
        batch.commit(take_turns([arrival], batch.world, shops))
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
