"""The W3C's implementation-report suite: `meta in.N` and `out.N` of grammars, run and summed up.

A file's `in.N` is an input and its `out.N` the logical parse structure that must come of it, or
REJECT. A grammar that is refused rejects every input. Where an assertion cannot be met, one of the
reasons below excludes it, by what the file itself says, and the summary counts it apart.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias
from urllib.parse import unquote, urlsplit

from grammars.srgs.encoding import decode
from grammars.srgs.errors import GrammarError
from grammars.srgs.loader import folder_resolver, read_bounded
from grammars.srgs.matcher import match
from grammars.srgs.model import Grammar
from grammars.srgs.reader import read_grammar

SUFFIXES = (".gram", ".grxml")
REJECT = "REJECT"

Status: TypeAlias = Literal["passed", "failed", "excluded"]

REASONS = {
    "choice": "the suite says that a processor may reject this, and ours ignores foreign elements",
    "malformed": "the expected structure is malformed: its brackets do not balance",
    "network": "it needs a grammar on the network that each tester is to put there",
}
"""Why an assertion may be excluded; the documentation shows this table."""


@dataclass(frozen=True, slots=True)
class Assertion:
    """An input, and what must come of it."""

    number: str
    """N of `in.N`."""
    input: str
    expected: str
    note: str = ""
    """`info.N`."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of an assertion."""

    file: str
    assertion: Assertion
    actual: str
    """A structure, or REJECT."""
    status: Status
    reason: str = ""
    """Why it is excluded, or why the grammar was refused."""


def run_folder(folder: Path) -> tuple[Result, ...]:
    """Every assertion of every grammar in the folder, by file name."""
    files = sorted(path for path in folder.iterdir() if path.suffix in SUFFIXES)
    return tuple(result for path in files for result in run_file(path))


def run_file(path: Path) -> tuple[Result, ...]:
    """Every assertion of one grammar; those it refers to stand in its folder."""
    source = read_bounded(path)
    text = _text(source, path.name)
    grammar: Grammar | None = None
    refused = ""
    try:
        grammar = read_grammar(source, uri=path.resolve().as_uri(), resolve=_flat(path.parent))
    except GrammarError as error:
        refused = f"line {error.line}: {error.message}"
    wanted = list(assertions(text))
    if not wanted and path.name.startswith("wrong-"):
        wanted = [Assertion("", "", REJECT)]
    return tuple(_judge(path.name, each, text, grammar, refused) for each in wanted)


def assertions(text: str) -> Iterator[Assertion]:
    """The assertions in a grammar's text, legal or not."""
    metas = dict(_metas(text))
    for name, content in metas.items():
        if name.startswith("in.") and (expected := metas.get(f"out.{name[3:]}")) is not None:
            yield Assertion(name[3:], content, expected, metas.get(f"info.{name[3:]}", ""))


def summary(results: Iterable[Result]) -> str:
    """The failures, the exclusions with their reasons, and a last line with the count."""
    results = tuple(results)
    lines: list[str] = []
    for each in results:
        where = f"{each.file} in.{each.assertion.number} {each.assertion.input!r}"
        if each.status == "failed":
            lines += [
                f"failed: {where}",
                f"  expected {each.assertion.expected}",
                f"  actual   {each.actual}" + (f" ({each.reason})" if each.reason else ""),
            ]
        elif each.status == "excluded":
            lines.append(f"excluded: {where}: {each.reason}")
    passed = sum(each.status == "passed" for each in results)
    excluded = sum(each.status == "excluded" for each in results)
    lines.append(f"srgs: {passed} of {len(results)} assertions pass; {excluded} excluded")
    return "\n".join(lines)


def exclusions(results: Iterable[Result]) -> str:
    """What is excluded and why, as a Markdown table for the documentation."""
    lines = ["| file | assertion | reason |", "| --- | --- | --- |"]
    lines += [
        f"| {each.file} | in.{each.assertion.number} | {each.reason} |"
        for each in results
        if each.status == "excluded"
    ]
    return "\n".join(lines)


def report(paths: Iterable[Path | str]) -> tuple[str, bool]:
    """What to print about grammars and folders of grammars, and whether all is well.

    A folder gives its summary; a file gives its mistake or its rules, and a line for each of its
    assertions with the parse.
    """
    parts: list[str] = []
    well = True
    for path in map(Path, paths):
        if path.is_dir():
            results = run_folder(path)
            parts.append(summary(results))
            if not results:
                parts.append(f"{path}: no grammar with assertions in it")
            well = well and bool(results) and not any(e.status == "failed" for e in results)
        else:
            text, good = _file_report(path)
            parts.append(text)
            well = well and good
    return "\n".join(parts), well


def _file_report(path: Path) -> tuple[str, bool]:
    try:
        source = read_bounded(path)
    except OSError as error:
        return f"{path}: {error.strerror or error}", False
    results = run_file(path)
    lines: list[str] = []
    well = True
    try:
        grammar = read_grammar(source, uri=path.resolve().as_uri(), resolve=_flat(path.parent))
    except GrammarError as error:
        name = path if error.uri == path.resolve().as_uri() else error.uri
        lines.append(f"{name}:{error.line}:{error.column}: error: {error.message}")
        if error.help:
            lines.append(f"  help: {error.help}")
        # A grammar that says of itself that it must be refused is as it should be.
        well = bool(results)
    else:
        rules = ", ".join(f"${rule.name}" for rule in grammar.entries) or "none"
        mode = f"{grammar.header.mode}, {grammar.header.language or 'no language'}"
        lines.append(f"{path}: {grammar.form}, {mode}, {len(grammar.rules)} rules, entry {rules}")
    for each in results:
        mark = {"passed": "ok", "failed": "FAILED", "excluded": "excluded"}[each.status]
        lines.append(f"  {mark} {each.assertion.input!r} -> {each.actual}")
        if each.status == "failed":
            lines.append(f"    expected {each.assertion.expected}")
    return "\n".join(lines), well and not any(each.status == "failed" for each in results)


def _judge(
    file: str, assertion: Assertion, text: str, grammar: Grammar | None, refused: str
) -> Result:
    parse = match(grammar, assertion.input) if grammar is not None else None
    actual = REJECT if parse is None else parse.structure()
    if actual == assertion.expected:
        return Result(file, assertion, actual, "passed", refused)
    reason = _excuse(assertion, text, actual)
    if reason:
        return Result(file, assertion, actual, "excluded", REASONS[reason])
    return Result(file, assertion, actual, "failed", refused)


def _excuse(assertion: Assertion, text: str, actual: str) -> str:
    """The key of the reason for which an assertion may go unmet, or nothing."""
    outside = _TAG_OR_TOKEN.sub("", assertion.expected)
    if outside.count("[") != outside.count("]"):
        return "malformed"
    if actual != REJECT:
        return ""
    if "may be rejected" in assertion.note:
        return "choice"
    return "network" if _NETWORK.search(text) else ""


_TAG_OR_TOKEN = re.compile(r"\{!\{.*?\}!\}|\"[^\"]*\"")
_NETWORK = re.compile(r"\$<https?://|<ruleref\s[^>]*uri\s*=\s*[\"']https?://")
_XML_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_XML_META = re.compile(r"<(?:[\w.\-]+:)?meta((?:\s+[\w:.\-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*)\s*/?>")
_XML_ATTRIBUTE = re.compile(r"([\w:.\-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_ABNF_META = re.compile(
    r"//[^\r\n]*|/\*.*?\*/"
    r"|\bmeta\s+(?:\"([^\"]*)\"|'([^']*)')\s+is\s+(?:\"([^\"]*)\"|'([^']*)')"
    r"|\"[^\"]*\"|'[^']*'",
    re.DOTALL,
)


def _metas(text: str) -> Iterator[tuple[str, str]]:
    if text.lstrip("\ufeff \t\r\n").startswith("#"):
        for found in _ABNF_META.finditer(text):
            double, single, content, other = found.groups()
            if (name := double if double is not None else single) is not None:
                yield name, content if content is not None else other
        return
    for found in _XML_META.finditer(_XML_COMMENT.sub("", text)):
        attributes = {
            name: html.unescape(double or single)
            for name, double, single in _XML_ATTRIBUTE.findall(found[1])
        }
        if "name" in attributes and "content" in attributes:
            yield attributes["name"], attributes["content"]


def _text(source: bytes, uri: str) -> str:
    try:
        return decode(source, uri)[0]
    except GrammarError:
        # A document in a wrong encoding still says that it must be rejected.
        return source.replace(b"\0", b"").decode("iso-8859-1")


def _flat(folder: Path) -> Callable[[str], bytes]:
    """A resolver for a suite whose folders were laid flat: a missing file is sought by its name."""
    inside = folder_resolver(folder)

    def resolve(uri: str) -> bytes:
        try:
            return inside(uri)
        except FileNotFoundError:
            parts = urlsplit(uri)
            name = unquote(parts.path).rpartition("/")[2]
            if parts.scheme != "file" or not name:
                raise
            return inside((folder.resolve() / name).as_uri())

    return resolve
