"""The header of the ABNF form: what a grammar declares before its rules. SRGS 1.0, section 4."""

from __future__ import annotations

import re

from grammars.srgs import names
from grammars.srgs.model import Header, Lexicon, Meta
from grammars.srgs.scanner import Scanner

URI = re.compile(r"<([^<>\r\n]*)>(?:~<([^<>\r\n]*)>)?")
KEYWORD = re.compile(r"[A-Za-z][A-Za-z\-]*")
RULE_NAME = re.compile(rf"\$({names.RULE_NAME}|{names.NMTOKEN})?")

_SELF_IDENTIFYING = re.compile(r"#ABNF 1\.0(?: [A-Za-z][A-Za-z0-9._\-]*)?;(?=\r|\n)")
_QUOTED = re.compile(r"\"([^\"]*)\"|'([^']*)'")
_WORD = re.compile(names.NMTOKEN)
_TAG = re.compile(r"\{!\{((?s:.*?))\}!\}|\{(?!!\{)([^}]*)\}")

# What may be declared once, and how it is written.
_ONCE = {
    "base": "base <URI>;",
    "language": "language en-US;",
    "mode": "mode voice; or mode dtmf;",
    "root": "root $name;",
    "tag-format": "tag-format <URI>;",
}


def read_header(scanner: Scanner) -> Header:
    """The self-identifying line and the declarations; the scanner stands at the first rule then.

    Declarations may come in any order (section 4.1). Raises GrammarError.
    """
    if not scanner.take(_SELF_IDENTIFYING):
        scanner.fail(
            "the first line does not say that this is an SRGS 1.0 grammar",
            scanner.here(),
            "write '#ABNF 1.0 UTF-8;' alone on the first line",
        )
    scanner.skip()
    once: dict[str, str] = {}
    lexicons: list[Lexicon] = []
    metas: list[Meta] = []
    tags: list[str] = []
    while scanner.at < len(scanner.text):
        start = scanner.at
        if tag := scanner.take(_TAG):
            tags.append(tag[1] if tag[1] is not None else tag[2])
            _end(scanner, "the tag")
            continue
        found = KEYWORD.match(scanner.text, start)
        if not found or found[0] in ("public", "private"):
            break
        keyword = found[0]
        scanner.at = found.end()
        scanner.skip()
        if keyword == "lexicon":
            lexicons.append(Lexicon(*_uri_and_type(scanner)))
        elif keyword in ("meta", "http-equiv"):
            metas.append(_meta(scanner, keyword))
        elif keyword in _ONCE:
            if keyword in once:
                scanner.fail(
                    f"'{keyword}' is declared twice", scanner.span(start), "keep one of them"
                )
            once[keyword] = _value(scanner, keyword)
        else:
            scanner.fail(
                f"'{keyword[:40]}' is not a header declaration",
                scanner.span(start),
                "write language, mode, root, tag-format, base, lexicon, meta or http-equiv,"
                " and the rules as $name = ...;",
            )
        _end(scanner, f"'{keyword}'")
    return Header(
        "dtmf" if once.get("mode") == "dtmf" else "voice",
        once.get("language"),
        once.get("root"),
        once.get("tag-format"),
        once.get("base"),
        tuple(lexicons),
        tuple(metas),
        tuple(tags),
    )


def _value(scanner: Scanner, keyword: str) -> str:
    span = scanner.here()
    if keyword in ("base", "tag-format"):
        value, media_type = _uri_and_type(scanner)
        if media_type is not None:
            scanner.fail(f"'{keyword}' takes no media type", span, f"write {_ONCE[keyword]}")
        return value
    found = scanner.take(RULE_NAME if keyword == "root" else _WORD)
    if not found:
        scanner.fail(f"'{keyword}' lacks its value", span, f"write {_ONCE[keyword]}")
    if keyword == "root":
        return names.rule_name(found[1] or "", span, scanner.fail)
    if keyword == "language":
        return names.language_code(found[0], span, scanner.fail)
    if found[0] not in ("voice", "dtmf"):
        scanner.fail(f"'{found[0][:40]}' is not a mode", span, "write voice or dtmf")
    return found[0]


def _uri_and_type(scanner: Scanner) -> tuple[str, str | None]:
    span = scanner.here()
    found = scanner.take(URI)
    if not found:
        scanner.fail("a URI is missing here", span, "write it in < and >, such as <a.gram>")
    return found[1].strip(), found[2]


def _meta(scanner: Scanner, keyword: str) -> Meta:
    name = _quoted(scanner, keyword)
    scanner.skip()
    span = scanner.here()
    found = scanner.take(KEYWORD)
    if not found or found[0] != "is":
        scanner.fail(
            f"'{keyword}' lacks the word 'is'", span, f"write {keyword} 'name' is 'content';"
        )
    scanner.skip()
    return Meta(name, _quoted(scanner, keyword), keyword == "http-equiv")


def _quoted(scanner: Scanner, keyword: str) -> str:
    span = scanner.here()
    found = scanner.take(_QUOTED)
    if not found:
        scanner.fail(
            f"'{keyword}' lacks a text in quotes", span, f"write {keyword} 'name' is 'content';"
        )
    return found[1] if found[1] is not None else found[2]


def _end(scanner: Scanner, what: str) -> None:
    scanner.skip()
    if not scanner.take_mark(";"):
        scanner.fail(f"{what} does not end with a semicolon", scanner.here(), "write ;")
    scanner.skip()
