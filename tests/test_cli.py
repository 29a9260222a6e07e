"""The command line as its users meet it."""

import json
import platform
import runpy
import sqlite3
import sys
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import cli
from cli import app
from scripts.link import SCRIPT
from store.sqlite import SqliteStore
from tests.commands.written_to import written_to
from tests.flows.shops import NOON, ORDER, SHOP, program_of


def run(*words: str | Path, typed: str | None = None) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], input=typed)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "seller.flow").write_text(SHOP + ORDER, "utf-8")
    return folder


def test_processes_that_ours_starts_do_not_serve_again(tmp_path: Path) -> None:
    script = tmp_path / "dialcart"
    script.write_text(SCRIPT.format(python=sys.executable), "utf-8")
    # As multiprocessing does in a shard, before anything of it runs.
    runpy.run_path(str(script), run_name="__mp_main__")


def test_which_version_it_is_is_told_with_what_it_runs_on() -> None:
    result = run("--version")
    assert result.exit_code == 0
    release = tomllib.loads((Path(cli.__file__).parent / "pyproject.toml").read_text("utf-8"))
    assert result.output.startswith(f"dialcart {release['project']['version']}")
    assert f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}" in result.output


def test_a_broken_flow_is_told_where_and_how_and_exits_with_one(shop: Path) -> None:
    broken = (shop / "seller.flow").read_text("utf-8").replace("1 下单 -> place", "1 下单 -> palce")
    (shop / "seller.flow").write_text(broken, "utf-8")
    result = run("check", shop)
    assert result.exit_code == 1
    assert "F101 undefined-step" in result.output
    assert "did you mean `place`" in result.output


def test_check_gives_json_to_tools(shop: Path) -> None:
    (shop / "seller.flow").write_text("step start\n  -> nowhere\n", "utf-8")
    result = run("check", shop, "--format", "json")
    assert result.exit_code == 1
    found = json.loads(result.output)
    assert {"code", "message", "file", "line", "column", "severity"} <= set(found[0])
    assert any(entry["code"] == "F101" and entry["line"] == 2 for entry in found)


def test_a_folder_without_flows_is_not_all_well(tmp_path: Path) -> None:
    assert run("check", tmp_path).exit_code == 1
    assert run("replay", tmp_path).exit_code == 1


def test_a_file_that_is_not_text_is_a_finding_not_a_crash(tmp_path: Path) -> None:
    (tmp_path / "x.flow").write_bytes(b"\x00\xff\xfe\x81" * 100)
    result = run("check", tmp_path / "x.flow")
    assert result.exit_code == 1
    assert "save it as UTF-8" in result.output


def test_a_talk_is_saved_and_replays(shop: Path) -> None:
    saved = shop / "saved.talk"
    result = run("talk", shop, "--save", saved, typed="苹果\n2\n1\n")
    assert result.exit_code == 0, result.output
    assert "! place order 1x2 total 5.00" in result.output
    again = run("replay", saved)
    assert again.exit_code == 0, again.output
    assert "1 of 1 talk passed" in again.output


@pytest.mark.parametrize("channel", ["sms", "voice"])
def test_an_empty_line_does_not_begin_the_talk_anew(shop: Path, channel: str) -> None:
    plain, spaced = (
        run("talk", shop, "--channel", channel, typed=typed).output
        for typed in ("1\n2\n", "1\n\n  \n2\n")
    )
    assert spaced == plain


def test_an_empty_line_after_a_hangup_comes_again(shop: Path) -> None:
    words = ("talk", shop, "--channel", "ussd")
    gone, back = (run(*words, typed=typed).output for typed in ("1\nhangup\n", "1\nhangup\n\n"))
    assert back.startswith(gone)
    assert len(back) > len(gone)


def test_a_file_that_is_no_transcript_fails_beside_talks_that_pass(shop: Path) -> None:
    run("talk", shop, "--save", shop / "saved.talk", typed="苹果\n2\n1\n")
    bad = shop / "bad.talk"
    bad.write_text("garbage\n", "utf-8")
    for words in (("replay", shop), ("replay", shop, "--accept")):
        result = run(*words)
        assert result.exit_code == 1, "nor is it accepted"
        assert "bad.talk: line 1" in result.output
        assert "1 of 1 talk passed" in result.output
    alone = run("replay", bad)
    assert alone.exit_code == 1
    assert "no transcript was found" not in alone.output, "it was, and is told of"


def test_the_missing_talks_are_written_and_cover_everything(shop: Path) -> None:
    result = run("replay", shop, "--generate", "--cover")
    assert result.exit_code == 0, result.output
    assert "100 %" in result.output
    assert "not covered" not in result.output
    assert run("replay", shop, "--cover").exit_code == 0


def test_coverage_that_is_not_whole_fails(shop: Path) -> None:
    run("talk", shop, "--save", shop / "one.talk", typed="苹果\n")
    result = run("replay", shop, "--cover")
    assert result.exit_code == 1
    assert "not covered: seller.flow:" in result.output


def test_a_flow_is_laid_out_once(shop: Path) -> None:
    run("format", shop)
    assert run("format", shop, "--check").exit_code == 0
    chinese = run("format", shop, "--keywords", "zh")
    assert chinese.exit_code == 0
    assert "步骤 start" in (shop / "seller.flow").read_text("utf-8")
    assert run("format", shop, "--check").exit_code == 0


def test_a_flow_is_drawn(shop: Path) -> None:
    assert run("graph", shop, "--format", "mermaid").output.startswith(("flowchart", "%%", "---"))
    run("graph", shop, "--to", shop / "flow.svg")
    assert "<svg" in (shop / "flow.svg").read_text("utf-8")


def test_publish_tells_what_becomes_of_waiting_buyers_and_can_be_taken_back(shop: Path) -> None:
    database = shop / "shop.db"
    assert run("publish", shop, "--database", database).exit_code == 0
    first = SqliteStore(database).published()["shop"].hex()
    (shop / "seller.flow").write_text(SHOP + ORDER.replace("要什么", "想要什么"), "utf-8")
    dry = run("publish", shop, "--database", database, "--dry-run")
    assert "nothing was published" in dry.output
    assert SqliteStore(database).published()["shop"].hex() == first
    run("publish", shop, "--database", database)
    assert SqliteStore(database).published()["shop"].hex() != first
    assert run("rollback", "shop", "--to", first, "--database", database).exit_code == 0
    assert SqliteStore(database).published()["shop"].hex() == first
    # What is live was published before, too, and is live once.
    states = [
        line.split()[3:]
        for line in run("rollback", "shop", "--database", database).output.splitlines()
    ]
    assert states == [["live"], [], ["published", "before"]]


def test_one_of_anything_is_told_as_one(shop: Path) -> None:
    assert "1 flow file, " in run("format", shop).output
    written_to(shop / "shop.db", "hello").close()
    assert "1 buyer goes on in the new version" in (
        run("publish", shop, "--dry-run", "--database", shop / "shop.db").output
    )
    (shop / "seller.flow").write_text(SHOP + "step start\n  question\n", "utf-8")
    assert "has 1 error; " in run("talk", shop).output


def test_publish_tells_of_a_question_that_buyers_may_wait_at_and_that_is_gone(shop: Path) -> None:
    database = shop / "shop.db"
    assert "D901" not in run("publish", shop, "--database", database).output
    (shop / "seller.flow").write_text((SHOP + ORDER).replace("count", "pieces"), "utf-8")
    told = run("publish", shop, "--database", database)
    assert told.exit_code == 0
    assert "D901" in told.output


def test_a_flow_with_errors_is_not_published(shop: Path) -> None:
    (shop / "seller.flow").write_text(SHOP + "step start\n  -> nowhere\n", "utf-8")
    database = shop / "shop.db"
    assert run("publish", shop, "--database", database).exit_code == 1
    assert not database.exists() or not SqliteStore(database).published()


def test_orders_are_listed_exported_and_moved_on(shop: Path) -> None:
    from tests.store.test_stores import order

    database = shop / "shop.db"
    store = SqliteStore(database)
    store.publish("shop", program_of(), NOON)
    order(store)
    store.close()
    listed = run("orders", "--database", database)
    assert "A0001" in listed.output
    assert "1x2 苹果" in listed.output
    exported = run("orders", "--database", database, "--format", "csv").output.splitlines()
    assert exported[0].startswith("seller,number,status")
    moved = run(
        "orders",
        "--seller",
        "shop",
        "--number",
        "A0001",
        "--to",
        "confirmed",
        "--database",
        database,
    )
    assert "confirmed" in moved.output
    wrong = run(
        "orders",
        "--seller",
        "shop",
        "--number",
        "A0001",
        "--to",
        "returned",
        "--database",
        database,
    )
    assert wrong.exit_code == 1
    assert "it can become shipped, cancelled" in wrong.output
    found = json.loads(run("orders", "--database", database, "--format", "json").output)
    assert found[0]["total"] == "5.00"
    assert run("stock", "shop", "1=9", "--database", database).output.split()[:2] == ["1", "9"]
    for change, told in {
        "1": "write CODE=COUNT",
        "1=many": "write digits alone",
        "1=100000000000": "too large; write at most 999999999",
        "x=1": "no product x; its codes are 1, 2",
    }.items():
        refused = run("stock", "shop", change, "--database", database)
        assert refused.exit_code == 2
        assert told in refused.output
    assert "place order" in run("talks", "shop", "--database", database).output


@pytest.mark.parametrize("command", ["orders", "stock", "messages", "talks", "rollback"])
def test_without_a_database_it_says_what_makes_one(tmp_path: Path, command: str) -> None:
    seller = [] if command == "orders" else ["shop"]
    result = run(command, *seller, "--database", tmp_path / "none.db")
    assert result.exit_code == 1
    assert "there is no database" in result.output
    assert not (tmp_path / "none.db").exists()
