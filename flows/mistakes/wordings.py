"""Wordings, options and sentences that lack a mark."""

from __future__ import annotations

import re

from flows.mistakes.arrows import REAL_ARROW
from flows.mistakes.mistake import Line, Mistake
from flows.mistakes.places import CLOSE_ENOUGH, OPTIONS, STATEMENT_PLACES, misspelt, setting
from grammars.keywords import head

_LANGUAGE_NAMES = {
    "english": "en", "chinese": "zh", "英语": "en", "汉语": "zh", "普通话": "zh", "cn": "zh", "eng": "en",
    "phone": "voice", "call": "voice", "text": "sms", "电话": "语音",
}  # fmt: skip

_LANGUAGE_FIRST = re.compile(r"([a-z]{2,3}|中文|英文)[ ]+(voice|sms|ussd|语音|短信|闪信)[ ]*[:：]")


def variant(line: Line) -> Mistake | None:
    """A wording for a channel or language whose head cannot be read."""
    found = re.match(r"([^\s:：]{1,20})(?:[ ]+([a-z]{2,8}|中文|英文))?[ ]*[:：](.*)$", line.text)
    if found and line.block is not None and not REAL_ARROW.search(line.text):
        if not found[3].strip():
            return line.mistake("a text is missing here", f"write it after `{found[0].strip()}`")
        name = found[1]
        if head(name) is not None and not misspelt(name, ("voice", "sms", "ussd"), 0.8):
            return None
        turned = _LANGUAGE_FIRST.match(line.text)
        if turned:
            fixed = f"{turned[2]} {turned[1]}:{found[3]}"
            return line.mistake(
                "the channel stands before the language",
                f"write `{turned[2]} {turned[1]}:`",
                turned[0].rstrip(" :："),
                fixed,
            )
        meant = _LANGUAGE_NAMES.get(name.lower()) or misspelt(
            name, ("voice", "sms", "ussd", "语音", "短信", "闪信"), CLOSE_ENOUGH
        )
        if line.parent in (None, "STEP", "IF", "ELSE", "ELSE_IF", "WHEN") and not meant:
            return None
        return line.mistake(
            f"`{name}` is no channel and no language",
            f"did you mean `{meant}:`?"
            if meant
            else "a wording begins with a channel, a language or both: `sms:`, `en:`, `sms en:`",
            name,
            meant + line.text[len(name) :] if meant else None,
        )
    bare = re.match(r"((?:voice|sms|ussd|语音|短信|闪信)(?:[ ]+(?:en|zh|中文|英文))?|en|zh|中文|英文)[ ;；.,，]+(\S.*)$", line.text)  # fmt: skip
    if bare and not REAL_ARROW.search(line.text) and line.parent not in ("ANYWHERE", None):
        return line.mistake(
            f"the colon after `{bare[1]}` is missing",
            f"write `{bare[1]}: {bare[2][:30]}`",
            bare[1],
            f"{bare[1]}: {bare[2]}",
        )
    return None


def option(line: Line) -> Mistake | None:
    if line.parent not in OPTIONS:
        return None
    found = re.match(r"(?:on|仅)[ ]*(\S+)[ ]", line.text)
    if (
        found
        and head(line.text) is None
        and found[1] not in ("voice", "sms", "ussd", "语音", "短信", "闪信")
    ):
        return line.mistake(
            f"`{found[1]}` is no channel", "write `on voice`, `on sms` or `on ussd`", found[1]
        )
    if REAL_ARROW.search(line.text):
        if REAL_ARROW.match(line.text):
            return line.mistake(
                "this option has no wording",
                "write the key and the words for it before the arrow: `1 Order -> step`"
                if line.parent == "ANYWHERE"
                else "write `1 wording -> step`; a `->` for every answer stands after the menu, "
                "indented as the menu is",
                "->",
            )
        return None
    return line.mistake(
        "this option does not say where it leads", "end it with `-> step`: `1 wording -> step`"
    )


def choice(line: Line) -> Mistake | None:
    if line.parent != "ASK" or head(line.text) != "KEY":
        return None
    found = REAL_ARROW.search(line.text)
    if found:
        return line.mistake(
            "an answer to `ask` has a value and leads nowhere",
            "write `1 wording = value`, or use `menu` for options that lead to steps",
            found[0],
        )
    return line.mistake("this answer has no value", "write `1 wording = value`")


def spoken(line: Line) -> Mistake | None:
    """A bare sentence where a statement stands."""
    if line.parent not in STATEMENT_PLACES or head(line.text) is not None:
        return None
    if REAL_ARROW.search(line.text) or setting(line.text) is not None:
        return None
    sentence = re.search(r"[，。！？!?.]|[一-鿿]", line.text) or len(line.text.split()) > 2
    if not sentence:
        return None
    return line.mistake(
        f"`{line.word[:20]}` cannot begin a line here",
        "to say it to the buyer, write `say` before it",
        line.word,
        f"say {line.text}",
    )
