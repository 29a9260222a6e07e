"""`dialcart platform` as operators meet it, and a running platform that does what they ask."""

import re
import time

import pytest
from typer.testing import CliRunner

from center.uap.changes import Fail, Insert, Remove, Restore
from center.uap.door import Admitted, Refused
from cli import app
from commands.config import load_settings
from commands.platform import change
from commands.serving.platform import Platform
from commands.serving.platform_now import now_file, read

SETTINGS = """
[store]
database = "{folder}/shop.db"

[platform]
sellers = {{ noodles = 2 }}

[[platform.chassis]]
name = "1"
model = "UAP2100"
boards = ["{media}", "GPU"]
"""


@pytest.fixture
def settings(tmp_path):
    file = tmp_path / "dialcart.toml"
    file.write_text(SETTINGS.format(folder=tmp_path, media="MSU"), "utf-8")
    return file


def run(*words):
    return CliRunner().invoke(app, ["platform", *map(str, words)])


def test_boards_are_shown_inserted_drained_and_removed(settings):
    assert "MSU  in service" in run("show", "--config", settings).output
    inserted = run("insert", "1", "3", "MSU", "--config", settings)
    assert inserted.exit_code == 0, inserted.output
    assert "in service in 60 s" in inserted.output
    shown = run("show", "--config", settings).output
    assert re.search(r"MSU +self-test, in service in (60|5\d) s", shown)
    assert run("drain", "1", "1", "--config", settings).exit_code == 0
    assert run("remove", "1", "1", "--config", settings).exit_code == 0
    shown = run("show", "--config", settings).output
    assert "240 record" in shown
    assert "MSU  in service" not in shown
    assert run("fail", "1", "2", "--config", settings).exit_code == 0
    assert run("restore", "1", "2", "--config", settings).exit_code == 0
    # The board in slot 3 is still being tested, which nobody asked about.
    assert run("fail-chassis", "1", "--config", settings).output == "done\n"
    assert run("repair-chassis", "1", "--config", settings).exit_code == 0
    assert "UAP2100 standby" in run("show", "--config", settings).output


def test_what_cannot_be_done_says_what_to_do_instead(settings, tmp_path):
    wrong = run("insert", "1", "1", "MSU", "--config", settings)
    assert wrong.exit_code == 1
    assert "slot 1 of 1 holds MSU, in service; drain and remove it" in wrong.output
    bare = tmp_path / "bare.toml"
    bare.write_text("", "utf-8")
    assert "has no [platform]" in run("show", "--config", bare).output
    settings.write_text(SETTINGS.format(folder=tmp_path, media="XYZ"), "utf-8")
    assert "UAP2100 has no board `XYZ`" in run("show", "--config", settings).output


def test_boards_are_seen_to_in_a_shell_without_the_carriers_passwords(settings, monkeypatch):
    carrier = '\n[[carrier]]\nname = "unicom"\nhost = "smsc.example.net"\nsystem_id = "us"\n'
    settings.write_text(settings.read_text("utf-8") + carrier, "utf-8")
    for value in (None, ""):
        monkeypatch.delenv("DIALCART_CARRIER_UNICOM_PASSWORD", raising=False)
        if value is not None:
            monkeypatch.setenv("DIALCART_CARRIER_UNICOM_PASSWORD", value)
        shown = run("show", "--config", settings)
        assert shown.exit_code == 0, shown.output
        assert "MSU  in service" in shown.output


def test_a_running_platform_does_what_operators_ask_and_tells_whom_it_cut_off(settings):
    config = load_settings(settings)
    platform = Platform(config.platform, config.store.database)
    cut_off = []
    platform.cut_off = cut_off.append
    assert isinstance(platform.gate.admit("c1", seller="noodles"), Admitted)
    assert isinstance(platform.gate.admit("c2", seller="noodles"), Admitted)
    assert isinstance(platform.gate.admit("c3", seller="noodles"), Refused)
    run("insert", "1", "3", "MSU", "--config", settings)
    platform.look()
    assert cut_off == []
    run("fail", "1", "1", "--config", settings)
    platform.look()
    assert sorted(cut_off) == ["c1", "c2"]
    platform.look()
    told = {
        (measure.name, labels): value
        for measure in platform.measures()
        for labels, value in measure.samples
    }
    assert told["dialcart_platform_units", ("caps",)] == 50
    assert told["dialcart_platform_refused", ("the seller's lines are all taken",)] == 1
    states = {
        slot: board.state for slot, board in platform.gate.capacity.chassis["1"].boards.items()
    }
    assert states[1] == "failed"
    again = Platform(config.platform, config.store.database)
    states = {slot: board.state for slot, board in again.gate.capacity.chassis["1"].boards.items()}
    assert states[1] == "failed"
    assert states[3] == "self-test"


def test_operators_see_what_a_running_shop_carries_and_pull_no_board_under_its_calls(settings):
    config = load_settings(settings)
    platform = Platform(config.platform, config.store.database)
    assert "No shop runs on it now" in run("show", "--config", settings).output
    platform.gate.admit("c1", records=True)
    platform.gate.seat("ann")
    platform.look()
    assert run("drain", "1", "1", "--config", settings).exit_code == 0
    platform.look()
    shown = run("show", "--config", settings).output
    assert re.search(r"1 +MSU +draining +1 ", shown), "the journal alone would call it out"
    assert re.search(r"seats +1,000 +1$|seats +\d+ +1$", shown, re.MULTILINE)
    assert re.search(r"record +0 +1$", shown, re.MULTILINE)
    early = run("remove", "1", "1", "--config", settings)
    assert early.exit_code == 1
    assert "is draining; from there one can restore or fail it, not remove it" in early.output

    platform.gate.release("c1")
    platform.look()
    assert re.search(r"1 +MSU +out +0 ", run("show", "--config", settings).output)
    took_in = iter((None, platform.look))

    def sleep(seconds):
        assert seconds > 0
        then = next(took_in)
        if then is not None:
            then()

    assert change(settings, Remove(time.time(), "1", 1), sleep=sleep) == 0
    assert 1 not in platform.gate.capacity.chassis["1"].boards
    platform.gate.admit("c2")
    assert "Refused since the start: 1 out of service" in (
        platform.look() or run("show", "--config", settings).output
    )


def test_who_cuts_calls_off_is_told_how_many_and_a_shop_that_hangs_is_told_of(settings, capsys):
    config = load_settings(settings)
    platform = Platform(config.platform, config.store.database)
    platform.gate.admit("c1", seller="noodles")
    platform.gate.admit("c2", seller="noodles")
    platform.look()
    fails = Fail(time.time(), "1", 1)
    assert change(settings, fails, sleep=lambda _: platform.look()) == 0
    assert capsys.readouterr().out == "done; 2 cut off\n"
    assert change(settings, Restore(time.time(), "1", 1), sleep=lambda _: None) == 0
    assert "in service in 60 s; the shop has not taken it in yet" in capsys.readouterr().out


def test_a_standby_says_when_it_takes_over(settings):
    with settings.open("a", encoding="utf-8") as file:
        file.write('[[platform.chassis]]\nname = "2"\nmodel = "UAP2100"\nstandby = true\n')
    run("insert", "1", "3", "MSU", "--config", settings)
    failed = run("fail-chassis", "1", "--config", settings).output
    assert re.fullmatch(r"done; 2 takes over in \d+ s\n", failed), failed
    shown = run("show", "--config", settings).output
    assert re.search(r"1 +UAP2100 failed +", shown)
    assert re.search(r"2 +UAP2100 standby, serves in (30|2\d) s", shown)


def test_each_operator_is_told_of_the_change_that_was_made_and_not_of_the_last(settings, capsys):
    config = load_settings(settings)
    platform = Platform(config.platform, config.store.database)
    platform.gate.admit("c1", seller="noodles")
    platform.look()

    def another(_):
        if len(platform.gate.capacity.chassis["1"].boards) == 2:
            change(settings, Insert(time.time(), "1", 3, "MSU"), sleep=lambda _: platform.look())

    assert change(settings, Fail(time.time(), "1", 1), sleep=another) == 0
    assert [line.rpartition("; ")[2] for line in capsys.readouterr().out.splitlines()] == [
        "0 cut off",
        "1 cut off",
    ]


def test_a_change_that_the_running_shop_leaves_out_is_told_as_such(settings, capsys):
    config = load_settings(settings)
    platform = Platform(config.platform, config.store.database)
    platform.look()
    with settings.open("a", encoding="utf-8") as file:
        file.write('[[platform.chassis]]\nname = "2"\nmodel = "UAP2100"\nboards = ["MSU"]\n')
    fails = Fail(time.time(), "2", 1)
    assert change(settings, fails, sleep=lambda _: platform.look()) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "the running shop leaves it out: " in told.err
    # One that is there when a shop begins is no news to it.
    platform = Platform(config.platform, config.store.database)
    platform.look()
    assert read(now_file(config.store.database)).outcome(1) is None


def test_a_chassis_that_the_settings_no_longer_name_stops_no_operator(settings):
    config = load_settings(settings)
    platform = Platform(config.platform, config.store.database)
    platform.look()
    text = settings.read_text("utf-8")
    settings.write_text(text.replace('name = "1"', 'name = "new"'), "utf-8")
    shown = run("show", "--config", settings)
    assert shown.exit_code == 0
    assert "no longer names, until it is started anew: 1" in shown.output
