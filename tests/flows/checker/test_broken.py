"""Broken flows, each with what it is to be told: `# expect CODE line N`, and nothing else of these families."""

import re
from pathlib import Path

import pytest

from flows.checker import check_flow
from flows.diagnostic import locate, render, to_json
from flows.folder import flow_of

BROKEN = sorted((Path(__file__).parents[1] / "broken").glob("*.flow"))
FAMILIES = "EFVOAD"
"""What flows look like to a buyer's ear and purse (K, T, C, S) is tested beside its rules."""
EXPECTED = re.compile(r"^# expect ([A-Z]\d{3}) line (\d+)$", re.MULTILINE)


@pytest.mark.parametrize("path", BROKEN, ids=[path.stem for path in BROKEN])
def test_a_broken_flow_is_told_just_what_is_wrong_where(path: Path) -> None:
    text = path.read_text("utf-8")
    expected = [(code, int(line)) for code, line in EXPECTED.findall(text)]
    assert expected
    flow, found = flow_of(path.stem, text)
    told = [
        (diagnostic.code, locate(flow, diagnostic.span).line)
        for diagnostic in check_flow(flow, found)
        if diagnostic.code[0] in FAMILIES
    ]
    assert sorted(told) == sorted(expected)


@pytest.mark.parametrize("path", BROKEN, ids=[path.stem for path in BROKEN])
def test_each_finding_points_into_its_line_and_says_what_to_write(path: Path) -> None:
    text = path.read_text("utf-8")
    lines = text.splitlines()
    flow, found = flow_of(path.stem, text)
    for diagnostic in check_flow(flow, found):
        where = locate(flow, diagnostic.span)
        assert 1 <= where.column <= len(lines[where.line - 1]), render(flow, diagnostic)
        assert not diagnostic.message.endswith("."), diagnostic.message
        assert to_json(flow, diagnostic)["code"] == diagnostic.code


def test_there_are_many_kinds_of_broken_flows() -> None:
    codes = {code for path in BROKEN for code, _ in EXPECTED.findall(path.read_text("utf-8"))}
    assert len(BROKEN) >= 15
    assert len(codes) >= 30
