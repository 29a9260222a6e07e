"""From bytes to text: byte-order marks and the encoding that a document says of itself."""

from __future__ import annotations

import codecs
import re

from grammars.srgs.errors import GrammarError
from grammars.srgs.model import Form

GRAMMAR_BYTES_MAX = 4 * 1024 * 1024
"""The largest document: a catalog of 100,000 dishes."""

# Longest first: the mark of UTF-32 begins with the mark of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# How "#A" and "<?" look without a mark (XML 1.0, appendix F).
_UNMARKED = (
    (b"#\0A\0", "utf-16-le"),
    (b"<\0", "utf-16-le"),
    (b"\0#\0A", "utf-16-be"),
    (b"\0<", "utf-16-be"),
)
_ABNF_HEADER = re.compile(rb"#ABNF 1\.0 ([A-Za-z][A-Za-z0-9._\-]*);")
_XML_DECLARATION = re.compile(
    rb"<\?xml\s[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z][A-Za-z0-9._\-]*)[\"']"
)


def decode(source: bytes, uri: str) -> tuple[str, str]:
    """Text without its mark, and the name of the encoding it was in.

    Sections 4.2 and 4.4. A document that names no encoding is UTF-8; an ABNF document that is
    not UTF-8 and names none is read as ISO-8859-1, as the W3C's own suite has one.
    Raises GrammarError.
    """
    if len(source) > GRAMMAR_BYTES_MAX:
        raise GrammarError(
            f"the grammar is larger than {GRAMMAR_BYTES_MAX} bytes",
            uri=uri,
            help="split it and refer to the parts",
        )
    found, body = _physical(source)
    head = body[:1024]
    if found.startswith(("utf-16", "utf-32")):
        head = head.decode(found, "ignore").encode("utf-8", "ignore")
    said = _ABNF_HEADER.match(head) or _XML_DECLARATION.match(head)
    declared = said[1].decode("ascii") if said else None
    if declared is None:
        return _undeclared(body, found, uri)
    name = _known(declared, uri)
    if found and not _agree(name, found):
        raise GrammarError(
            f"the header says {declared} but the document is stored as {found.upper()}",
            uri=uri,
            help="save it in the encoding that its header names",
        )
    if name.startswith(("utf-16", "utf-32")) and not found:
        raise GrammarError(
            f"the header says {declared} but the document is not stored so",
            uri=uri,
            help="save it in the encoding that its header names",
        )
    return _text(body, found or name, uri), declared


def form(text: str, uri: str) -> Form:
    """Which form a document is in, by its first character."""
    if text.startswith("#"):
        return "abnf"
    if text.lstrip().startswith("<"):
        return "xml"
    raise GrammarError(
        "this is neither form of SRGS 1.0",
        uri=uri,
        help="begin an ABNF grammar with '#ABNF 1.0 UTF-8;' on a line of its own",
    )


def _physical(source: bytes) -> tuple[str, bytes]:
    for mark, name in _MARKS:
        if source.startswith(mark):
            return name, source[len(mark) :]
    for start, name in _UNMARKED:
        if source.startswith(start):
            return name, source
    return "", source


def _undeclared(body: bytes, found: str, uri: str) -> tuple[str, str]:
    if not found and body.startswith(b"#"):
        try:
            return body.decode("utf-8"), "UTF-8"
        except UnicodeDecodeError:
            return body.decode("iso-8859-1"), "ISO-8859-1"
    return _text(body, found or "utf-8", uri), (found or "utf-8").upper()


def _known(declared: str, uri: str) -> str:
    try:
        # Encoding something proves that it is an encoding of text: "hex" and "zip" are not.
        "".encode(declared)
        return codecs.lookup(declared).name
    except (LookupError, ValueError):
        raise GrammarError(
            f"the encoding '{declared[:40]}' is not known", uri=uri, help="write UTF-8"
        ) from None


def _agree(name: str, found: str) -> bool:
    return name == found or (name in ("utf-16", "utf-32") and found.startswith(name))


def _text(body: bytes, name: str, uri: str) -> str:
    try:
        return body.decode(name)
    except UnicodeError as error:
        start = getattr(error, "start", 0)
        before = body[:start].decode(name, "replace")
        raise GrammarError(
            f"byte {start + 1} is not {name.upper()}",
            uri=uri,
            line=before.count("\n") + 1,
            column=len(before) - (before.rfind("\n") + 1) + 1,
            help="save the file as UTF-8 and say so in its header",
        ) from None
