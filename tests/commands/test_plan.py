"""`dialcart plan` as its users meet it."""

import json
import time
from xml.etree import ElementTree as ET

from typer.testing import CliRunner

from center.uap.busy_hour import Traffic
from center.uap.models import model
from center.uap.plan import make_plan
from cli import app
from commands.plan_check import hold

CPU_S_MAX = 2.0
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
        "are assumptions with ranges",
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


def test_charts_are_an_svg_that_stays_within_its_page(tmp_path):
    file = tmp_path / "plan.svg"
    assert run("--charts", file).exit_code == 0
    root = ET.parse(file).getroot()
    width, height = float(root.get("width")), float(root.get("height"))
    texts = ["".join(node.itertext()) for node in root.iter() if node.tag.endswith("text")]
    for heading in ("Pooling agents over sellers", "Calls refused as load grows", "What it costs"):
        assert heading in texts
    for node in root.iter():
        if node.tag.endswith("rect"):
            assert float(node.get("x", 0)) + float(node.get("width")) <= width
        if node.tag.endswith("text"):
            assert 0 <= float(node.get("x")) <= width
            assert 0 <= float(node.get("y")) <= height


def test_a_file_gives_the_traffic_and_options_change_it(tmp_path):
    file = tmp_path / "traffic.toml"
    file.write_text("sellers = 50\nagents = 200\npools = 2\ncalls_an_hour = 900\n", "utf-8")
    result = run("--traffic", file, "--agents", 100)
    assert "50 sellers, 100 agents" in result.output


def test_what_cannot_be_planned_is_told_in_a_line(tmp_path):
    file = tmp_path / "traffic.toml"
    for text, told in (
        ("talk_s = 0\n", "talk_s is a number above 0"),
        ("talk = 5\n", "unknown field `talk`"),
        ("talk_s = \n", "no plan:"),
    ):
        file.write_text(text, "utf-8")
        result = run("--traffic", file)
        assert result.exit_code == 2
        assert told in result.output
    wrong = run("--model", "UAP9")
    assert wrong.exit_code == 2
    assert "write one of UAP2100" in wrong.output


def test_theory_is_within_a_tenth_of_the_real_platform_and_router():
    compared = hold(make_plan(Traffic()), calls=80_000, contacts=20_000)
    assert len(compared) >= 4
    for one in compared:
        assert one.apart <= 0.1 or one.simulated.holds(one.theory), one
