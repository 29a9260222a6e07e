"""Every rule's page shows a flow that the rule tells of, and one that is well."""

import re
from pathlib import Path

import pytest

from flows.checker import Beside, check_flow
from flows.checker.beside import Unrecorded, read_vocabulary
from flows.checker.example import (
    HEADINGS,
    Companion,
    companions,
    complete,
    examples,
    sections,
)
from flows.checker.rule import Rule
from flows.checker.rules import RULES
from flows.compiler import compile_flow
from flows.diagnostic import Diagnostic
from flows.folder import flow_of
from flows.transcript.coverage import summarise, tracing_machine
from flows.transcript.replay import replay
from flows.transcript.talk import read_talks
from ivr.speech.script import Script

ROOT = Path(__file__).resolve().parents[3]
each_rule = pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))


def told(fragment: str, files: tuple[Companion, ...]) -> tuple[Diagnostic, ...]:
    flow, found = flow_of("shop", complete(fragment))
    program = compile_flow(flow).program
    machine, coverage = tracing_machine(program)
    talks = [talk for file in files if file.kind == "talk" for talk in read_talks(file.text)]
    for talk in talks:
        assert replay(machine, talk).passed
    recorded = {file.language: set(file.text.split()) for file in files if file.kind == "recorded"}
    beside = Beside(
        vocabularies={f.language: read_vocabulary(f.text) for f in files if f.kind == "words"},
        covered=tuple(summarise(coverage)) if talks else (),
        unrecorded={
            language: tuple(
                Unrecorded(phrase.text, phrase.where)
                for phrase in Script(program).phrases(language)
                if phrase.text not in names and phrase.where != "platform"
            )
            for language, names in recorded.items()
        },
    )
    return check_flow(flow, found, beside)


def test_every_code_that_is_told_anywhere_has_a_rule_and_so_a_page() -> None:
    told = {
        code
        for file in (ROOT / "flows").rglob("*.py")
        for code in re.findall(r'"([A-Z][0-9]{3})"', file.read_text("utf-8"))
    }
    assert told == set(RULES)


@each_rule
def test_a_page_opens_with_one_sentence_and_has_every_heading(rule: Rule) -> None:
    page = sections(rule)
    assert page[""].endswith(".")
    assert "\n\n" not in page[""]
    assert list(page) == ["", *HEADINGS]


@each_rule
def test_the_example_of_a_page_is_told(rule: Rule) -> None:
    assert rule.code in {
        diagnostic.code for diagnostic in told(examples(rule)[0], companions(rule)[0])
    }


@each_rule
def test_what_to_write_instead_is_well(rule: Rule) -> None:
    found = told(examples(rule)[1], companions(rule)[1])
    assert rule.code not in {diagnostic.code for diagnostic in found}
    assert [d.message for d in found if d.severity == "error"] == []


def test_rules_stand_in_the_order_of_their_codes() -> None:
    assert list(RULES) == sorted(RULES)


def test_no_two_rules_share_a_name() -> None:
    names = [rule.name for rule in RULES.values()]
    assert len(names) == len(set(names))
