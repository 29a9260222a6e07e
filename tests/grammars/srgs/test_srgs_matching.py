"""How inputs fit grammars, what a parse gives, and that no input takes long."""

from __future__ import annotations

import pytest

from grammars.srgs import matcher
from grammars.srgs.matcher import INPUT_CHARACTERS_MAX, INPUT_PIECES_MAX, match
from grammars.srgs.model import Grammar
from grammars.srgs.parse import Parse
from grammars.srgs.reader import read_grammar
from tests.grammars.srgs.sources import abnf

LITERALS = "language zh; root $main; tag-format <semantics/1.0-literals>;"


def grammar(rules: str, header: str = "language en; root $main;") -> Grammar:
    return read_grammar(abnf(rules, header), uri="test")


def parse(rules: str, text: str, header: str = "language en; root $main;") -> Parse:
    found = match(grammar(rules, header), text)
    assert found is not None
    return found


def test_a_parse_gives_words_tags_and_structure_in_order() -> None:
    found = parse("$main = {a} $x two {b}; $x = one {c};", "one two")
    assert found.structure() == '$main[{!{a}!},$x["one",{!{c}!}],"two",{!{b}!}]'
    assert found.words == ("one", "two")
    assert found.tags == ("a", "c", "b")


def test_the_value_is_the_words_where_tags_are_not_literal() -> None:
    assert parse("$main = one {out = 1;} two;", "ONE two").value == "one two"


@pytest.mark.parametrize(
    ("rules", "text", "value"),
    [
        ("$main = $dish; $dish = 牛肉面 {101} | 炸酱面 {102};", "炸酱面", "102"),
        ("$main = [我要] $dish [$polite]; $dish = 牛肉面 {101}; $polite = 谢谢;",
         "我要牛肉面谢谢", "101"),
        ("$main = $dish {any}; $dish = 牛肉面 {101};", "牛肉面", "any"),
        ("$main = a {1} b {2};", "a b", "2"),
        ("$main = a {1} $x; $x = b {2};", "a b", "1"),
        ("$main = a {};", "a", ""),
        ("$main = a $x; $x = b;", "a b", "a b"),
    ],
)  # fmt: skip
def test_a_literal_tag_is_the_value(rules: str, text: str, value: str) -> None:
    assert parse(rules, text, LITERALS).value == value


def test_the_first_alternative_that_fits_is_taken() -> None:
    assert parse("$main = $a | $b; $a = x; $b = x;", "x").structure() == '$main[$a["x"]]'


def test_a_repeat_takes_as_much_as_it_can_and_garbage_as_little() -> None:
    found = parse("$main = $a<0-> $b<0->; $a = x; $b = x;", "x x")
    assert found.structure() == '$main[$a["x"],$a["x"]]'
    assert parse("$main = $GARBAGE x $GARBAGE [x];", "y x x x").words == ("x", "x")


def test_an_optional_part_that_may_be_silent_is_shown() -> None:
    found = parse("$main = [$polite] tea; $polite = [please];", "tea")
    assert found.structure() == '$main[$polite[],"tea"]'


def test_a_tag_that_is_repeated_without_words_counts_once() -> None:
    assert parse("$main = a ({t})<3-7>;", "a").tags == ("t",)
    assert parse("$main = ([a] {t})<2-4>;", "a").tags == ("t", "t")


@pytest.mark.parametrize("text", ["我要牛肉面", "我要 牛肉面", " 我 要牛肉 面 ", "我要牛肉麵"])
def test_words_of_a_script_without_spaces_need_none(text: str) -> None:
    menu = grammar("$main = 我要 (牛肉面 | 炸酱面);", "language zh; root $main;")
    assert (match(menu, text) is not None) is ("麵" not in text)


def test_width_and_case_do_not_count() -> None:
    assert parse("$main = Coke 2;", "ＣＯＫＥ　２").words == ("Coke", "2")


def test_words_of_another_language_do_not_match_when_one_is_asked_for() -> None:
    menu = grammar("$main = tea | 茶!zh-CN;")
    assert match(menu, "茶") is not None
    assert match(menu, "茶", language="zh") is not None
    assert match(menu, "茶", language="en-GB") is None
    assert match(menu, "tea", language="zh") is None
    assert match(menu, "tea", language="EN") is not None


def test_keys_match_one_by_one() -> None:
    keys = grammar("$main = $d<4> pound; $d = 1 | 2 | a;", "mode dtmf; root $main;")
    found = match(keys, "12 1A#")
    assert found is not None
    assert found.words == ("1", "2", "1", "A", "#")
    assert match(keys, "2 2 2 2 pound") is not None
    assert match(keys, "121") is None


@pytest.mark.parametrize(
    "rules",
    [
        "$main = $main $main | x;",
        "$main = $main | $main x | x;",
        "$main = $other | x; $other = $main $main | $main;",
        "$main = ($main<0-> x)<0->;",
        "$main = $e $main | $e x $e $main $e | x; $e = $e $e | $NULL;",
    ],
)
def test_recursion_of_any_kind_ends(rules: str) -> None:
    for count in (1, 2, 7):
        assert parse(rules, "x " * count).words == ("x",) * count
    assert match(grammar(rules), "x y") is None


def test_a_rule_that_never_comes_to_an_end_matches_nothing() -> None:
    assert match(grammar("$main = x $main;"), "x x x") is None


def test_an_input_at_the_limit_matches_and_one_past_it_does_not() -> None:
    many = grammar("$main = x<0->;")
    assert match(many, "x " * INPUT_PIECES_MAX) is not None
    assert match(many, "x " * (INPUT_PIECES_MAX + 1)) is None
    one = grammar("$main = $GARBAGE;")
    assert match(one, "x" * INPUT_CHARACTERS_MAX) is not None
    assert match(one, "x" * (INPUT_CHARACTERS_MAX + 1)) is None


def test_the_work_on_an_input_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    # 40 words in some 10^20 ways: shared in the chart, it takes a few thousand steps.
    rules = "$main = $main $main | x;"
    assert match(grammar(rules), "x " * 40) is not None
    monkeypatch.setattr(matcher, "CHART_STEPS_MAX", 1000)
    assert match(grammar(rules), "x " * 40) is None


def test_a_parse_that_would_be_too_large_is_none() -> None:
    # Every rule is three of the next: 3^12 empty rules in the parse of nothing.
    rules = "".join(f"$r{i} = $r{i + 1} $r{i + 1} $r{i + 1};" for i in range(12))
    assert match(grammar(f"$main = $r0 x; {rules} $r12 = ();"), "x") is None


def test_a_large_menu_costs_no_more_than_a_small_one() -> None:
    menu = grammar("$main = " + " | ".join(f"dish{i} noodles {{{i}}}" for i in range(500)) + ";")
    found = match(menu, "dish321 noodles")
    assert found is not None
    assert found.tags == ("321",)
