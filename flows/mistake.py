"""What a line that does not parse was meant to be: a message for the seller, and the line put right to read on."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grammars.foreign import FOREIGN
from grammars.keywords import ARROW, BLOCKS, KEYWORDS, SETTINGS, head

CLOSE_ENOUGH = 0.6
"""Two words this alike (difflib's ratio) are taken for one another."""
LISTED_MAX = 8
"""A help lists no more words than this."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One line's mistake. Data: the parser reports it and goes on."""

    line: int
    """1-based within the block."""
    column: int
    width: int
    message: str
    help: str | None
    repaired: str | None = None
    """The line as it was probably meant, margin included; None if nobody can tell."""
    code: str | None = None
    """Rule code other than E001."""


@dataclass(frozen=True, slots=True)
class Line:
    """The line at which the parser stopped, and where it stands."""

    number: int
    text: str
    """Without its margin."""
    depth: int
    parent: str | None
    """Terminal that the line above it, one level out, begins with; None in column 0."""
    block: str | None
    column: int
    """Where the parser stopped, 1-based, margin included."""
    expected: frozenset[str]
    before: str | None
    """Terminal of the sibling above, None if it is the first."""

    @property
    def word(self) -> str:
        """What stands before the first blank or colon."""
        found = re.match(r"[^\s:：]+", self.text)
        return found[0] if found else self.text[:1]

    def mistake(
        self, message: str, help_text: str | None, bad: str = "", repaired: str | None = None
    ) -> Mistake:
        """A mistake at `bad` within the line, or at the whole line."""
        at = self.text.find(bad) if bad else 0
        width = len(bad) if bad and at >= 0 else len(self.text)
        whole = " " * self.depth + repaired if repaired is not None else None
        return Mistake(
            self.number, self.depth + max(at, 0) + 1, max(width, 1), message, help_text, whole
        )


_STATEMENTS = (
    "SAY", "MENU", "ASK", "IF", "ELSE_IF", "ELSE", "SET", "ADD", "REMOVE", "EMPTY_CART", "PLACE_ORDER",
    "HAND_OVER", "SEND_SMS", "TELL_SHOP", "REQUEST", "PAY", "CALL", "RETURN", "GOODBYE",
)  # fmt: skip
_RETRIES = ("NO_INPUT_AFTER", "NO_INPUT", "NO_MATCH", "TRIES")
PLACES: dict[str | None, tuple[str, ...]] = {
    None: tuple(sorted(BLOCKS)),
    "STEP": _STATEMENTS,
    "IF": _STATEMENTS,
    "ELSE_IF": _STATEMENTS,
    "ELSE": _STATEMENTS,
    "WHEN": _STATEMENTS,
    "MENU": ("ON", *_RETRIES),
    "ASK": ("SAY", *_RETRIES, "CONFIRM"),
    "ANYWHERE": ("ON",),
    "DEFAULTS": ("NO_INPUT_AFTER", "TRIES", "SETTING"),
    "SHOP": ("SETTING",),
    "CATALOG": ("ITEM",),
    "PLACE_ORDER": ("WHEN",),
    "REQUEST": ("WHEN",),
    "PAY": ("WHEN",),
    "HAND_OVER": ("SAY", "WHEN"),
}
"""Terminals that may begin a line, by what the line above it begins with."""

_HOMES = {
    "WHEN": "under `place order`, `hand over to`, `pay` or `request`",
    "ITEM": "under `catalog`",
    "NO_INPUT": "under `menu` or `ask`",
    "NO_MATCH": "under `menu` or `ask`",
    "TRIES": "under `menu`, `ask` or `defaults`",
    "NO_INPUT_AFTER": "under `menu`, `ask` or `defaults`",
    "CONFIRM": "under `ask`",
    "ON": "under `menu` or `anywhere`",
    "SETTING": "under `shop` or `defaults`",
    "KEY": "under `menu` or `anywhere`",
}
_SAMPLES = {
    "SAY": "say Hello",
    "MENU": "menu Please choose:",
    "ASK": "ask qty as number 1..20",
    "IF": "if qty > 3",
    "ELSE_IF": "else if qty > 3",
    "ELSE": "else",
    "SET": "set name = value",
    "ADD": "add qty of dish to cart",
    "REMOVE": "remove dish from cart",
    "EMPTY_CART": "empty cart",
    "PLACE_ORDER": "place order",
    "HAND_OVER": "hand over to sales",
    "SEND_SMS": "send sms Your order is on its way",
    "TELL_SHOP": "tell shop A new order",
    "REQUEST": "request points = loyalty.look_up(buyer.number)",
    "PAY": "pay cart.total",
    "CALL": "call step(value)",
    "RETURN": "return",
    "GOODBYE": "goodbye",
    "WHEN": "when sold out -> step",
    "ITEM": "item 101 price 18.00 stock 40 Beef noodles",
    "NO_INPUT_AFTER": "no input after 6s",
    "NO_INPUT": "no input Are you still there?",
    "NO_MATCH": "no match I did not get that.",
    "TRIES": "tries 3 then -> agent",
    "CONFIRM": "confirm",
    "ON": "on sms wording -> step",
    "FLOW": "flow 1",
    "SHOP": "shop Name of the shop",
    "DEFAULTS": "defaults",
    "CATALOG": "catalog",
    "ANYWHERE": "anywhere",
    "STEP": "step name",
    "GRAMMAR": "grammar name from file.grxml",
    "SERVICE": "service name",
    "INCLUDE": "include file.flow",
    "RENAMED": "renamed old -> new",
    "JUMP": "-> step",
}
_TAKES_TEXT = ("SAY", "SEND_SMS", "TELL_SHOP", "NO_INPUT", "NO_MATCH", "SHOP", "INCLUDE")
_OPTIONS = ("MENU", "ANYWHERE")
_LANGUAGE_NAMES = {
    "english": "en", "chinese": "zh", "英语": "en", "汉语": "zh", "普通话": "zh", "cn": "zh", "eng": "en",
    "phone": "voice", "call": "voice", "text": "sms", "电话": "语音",
}  # fmt: skip
_ANY_ARROW = re.compile(
    r"(?:[=＝~～]+[ ]*[>＞》]|[-－—–]+[ ]+[>＞》]|⇒|➜|➔|➡|>>|》》|<?[-－—–]{2,}[>＞》])"
)
_REAL_ARROW = re.compile(ARROW)
_NAME = re.compile(r"[^\W\d][\w.]*")


def explain(line: Line) -> Mistake:
    """The first explanation that fits."""
    for reader in _READERS:
        found = reader(line)
        if found is not None:
            return found
    return _by_expectation(line)


def _wide_letters(line: Line) -> Mistake | None:
    """`ｓａｙ Hello`."""
    plain = unicodedata.normalize("NFKC", line.word)
    if plain != line.word and plain.isascii() and head(plain + " ") not in (None, "KEY"):
        return line.mistake(
            f"`{line.word}` is written in full-width letters",
            f"write `{plain}`",
            line.word,
            plain + line.text[len(line.word) :],
        )
    return None


def _false_arrow(line: Line) -> Mistake | None:
    if _REAL_ARROW.search(line.text) or head(line.text) in _TAKES_TEXT:
        return None
    found = _ANY_ARROW.search(line.text)
    if not found:
        found = re.search(r"(?<=\s)[>＞》](?=\s*[^\W\d][\w.]*$)", line.text)
        if not found or head(line.text) in ("IF", "ELSE_IF", "SET"):
            return None
    fixed = f"{line.text[: found.start()].rstrip()} -> {line.text[found.end() :].lstrip()}".strip()
    return line.mistake("the arrow is not written `->`", "write `-> step`", found[0], fixed)


def _arrow_target(line: Line) -> Mistake | None:
    """What follows the arrow is the name of a step, and nothing follows that."""
    found = _REAL_ARROW.search(line.text)
    if not found or (line.column <= line.depth + found.start() + 1 and line.parent != "STEP"):
        return None
    if line.column <= line.depth + found.start():
        return None
    before, after = line.text[: found.end()], line.text[found.end() :].strip()
    if not after:
        return line.mistake(
            "the arrow leads nowhere", "write the name of a step after it: `-> main`", found[0]
        )
    guard = re.search(r"[ ]*[\[［【(（][ ]*(?:if[ ]|如果)([^\]］】)）]*)[\]］】)）]$", after)
    if guard:
        lead = line.text[: found.start()].rstrip()
        condition = f"[if {guard[1].strip()}]"
        return line.mistake(
            "the condition of an option stands before its arrow",
            f"write `{lead} {condition} -> {after[: guard.start()].strip()}`",
            guard[0].strip(),
            f"{lead} {condition} -> {after[: guard.start()].strip()}",
        )
    if "#" in after:
        bare = after[: after.index("#")].strip()
        return line.mistake(
            "a comment cannot follow on the same line",
            "put it on a line of its own, above this one",
            after[after.index("#") :],
            f"{before} {bare}",
        )
    bare = after.rstrip(".。;；,，:：!！")
    if _NAME.fullmatch(bare):
        return line.mistake(
            f"`{after[len(bare) :]}` is too much after the name of a step",
            f"write `-> {bare}`",
            after[len(bare) :],
            f"{before} {bare}",
        )
    quoted = bare.strip("\"“”'`[]【】<>《》")
    if _NAME.fullmatch(quoted):
        return line.mistake(
            "the name of a step stands bare", f"write `-> {quoted}`", after, f"{before} {quoted}"
        )
    for word in ("step ", "步骤", "goto ", "to "):
        if bare.startswith(word) and _NAME.fullmatch(bare[len(word) :].strip()):
            name = bare[len(word) :].strip()
            return line.mistake(
                f"`{word.strip()}` is too much before the name of a step",
                f"write `-> {name}`",
                after,
                f"{before} {name}",
            )
    name = _as_name(bare)
    return line.mistake(
        f"`{after}` is not the name of a step",
        f"a name has no spaces and no `-`: write `-> {name}`" if name else "write `-> step`",
        after,
        f"{before} {name}" if name else None,
    )


def _as_name(text: str) -> str | None:
    """`take order`, `take-order` and `1st` as names: `take_order`, `step_1st`."""
    name = re.sub(r"\W+", "_", text).strip("_")
    if not name or len(name) > 60:
        return None
    return name if _NAME.fullmatch(name) else f"step_{name}"


def _header(line: Line) -> Mistake | None:
    """A block's or statement's own words are right, what follows is not."""
    word = head(line.text)
    if word is None or word not in _HEADERS or not _fits(line, word):
        return None
    rest = re.sub(r"^(?:[a-z]+|[^\x00-\x7f]+?)[ ]*", "", line.text, count=1)
    spelling = next(s for s in KEYWORDS[word] if re.match(s.replace(" ", "[ ]+"), line.text))
    rest = line.text[re.match(spelling.replace(" ", "[ ]+"), line.text).end() :].strip()  # pyright: ignore[reportOptionalMemberAccess]
    return _HEADERS[word](line, spelling, rest)


def _step(line: Line, spelling: str, rest: str) -> Mistake | None:
    if not rest:
        return line.mistake("this step has no name", f"write `{spelling} main`, in one word")
    bare = rest.rstrip(":：")
    if bare != rest and re.fullmatch(r"[^\W\d][\w.]*[ ]*(?:[(（].*[)）])?", bare):
        return line.mistake(
            "no colon stands after a name",
            f"write `{spelling} {bare}`",
            rest[-1],
            f"{spelling} {bare}",
        )
    bare = bare.strip("\"“”'`")
    if "(" in bare or "（" in bare:
        return line.mistake(
            "the parameters of this step cannot be read",
            f"write `{spelling} name(first, second)`",
            rest,
        )
    name = _as_name(bare)
    if not name or name == rest:
        return None
    return line.mistake(
        f"`{rest}` is not a name: a name begins with a letter and has no spaces and no `-`",
        f"write `{spelling} {name}`",
        rest,
        f"{spelling} {name}",
    )


def _flow(line: Line, spelling: str, rest: str) -> Mistake | None:
    return line.mistake(
        f"`{spelling}` is followed by the version of the language",
        f"write `{spelling} 1`; the shop's name stands in `shop`",
        rest,
        f"{spelling} 1",
    )


def _bare_header(line: Line, spelling: str, rest: str) -> Mistake | None:
    """Words that stand alone on their line."""
    if not rest:
        return None
    if spelling in KEYWORDS["ELSE"]:
        condition = re.sub(r"^(?:if|如果)\b", "", rest).strip()
        fixed = "else if" if spelling == "else" else "否则如果"
        if rest.strip(" :：") == "":
            return line.mistake(
                "no colon stands after `else`", f"write `{spelling}`", rest, spelling
            )
        return line.mistake(
            f"`{spelling}` has no condition",
            f"write `{fixed} {condition}`, or `{spelling}` alone",
            rest,
            f"{fixed} {condition}",
        )
    return line.mistake(
        f"`{rest[:40]}` is too much after `{spelling}`",
        f"write `{spelling}` alone on its line",
        rest,
        spelling,
    )


def _if(line: Line, spelling: str, rest: str) -> Mistake | None:
    if not rest or _REAL_ARROW.match(rest):
        return line.mistake(
            f"`{spelling}` has no condition", f"write it after `{spelling}`: `if qty > 3`", spelling
        )
    return None


_TYPES = ("PRODUCT", "NUMBER", "DIGITS", "PHONE", "MONEY", "YESNO", "ADDRESS", "TEXT_TYPE", "DATE",
          "CHOICE", "PIN", "GRAMMAR")  # fmt: skip


def _ask(line: Line, spelling: str, rest: str) -> Mistake | None:
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
            f"write `{spelling} name {joint} number`; the words of the question stand in `say` under it",
            rest,
            fixed,
        )
    if at != 1 or not _NAME.fullmatch(words[0]):
        name = _as_name("_".join(words[:at])) if at else None
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
    if re.search(r"[0-9]", tail):
        numbers = re.findall(r"[0-9]+", unicodedata.normalize("NFKC", tail))
        bounds = "..".join(numbers[:2]) if len(numbers) > 1 else f"1..{numbers[0]}"
        return line.mistake(
            f"`{tail}` does not say from where to where",
            f"write `{spelling} {words[0]} {words[1]} {kind} {bounds}`",
            tail,
            f"{spelling} {words[0]} {words[1]} {kind} {bounds}",
        )
    if tail:
        return line.mistake(
            f"`{tail}` is too much after `{kind}`",
            "the words of the question stand in `say` under it",
            tail,
            f"{spelling} {words[0]} {words[1]} {kind}",
        )
    return None


def _is_type(word: str) -> bool:
    return any(word == s for name in _TYPES for s in KEYWORDS[name])


def _set(line: Line, spelling: str, rest: str) -> Mistake | None:
    found = re.match(r"([^\W\d][\w.]*)[ ]+(?:to|is|as|:=|:|：|为|成|是)[ ]*(.+)$", rest)
    if found:
        fixed = f"{spelling} {found[1]} = {found[2]}"
        return line.mistake("`=` is missing here", f"write `{fixed}`", rest, fixed)
    if not rest or "=" not in rest.replace("＝", "="):
        return line.mistake("`=` is missing here", f"write `{spelling} name = value`", rest)
    name, _, value = rest.replace("＝", "=").partition("=")
    if not value.strip():
        return line.mistake("the value is missing", f"write it after `{name.strip()} =`", "=")
    if not _NAME.fullmatch(name.strip()):
        return line.mistake(
            f"`{name.strip()}` is not a name",
            f"write `{spelling} {_as_name(name) or 'name'} = {value.strip()}`",
            name.strip(),
        )
    return None


def _add(line: Line, spelling: str, rest: str) -> Mistake | None:
    english = spelling == "add"
    of, to = KEYWORDS["OF"][not english], KEYWORDS["TO_CART"][not english]
    words = re.sub(
        r"(?:(?:in)?to[ ]+(?:the[ ]+)?(?:cart|basket)|到?购物车|加入购物车)$", "", rest
    ).split()
    words = [word for word in words if word not in (of, "of", "x", "×", "*")]
    fixed = None
    if len(words) == 1 and _NAME.fullmatch(words[0]):
        words.insert(0, "1")
    if len(words) == 2 and _NAME.fullmatch(words[1]):
        fixed = f"{spelling} {words[0]} {of} {words[1]} {to}"
    sample = "add qty of dish to cart" if english else "加 qty 份 dish 到购物车"
    return line.mistake(
        "this line does not say how many of what go to the cart",
        f"write `{fixed or sample}`",
        rest,
        fixed,
    )


def _remove(line: Line, spelling: str, rest: str) -> Mistake | None:
    name = _NAME.search(rest)
    tail = KEYWORDS["FROM_CART"][spelling != "remove"]
    fixed = f"{spelling} {name[0]} {tail}" if name else None
    return line.mistake(
        "this line does not say what leaves the cart",
        f"write `{fixed or 'remove dish from cart'}`",
        rest,
        fixed,
    )


def _tries(line: Line, spelling: str, rest: str) -> Mistake | None:
    then = KEYWORDS["THEN"][spelling != "tries"]
    number = re.search(r"[0-9０-９]+", rest)
    target = re.search(rf"({ARROW})[ ]*([^\W\d][\w.]*)$", rest)
    plain = re.search(r"([^\W\d][\w.]*)$", rest)
    count = number[0] if number else "3"
    fixed = None
    if target or (plain and plain[1] not in KEYWORDS["THEN"]):
        step = target[2] if target else plain[1] if plain else "agent"
        fixed = f"{spelling} {count} {then} -> {step}"
    return line.mistake(
        f"`{spelling}` says how often, and where to go then",
        f"write `{fixed or f'{spelling} {count} {then} -> agent'}`",
        rest,
        fixed,
    )


def _when(line: Line, spelling: str, rest: str) -> Mistake | None:
    if not rest or _REAL_ARROW.match(rest):
        return line.mistake(
            f"`{spelling}` names no outcome", f"write `{spelling} sold out -> step`", spelling
        )
    return None


def _item(line: Line, spelling: str, rest: str) -> Mistake | None:
    if not re.match(r"[0-9A-Za-z]", rest):
        return line.mistake(
            "this product has no code",
            f"write a number that buyers can key in after `{spelling}`: "
            f"`{spelling} 101 price 18.00 stock 40 name`",
            rest,
        )
    found = re.search(r"(?:price|stock|unit|in|价格|库存|单位|属于)$", rest)
    if found:
        return line.mistake(
            f"`{found[0]}` has no value",
            f"write it after `{found[0]}`, then the product's name",
            found[0],
        )
    return line.mistake(
        "this product has no name",
        f"end the line with it: `{spelling} 101 price 18.00 stock 40 name`",
    )


def _text(line: Line, spelling: str, rest: str) -> Mistake | None:
    if rest:
        return None
    return line.mistake("a text is missing here", f"write it after `{spelling}`", spelling)


def _pairs(line: Line, spelling: str, rest: str) -> Mistake | None:
    word = head(line.text) or ""
    return line.mistake(
        f"`{spelling}` is not complete", f"write it like `{_SAMPLES[word]}`", rest or spelling
    )


_HEADERS: dict[str, Callable[[Line, str, str], Mistake | None]] = {
    "STEP": _step,
    "FLOW": _flow,
    "DEFAULTS": _bare_header,
    "ANYWHERE": _bare_header,
    "ELSE": _bare_header,
    "EMPTY_CART": _bare_header,
    "PLACE_ORDER": _bare_header,
    "RETURN": _bare_header,
    "GOODBYE": _bare_header,
    "CONFIRM": _bare_header,
    "IF": _if,
    "ELSE_IF": _if,
    "ASK": _ask,
    "SET": _set,
    "ADD": _add,
    "REMOVE": _remove,
    "TRIES": _tries,
    "WHEN": _when,
    "ITEM": _item,
    "SAY": _text,
    "SEND_SMS": _text,
    "TELL_SHOP": _text,
    "NO_INPUT": _text,
    "NO_MATCH": _text,
    "SHOP": _text,
    "INCLUDE": _text,
    "RENAMED": _pairs,
    "GRAMMAR": _pairs,
    "HAND_OVER": _pairs,
    "REQUEST": _pairs,
    "NO_INPUT_AFTER": _pairs,
    "CALL": _pairs,
    "PAY": _pairs,
    "CATALOG": _pairs,
    "SERVICE": _pairs,
}


def fits(text: str, parent: str) -> bool:
    """Whether a line may stand under one that begins with `parent`."""
    word = head(text)
    if word in ("KEY", "JUMP"):
        return parent in (_OPTIONS if word == "KEY" else _STATEMENT_PLACES)
    return word in PLACES.get(parent, ())


def _fits(line: Line, word: str) -> bool:
    return word in PLACES.get(line.parent, ())


def _column_zero(line: Line) -> Mistake | None:
    """A first line that is no block."""
    if line.parent is not None or line.block is not None:
        return None
    word = head(line.text)
    if word is not None and word not in BLOCKS:
        name = line.word if word != "KEY" else "an option"
        quoted = f"`{name}`" if word != "KEY" else name
        return line.mistake(
            f"{quoted} cannot begin a block",
            "put it under its step, indented by two spaces"
            if word not in _HOMES
            else f"it stands {_HOMES[word]}, indented by two spaces",
            line.word,
        )
    return None


def _else_alone(line: Line) -> Mistake | None:
    word = head(line.text)
    if word not in ("ELSE", "ELSE_IF") or line.parent not in _STATEMENT_PLACES:
        return None
    if line.before == "ELSE":
        return line.mistake(
            f"`{line.word}` comes after `else`", "put every `else if` before the `else`", line.word
        )
    return line.mistake(
        f"there is no `if` above this `{line.word}`",
        "put it right below the lines of its `if`, indented as the `if` is",
        line.word,
    )


_STATEMENT_PLACES = ("STEP", "IF", "ELSE_IF", "ELSE", "WHEN")


def _elsewhere(line: Line) -> Mistake | None:
    """A word of the language in the wrong place."""
    word = head(line.text)
    if word is None and line.parent not in ("SHOP", "DEFAULTS", *_OPTIONS):
        word = _setting(line.text)
    if word is None or _fits(line, word) or line.block is None:
        return None
    spelling = line.word
    if word in KEYWORDS:
        spelling = next((s for s in KEYWORDS[word] if line.text.startswith(s)), spelling)
    if word == "JUMP" and line.parent in _STATEMENT_PLACES:
        return None
    if line.parent in ("KEY", "OPTION") or (line.parent == "ON"):
        return line.mistake(
            f"`{spelling}` cannot stand under an option",
            "only other wordings such as `en: Order` do; put the line in the step that it leads to",
            spelling,
        )
    if word == "KEY" and line.parent in (*_OPTIONS, "ASK"):
        return None
    if word in _HOMES:
        name = "an option" if word == "KEY" else f"`{spelling}`"
        return line.mistake(
            f"{name} cannot stand here",
            f"it stands {_HOMES[word]}, indented by two spaces",
            spelling,
        )
    if word in BLOCKS:
        return line.mistake(
            f"`{spelling}` begins a block and cannot be indented",
            "begin the line in column 1",
            spelling,
        )
    if line.parent in _OPTIONS or line.parent == "ASK":
        where = f"`{KEYWORDS[line.parent][0]}`"
        return line.mistake(
            f"`{spelling}` cannot stand under {where}",
            f"indent it as {where} is, to have it done after the answer"
            if line.parent != "ANYWHERE"
            else "options stand here: `0 agent -> agent`",
            spelling,
        )
    if line.parent in _STATEMENT_PLACES:
        return None
    return line.mistake(
        f"`{spelling}` cannot stand here", "it stands in a step, indented by two spaces", spelling
    )


def _setting(text: str) -> str | None:
    spellings = (s for pair in SETTINGS.values() for s in pair)
    return (
        "SETTING"
        if any(re.match(re.escape(s) + r"(?![A-Za-z0-9_])", text) for s in spellings)
        else None
    )


def _variant(line: Line) -> Mistake | None:
    """A wording for a channel or language whose head cannot be read."""
    found = re.match(r"([^\s:：]{1,20})(?:[ ]+([a-z]{2,8}|中文|英文))?[ ]*[:：](.*)$", line.text)
    if found and not _REAL_ARROW.search(line.text):
        if not found[3].strip():
            return line.mistake("a text is missing here", f"write it after `{found[0].strip()}`")
        name = found[1]
        if head(name) is not None and not _misspelt(name, ("voice", "sms", "ussd"), 0.8):
            return None
        meant = _LANGUAGE_NAMES.get(name.lower()) or _misspelt(
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
    if bare and not _REAL_ARROW.search(line.text) and line.parent not in ("ANYWHERE", None):
        return line.mistake(
            f"the colon after `{bare[1]}` is missing",
            f"write `{bare[1]}: {bare[2][:30]}`",
            bare[1],
            f"{bare[1]}: {bare[2]}",
        )
    return None


def _misspelt(word: str, among: Sequence[str], cutoff: float) -> str | None:
    return next(iter(difflib.get_close_matches(word.lower(), among, 1, cutoff)), None)


def _misspelt_keyword(line: Line) -> Mistake | None:
    """`mneu Please choose:` and `Say hello`."""
    terminals = PLACES.get(line.parent, ())
    words = line.text.split()
    best: tuple[float, str, str] | None = None
    for spelling in _spellings(terminals):
        if spelling.isascii():
            count = len(spelling.split())
            tried = [" ".join(words[:count])]
            glued = re.match(r"[A-Za-z]+", line.text)
            if glued and count > 1:
                tried.append(glued[0])
            if glued and not line.text[len(glued[0]) :].startswith(" "):
                tried.append(glued[0])
            if glued and len(spelling) > 2 and glued[0].lower().startswith(spelling):
                tried.append(line.text[: len(spelling)])
        else:
            tried = [
                line.text[:n]
                for n in (len(spelling), len(spelling) + 1, len(spelling) - 1)
                if n > 1
            ]
        for candidate in tried:
            bare = candidate.rstrip(":：")
            ratio = difflib.SequenceMatcher(None, bare.lower(), spelling).ratio()
            cutoff = _cutoff(spelling)
            if ratio >= cutoff and (best is None or ratio > best[0]):
                best = (ratio, spelling, bare)
    if best is None:
        return None
    _, spelling, seen = best
    if seen == spelling and line.text[len(seen) :].startswith((" ", ":", "：")):
        return None
    rest = (
        line.text[len(seen) :].lstrip(" :：")
        if line.parent != "MENU"
        else line.text[len(seen) :].lstrip()
    )
    if line.parent in _OPTIONS and _REAL_ARROW.search(line.text) and "TRIES" not in terminals:
        return None
    return line.mistake(
        f"`{seen}` is not a word of the language here",
        f"did you mean `{spelling}`?",
        seen,
        f"{spelling} {rest}".rstrip(),
    )


def _cutoff(spelling: str) -> float:
    """Short words must be more alike: `is` is not `if`."""
    if not spelling.isascii():
        return 0.5 if len(spelling) == 2 else CLOSE_ENOUGH
    return 0.75 if len(spelling) > 3 else 0.66


def _spellings(terminals: Sequence[str]) -> list[str]:
    words = [s for name in terminals if name in KEYWORDS for s in KEYWORDS[name]]
    if "SETTING" in terminals:
        words += [s for pair in SETTINGS.values() for s in pair]
    return words


def _foreign(line: Line) -> Mistake | None:
    """A word of another language, or of everyday speech, for one of ours."""
    if line.parent not in (None, *_STATEMENT_PLACES):
        return None
    lower = line.text.lower()
    for word, terminal in FOREIGN.items():
        if not lower.startswith(word):
            continue
        rest = line.text[len(word) :]
        if word.isascii() and re.match(r"\w", rest):
            continue
        if (terminal in BLOCKS) != (line.parent is None):
            continue
        rest = rest.strip(" :：")
        spelling = "->" if terminal == "JUMP" else KEYWORDS[terminal][not word.isascii()]
        sample = _SAMPLES[terminal]
        fixed = f"{spelling} {rest}".strip() if terminal in _REPAIRED_BY_WORD else None
        if terminal == "JUMP" and not _NAME.fullmatch(rest):
            fixed = None
        return line.mistake(
            f"`{word}` is not a word of the language here",
            f"write `{fixed if fixed and len(fixed) < 50 else sample}`",
            line.text[: len(word)],
            fixed,
        )
    assigned = re.match(r"([^\W\d][\w.]*)[ ]*[=＝](?![=＝])[ ]*(\S.*)$", line.text)
    if assigned and line.parent is not None:
        fixed = f"set {assigned[1]} = {assigned[2]}"
        return line.mistake(
            "a value is given with `set`", f"write `{fixed[:60]}`", assigned[1], fixed
        )
    return None


_REPAIRED_BY_WORD = ("SAY", "MENU", "IF", "ELSE_IF", "ELSE", "SET", "GOODBYE", "STEP", "JUMP", "SEND_SMS",
                     "TELL_SHOP", "HAND_OVER", "PLACE_ORDER", "EMPTY_CART", "PAY", "RETURN", "SHOP",
                     "DEFAULTS", "CATALOG", "ANYWHERE", "INCLUDE")  # fmt: skip


def _option(line: Line) -> Mistake | None:
    if line.parent not in _OPTIONS:
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
    if _REAL_ARROW.search(line.text):
        if _REAL_ARROW.match(line.text):
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


def _choice(line: Line) -> Mistake | None:
    if line.parent != "ASK" or head(line.text) != "KEY":
        return None
    found = _REAL_ARROW.search(line.text)
    if found:
        return line.mistake(
            "an answer to `ask` has a value and leads nowhere",
            "write `1 wording = value`, or use `menu` for options that lead to steps",
            found[0],
        )
    return line.mistake("this answer has no value", "write `1 wording = value`")


def _spoken(line: Line) -> Mistake | None:
    """A bare sentence where a statement stands."""
    if line.parent not in _STATEMENT_PLACES or head(line.text) is not None:
        return None
    if _REAL_ARROW.search(line.text) or _setting(line.text) is not None:
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


def _unknown(line: Line) -> Mistake | None:
    if line.column > line.depth + 1:
        return None
    if (
        _REAL_ARROW.search(line.text)
        and line.parent in _STATEMENT_PLACES
        and head(line.text) is None
    ):
        return line.mistake(
            "an option stands here without its menu",
            "write `menu` and a text above it, and indent the options under it",
            line.word,
        )
    spellings = [s for s in _spellings(PLACES.get(line.parent, ())) if s.isascii()]
    if not spellings:
        return None
    listed = ", ".join(f"`{s}`" for s in spellings[:LISTED_MAX])
    more = " and others" if len(spellings) > LISTED_MAX else ""
    if "SETTING" in PLACES.get(line.parent, ()):
        close = difflib.get_close_matches(line.word.lower(), spellings, 1, 0.5)
        if close:
            listed = f"`{close[0]}`"
        return line.mistake(
            f"there is no setting `{line.word}`", f"settings are {listed}{more}", line.word
        )
    return line.mistake(
        f"`{line.word}` cannot begin a line here",
        f"lines here begin with {listed}{more}",
        line.word,
    )


_READERS: tuple[Callable[[Line], Mistake | None], ...] = (
    _wide_letters,
    _column_zero,
    _else_alone,
    _variant,
    _false_arrow,
    _header,
    _arrow_target,
    _elsewhere,
    _foreign,
    _misspelt_keyword,
    _choice,
    _option,
    _spoken,
    _unknown,
)
"""From the most telling to the most general."""


def _by_expectation(line: Line) -> Mistake:
    """What the grammar would have taken there."""
    rest = line.text[max(line.column - line.depth - 1, 0) :].strip()
    seen = rest.split()[0] if rest else ""
    at = seen or ""
    if line.expected & {"_ARROW", "JUMP"}:
        return line.mistake("this line does not say where it leads", "end it with `-> step`", at)
    if line.expected & {"NAME", "PATH"}:
        return line.mistake(
            "a name is missing here", "a name begins with a letter and has no spaces", at
        )
    if "_EQUALS" in line.expected:
        return line.mistake("`=` is missing here", "write `name = value`", at)
    if line.expected & {"TEXT", "LABEL", "VALUE", "EXPRESSION"} and not rest:
        return line.mistake("something is missing here", f"write it after `{line.text[:40]}`")
    if "_NL" in line.expected and rest:
        return line.mistake(
            f"`{rest[:40]}` is too much on this line", "the line is complete before it", rest
        )
    words = [s for s in _spellings(sorted(line.expected)) if s.isascii()]
    listed = ", ".join(f"`{s}`" for s in words[:LISTED_MAX])
    what = f"`{seen[:40]}` is not expected here" if seen else "something is missing here"
    return line.mistake(what, f"{listed} can follow" if listed else None, at)
