"""A flow file in its one layout, and in either spelling of its keywords."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from flows.diagnostic import width
from flows.grammar import tokens
from flows.parser import depth, parse_block
from flows.settings import words as listed
from flows.source import Chunk, cut
from flows.words import CHANNELS, LANGUAGES, guarded, key_of, narrow, range_of, said, slots
from grammars.keywords import ARROW, KEYWORDS, OUTCOMES, SETTINGS, head

if TYPE_CHECKING:
    from lark import Token

Spelling = Literal["en", "zh"]

ARROW_COLUMN_MAX = 60
"""An option wider than this does not push the arrows of its menu to the right."""

# The layout is made from tokens, line by line, not from the syntax: so every line and comment stays where
# its author put it, and what the syntax does not keep (the order of a question's lines) is not lost.


def format_source(text: str, keywords: Spelling | None = None) -> str:
    """Lay out a file: two spaces a level, arrows of a menu below one another, one line between blocks.

    With `keywords`, every word of the language is written in English or in Chinese. A block that has a
    mistake stays as it is, letter for letter.
    """
    source = cut(text, "")
    refused = {d.span.block for d in source.diagnostics if d.code != "E002"}
    out: list[str] = []
    at = 0
    for chunk in source.chunks:
        begin = chunk.place.line - 1
        above = source.lines[at - 1] if at else ""
        if at < begin or not _listed(above, chunk.text):
            _between(source.lines[at:begin], above, out)
        at = begin + chunk.text.count("\n")
        original = source.lines[begin:at]
        wrong = any(d.severity == "error" for d in parse_block(chunk.text, chunk.key)[1])
        if wrong or chunk.key in refused:
            out += original
        else:
            out += _laid_out(chunk, original, keywords)
    _between(source.lines[at:], source.lines[at - 1] if at else "", out)
    while out and not out[-1].strip():
        out.pop()
    return "".join(f"{line}\n" for line in out)


def _between(lines: tuple[str, ...], above: str, out: list[str]) -> None:
    """Comments and blank lines between two blocks: indented comments are the upper block's.

    `above` is the last line of that block as it stood in the file.
    """
    upper, parted = bool(out and depth(out[-1])), not out
    was, margin = _margin(above), depth(out[-1]) if out else 0
    for line in lines:
        content = line.strip()
        if not content:
            if out and out[-1]:
                out.append("")
            continue
        upper = upper and line[0].isspace()
        if upper:
            # As deep below the block's last line as it was, in steps of two spaces.
            step = round(_margin(line) * margin / max(was, 1) / 2) * 2
            out.append(" " * min(max(step, 2), margin) + content)
            continue
        if not parted:
            parted = True
            if out[-1]:
                out.append("")
        # What is no comment here was not read (a block too many): it stays.
        out.append(content if content.startswith("#") else line)
    if not parted and out[-1]:
        out.append("")


def _margin(line: str) -> int:
    return len(line.expandtabs(2)) - len(line.expandtabs(2).lstrip())


def _listed(above: str, below: str) -> bool:
    """Whether two blocks of one line, such as two `include`, may stand together as written."""
    words = head(above), head(below)
    return words[0] == words[1] and words[0] in ("INCLUDE", "RENAMED", "GRAMMAR")


@dataclass(frozen=True, slots=True)
class _Line:
    level: int
    menu: int
    """Number of the line that this one stands under, for arrows to align with."""
    left: str
    target: str | None
    """Step that an option leads to."""


def _laid_out(chunk: Chunk, original: tuple[str, ...], keywords: Spelling | None) -> Iterator[str]:
    lines = _lines(chunk, keywords)
    columns: dict[int, int] = {}
    for line in lines.values():
        if line.target is not None and (wide := _wide(line)) <= ARROW_COLUMN_MAX:
            columns[line.menu] = max(columns.get(line.menu, 0), wide)
    level, blank = 0, False
    following = sorted(lines)
    for number, text in enumerate(original, 1):
        while following and following[0] < number:
            following.pop(0)
        content = text.strip()
        if not content:
            blank = True
            continue
        if blank:
            yield ""
            blank = False
        if number not in lines:
            level = lines[following[0]].level if following else level
            yield "  " * level + content
            continue
        line = lines[number]
        level = line.level
        left = "  " * level + line.left
        if line.target is None:
            yield left
        else:
            gap = max(columns.get(line.menu, 0) - _wide(line), 0)
            yield f"{left}{' ' * gap}  -> {line.target}"


def _wide(line: _Line) -> int:
    return 2 * line.level + sum(width(character) for character in line.left)


def _lines(chunk: Chunk, keywords: Spelling | None) -> dict[int, _Line]:
    """The lines of a block by number, their words put in order."""
    found: dict[int, _Line] = {}
    above: list[int] = []
    line: list[Token] = []
    for token in tokens(chunk.text):
        if token.type == "_INDENT":
            above.append(max(found, default=0))
        elif token.type == "_DEDENT":
            above.pop()
        elif token.type != "_NL":
            line.append(token)
        elif line:
            number = line[0].line or 1
            found[number] = _line(line, len(above), above[-1] if above else 0, keywords)
            line = []
    return found


def _line(line: list[Token], level: int, menu: int, keywords: Spelling | None) -> _Line:
    kinds = [token.type for token in line]
    if kinds[-2:] == ["_ARROW", "NAME"] and "LABEL" in kinds:
        return _Line(level, menu, _words(line[:-2], keywords), str(line[-1]))
    return _Line(level, menu, _words(line, keywords), None)


def _words(line: list[Token], keywords: Spelling | None) -> str:
    text = ""
    before = ""
    for token in line:
        if keywords is not None and token.type in ("TEXT", "VALUE") and before in _VALUED:
            word = _value(str(line[0]), said(str(token)), keywords)
        else:
            word = _word(token, before, keywords)
        glued = token.type in ("_LPAR", "_RPAR", "_COMMA", "ARGUMENTS") or before in ("_LPAR", "")
        # A full-width colon brings its own space.
        glued = glued or (text.endswith("：") and before == "VARIANT")
        gap = "  " if token.type == "GUARD" else "" if glued else " "
        text += gap + word
        before = token.type
    return text


def _word(token: Token, before: str, keywords: Spelling | None) -> str:
    """A token as it is written; its keyword in the spelling asked for, or in its own."""
    text = str(token).strip()
    spelling: Spelling = keywords or ("en" if text.isascii() else "zh")
    match token.type:
        case "_ARROW" | "JUMP":
            return "->"
        case "_EQUALS":
            return "="
        case "_COMMA":
            return ","
        case "_LPAR":
            return "("
        case "_RPAR":
            return ")"
        case "TEXT":
            return said(text)
        case "INTEGER":
            return str(int(narrow(text)))
        case "RANGE":
            return "..".join(str(int(end)) for end in range_of(text))
        case "LABEL" if keywords is not None:
            return slots(text, keywords == "zh")
        case "KEY":
            key = key_of(text)
            return key if key != "#" else KEY_HASH[spelling == "zh"]
        case "VARIANT":
            return _variant(text, keywords)
        case "CHANNEL":
            return _spelt(text, _CHANNEL_PAIRS, spelling)
        case "SETTING":
            return _spelt(text, SETTINGS.values(), spelling)
        case "OUTCOME":
            return _spelt(text, OUTCOMES.items(), spelling)
        case "GUARD":
            spelling = keywords or ("zh" if "如果" in text[:4] else "en")
            return f"[{KEYWORDS['IF'][spelling == 'zh']} {_expression(guarded(text), keywords)}]"
        case "EXPRESSION" | "AMOUNT" | "ARGUMENTS":
            return _expression(text, keywords)
        case "NAME" if before == "OF_GROUP":
            return _spelt(text, (KEYWORDS["CATALOG"],), spelling)
        case kind if kind in KEYWORDS:
            return KEYWORDS[kind][spelling == "zh"]
        case _:
            return text


KEY_HASH = ("hash", "井号")
"""The key #, whose sign begins a comment."""
_CHANNEL_PAIRS = tuple((english, chinese) for chinese, english in CHANNELS.items())
_LANGUAGE_PAIRS = tuple((code, chinese) for chinese, code in LANGUAGES.items())


def _spelt(text: str, pairs: Iterable[tuple[str, str]], spelling: Spelling) -> str:
    """A word, of which either spelling may stand in the file, in the one asked for."""
    words = " ".join(text.split())
    for pair in pairs:
        if words in pair:
            return pair[spelling == "zh"]
    return words


_VALUED = ("SETTING", "NO_INPUT_AFTER")
_LENGTH = re.compile(r"([0-9]+)[ ]*([a-z]+|[^\W\d]+)")
_LENGTH_PAIRS = (("s", "秒"), ("m", "分钟"), ("h", "小时"), ("d", "天"))
_DAY = re.compile(r"[A-Za-z]{3,}|(?:周|星期)[一二三四五六日天]|每天")
_DAY_PAIRS = (("mon", "周一"), ("tue", "周二"), ("wed", "周三"), ("thu", "周四"), ("fri", "周五"),
              ("sat", "周六"), ("sun", "周日"), ("daily", "每天"))  # fmt: skip


def _value(setting: str, text: str, keywords: Spelling) -> str:
    """What a setting says, where words of the language are part of it."""
    match next((name for name, pair in SETTINGS.items() if setting in pair), "no input after"):
        case "channels":
            return ", ".join(_spelt(word, _CHANNEL_PAIRS, keywords) for word in listed(text))
        case "languages":
            return ", ".join(_spelt(word, _LANGUAGE_PAIRS, keywords) for word in listed(text))
        case "open":
            return _DAY.sub(lambda found: _spelt(_day(found[0]), _DAY_PAIRS, keywords), text)
        case "max turns":
            count, *then = text.split(maxsplit=1)
            rest = _THEN.fullmatch(then[0]) if then else None
            return f"{count} {KEYWORDS['THEN'][keywords == 'zh']} -> {rest[1]}" if rest else text
        case "delivery" | "sms session" | "ussd session" | "voice session" | "no input after":
            found = _LENGTH.fullmatch(narrow(text))
            if not found:
                return text
            unit = {"分": "分钟", "时": "小时"}.get(found[2], found[2])
            return found[1] + _spelt(unit, _LENGTH_PAIRS, keywords)
        case _:
            return text


_THEN = re.compile(rf"(?:{'|'.join(KEYWORDS['THEN'])})[ ]*{ARROW}[ ]*([^\W\d]\w*)")


def _day(word: str) -> str:
    if word.isascii():
        return word.lower() if word.lower() == "daily" else word[:3].lower()
    return word.replace("星期", "周").replace("周天", "周日")


def _variant(text: str, keywords: Spelling | None) -> str:
    words = text.rstrip(" :：").split()
    if keywords is not None:
        pairs = (*_CHANNEL_PAIRS, *_LANGUAGE_PAIRS)
        words = [_spelt(word, pairs, keywords) for word in words]
    return " ".join(words) + (":" if words[-1].isascii() else "：")


_EXPRESSION_WORDS = (("and", "且"), ("or", "或"), ("not", "不"), ("yes", "真"), ("no", "假"))
_OTHER_WORDS = {"并且": "且", "或者": "或", "不是": "不", "非": "不", "true": "yes", "false": "no"}
_EXPRESSION_PART = re.compile(r"\"[^\"]*\"|“[^”]*”|'[^']*'|[^\W\d][\w.]*|.", re.DOTALL)


def _expression(text: str, keywords: Spelling | None) -> str:
    """An expression; only whole words outside quote marks are respelt, and only when asked."""
    if keywords is None:
        return text
    parts: list[str] = _EXPRESSION_PART.findall(text)
    return "".join(
        _spelt(_OTHER_WORDS.get(part, part), _EXPRESSION_WORDS, keywords)
        if part[0].isalpha()
        else part
        for part in parts
    )
