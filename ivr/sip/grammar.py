"""The pieces that headers share: tokens, quoted strings, lists, parameters. RFC 3261, section 25.1.

Patterns here are linear: no two parts of one can match the same text, so a hostile header costs its length and no more.
"""

from __future__ import annotations

import re

from ivr.sip.errors import ProtocolError

PARAMETERS_MAX = 64
"""Parameters of one header value or URI."""
VALUES_MAX = 128
"""Values in one comma-separated header."""

WORD = r"[A-Za-z0-9\-.!%*_+`'~]+"
QUOTED = r'"(?:[^"\\]|\\.)*"'

is_token = re.compile(WORD).fullmatch
is_digits = re.compile(r"[0-9]+").fullmatch

# generic-param; a value may also be a host, which brings brackets and colons.
_PARAMETER = re.compile(
    rf"[ \t]*;[ \t]*({WORD})(?:[ \t]*=[ \t]*({QUOTED}|[A-Za-z0-9\-.!%*_+`'~\[\]:]+))?[ \t]*",
    re.DOTALL,
)
_ITEM = re.compile(r'(?:[^",<]|"(?:[^"\\]|\\.)*"|<[^>]*>)*', re.DOTALL)

Parameters = tuple[tuple[str, str | None], ...]
"""In their order; a name is lower-cased, a value is None where there was no `=`."""


def bad(what: str) -> ProtocolError:
    """A part of the message that does not follow the grammar."""
    return ProtocolError(400, f"Bad {what}")


def split_list(value: str, what: str) -> list[str]:
    """The values of a comma-separated header; a comma in quotes or in <> separates nothing.

    Raises ProtocolError for quotes that do not close and for an empty value.
    """
    if "," not in value:
        return [value.strip()]
    found: list[str] = []
    at = 0
    while len(found) < VALUES_MAX:
        match = _ITEM.match(value, at)
        assert match is not None  # It matches nothing at least.
        found.append(match.group().strip())
        if not found[-1]:
            raise bad(what)
        at = match.end()
        if at == len(value):
            return found
        if value[at] != ",":
            raise bad(what)
        at += 1
    raise bad(what)


def parse_parameters(text: str, what: str) -> Parameters:
    """`;name=value;name` to its end. Raises ProtocolError."""
    if not text.strip(" \t"):
        return ()
    found: list[tuple[str, str | None]] = []
    at = 0
    while at < len(text):
        match = _PARAMETER.match(text, at)
        if match is None or len(found) >= PARAMETERS_MAX:
            raise bad(what)
        name, value = match.groups()
        if value is not None and value[0] == '"':
            value = unquote(value)
        found.append((name.lower(), value))
        at = match.end()
    return tuple(found)


def parameter(parameters: Parameters, name: str) -> str | None:
    """A parameter's value; "" where it stands without one, None where it is absent."""
    for known, value in parameters:
        if known == name:
            return value or ""
    return None


def format_parameters(parameters: Parameters) -> str:
    """Back to `;name=value`."""
    return "".join(
        f";{name}" if value is None else f";{name}={value if _plain(value) else quote(value)}"
        for name, value in parameters
    )


_plain = re.compile(r"[A-Za-z0-9\-.!%*_+`'~\[\]:]+").fullmatch


def unquote(text: str) -> str:
    """A quoted-string without its quotes and backslashes."""
    inner = text[1:-1]
    return re.sub(r"\\(.)", r"\1", inner, flags=re.DOTALL) if "\\" in inner else inner


def quote(text: str) -> str:
    """A text as a quoted-string; line ends, which would begin another header, become blanks."""
    flat = text.replace("\r", " ").replace("\n", " ")
    return '"' + flat.replace("\\", "\\\\").replace('"', '\\"') + '"'


def number(text: str, what: str, maximum: int) -> int:
    """A decimal number of at most `maximum`. Raises ProtocolError."""
    text = text.strip(" \t")
    # Leading zeros are allowed (RFC 4475, 3.1.1.1), thousands of digits are not worth reading.
    if not text.isascii() or not text.isdigit() or len(text) > 16 or (value := int(text)) > maximum:
        raise bad(what)
    return value


_COMMON = frozenset(
    [
        "INVITE",
        "ACK",
        "BYE",
        "CANCEL",
        "OPTIONS",
        "UPDATE",
        "PRACK",
        "INFO",
        "REFER",
        "NOTIFY",
        "REGISTER",
        "SUBSCRIBE",
        "MESSAGE",
    ]
)


def method_name(text: str) -> str:
    """A method as it was written; it is compared with case (section 7.1)."""
    if text not in _COMMON and not is_token(text):
        raise bad("method")
    return text
