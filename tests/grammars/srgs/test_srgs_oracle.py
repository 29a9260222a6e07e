"""The matcher against a matcher that is too simple to be wrong: it tries everything, and remembers nothing."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from grammars.srgs.matcher import match
from grammars.srgs.model import (
    Alternatives,
    Choice,
    Expansion,
    Grammar,
    Header,
    Repeat,
    Rule,
    RuleRef,
    Sequence,
    Special,
    Tag,
    Token,
)

RULES = ("main", "second", "third")
"""A rule refers to later ones alone, so that the simple matcher comes to an end."""
WORDS = ("tea", "rice", "to go")
_leaves: st.SearchStrategy[Expansion] = st.one_of(
    st.sampled_from(WORDS).map(Token),
    st.just(Tag("t")),
    st.sampled_from([Special("NULL"), Special("VOID"), Special("GARBAGE"), Sequence()]),
    st.sampled_from(RULES[1:]).map(RuleRef),
)


def _larger(inner: st.SearchStrategy[Expansion]) -> st.SearchStrategy[Expansion]:
    several = st.lists(inner, min_size=2, max_size=3)
    return st.one_of(
        several.map(lambda items: Sequence(tuple(items))),
        several.map(lambda items: Alternatives(tuple(map(Choice, items)))),
        st.builds(
            lambda item, least, more: Repeat(item, least, None if more is None else least + more),
            inner,
            st.integers(0, 2),
            st.one_of(st.none(), st.integers(0, 2)),
        ),
    )


_expansions = st.recursive(_leaves, _larger, max_leaves=7)


def _ends(
    item: Expansion, rules: dict[str, Expansion], words: tuple[str, ...], at: int
) -> set[int]:
    """Every place where an expansion that begins at `at` may end."""
    match item:
        case Token(text):
            wanted = tuple(text.split())
            return {at + len(wanted)} if words[at : at + len(wanted)] == wanted else set()
        case Special("VOID"):
            return set()
        case Special("GARBAGE"):
            return set(range(at, len(words) + 1))
        case Tag() | Special():
            return {at}
        case RuleRef(name):
            return _ends(rules[name or ""], rules, words, at)
        case Sequence(items):
            ends = {at}
            for each in items:
                ends = {end for begin in ends for end in _ends(each, rules, words, begin)}
            return ends
        case Alternatives(choices):
            return {end for each in choices for end in _ends(each.item, rules, words, at)}
        case Repeat(inner, least, most):
            return set(_rounds(inner, least, most, rules, words, at))


def _rounds(
    inner: Expansion,
    least: int,
    most: int | None,
    rules: dict[str, Expansion],
    words: tuple[str, ...],
    at: int,
) -> Iterator[int]:
    ends = {at}
    # After as many rounds as there are words, and those that it asks for, a further one brings nothing new.
    for count in range(least + len(words) + 2 if most is None else most + 1):
        if count >= least:
            yield from ends
        ends = {end for begin in ends for end in _ends(inner, rules, words, begin)}


def _later(item: Expansion, position: int) -> Expansion:
    """The same, with references to the rule itself or to earlier ones made a word."""
    match item:
        case RuleRef(name) if name in RULES[: position + 1]:
            return Token("tea")
        case Sequence(items):
            return Sequence(tuple(_later(each, position) for each in items))
        case Alternatives(choices):
            return Alternatives(tuple(Choice(_later(each.item, position)) for each in choices))
        case Repeat(inner, least, most):
            return Repeat(_later(inner, position), least, most)
        case _:
            return item


@settings(max_examples=300, deadline=None)
@given(
    st.tuples(_expansions, _expansions, _expansions),
    st.lists(st.sampled_from(["tea", "rice", "to", "go", "x"]), max_size=5),
)
def test_what_fits_is_what_fits_when_everything_is_tried(
    expansions: tuple[Expansion, ...], spoken: list[str]
) -> None:
    bodies = [_later(item, position) for position, item in enumerate(expansions)]
    rules = dict(zip(RULES, bodies, strict=True))
    grammar = Grammar(
        "test",
        "abnf",
        Header(language="en", root="main"),
        tuple(Rule(name, body, "public") for name, body in rules.items()),
    )
    words = tuple(spoken)
    expected = len(words) in _ends(rules["main"], rules, words, 0)
    assert (match(grammar, " ".join(words)) is not None) == expected
