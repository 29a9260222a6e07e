"""The tutorial and the reference of the language say what is so: flows are checked, talks are played, tables are complete."""

import re
from pathlib import Path

import pytest

from flows import schema
from flows.checker import check_flow
from flows.checker.example import complete
from flows.checker.rules.outcomes import FURTHER, NEEDED
from flows.compiler import compile_flow
from flows.folder import flow_of
from flows.machine import Machine
from flows.program import Program
from flows.transcript.replay import replay
from flows.transcript.talk import read_talks
from grammars.keywords import KEYWORDS, OUTCOMES, SETTINGS

DOCS = Path(__file__).resolve().parents[2] / "docs"
FENCE = re.compile(r"(?ms)^```(flow|talk)\n(.*?)^```$")
PAGES = {name: (DOCS / name).read_text("utf-8") for name in ("tutorial.md", "language.md")}
REFERENCE = PAGES["language.md"]


def fences(page: str, kind: str) -> list[str]:
    return [text for found, text in FENCE.findall(PAGES[page]) if found == kind]


FLOWS = [(page, text) for page in PAGES for text in fences(page, "flow")]


@pytest.mark.parametrize(("page", "text"), FLOWS)
def test_a_flow_that_is_shown_has_no_error(page: str, text: str) -> None:
    told = check_flow(*flow_of("fruit", complete(text)))
    assert [d.message for d in told if d.severity == "error"] == [], page


def test_a_talk_of_the_tutorial_goes_as_it_says_in_the_flow_above_it() -> None:
    program: Program | None = None
    played = 0
    for kind, text in FENCE.findall(PAGES["tutorial.md"]):
        if kind == "flow":
            program = compile_flow(flow_of("fruit", complete(text))[0]).program
            continue
        assert program is not None
        for talk in read_talks(text):
            result = replay(Machine(program), talk)
            assert result.actual == result.expected
            played += 1
    assert played >= 2


def section(title: str) -> str:
    return REFERENCE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_every_word_stands_in_the_reference_in_both_spellings() -> None:
    table = section("Words in both spellings")
    for english, chinese in (*KEYWORDS.values(), *SETTINGS.values(), *OUTCOMES.items()):
        assert f"| `{english}` | `{chinese}` |" in table, english


def test_every_type_setting_filter_and_name_is_explained() -> None:
    types = [KEYWORDS[name][0] for name in ("PRODUCT", "NUMBER", "DIGITS", "PHONE", "MONEY", "YESNO", "ADDRESS",
                                             "TEXT_TYPE", "DATE", "CHOICE", "PIN", "GRAMMAR")]  # fmt: skip
    assert all(f"`{kind}" in section("Types of answers") for kind in types)
    assert all(f"`{setting}`" in section("Settings") for setting in SETTINGS)
    values = section("Conditions and values")
    assert all(re.search(rf"`{name}[`(]", values) for name in schema.FILTERS)
    assert all(f"`{name}`" in values for name in schema.GLOBALS)
    for record in ("shop", "buyer", "cart", "order", "product", "line"):
        assert all(f"`{field}`" in values for field in schema.RECORDS[record]), record


def test_every_outcome_is_listed_where_it_may_come() -> None:
    rows = [row for row in section("Outcomes").splitlines() if row.startswith("| `")]
    for row, statement in zip(rows, NEEDED, strict=True):
        _, _, needed, further, _ = row.split("|")
        assert re.findall("`(.*?)`", needed) == list(NEEDED[statement])
        assert re.findall("`(.*?)`", further) == list(FURTHER[statement])
