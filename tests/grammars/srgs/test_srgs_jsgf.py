"""Grammars as JSGF, read back by the recogniser that compiles it."""

import re

import pytest

from grammars.languages import LANGUAGES
from grammars.spoken import (
    date_grammar,
    digits_grammar,
    money_grammar,
    number_grammar,
    yesno_grammar,
)
from grammars.srgs.jsgf import REPEATS_MAX, jsgf_document, jsgf_phrase, jsgf_rules
from grammars.srgs.reader import read_grammar

HEAD = "#ABNF 1.0 UTF-8;\nlanguage en-US;\nmode voice;\nroot $r;\n"


def rules(body):
    return jsgf_rules(read_grammar((HEAD + body).encode(), uri="test:r"), "g_")[0]


@pytest.mark.parametrize(
    ("abnf", "jsgf"),
    [
        ("yes please", "yes please"),
        ("yes | no", "yes | no"),
        ("[very] good", "[very] good"),
        ("/3/ yes | no", "/3.000000/ yes | /1.000000/ no"),
        ("/0/ a b | /.5/ c", "/0.000001/ (a b) | /0.500000/ c"),
        ("(a | b c) d", "(a | (b c)) d"),
        ("one <2>", "one one"),
        ("one <1-3>", "one [one [one]]"),
        ("one <0->", "one*"),
        ("one <1-40>", "one one*"),
        ("one {tag} $NULL", "one <NULL>"),
        ("$GARBAGE stop", "<NULL> stop"),
        ('"that\'s right"', "that's right"),
        ("Good-Bye", "good bye"),
    ],
)
def test_each_expansion_has_its_counterpart(abnf, jsgf):
    assert rules(f"public $r = {abnf};\n").splitlines()[0] == f"<g_0_r> = {jsgf};"


def test_a_reference_names_a_rule_of_this_document():
    written = rules("public $r = go $where;\n$where = home | back;\n")
    assert "<g_0_r> = go <g_0_where>;" in written
    assert written.endswith("<g_entry> = <g_0_r>;")


def test_a_range_is_written_out_up_to_its_limit():
    assert rules(f"public $r = a <0-{REPEATS_MAX}>;\n").count("[a") == REPEATS_MAX
    assert "a*" in rules(f"public $r = a <0-{REPEATS_MAX + 1}>;\n")


def test_a_phrase_keeps_its_words_alone():
    assert jsgf_phrase("Yes, that's <right>; ok") == "yes that's right ok"
    assert jsgf_phrase("下单") == "下单"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_grammar_of_ours_is_one_document(language):
    made = [
        number_grammar(1, 20, language), digits_grammar(3, 3, language), money_grammar(language),
        date_grammar(language), yesno_grammar(language),
    ]  # fmt: skip
    written, entries = [], []
    for number, text in enumerate(made):
        each, entry = jsgf_rules(read_grammar(text.encode(), uri="test:s"), f"g{number}_")
        written.append(each)
        entries.append(f"<{entry}>")
    document = jsgf_document("\n".join(written), entries)
    named = set(re.findall(r"^<(\w+)> =", document, re.MULTILINE))
    assert set(re.findall(r"<(\w+)>", document)) - {"NULL", "VOID"} <= named | {"answer"}
