"""What the reader accepts in both forms, and what it says of what it refuses."""

from __future__ import annotations

import codecs

import pytest

from grammars.srgs.errors import GrammarError
from grammars.srgs.matcher import match
from grammars.srgs.model import (
    Alternatives,
    Choice,
    Lexicon,
    Meta,
    Repeat,
    RuleRef,
    Sequence,
    Span,
    Special,
    Tag,
    Token,
)
from grammars.srgs.reader import read_grammar
from tests.grammars.srgs.sources import NAMESPACE, abnf, files, xml


def refusal(source: bytes, **given: object) -> GrammarError:
    with pytest.raises(GrammarError) as caught:
        read_grammar(source, uri="menu", **given)  # type: ignore[arg-type]
    return caught.value


# The same grammar in both forms gives the same rules.

BOTH = [
    ("a b", "a b", Sequence((Token("a"), Token("b")))),
    ('"a  b"', '"a  b"', Token("a b")),
    ("a | b", "<one-of><item>a</item><item>b</item></one-of>",
     Alternatives((Choice(Token("a")), Choice(Token("b"))))),
    ("/2/ a | /.5/ b | c",
     '<one-of><item weight="2">a</item><item weight=".5">b</item><item>c</item></one-of>',
     Alternatives((Choice(Token("a"), 2.0), Choice(Token("b"), 0.5), Choice(Token("c"))))),
    ("(a)", "<one-of><item>a</item></one-of>", Token("a")),
    ("[a]", '<item repeat="0-1">a</item>', Repeat(Token("a"), 0, 1)),
    ("a<2>", '<item repeat="2">a</item>', Repeat(Token("a"), 2, 2)),
    ("(a b)<2->", '<item repeat="2-">a b</item>',
     Repeat(Sequence((Token("a"), Token("b"))), 2, None)),
    ("a< 0-3 /0.5/ >", '<item repeat="0-3" repeat-prob="0.5">a</item>',
     Repeat(Token("a"), 0, 3, 0.5)),
    ("a {t} {!{u}v}!}", "a<tag>t</tag><tag>u}v</tag>",
     Sequence((Token("a"), Tag("t"), Tag("u}v")))),
    ("()", "<item/>", Sequence()),
    ("$NULL $VOID $GARBAGE",
     '<ruleref special="NULL"/><ruleref special="VOID"/><ruleref special="GARBAGE"/>',
     Sequence((Special("NULL"), Special("VOID"), Special("GARBAGE")))),
    ("$main", '<ruleref uri="#main"/>', None),
    ("a!fr (b c!de)!fr",
     '<token xml:lang="fr">a</token><item xml:lang="fr">b <token xml:lang="de">c</token></item>',
     Sequence((Token("a", "fr"), Sequence((Token("b", "fr"), Token("c", "de")))))),
    ("a!fr | b",
     '<one-of><item xml:lang="fr">a</item><item>b</item></one-of>',
     Alternatives((Choice(Token("a", "fr")), Choice(Token("b"))))),
]  # fmt: skip


@pytest.mark.parametrize(("written", "marked", "expected"), BOTH)
def test_both_forms_say_the_same(written: str, marked: str, expected: object) -> None:
    first = read_grammar(abnf(f"$main = {written};"), uri="a.gram")
    second = read_grammar(xml(f'<rule id="main">{marked}</rule>'), uri="a.grxml")
    if expected is None:
        expected = RuleRef("main")
    assert first.rules[0].expansion == expected
    assert second.rules[0].expansion == expected


def test_the_header_is_read_in_any_order_with_comments_between() -> None:
    source = abnf(
        "$main = a;",
        "meta 'm' is \"it's\"; /* a; */ root $main; lexicon <l.pls>; // b;\n"
        "http-equiv 'h' is ''; {t}; tag-format <semantics/1.0>; mode voice; base <b/>;"
        " lexicon <m.pls>~<application/pls+xml>; language zh-CN;",
    )
    header = read_grammar(source, uri="a").header
    assert (header.mode, header.language, header.root) == ("voice", "zh-CN", "main")
    assert (header.tag_format, header.base, header.tags) == ("semantics/1.0", "b/", ("t",))
    assert header.lexicons == (Lexicon("l.pls"), Lexicon("m.pls", "application/pls+xml"))
    assert header.metas == (Meta("m", "it's"), Meta("h", "", http_equiv=True))


def test_examples_come_from_the_comment_right_before_the_rule() -> None:
    source = abnf(
        "/** Lost. @example lost */\n/**\n * Order.\n * @example two\n *   teas\n"
        " * @example \n */\npublic $main = a;\n/* @example no */ $b = b;"
    )
    main, other = read_grammar(source, uri="a").rules
    assert main.examples == ("two teas", "")
    assert other.examples == ()


def test_examples_of_the_xml_form_are_kept() -> None:
    source = xml('<rule id="main"><example> a\n b </example>a b<example/></rule>')
    assert read_grammar(source, uri="a").rules[0].examples == ("a b", "")


@pytest.mark.parametrize(
    ("source", "span"),
    [
        (abnf("$main = one\r\n  (two);"), Span(5, 4)),
        (xml('<rule id="main">one\n   two</rule>'), Span(3, 4)),
        (xml('<rule id="main">é one <token>two</token></rule>'), Span(2, 23)),
    ],
)
def test_a_token_knows_its_place(source: bytes, span: Span) -> None:
    expansion = read_grammar(source, uri="a").rules[0].expansion
    assert isinstance(expansion, Sequence)
    token = expansion.items[-1]
    assert token.span == span


# What is refused: the rules of an ABNF grammar whose header is in order.

ABNF_REFUSED = [
    "$main = ;",
    "$main = a",
    "$main a;",
    "main = a;",
    "$main = a | ;",
    "$main = | a;",
    "$main = a || b;",
    "$main = (a;",
    "$main = a);",
    "$main = [a);",
    "$main = [];",
    "$main = a = b;",
    "$main = a*;",
    "$main = a+;",
    "$main = a?;",
    "$main = 'a';",
    '$main = "a;',
    '$main = "";',
    "$main = don't;",
    "$main = {tag;",
    "$main = {!{tag};",
    "$main = {a}!en;",
    "$main = a <3-2>;",
    "$main = a <-2>;",
    "$main = a <1 - 2>;",
    "$main = a <1.5>;",
    "$main = a <0-1 /1.01/>;",
    "$main = a <0-1 /x/>;",
    "$main = a <0-1> <2>;",
    "$main = a <0-1>!en;",
    "$main = <2>;",
    "$main = a <9999999999>;",
    "$main = a <uri>;",
    "$main = /-1/ a;",
    "$main = /1e3/ a;",
    "$main = a /2/;",
    "$main = /1/ /2/ a;",
    "$main = a !en!fr;",
    "$main = !en;",
    "$main = a!toolonglanguage;",
    "$main = $;",
    "$main = $other;",
    "$main = $<>;",
    "$main = $<a b>;",
    "$main = $<#x-y>;",
    "$a-b = a; $main = b;",
    "$1 = a; $main = b;",
    "$a.b = a; $main = b;",
    "$a:b = a; $main = b;",
    "$VOID = a; $main = b;",
    "$main = a; $main = b;",
    "$Main = a;",
    "protected $main = a;",
    "public private $main = a;",
    "$main = a; language en;",
    "$main = a; /* never closed",
    "$main = a\x01b;",
    "$main = a; b",
]


@pytest.mark.parametrize("rules", ABNF_REFUSED)
def test_a_mistake_in_an_abnf_rule_is_refused_with_advice(rules: str) -> None:
    error = refusal(abnf(rules))
    assert error.uri == "menu"
    assert error.message
    assert error.help


HEADERS_REFUSED = [
    "",
    "mode voice; root $main;",
    "language en; language en; root $main;",
    "language en; mode voice; mode voice;",
    "language en; base <a>; base <b>;",
    "language en; tag-format <a>; tag-format <b>;",
    "language en; mode speech;",
    "language; root $main;",
    "language !!;",
    "language en_US;",
    "Language en;",
    "language en; root main;",
    "language en; root $other;",
    "language en; root $GARBAGE;",
    "language en; base a;",
    "language en; base <a>~<b>;",
    "language en; lexicon 'a';",
    "language en; meta a is 'b';",
    "language en; meta 'a' 'b';",
    "language en; meta 'a' is 'b'",
    "language en; grammar x;",
    "language en\nroot $main;",
]


@pytest.mark.parametrize("header", HEADERS_REFUSED)
def test_a_mistake_in_an_abnf_header_is_refused_with_advice(header: str) -> None:
    assert refusal(abnf("$main = a;", header)).help


@pytest.mark.parametrize(
    "line",
    [
        "#ABNF 1.0",
        "#ABNF 1.0; ",
        "#ABNF 1.0; language en;",
        "#ABNF  1.0;",
        "#ABNF 2.0;",
        "#ABNF;",
        "#abnf 1.0;",
        "#ABNF 1.0 UTF-8 ;",
        "#ABNF 1.0 KLINGON;",
        "#ABNF 1.0 hex;",
        " #ABNF 1.0;",
        "// late\n#ABNF 1.0;",
        "#JSGF V1.0;",
    ],
)
def test_the_first_line_must_be_exact(line: str) -> None:
    refusal(f"{line}\nlanguage en;\n$main = a;\n".encode())


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_any_line_end_may_follow_the_first_line(end: str) -> None:
    source = f"#ABNF 1.0;{end}language en;{end}public $main = a;".encode()
    assert match(read_grammar(source, uri="a"), "a") is not None


XML_REFUSED = [
    "<rule/>",
    '<rule id="main"/>',
    '<rule id="main">  </rule>',
    '<rule id="main"><example>a</example></rule>',
    '<rule id="main"><one-of/></rule>',
    '<rule id="main"><one-of>a<item>b</item></one-of></rule>',
    '<rule id="main"><one-of><tag>a</tag><item>b</item></one-of></rule>',
    '<rule id="main"><one-of><one-of><item>b</item></one-of></one-of></rule>',
    '<rule id="main"><item><example>a</example>a</item></rule>',
    '<rule id="main"><item repeat="2-1">a</item></rule>',
    '<rule id="main"><item repeat="optional">a</item></rule>',
    '<rule id="main"><item repeat="-1">a</item></rule>',
    '<rule id="main"><item repeat="0-1" repeat-prob="2">a</item></rule>',
    '<rule id="main"><item weight="-1">a</item></rule>',
    '<rule id="main"><one-of><item weight="heavy">a</item></one-of></rule>',
    '<rule id="main"><one-of><item weight="1e2">a</item></one-of></rule>',
    '<rule id="main"><token/></rule>',
    '<rule id="main"><token>a"b</token></rule>',
    '<rule id="main"><token><item>a</item></token></rule>',
    '<rule id="main">"a b</rule>',
    '<rule id="main">"a <item>b</item>"</rule>',
    '<rule id="main"><ruleref/></rule>',
    '<rule id="main"><ruleref uri="#main" special="NULL"/></rule>',
    '<rule id="main"><ruleref special="null"/></rule>',
    '<rule id="main"><ruleref uri=""/></rule>',
    '<rule id="main"><ruleref uri="#other"/></rule>',
    '<rule id="main"><ruleref uri="#main">a</ruleref></rule>',
    '<rule id="main"><tag>a<item/></tag></rule>',
    '<rule id="main"><count>a</count></rule>',
    '<rule id="main"><item xmlns="">a</item></rule>',
    '<rule id="main" scope="protected">a</rule>',
    '<rule id="main" public="yes">a</rule>',
    '<rule id="main" xml:base="b/">a</rule>',
    '<rule id="a-b">a</rule><rule id="main">a</rule>',
    '<rule id="GARBAGE">a</rule><rule id="main">a</rule>',
    '<rule id="main">a</rule><rule id="main">b</rule>',
    '<rule id="Main">a</rule>',
    'loose<rule id="main">a</rule>',
    '<item>a</item><rule id="main">a</rule>',
    '<rule id="main">a</rule><meta name="a" content="b"/>',
    '<meta name="a"/><rule id="main">a</rule>',
    '<meta content="a"/><rule id="main">a</rule>',
    '<meta name="a" http-equiv="b" content="c"/><rule id="main">a</rule>',
    '<meta name="a" content="b">c</meta><rule id="main">a</rule>',
    '<lexicon/><rule id="main">a</rule>',
    '<rule id="main">a<token xml:lang="e n">b</token></rule>',
    '<rule id="main">a</rule',
    '<rule id="main">a</item>',
    '<rule id=main>a</rule>',
    '<rule id="main">&undeclared;</rule>',
]  # fmt: skip


@pytest.mark.parametrize("rules", XML_REFUSED)
def test_a_mistake_in_an_xml_grammar_is_refused_with_advice(rules: str) -> None:
    error = refusal(xml(rules))
    assert error.message
    assert error.help


@pytest.mark.parametrize(
    "attributes",
    [
        'xml:lang="en" root="main"',
        'version="1.1" xml:lang="en" root="main"',
        'version="1.0" root="main"',
        'version="1.0" xml:lang="" root="main"',
        'version="1.0" xml:lang="en" root="$main"',
        'version="1.0" xml:lang="en" root="#main"',
        'version="1.0" xml:lang="en" root="other"',
        'version="1.0" xml:lang="en" root="main" mode="speech"',
        'version="1.0" xml:lang="en" root="main" language="en"',
        'version="1.0" version="1.0" xml:lang="en" root="main"',
    ],
)
def test_a_mistake_on_the_grammar_element_is_refused(attributes: str) -> None:
    refusal(xml('<rule id="main">a</rule>', attributes))


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"hello",
        b"<",
        b"<grammar version='1.0' xml:lang='en'/>",
        f"<rules xmlns='{NAMESPACE}' version='1.0' xml:lang='en'/>".encode(),
        b"<grammar xmlns='http://www.w3.org/ns/other' version='1.0' xml:lang='en'/>",
    ],
)
def test_what_is_no_grammar_is_refused(source: bytes) -> None:
    refusal(source)


def test_a_refusal_says_where_and_what_to_write() -> None:
    error = refusal(abnf("$main = a |\n  b*;"))
    assert (error.line, error.column) == (5, 4)
    assert str(error) == (
        "menu:5:4: '*' cannot stand here; write <0-> after it for any number, or \"*\" for the key"
    )


def test_a_reference_that_is_nearly_right_is_corrected() -> None:
    assert refusal(abnf("$main = $drink;\n$drinks = tea;")).help == "write 'drinks'"


def test_a_grammar_without_rules_is_legal_and_matches_nothing() -> None:
    for source in (abnf("", "language en;"), xml("", 'version="1.0" xml:lang="en"')):
        grammar = read_grammar(source, uri="a")
        assert grammar.rules == ()
        assert match(grammar, "a") is None


# Encodings: sections 4.2 and 4.4.

TEXT = "#ABNF 1.0{};\nlanguage zh;\npublic $main = 牛肉面;\n"
MARKED = '<?xml version="1.0"{}?><grammar version="1.0" xml:lang="zh" xmlns="' + NAMESPACE + (
    '"><rule id="main" scope="public">牛肉面</rule></grammar>'
)  # fmt: skip


@pytest.mark.parametrize("text", [TEXT, MARKED], ids=["abnf", "xml"])
@pytest.mark.parametrize(
    ("said", "stored", "mark"),
    [
        ("", "utf-8", b""),
        ("", "utf-8", codecs.BOM_UTF8),
        ("", "utf-16-le", codecs.BOM_UTF16_LE),
        ("UTF-8", "utf-8", b""),
        ("utf-8", "utf-8", codecs.BOM_UTF8),
        ("UTF-16", "utf-16-le", codecs.BOM_UTF16_LE),
        ("UTF-16", "utf-16-be", codecs.BOM_UTF16_BE),
        ("UTF-16", "utf-16-be", b""),
        ("UTF-16LE", "utf-16-le", b""),
        ("GB18030", "gb18030", b""),
        ("Big5", "big5hkscs", b""),
    ],
)
def test_a_grammar_is_read_in_the_encoding_it_names(
    text: str, said: str, stored: str, mark: bytes
) -> None:
    if text is TEXT:
        text = text.format(f" {said}" if said else "")
    else:
        text = text.replace("{}", f' encoding="{said}"' if said else "", 1)
    grammar = read_grammar(mark + text.encode(stored), uri="a")
    assert match(grammar, "牛肉面") is not None


@pytest.mark.parametrize(
    "source",
    [
        "#ABNF 1.0 UTF-8;\nlanguage fr;\n$a = été;".encode("latin-1"),
        codecs.BOM_UTF16_LE + "#ABNF 1.0 UTF-8;\nlanguage fr;\n$a = a;".encode("utf-16-le"),
        b"#ABNF 1.0 UTF-16;\nlanguage fr;\n$a = a;",
        '<?xml version="1.0"?><grammar>é</grammar>'.encode("latin-1"),
        codecs.BOM_UTF16_LE + "#ABNF 1.0;\n".encode("utf-16-le") + b"\x00",
        codecs.BOM_UTF16_LE + "#ABNF 1.0;\n".encode("utf-16-le") + b"\x00\xd8\n\x00",
    ],
)
def test_bytes_that_are_not_in_the_named_encoding_are_refused(source: bytes) -> None:
    assert refusal(source).help


def test_an_abnf_grammar_that_names_no_encoding_may_be_latin_1() -> None:
    source = '#ABNF 1.0;\nlanguage fr;\npublic $main = "été";'.encode("latin-1")
    assert match(read_grammar(source, uri="a"), "ÉTÉ") is not None


# Keys: appendix E.


@pytest.mark.parametrize("rules", ["$main = one;", "$main = 12;", '$main = "1 2";', "$main = E;"])
def test_a_grammar_of_keys_holds_only_keys(rules: str) -> None:
    assert "telephone key" in refusal(abnf(rules, "mode dtmf; root $main;")).message


# Other grammars: section 2.2.2.

DRINKS = abnf("$main = tea; public $cold = water;")


def test_a_grammar_is_fetched_once_and_kept_as_an_import() -> None:
    asked: list[str] = []

    def resolve(uri: str) -> bytes:
        asked.append(uri)
        return DRINKS

    source = abnf("$main = $<drinks.gram#cold> | $<./drinks.gram>;")
    grammar = read_grammar(source, uri="http://shop.example/menu.gram", resolve=resolve)
    assert asked == ["http://shop.example/drinks.gram"]
    assert [each.uri for each in grammar.imports] == asked


@pytest.mark.parametrize(
    ("reference", "why"),
    [
        ("$<drinks.gram#main>", "private"),
        ("$<drinks.gram#warm>", "does not exist"),
        ("$<rootless.gram>", "declares no root"),
        ("$<keys.gram>", "dtmf"),
        ("$<broken.gram>", "cannot stand"),
        ("$<missing.gram>", "cannot be had"),
        ("$<builtin:digits>", "cannot be had"),
        ("$<http://[>", "not a URI"),
        ("$<drinks.gram>~<application/srgs+xml>", "does not fit"),
        ("$<drinks.gram>~<application/x-ngram>", "not a media type"),
    ],
)
def test_a_reference_that_does_not_hold_is_refused(reference: str, why: str) -> None:
    resolve = files(
        drinks_gram=DRINKS,
        rootless_gram=abnf("public $a = a;", "language en;"),
        keys_gram=abnf("$main = 1;", "mode dtmf; root $main;"),
        broken_gram=abnf("$main = a*;"),
    )
    assert why in refusal(abnf(f"$main = {reference};"), resolve=resolve).message


def test_a_mistake_in_another_grammar_is_told_of_that_grammar() -> None:
    error = refusal(abnf("$main = $<b.gram>;"), resolve=files(b_gram=abnf("$main = b*;")))
    assert (error.uri, error.line) == ("b.gram", 4)


def test_without_a_resolver_no_other_grammar_is_read() -> None:
    assert "cannot be had" in refusal(abnf("$main = $<drinks.gram>;")).message


def test_a_reference_gives_its_language_to_a_grammar_that_says_none() -> None:
    resolve = files(plain_gram=abnf("$main = oui;", "root $main;"))
    grammar = read_grammar(abnf("$main = $<plain.gram>!fr;"), uri="a", resolve=resolve)
    assert grammar.imports[0].header.language == "fr"
    refusal(abnf("$main = $<plain.gram>;"), resolve=resolve)


@pytest.mark.parametrize(
    ("media_type", "legal"),
    [
        ("application/srgs", True),
        ("application/srgs; charset=utf-8", True),
        ("text/plain", True),
        ("application/srgs+xml", False),
        ("audio/wav", False),
    ],
)
def test_the_media_type_of_the_grammar_itself_must_fit(media_type: str, legal: bool) -> None:
    if legal:
        assert read_grammar(DRINKS, uri="a", media_type=media_type).form == "abnf"
    else:
        refusal(DRINKS, media_type=media_type)
