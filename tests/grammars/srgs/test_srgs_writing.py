"""Grammars written in both forms and read back, and what is listed of a grammar without an input."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grammars.srgs.analysis import (
    PHRASE_TOKENS_MAX,
    is_empty_language,
    left_recursive,
    phrases,
    vocabulary,
)
from grammars.srgs.errors import GrammarError
from grammars.srgs.matcher import match
from grammars.srgs.model import (
    Alternatives,
    Choice,
    Expansion,
    Grammar,
    Header,
    Lexicon,
    Meta,
    Repeat,
    Rule,
    RuleRef,
    Sequence,
    Special,
    Tag,
    Token,
)
from grammars.srgs.reader import read_grammar
from grammars.srgs.writer import to_abnf, to_xml
from tests.grammars.srgs.sources import abnf, files

NAMES = ("main", "other", "règle", "菜")
_words = st.sampled_from(["tea", "spring rolls", "o'clock", "牛肉面", "a<b>&c", "*", "#", "]]>"])
_texts = st.text("a {}<>&;'!\n\té菜", max_size=6).filter(lambda text: "}!}" not in text + "}")
_numbers = st.one_of(st.none(), st.integers(0, 10_000).map(lambda number: number / 10_000))
_languages = st.sampled_from([None, "fr", "zh-CN"])
_leaves: st.SearchStrategy[Expansion] = st.one_of(
    st.builds(Token, _words, _languages),
    st.builds(Tag, _texts),
    st.sampled_from([Special("NULL"), Special("VOID"), Special("GARBAGE"), Sequence()]),
    st.builds(RuleRef, st.sampled_from(NAMES)),
)


def _ranges(item: Expansion, least: int, more: int | None, chance: float | None) -> Repeat:
    return Repeat(item, least, None if more is None else least + more, chance)


def _larger(inner: st.SearchStrategy[Expansion]) -> st.SearchStrategy[Expansion]:
    choices = st.lists(st.builds(Choice, inner, _numbers), min_size=2, max_size=3)
    return st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda items: Sequence(tuple(items))),
        choices.map(lambda found: Alternatives(tuple(found))),
        st.builds(
            _ranges, inner, st.integers(0, 3), st.one_of(st.none(), st.integers(0, 2)), _numbers
        ),
    )


_expansions = st.recursive(_leaves, _larger, max_leaves=8)


@st.composite
def grammars(draw: st.DrawFn) -> Grammar:
    rules = tuple(
        Rule(
            name,
            draw(_expansions),
            draw(st.sampled_from(["public", "private"])),
            tuple(draw(st.lists(st.sampled_from(["tea", "two teas", ""]), max_size=2))),
        )
        for name in NAMES
    )
    header = Header(
        language="en",
        root=draw(st.sampled_from([None, "main"])),
        tag_format=draw(st.sampled_from([None, "semantics/1.0"])),
        lexicons=draw(st.sampled_from([(), (Lexicon("l.pls", "application/pls+xml"),)])),
        metas=(Meta("author", draw(st.text("a'<&\n", max_size=4))), Meta("x", 'a"', True)),
        tags=(draw(_texts),),
    )
    return Grammar("test", "abnf", header, rules)


@settings(max_examples=150, deadline=None)
@given(grammars())
def test_a_grammar_written_in_either_form_reads_back_the_same(grammar: Grammar) -> None:
    for text in (to_abnf(grammar), to_xml(grammar)):
        again = read_grammar(text.encode(), uri="test")
        assert again.header == grammar.header
        assert again.rules == grammar.rules


@settings(max_examples=80, deadline=None)
@given(grammars())
def test_every_phrase_that_is_listed_matches(grammar: Grammar) -> None:
    listed = phrases(grammar, 10)
    assert len(listed) == len(set(listed)) <= 10
    for phrase in listed:
        assert match(grammar, phrase) is not None
    if listed:
        assert not is_empty_language(grammar)
        assert {word for phrase in listed for word in phrase.split()} <= vocabulary(grammar)


OWN = sorted((Path(__file__).parent / "own").glob("*.gr*"))


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_our_own_grammars_survive_a_change_of_form(path: Path) -> None:
    shared = {each.name: each.read_bytes() for each in (path.parent / "shared").iterdir()}
    shared |= {each.name: each.read_bytes() for each in OWN}

    def resolve(uri: str) -> bytes:
        return shared[uri.rpartition("/")[2]]

    try:
        grammar = read_grammar(path.read_bytes(), uri=path.name, resolve=resolve)
    except GrammarError:
        assert path.name.startswith("wrong-")
        return
    forth = read_grammar(to_xml(grammar).encode(), uri=path.name, resolve=resolve)
    back = read_grammar(to_abnf(forth).encode(), uri=path.name, resolve=resolve)
    assert back.rules == forth.rules == grammar.rules
    assert back.header == forth.header == grammar.header


@pytest.mark.parametrize(
    ("header", "expansion"),
    [
        (Header(language="en"), Tag("a}!}b")),
        (Header(language="en"), Tag("a}!")),
        (Header(language="en", metas=(Meta("a", "'\""),)), Token("a")),
    ],
)
def test_what_abnf_cannot_say_is_told(header: Header, expansion: Expansion) -> None:
    grammar = Grammar("a", "xml", header, (Rule("main", expansion),))
    with pytest.raises(GrammarError, match="ABNF cannot"):
        to_abnf(grammar)
    assert read_grammar(to_xml(grammar).encode(), uri="a").rules == grammar.rules


def read(rules: str, header: str = "language en; root $main;") -> Grammar:
    return read_grammar(abnf(rules, header), uri="test")


def test_phrases_begin_with_the_short_ones_however_the_grammar_recurses() -> None:
    assert phrases(read("$main = $main and $main | tea | coffee;"), 4)[:2] == ["tea", "coffee"]
    assert len(phrases(read("$main = $main and $main | tea | coffee;"), 4)) == 4


def test_all_phrases_of_a_finite_grammar_are_listed() -> None:
    found = phrases(read("$main = [please] (tea | coffee {c}) x<0>;"), 100)
    assert sorted(found) == ["coffee", "please coffee", "please tea", "tea"]


def test_the_listing_of_phrases_is_bounded() -> None:
    assert phrases(read("$main = x<1000000>;"), 5) == []
    assert phrases(read(f"$main = x<{PHRASE_TOKENS_MAX}>;"), 5) == ["x " * 63 + "x"]
    assert phrases(read(f"$main = x<{PHRASE_TOKENS_MAX + 1}>;"), 5) == []
    assert phrases(read("$main = x $main;"), 5) == []
    assert len(phrases(read("$main = $d<20>; $d = 0 | 1;"), 1000)) == 1000
    assert phrases(read("$main = ({a} | {b})<60> $VOID;"), 5) == []


@pytest.mark.parametrize(
    ("rules", "empty"),
    [
        ("$main = a;", False),
        ("$main = $NULL;", False),
        ("$main = $VOID;", True),
        ("$main = a $VOID | b $x; $x = $VOID;", True),
        ("$main = a $main;", True),
        ("$main = a [$main];", False),
        ("$main = $VOID<0-> a;", False),
        ("$main = $VOID<1-> a;", True),
    ],
)
def test_an_empty_language_is_found(rules: str, *, empty: bool) -> None:
    assert is_empty_language(read(rules)) is empty


def test_a_grammar_without_entries_is_an_empty_language() -> None:
    assert is_empty_language(read("$main = a;", "language en;"))


def test_the_vocabulary_holds_the_words_that_can_be_reached() -> None:
    grammar = read_grammar(
        abnf('$main = "spring rolls" | $<b.gram> | x<0>; $unused = never;'),
        uri="a.gram",
        resolve=files(b_gram=abnf("$main = 茶;")),
    )
    assert vocabulary(grammar) == {"spring", "rolls", "茶"}


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        ("$main = a $main;", ()),
        ("$main = $main a | b;", ("main",)),
        ("$main = [a] $main;", ("main",)),
        ("$main = {t} $NULL $x; $x = b | $y; $y = $x<0-1> c;", ("x", "y")),
        ("$main = $VOID $main;", ()),
        ("$main = $main<0> a;", ()),
        ("$main = $x $main; $x = ();", ("main",)),
    ],
)
def test_left_recursion_is_found(rules: str, found: tuple[str, ...]) -> None:
    assert left_recursive(read(rules)) == found
