"""`dialcart orders` and `buyer`: listed, found, moved on, and mistakes told."""

import csv
import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import app
from tests.commands.written_to import PHONE, written_to


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A shop with one order of one buyer."""
    path = tmp_path / "shop.db"
    written_to(path, "苹果 2", "1").close()
    return path


def run(database: Path, *words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, [*words, "--database", str(database)])
    return result.exit_code, result.output


def live_at(database: Path, address: str) -> None:
    """Have the order go to an address in a buyer's own words."""
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("update orders set address = ?", (address,))


def test_an_order_is_listed_and_exported(database: Path) -> None:
    assert "A0001" in run(database, "orders")[1]
    [order] = json.loads(run(database, "orders", "--buyer", PHONE, "--format", "json")[1])
    assert (order["number"], order["total"], order["status"]) == ("A0001", "5.00", "placed")
    assert "A0001" in run(database, "orders", "--number", "a0001")[1]
    [row] = csv.DictReader(io.StringIO(run(database, "orders", "--format", "csv")[1]))
    assert (row["number"], row["lines"]) == ("A0001", "1x2 苹果")


def test_what_was_paid_and_what_vouches_is_shown(database: Path) -> None:
    [order] = json.loads(run(database, "orders", "--format", "json")[1])
    assert (order["paid"], order["vouched"]) == ("0.00", None)
    assert "paid" not in run(database, "orders")[1]
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("update orders set paid = 300, vouched = 'code'")
    assert "5.00 CNY, 3.00 paid  13800138000" in run(database, "orders")[1]
    [row] = csv.DictReader(io.StringIO(run(database, "orders", "--format", "csv")[1]))
    assert (row["paid"], row["vouched"]) == ("3.00", "code")


def test_an_export_of_nothing_has_its_columns(database: Path) -> None:
    words = ("orders", "--status", "returned", "--format", "csv")
    assert run(database, *words)[1].startswith("seller,number,status,placed,total,")


@pytest.mark.parametrize(
    "said", ['=HYPERLINK("http://x")', "+1+1", "-1", "@SUM(A1)", " =1", "＝1+1", "＠SUM(A1)"]
)
def test_no_spreadsheet_runs_a_buyers_address(database: Path, said: str) -> None:
    live_at(database, said)
    [row] = csv.DictReader(io.StringIO(run(database, "orders", "--format", "csv")[1]))
    assert row["address"] == f"'{said}"
    [order] = json.loads(run(database, "orders", "--format", "json")[1])
    assert order["address"] == said


def test_a_buyers_words_do_not_command_the_sellers_terminal(database: Path) -> None:
    live_at(database, "road\x1b]0;mine\x07\x9b2J\nA0002")
    [line] = run(database, "orders")[1].splitlines()
    assert line.endswith("road ]0;mine  2J A0002")
    [row] = csv.DictReader(io.StringIO(run(database, "orders", "--format", "csv")[1]))
    assert row["address"] == "road ]0;mine  2J A0002"


def test_an_order_moves_on_as_the_table_says(database: Path) -> None:
    one = ("orders", "--seller", "shop", "--number", "A0001")
    code, told = run(database, *one, "--to", "shipped")
    assert (code, "confirmed, cancelled" in told) == (1, True)
    for to in ("confirmed", "shipped", "delivered", "returned"):
        assert run(database, *one, "--to", to)[0] == 0
    assert "returned" in run(database, *one)[1]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--status", "sent"), 2, "placed, confirmed"),
        (("--number", "B0001"), 1, "like A0001"),
        (("--number", "A0002", "--seller", "shop"), 1, "no order A0002 of shop"),
        (("--seller", "nobody"), 1, "not published"),
        (("--to", "shipped"), 2, "--seller noodles --number A0001"),
    ],
)
def test_mistakes_are_told_with_what_to_write(
    database: Path, words: tuple[str, ...], code: int, told: str
) -> None:
    found = run(database, "orders", *words)
    assert found[0] == code
    assert told in found[1]


def test_a_seller_sees_a_buyer_and_takes_a_stop_by_telephone(database: Path) -> None:
    assert "A0001 placed" in run(database, "buyer", "shop", PHONE)[1]
    assert "STOP" in run(database, "buyer", "shop", PHONE, "--opt-out")[1]
    assert "STOP" in run(database, "buyer", "shop", PHONE)[1]
    code, told = run(database, "buyer", "shop", "13900139000")
    assert (code, "nobody" in told) == (1, True)


@pytest.mark.parametrize(
    ("kept", "written"),
    [
        ("+254711111111", "254711111111"),
        ("+254711111111", "+254 711 111-111"),
        ("+254711111111", "00254711111111"),
        ("+14155552671", "14155552671"),
        ("+6591234567", "6591234567"),
        (PHONE, "8613800138000"),
        (PHONE, "138 0013 8000"),
    ],
)
def test_a_buyer_is_found_however_the_number_is_written(
    database: Path, kept: str, written: str
) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("update orders set buyer = ?", (kept,))
    assert "A0001 placed" in run(database, "buyer", "shop", written)[1]
    assert "A0001" in run(database, "orders", "--buyer", written)[1]


def test_who_is_not_found_is_told_how_to_write_a_number(database: Path) -> None:
    told = "nobody with the number 0711111111 is known to shop; write it with its country code"
    assert told in run(database, "buyer", "shop", "0711111111")[1]
    assert "write" not in run(database, "buyer", "shop", "+254711111112")[1]


def test_a_count_with_a_mistake_in_it_changes_nothing(database: Path) -> None:
    before = run(database, "stock", "shop")[1]
    code, told = run(database, "stock", "shop", "1=9", "x=1")
    assert (code, "shop has no product x" in told) == (2, True)
    assert run(database, "stock", "shop")[1] == before
