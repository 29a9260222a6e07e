"""Lines whose first word is right and whose rest is not."""

from __future__ import annotations

import re
from collections.abc import Callable

from flows.mistakes.arrows import NAME, REAL_ARROW, as_name
from flows.mistakes.mistake import Line, Mistake
from flows.mistakes.places import SAMPLES, suits
from flows.mistakes.questions import ask
from grammars.keywords import ARROW, KEYWORDS, head


def header(line: Line) -> Mistake | None:
    """A line's own keyword is right, what follows is not."""
    word = head(line.text)
    if word is None or word not in _HEADERS or not suits(line, word):
        return None
    for spelling in KEYWORDS[word]:
        found = re.match(spelling.replace(" ", "[ ]+"), line.text)
        if found:
            return _HEADERS[word](line, spelling, line.text[found.end() :].strip())
    return None


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
    name = as_name(bare)
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
    if not rest or REAL_ARROW.match(rest):
        return line.mistake(
            f"`{spelling}` has no condition", f"write it after `{spelling}`: `if qty > 3`", spelling
        )
    return None


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
    if not NAME.fullmatch(name.strip()):
        return line.mistake(
            f"`{name.strip()}` is not a name",
            f"write `{spelling} {as_name(name) or 'name'} = {value.strip()}`",
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
    if len(words) == 1 and NAME.fullmatch(words[0]):
        words.insert(0, "1")
    if len(words) == 2 and NAME.fullmatch(words[1]):
        fixed = f"{spelling} {words[0]} {of} {words[1]} {to}"
    sample = "add qty of dish to cart" if english else "加 qty 份 dish 到购物车"
    return line.mistake(
        "this line does not say how many of what go to the cart",
        f"write `{fixed or sample}`",
        rest,
        fixed,
    )


def _remove(line: Line, spelling: str, rest: str) -> Mistake | None:
    name = NAME.search(rest)
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
    if not rest or REAL_ARROW.match(rest):
        return line.mistake(
            f"`{spelling}` names no outcome", f"write `{spelling} sold out -> step`", spelling
        )
    return None


def _item(line: Line, spelling: str, rest: str) -> Mistake | None:
    if not re.match(r"(?!(?:price|stock|unit|in)[ ])[0-9A-Za-z]", rest):
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
        f"`{spelling}` is not complete", f"write it like `{SAMPLES[word]}`", rest or spelling
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
    "ASK": ask,
    "SET": _set,
    "ADD": _add,
    "REMOVE": _remove,
    "TRIES": _tries,
    "WHEN": _when,
    "ITEM": _item,
    "SAY": _text,
    "ANNOUNCE": _text,
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
