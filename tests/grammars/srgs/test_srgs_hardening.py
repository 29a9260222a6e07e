"""No bytes crash the reader, and no document makes it work without end."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grammars.srgs.abnf import EXPANSION_DEPTH_MAX
from grammars.srgs.analysis import is_empty_language, left_recursive, phrases, vocabulary
from grammars.srgs.document import (
    ELEMENT_DEPTH_MAX,
    ENTITIES_MAX,
    ENTITY_CHARACTERS_MAX,
    GROWTH_CHARACTERS_MAX,
)
from grammars.srgs.encoding import GRAMMAR_BYTES_MAX
from grammars.srgs.errors import GrammarError
from grammars.srgs.matcher import match
from grammars.srgs.model import Grammar
from grammars.srgs.names import REPEAT_COUNT_MAX
from grammars.srgs.reader import DOCUMENTS_MAX, read_grammar
from grammars.srgs.writer import to_abnf, to_xml
from tests.grammars.srgs.sources import NAMESPACE, abnf, xml

OWN = [path.read_bytes() for path in sorted((Path(__file__).parent / "own").glob("*.gr*"))]
_PIECES = [
    *"$=;|()[]<>{}!/\"'#~ \n\0",
    *("$main", "<0-1>", "{!{", "}!}", "/2/", "!en", "$<a#b>", "/*", "*/", "//", "language en;"),
    *("root $main;", "mode dtmf;", "<item>", "</item>", "<one-of>", "<rule id='a'>", "]]>", "&a;"),
    *("牛", "a", "\ud800", "9" * 40, "é"),
]


def try_everything(source: bytes) -> None:
    """Any other exception than a GrammarError fails the test that calls this."""
    try:
        grammar = read_grammar(source, uri="any")
    except GrammarError as error:
        refusal = error
    else:
        use(grammar)
        return
    assert refusal.line >= 1
    assert refusal.column >= 1


def use(grammar: Grammar) -> None:
    match(grammar, "a 牛 1")
    phrases(grammar, 5)
    vocabulary(grammar)
    is_empty_language(grammar)
    left_recursive(grammar)
    to_xml(grammar)
    with suppress(GrammarError):
        to_abnf(grammar)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_crash_the_reader(source: bytes) -> None:
    try_everything(source)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(_PIECES), max_size=25))
def test_no_rules_crash_the_reader(pieces: list[str]) -> None:
    body = "".join(pieces).encode("utf-8", "surrogatepass")
    try_everything(b"#ABNF 1.0 UTF-8;\nlanguage en;\nroot $main;\n$main = " + body + b";")
    try_everything(f'<grammar xmlns="{NAMESPACE}" version="1.0" xml:lang="en">'.encode() + body)
    try_everything(xml("<rule id='main'>{}</rule>").replace(b"{}", body))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(OWN), st.integers(0, 2000), st.integers(0, 20), st.binary(max_size=4))
def test_no_edit_of_a_grammar_crashes_the_reader(
    source: bytes, at: int, removed: int, inserted: bytes
) -> None:
    at = min(at, len(source))
    try_everything(source[:at] + inserted + source[at + removed :])


def refused(source: bytes) -> str:
    with pytest.raises(GrammarError) as caught:
        read_grammar(source, uri="any")
    return caught.value.message


def test_a_document_at_the_limit_is_read_and_one_past_it_is_not() -> None:
    head = abnf("$main = a;")
    assert read_grammar(head.ljust(GRAMMAR_BYTES_MAX), uri="a").rules
    assert "larger than" in refused(head.ljust(GRAMMAR_BYTES_MAX + 1))


def test_brackets_nest_up_to_the_limit() -> None:
    deep = EXPANSION_DEPTH_MAX
    source = abnf("$main = " + "[(a) " * deep + "]" * deep + ";")
    assert "inside one another" in refused(source)
    source = abnf("$main = " + "[b " * deep + "a" + "]" * deep + ";")
    try_everything(source)
    assert match(read_grammar(source, uri="a"), "b b") is not None
    assert "inside one another" in refused(
        abnf("$main = " + "(" * (deep + 1) + "a" + ")" * (deep + 1) + ";")
    )


def test_elements_nest_up_to_the_limit() -> None:
    deep = ELEMENT_DEPTH_MAX - 2
    inner = "<item repeat='0-1'>b " * deep + "a" + "</item>" * deep
    try_everything(xml(f"<rule id='main'>{inner}</rule>"))
    assert "inside one another" in refused(xml(f"<rule id='main'><item>{inner}</item></rule>"))


def test_a_repeat_counts_up_to_the_limit() -> None:
    assert read_grammar(abnf(f"$main = a<0-{REPEAT_COUNT_MAX}>;"), uri="a").rules
    assert "too large" in refused(abnf(f"$main = a<0-{REPEAT_COUNT_MAX + 1}>;"))


def test_a_grammar_reaches_other_grammars_up_to_the_limit() -> None:
    def resolve(uri: str) -> bytes:
        number = int(uri)
        following = f"$<{number + 1}>" if number < last else "a"
        return abnf(f"$main = {following};")

    last = DOCUMENTS_MAX
    grammar = read_grammar(abnf("$main = $<1>;"), uri="0", resolve=resolve)
    assert len(grammar.imports) == DOCUMENTS_MAX
    assert match(grammar, "a") is not None
    last += 1
    with pytest.raises(GrammarError, match="other grammars"):
        read_grammar(abnf("$main = $<1>;"), uri="0", resolve=resolve)


# Entities: a grammar comes from a stranger.


def with_entities(declared: str, used: str) -> bytes:
    return f"<!DOCTYPE grammar [{declared}]>".encode() + xml(f'<rule id="main">{used}</rule>')


def test_a_plain_entity_is_put_in() -> None:
    grammar = read_grammar(with_entities('<!ENTITY shop "lao &amp; wang">', "&shop;"), uri="a")
    assert match(grammar, "lao & wang") is not None


@pytest.mark.parametrize(
    "declared",
    [
        '<!ENTITY a "b"><!ENTITY c "&a;&a;&a;&a;&a;&a;&a;&a;">',
        '<!ENTITY a SYSTEM "file:///etc/passwd">',
        '<!ENTITY a PUBLIC "a" "http://www.example.com/a">',
        '<!ENTITY % a "b">',
        '<!ENTITY % a SYSTEM "http://www.example.com/a.dtd"> %a;',
        f'<!ENTITY a "{"x" * (ENTITY_CHARACTERS_MAX + 1)}">',
        "".join(f'<!ENTITY a{number} "b">' for number in range(ENTITIES_MAX + 1)),
    ],
)
def test_an_entity_that_nests_or_is_fetched_or_is_too_much_is_refused(declared: str) -> None:
    assert "entit" in refused(with_entities(declared, "a"))


def test_entities_at_the_limit_are_read() -> None:
    declared = "".join(f'<!ENTITY a{number} "b">' for number in range(ENTITIES_MAX - 1))
    declared += f'<!ENTITY last "{"x" * ENTITY_CHARACTERS_MAX}">'
    assert read_grammar(with_entities(declared, "&a0;&last;"), uri="a").rules


def test_a_document_does_not_grow_through_its_entities() -> None:
    declared = f'<!ENTITY a "{"x " * (ENTITY_CHARACTERS_MAX // 2)}">'
    times = GROWTH_CHARACTERS_MAX // ENTITY_CHARACTERS_MAX
    assert read_grammar(with_entities(declared, "&a;" * times), uri="a").rules
    assert "too long" in refused(with_entities(declared, "&a;" * (times + 2)))
    assert "too long" in refused(
        with_entities(declared, '<token a="' + "&a;" * (times + 2) + '">b</token>')
    )


def test_an_undeclared_entity_of_an_outer_dtd_is_refused() -> None:
    source = b'<!DOCTYPE grammar SYSTEM "http://www.example.com/grammar.dtd">' + xml(
        '<rule id="main">&from_the_dtd;</rule>'
    )
    assert "not declared" in refused(source)
