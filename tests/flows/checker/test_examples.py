"""Every rule's page shows a flow that the rule tells of, and one that is well."""

import pytest

from flows.checker import check_flow
from flows.checker.example import HEADINGS, complete, examples, sections
from flows.checker.rule import Rule
from flows.checker.rules import RULES
from flows.diagnostic import Diagnostic
from flows.folder import flow_of

each_rule = pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))


def told(fragment: str) -> tuple[Diagnostic, ...]:
    return check_flow(*flow_of("shop", complete(fragment)))


@each_rule
def test_a_page_opens_with_one_sentence_and_has_every_heading(rule: Rule) -> None:
    page = sections(rule)
    assert page[""].endswith(".")
    assert "\n\n" not in page[""]
    assert list(page) == ["", *HEADINGS]


@each_rule
def test_the_example_of_a_page_is_told(rule: Rule) -> None:
    assert rule.code in {diagnostic.code for diagnostic in told(examples(rule)[0])}


@each_rule
def test_what_to_write_instead_is_well(rule: Rule) -> None:
    found = told(examples(rule)[1])
    assert rule.code not in {diagnostic.code for diagnostic in found}
    assert [d.message for d in found if d.severity == "error"] == []


def test_rules_stand_in_the_order_of_their_codes() -> None:
    assert list(RULES) == sorted(RULES)


def test_no_two_rules_share_a_name() -> None:
    names = [rule.name for rule in RULES.values()]
    assert len(names) == len(set(names))
