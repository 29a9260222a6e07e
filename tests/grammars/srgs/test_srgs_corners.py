"""Corners of SRGS 1.0 that suites ask about, in both forms: what is a grammar, what is none, and what is parsed."""

from __future__ import annotations

import pytest

from grammars.srgs.errors import GrammarError
from grammars.srgs.matcher import match
from grammars.srgs.reader import read_grammar

REFUSED = "REFUSED"
REJECTED = "REJECT"
NAMESPACE = 'xmlns="http://www.w3.org/2001/06/grammar"'
GRAMMAR = f'version="1.0" {NAMESPACE} xml:lang="en" root="main"'


def abnf(
    rules: str, head: str = "language en;\nroot $main;\n", first: str = "#ABNF 1.0;\n"
) -> bytes:
    return (first + head + rules).encode()


def xml(body: str, attributes: str = GRAMMAR, before: str = '<?xml version="1.0"?>') -> bytes:
    return f"{before}<grammar {attributes}>{body}</grammar>".encode()


def parsed(source: bytes, given: str) -> str:
    def resolve(uri: str) -> bytes:
        raise FileNotFoundError(uri)

    try:
        grammar = read_grammar(source, uri="file:///x/a.gram", resolve=resolve)
    except GrammarError:
        return REFUSED
    found = match(grammar, given)
    return REJECTED if found is None else found.structure()


ABNF = {
    # Section 2.4.1: weights.
    "weights of all forms": ("$main = /1./ a | /.5/ b | /3/ c;", "b", '$main["b"]'),
    "a weight within a sequence": ("$main = a /2/ b | c;", "a b", REFUSED),
    "a weight for some alternatives": ("$main = /2/ a | b;", "b", '$main["b"]'),
    "a negative weight": ("$main = /-2/ a | b;", "b", REFUSED),
    # Section 2.5: repeats.
    "never": ("$main = a<0> b;", "b", '$main["b"]'),
    "a probability": ("$main = a<0-1 /0.6/> b;", "b", '$main["b"]'),
    "a probability over one": ("$main = a<0-1 /1.6/> b;", "b", REFUSED),
    "fewer than at least": ("$main = a<3-1> b;", "b", REFUSED),
    "a repeat of a repeat": ("$main = a<2><2> b;", "a a a a b", REFUSED),
    "a repeated reference": ("$main = $b<2>;\n$b = x;", "x x", '$main[$b["x"],$b["x"]]'),
    "a repeat that touches the next word": ("$main = very<1->good;", "very good", '$main["very","good"]'),
    # Section 2.3: sequences and brackets.
    "an empty option": ("$main = [] b;", "b", REFUSED),
    "an option": ("$main = [a] b;", "b", '$main["b"]'),
    "a repeated option": ("$main = [a]<2> b;", "b", '$main["b"]'),
    "empty brackets": ("$main = () b;", "b", '$main["b"]'),
    "an empty alternative": ("$main = a | | b;", "b", REFUSED),
    # Section 2.2: references.
    "nothing": ("$main = $NULL b;", "b", '$main["b"]'),
    "never anything": ("$main = $VOID b;", "b", REJECTED),
    "a definition of what is special": ("$NULL = a;\n$main = b;", "b", REFUSED),
    "names in two cases": ("$main = $Main;\n$Main = b;", "b", '$main[$Main["b"]]'),
    "a name with a hyphen": ("$main = $a-b;\n$a-b = b;", "b", REFUSED),
    "a name with a dot": ("$main = $a.b;\n$a.b = b;", "b", REFUSED),
    "a name that begins with a digit": ("$main = $1a;\n$1a = b;", "b", REFUSED),
    # Section 2.1: tokens.
    "a token of two words": ('$main = "San   Francisco";', "San Francisco", '$main["San Francisco"]'),
    "an empty token": ('$main = "" b;', "b", REFUSED),
    "words of the header": ("$main = root language public;", "root language public", '$main["root","language","public"]'),
    "a hyphen": ("$main = t-shirt;", "t-shirt", '$main["t-shirt"]'),
    "an apostrophe without quote marks": ("$main = don't;", "don't", REFUSED),
    "an apostrophe in quote marks": ('$main = "don\'t";', "don't", '$main["don\'t"]'),
    # Section 2.7: languages.
    "a token's language": ("$main = Jose!es-MX b;", "Jose b", '$main["Jose","b"]'),
    "a group's language": ("$main = (a | b)!fr-CA;", "b", '$main["b"]'),
    # Section 2.6: tags.
    "both brackets of tags": ("$main = a {x} b {!{y{}}!};", "a b", '$main["a",{!{x}!},"b",{!{y{}}!}]'),
    "a tag alone": ("$main = {x};", "", "$main[{!{x}!}]"),
    "a tag before a word": ("$main = a | {x} b;", "b", '$main[{!{x}!},"b"]'),
    # Section 3: rules.
    "an empty rule": ("$main = ;", "", REFUSED),
    "scopes": ("public $main = a;\nprivate $b = c;", "a", '$main["a"]'),
    "a scope in capitals": ("Public $main = a;", "a", REFUSED),
    "a rule without its end": ("$main = a", "a", REFUSED),
    "comments of all forms": ("/** x\n * @example a */\n$main = a; // end\n/* c */", "a", '$main["a"]'),
    "a comment without its end": ("$main = a; /* x", "a", REFUSED),
}  # fmt: skip


@pytest.mark.parametrize(("rules", "given", "expected"), ABNF.values(), ids=list(ABNF))
def test_a_corner_of_abnf(rules: str, given: str, expected: str) -> None:
    assert parsed(abnf(rules), given) == expected


HEADERS = {
    # Section 4.
    "a language twice": ("language en;\nlanguage fr;\nroot $main;\n", REFUSED),
    "a mode twice": ("language en;\nmode voice;\nmode voice;\nroot $main;\n", REFUSED),
    "no language": ("root $main;\n", REFUSED),
    "everything": (
        ('language en;\nroot $main;\nhttp-equiv "Expires" is "0";\nmeta "a" is "b";\nmeta "a" is "c";\n'
        "lexicon <http://x/y>;\nlexicon <http://x/z>~<application/pls+xml>;\nbase <http://x/>;\n"
        "tag-format <semantics/1.0>;\n"),
        '$main["a"]',
    ),
}  # fmt: skip


@pytest.mark.parametrize(("head", "expected"), HEADERS.values(), ids=list(HEADERS))
def test_a_corner_of_the_header(head: str, expected: str) -> None:
    assert parsed(abnf("$main = a;", head), "a") == expected


@pytest.mark.parametrize(
    ("first", "expected"), [("#ABNF 1.0;\r\n", '$main["a"]'), ("#ABNF 2.0;\n", REFUSED)]
)
def test_a_corner_of_the_first_line(first: str, expected: str) -> None:
    assert parsed(abnf("$main = a;", first=first), "a") == expected


@pytest.mark.parametrize(
    ("rules", "given", "expected"),
    [
        ('$main = 1 2 "*" "#";', "1 2 * #", '$main["1","2","*","#"]'),
        ("$main = A B;", "A B", '$main["A","B"]'),
        ("$main = hello;", "1", REFUSED),
    ],
)
def test_a_corner_of_keys(rules: str, given: str, expected: str) -> None:
    """Section 4.6, appendix E."""
    assert parsed(abnf(rules, "mode dtmf;\nroot $main;\n"), given) == expected


XML = {
    "a probability": ('<rule id="main">a <item repeat="0-1" repeat-prob="0.3">b</item></rule>', "a", '$main["a"]'),
    "no alternatives": ('<rule id="main"><one-of></one-of></rule>', "", REFUSED),
    "text among alternatives": ('<rule id="main"><one-of>a<item>b</item></one-of></rule>', "b", REFUSED),
    "a tag among alternatives": ('<rule id="main"><one-of><tag>x</tag><item>b</item></one-of></rule>', "b", REFUSED),
    "a special name in small letters": ('<rule id="main"><ruleref special="null"/></rule>', "x", REFUSED),
    "a reference to two": ('<rule id="main"><ruleref uri="#b" special="NULL"/></rule><rule id="b">x</rule>', "x", REFUSED),
    "a reference to none": ('<rule id="main"><ruleref/></rule>', "x", REFUSED),
    "a reference with content": ('<rule id="main"><ruleref uri="#b">z</ruleref></rule><rule id="b">x</rule>', "x", REFUSED),
    "a special id": ('<rule id="GARBAGE">x</rule><rule id="main">a</rule>', "a", REFUSED),
    "an id with a dot": ('<rule id="a.b">x</rule><rule id="main">a</rule>', "a", REFUSED),
    "an id twice": ('<rule id="main">x</rule><rule id="main">a</rule>', "a", REFUSED),
    "fewer than at least": ('<rule id="main"><item repeat="2-1">a</item></rule>', "a", REFUSED),
    "once or more": ('<rule id="main"><item repeat="1-">a</item></rule>', "a a", '$main["a","a"]'),
    "an empty item": ('<rule id="main"><item/>a</rule>', "a", '$main["a"]'),
    "an empty rule": ('<rule id="main"/>', "", REFUSED),
    "an empty token": ('<rule id="main"><token/>a</rule>', "a", REFUSED),
    "CDATA": ('<rule id="main"><![CDATA[a b]]><tag><![CDATA[x<1]]></tag></rule>', "a b", '$main["a","b",{!{x<1}!}]'),
    "a token over two lines": ('<rule id="main"><token> San\n Francisco </token></rule>', "San Francisco", '$main["San Francisco"]'),
    "quote marks": ('<rule id="main">"San Francisco" b</rule>', "San Francisco b", '$main["San Francisco","b"]'),
    "one quote mark": ('<rule id="main">"San Francisco b</rule>', "San Francisco b", REFUSED),
    "a scope in capitals": ('<rule id="main" scope="Public">a</rule>', "a", REFUSED),
    "a meta of two kinds": ('<meta name="a" http-equiv="b" content="c"/><rule id="main">a</rule>', "a", REFUSED),
    "a meta of no kind": ('<meta content="c"/><rule id="main">a</rule>', "a", REFUSED),
    "a lexicon of nothing": ('<lexicon/><rule id="main">a</rule>', "a", REFUSED),
    "metadata": ('<metadata><x xmlns="urn:y"/></metadata><rule id="main">a</rule>', "a", '$main["a"]'),
    "an example": ('<rule id="main"><example>a</example>a</rule>', "a", '$main["a"]'),
    "an unknown element": ('<rule id="main"><foo/>a</rule>', "a", REFUSED),
    "an unknown attribute": ('<rule id="main" foo="1">a</rule>', "a", REFUSED),
    "text beside rules": ('hello<rule id="main">a</rule>', "a", REFUSED),
    "a root that is not there": ('<rule id="b">a</rule>', "a", REFUSED),
    "comments within words": ('<?pi x?><rule id="main">a<!-- c -->b</rule>', "ab", '$main["ab"]'),
    "languages": ('<rule id="main"><item xml:lang="fr">a</item><one-of xml:lang="de"><item>b</item></one-of></rule>', "a b", '$main["a","b"]'),
}  # fmt: skip


@pytest.mark.parametrize(("body", "given", "expected"), XML.values(), ids=list(XML))
def test_a_corner_of_xml(body: str, given: str, expected: str) -> None:
    assert parsed(xml(body), given) == expected


ATTRIBUTES = {
    "no version": f'{NAMESPACE} xml:lang="en" root="main"',
    "no language": f'version="1.0" {NAMESPACE} root="main"',
    "no namespace": 'version="1.0" xml:lang="en" root="main"',
    "no such mode": f'{GRAMMAR} mode="text"',
}


@pytest.mark.parametrize("attributes", ATTRIBUTES.values(), ids=list(ATTRIBUTES))
def test_a_grammar_element_that_lacks_what_it_needs_is_refused(attributes: str) -> None:
    assert parsed(xml('<rule id="main">a</rule>', attributes), "a") == REFUSED


def test_a_document_type_a_base_and_a_schema_are_read_past() -> None:
    declared = (
        '<?xml version="1.0"?><!DOCTYPE grammar PUBLIC "-//W3C//DTD GRAMMAR 1.0//EN"'
        ' "http://www.w3.org/TR/speech-grammar/grammar.dtd">'
    )
    schema = (
        f'{GRAMMAR} xml:base="http://x/" xsi:schemaLocation="a b"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    )
    assert parsed(xml('<rule id="main">a</rule>', schema, declared), "a") == '$main["a"]'


def test_a_prefix_for_the_namespace_is_as_good_as_none() -> None:
    source = (
        '<g:grammar version="1.0" xmlns:g="http://www.w3.org/2001/06/grammar" xml:lang="en"'
        ' root="main"><g:rule id="main">a</g:rule></g:grammar>'
    )
    assert parsed(source.encode(), "a") == '$main["a"]'
