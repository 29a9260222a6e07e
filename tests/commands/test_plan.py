"""`dialcart plan` as its users meet it."""

import json
import re
import time
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner

from center.uap.busy_hour import Traffic
from center.uap.models import model
from center.uap.plan import make_plan
from cli import app
from commands.plan import FILE_BYTES_MAX
from commands.plan_check import Held, Said, hold_few, hold_groups, hold_streams
from commands.plan_words import ZH
from commands.simulation import Interval

ROOT = Path(__file__).resolve().parents[2]
CPU_S_MAX = 20.0
"""Of a whole plan, however busy the machine is with other tests."""


def run(*words):
    return CliRunner().invoke(app, ["plan", *map(str, words)])


def test_the_plan_tells_people_boards_failures_and_what_is_assumed():
    began = time.process_time()
    result = run()
    assert time.process_time() - began <= CPU_S_MAX
    assert result.exit_code == 0, result.output
    for words in (
        "40,000 sellers, 80,000 agents",
        "partners' pools",
        "UAP8100",
        "11 + 1",
        "one MSU fails",
        "until the standby has taken over",
        "Erlang B",
        "Engset, call congestion",
        "Pools save",
        "SIP 503 with Retry-After 10",
        "HOW SURE: 35 of the 36 numbers of UAP8100 are assumed",
        "GPU seats                300 to 2,000    1,000",
        "convention of traffic of an idle source",
        "by Erlang C",
    ):
        assert words in result.output


def test_tools_get_json_with_the_same_numbers():
    told = json.loads(run("--format", "json", "--model", "UAP3300", "--calls", 90_000).output)
    assert told["traffic"]["calls_an_hour"] == 90_000
    platform = told["platforms"][0]
    assert platform["model"] == "UAP3300"
    plan = make_plan(Traffic(calls_an_hour=90_000), [model("UAP3300")])
    assert platform["boards"] == plan.options[0].platform.boards
    assert max(platform["refused_by_stream"].values()) <= 0.01
    assert [one["needed_at_work"] for one in told["people"]] == [one.needed for one in plan.groups]
    patient = [one["needed_at_work_erlang_c"] for one in told["people"]]
    assert patient == [one.needed_if_all_stay for one in plan.groups]
    assert told["pools_save_at_work"] == plan.groups[0].needed - plan.groups[1].needed
    assert [one["figure"] for one in told["sensitivity"]] == [
        swing.name for swing in plan.sensitivity.swings
    ]


@pytest.mark.parametrize(
    ("language", "headings"),
    [
        ("en", ("Pooling agents over sellers", "Calls refused as load grows", "What it costs")),
        ("zh", ("坐席跨卖家共享", "话务增长时被拒绝的呼叫", "费用", "把握有多大")),
    ],
)
def test_charts_are_an_svg_that_stays_within_its_page(tmp_path, language, headings):
    file = tmp_path / "plan.svg"
    assert run("--charts", file, "--language", language).exit_code == 0
    shown = ROOT / "docs" / ("plan.svg" if language == "en" else f"plan.{language}.svg")
    assert file.read_text("utf-8") == shown.read_text("utf-8"), f"draw it anew: --charts {shown}"
    root = ET.parse(file).getroot()
    width, height = float(root.get("width")), float(root.get("height"))
    texts = ["".join(node.itertext()) for node in root.iter() if node.tag.endswith("text")]
    assert set(headings) <= set(texts)
    for node in root.iter():
        if node.tag.endswith("rect"):
            assert float(node.get("x", 0)) + float(node.get("width")) <= width
        if node.tag.endswith("text"):
            left, long = float(node.get("x")), reach(node)
            left -= {"start": 0, "middle": long / 2, "end": long}[node.get("text-anchor")]
            assert 0 <= left <= left + long <= width, "".join(node.itertext())
            assert 0 <= float(node.get("y")) <= height


def reach(text):
    """Pixels that a text takes: a Chinese character is as wide as high, others a little more than half of that."""
    em = float(text.get("font-size"))
    return sum(em if ord(c) > 0x2E80 else 0.56 * em for c in "".join(text.itertext()))


def test_a_plan_in_chinese_has_no_english_words_left(tmp_path):
    file = tmp_path / "plan.svg"
    told = run("--language", "zh", "--charts", file).output
    assert "每个机框可用率" in told
    drawn = " ".join(ET.parse(file).getroot().itertext())
    for found in re.findall(r"[A-Za-z][a-z]{2,}", told + drawn):
        assert found in {"Erlang", "Engset", "Retry", "After", "figures"}, found


def test_every_word_that_is_translated_is_said_somewhere_with_the_same_places():
    said = "".join(file.read_text("utf-8") for file in ROOT.glob("*/plan_*.py"))
    said += "".join(file.read_text("utf-8") for file in ROOT.glob("center/uap/*.py"))
    for english, chinese in ZH.items():
        assert said.count(f'"{english}"') >= 2, english
        places = r"{\w+"
        assert set(re.findall(places, english)) == set(re.findall(places, chinese)), english


def test_a_file_gives_the_traffic_and_options_change_it(tmp_path):
    file = tmp_path / "traffic.toml"
    file.write_text("sellers = 50\nagents = 200\npools = 2\ncalls_an_hour = 900\n", "utf-8")
    result = run("--traffic", file, "--agents", 100)
    assert "50 sellers, 100 agents" in result.output


def test_what_cannot_be_planned_is_told_in_a_line(tmp_path):
    file = tmp_path / "traffic.toml"
    for text, told in (
        ("talk_s = 0\n", "no plan: talk_s = 0.0: write seconds from 0.1"),
        ("talk = 5\n", "unknown field `talk`"),
        ("talk_s = \n", "write lines such as `sellers = 50`"),
        ("x" * (FILE_BYTES_MAX + 1), "has more than 1,000,000 octets"),
    ):
        file.write_text(text, "utf-8")
        result = run("--traffic", file)
        assert result.exit_code == 2
        assert told in result.output
    file.write_bytes(b"\xff")
    assert "is not TOML" in run("--traffic", file).output
    for words, told in (
        (("--model", "UAP9"), "write one of UAP2100"),
        (("--agents", 0), "agents = 0: write a whole number from 1 to 1,000,000"),
        (("--sellers", -5), "sellers = -5: write"),
        (("--calls", "inf"), "calls_an_hour = inf: write a number from 1 to 100,000,000"),
    ):
        wrong = run(*words)
        assert wrong.exit_code == 2
        assert told in wrong.output


def test_few_agents_stand_in_fewer_pools():
    told = json.loads(run("--format", "json", "--sellers", 5, "--agents", 8, "--calls", 60).output)
    assert told["traffic"]["pools"] == 8
    assert told["people"][1]["groups"] == 8


SMALL = Traffic(
    sellers=1,
    agents=10,
    at_work=0.8,
    pools=1,
    calls_an_hour=150,
    speech_share=0.0,
    person_share=1.0,
    patience_s=40.0,
    level=0.4,
    abandoned_max=0.3,
)
"""Two streams and one group, so loaded that a simulation settles soon."""


def test_theory_is_within_a_tenth_of_what_the_real_platform_refuses_of_each_stream():
    streams = make_plan(SMALL).streams
    compared = list(hold_streams(streams, 65_000, seed=1))
    assert [one for one in compared if one.verdict != "within"] == []
    assert Counter(one.what.text() for one in compared) == {
        "refused: keys to a person": 3,
        "refused: keys to a person, recorded": 4,
    }, "wherever something of its own is short"


def test_theory_is_within_a_tenth_of_what_few_who_ask_meet():
    compared = list(hold_few(SMALL, 150_000, seed=1))
    assert [one.where.text() for one in compared] == ["35 seats for 40", "9 conference for 40"]
    assert [one for one in compared if one.verdict != "within"] == []


def test_theory_is_within_a_tenth_of_how_the_real_router_serves_each_group():
    compared = list(hold_groups(make_plan(SMALL), 50_000, seed=1))
    assert [one for one in compared if one.verdict != "within"] == []
    measured = ["answered within 20 s", "hang up", "occupied", "mean wait"]
    patient = ["answered within 20 s", "wait at all", "occupied", "mean wait"]
    told = [one.what.text() for one in compared]
    assert told == [*measured, *measured, *patient], "as planned, just met, and where nobody leaves"


@pytest.mark.parametrize(
    ("theory", "mean", "half", "events", "verdict"),
    [
        (0.2, 0.21, 0.005, 9_000, "within"),
        (0.2, 0.23, 0.005, 9_000, "apart"),
        (0.2, 0.2, 0.05, 9_000, "unsettled"),
        (1e-9, 0.0, 0.0, 1, "too rare"),
        (1e-9, 0.01, 0.001, 1_000, "unsettled"),
    ],
)
def test_a_figure_holds_only_where_it_is_known_well_enough(theory, mean, half, events, verdict):
    said = Said("refused")
    assert Held(said, said, theory, Interval(mean, half), events).verdict == verdict


def test_a_plan_that_simulation_does_not_bear_out_fails(monkeypatch):
    said = Said("refused")
    wrong = Held(said, said, 0.2, Interval(0.3, 0.005), 9_000)
    monkeypatch.setattr("commands.plan_check.hold", lambda plan: [wrong])
    result = run("--simulate", "--model", "UAP8100")
    assert result.exit_code == 1
    assert "apart: 50.0%" in result.output
    assert "0 of 1 figures lie within 10%" in result.output
