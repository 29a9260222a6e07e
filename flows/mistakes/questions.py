"""`ask` lines: a name, `as`, a kind of answer, its bounds."""

from __future__ import annotations

import difflib
import re
import unicodedata

from flows.mistakes.arrows import NAME, as_name
from flows.mistakes.mistake import Line, Mistake
from flows.mistakes.places import CLOSE_ENOUGH
from grammars.keywords import KEYWORDS


def ask(line: Line, spelling: str, rest: str) -> Mistake | None:
    types = ", ".join(f"`{KEYWORDS[name][spelling != 'ask']}`" for name in _TYPES[:-1])
    joint = KEYWORDS["AS"][spelling != "ask"]
    words = rest.split()
    at = next((i for i, word in enumerate(words) if word in KEYWORDS["AS"]), None)
    if at is None:
        close = [i for i, word in enumerate(words[1:2], 1) if word.lower() in ("is", "a", "an", ":", "=", "是", "作为", "af", "sa", "s")]  # fmt: skip
        fixed = (
            f"{spelling} {words[0]} {joint} {' '.join(words[2:])}"
            if close and len(words) > 2
            else None
        )
        return line.mistake(
            "this question does not say what kind of answer it takes",
            f"write `{fixed}`"
            if fixed
            else f"write `{spelling} name {joint} {KEYWORDS['NUMBER'][spelling != 'ask']}`; "
            f"the words of the question stand in `{KEYWORDS['SAY'][spelling != 'ask']}` under it",
            rest,
            fixed,
        )
    if at != 1 or not NAME.fullmatch(words[0]):
        name = as_name("_".join(words[:at])) if at else None
        return line.mistake(
            "the answer needs a name, in one word" if at else "the answer has no name",
            f"write `{spelling} {name or 'name'} {joint} {' '.join(words[at + 1 :])}`",
            " ".join(words[:at]) or words[at],
            f"{spelling} {name} {joint} {' '.join(words[at + 1 :])}" if name else None,
        )
    kind = words[2].rstrip(":：") if len(words) > 2 else ""
    if not kind:
        return line.mistake(
            "the kind of answer is missing", f"write one of {types} after `{joint}`", words[1]
        )
    spellings = {s: s for name in _TYPES for s in KEYWORDS[name]}
    spellings |= {"int": "number", "integer": "number", "num": "number", "bool": "yesno", "boolean": "yesno",
                  "yes/no": "yesno", "string": "text", "free": "text", "tel": "phone", "telephone": "phone",
                  "mobile": "phone", "price": "money", "amount": "money", "dish": "product",
                  "item": "product", "code": "digits", "password": "pin", "menu": "choice", "time": "date",
                  "手机": "电话", "手机号": "电话", "数量": "数字", "整数": "数字", "文本": "文字", "商品": "产品",
                  "菜品": "产品", "价钱": "金额", "钱": "金额", "是不是": "是否", "住址": "地址"}  # fmt: skip
    if kind not in KEYWORDS["GRAMMAR"] and not _is_type(kind):
        close = spellings.get(kind.lower()) or next(
            iter(difflib.get_close_matches(kind.lower(), spellings, 1, CLOSE_ENOUGH)), None
        )
        meant = spellings.get(close, close) if close else None
        return line.mistake(
            f"`{kind}` is no kind of answer",
            f"did you mean `{meant}`?" if meant else f"write one of {types}",
            kind,
            line.text.replace(kind, meant, 1) if meant else None,
        )
    tail = " ".join(words[3:])
    if kind in _COUNTED and re.search(r"[0-9]", tail):
        numbers = re.findall(r"[0-9]+", unicodedata.normalize("NFKC", tail))
        bounds = "..".join(numbers[:2]) if len(numbers) > 1 else f"1..{numbers[0]}"
        return line.mistake(
            f"`{tail}` does not say from where to where",
            f"write `{spelling} {words[0]} {words[1]} {kind} {bounds}`",
            tail,
            f"{spelling} {words[0]} {words[1]} {kind} {bounds}",
        )
    group = words[-1]
    if kind in KEYWORDS["PRODUCT"] and words[3:-1] and NAME.fullmatch(group):
        fixed = f"{spelling} {words[0]} {words[1]} {kind} {KEYWORDS['OF_GROUP'][spelling != 'ask']} {group}"
        return line.mistake(
            f"`{tail}` does not say of which group", f"write `{fixed}`", tail, fixed
        )
    if kind in _COUNTED and _WRITTEN_OUT.search(tail):
        return line.mistake(
            f"`{tail}` does not say from where to where",
            f"write it in digits: `{spelling} {words[0]} {words[1]} {kind} 1..20`",
            tail,
            f"{spelling} {words[0]} {words[1]} {kind}",
        )
    if tail:
        return line.mistake(
            f"`{tail}` is too much after `{kind}`",
            "the words of the question stand in `say` under it",
            tail,
            f"{spelling} {words[0]} {words[1]} {kind}",
        )
    return None


_TYPES = ("PRODUCT", "NUMBER", "DIGITS", "PHONE", "MONEY", "YESNO", "ADDRESS", "TEXT_TYPE", "DATE",
          "CHOICE", "PIN", "GRAMMAR")  # fmt: skip


_WRITTEN_OUT = re.compile(r"[到至]|\bto\b|\band\b|[一二两三四五六七八九十百]")
_COUNTED = {s for name in ("NUMBER", "DIGITS", "PIN") for s in KEYWORDS[name]}


def _is_type(word: str) -> bool:
    return any(word == s for name in _TYPES for s in KEYWORDS[name])
