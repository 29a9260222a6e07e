"""Arrows that are none, and arrows that lead nowhere."""

from __future__ import annotations

import re

from flows.mistakes.mistake import Line, Mistake
from grammars.foreign import FOREIGN
from grammars.keywords import ARROW, head

_TAKES_TEXT = (
    "SAY",
    "ANNOUNCE",
    "SEND_SMS",
    "TELL_SHOP",
    "NO_INPUT",
    "NO_MATCH",
    "SHOP",
    "INCLUDE",
)


_ANY_ARROW = re.compile(
    r"(?:[=＝~～]+[ ]*[>＞》]|[-－—–]+[ ]+[>＞》]|⇒|➜|➔|➡|>>|》》|<?[-－—–]{2,}[>＞》])"
)


REAL_ARROW = re.compile(ARROW)


NAME = re.compile(r"[^\W\d][\w.]*")


def false_arrow(line: Line) -> Mistake | None:
    if REAL_ARROW.search(line.text) or head(line.text) in _TAKES_TEXT:
        return None
    found = _ANY_ARROW.search(line.text)
    if not found:
        found = re.search(r"(?<=\s)[>＞》](?=\s*[^\W\d][\w.]*$)", line.text)
        if not found or _compares(line.text):
            return None
    fixed = f"{line.text[: found.start()].rstrip()} -> {line.text[found.end() :].lstrip()}".strip()
    return line.mistake("the arrow is not written `->`", "write `-> step`", found[0], fixed)


def _compares(text: str) -> bool:
    """Whether a line begins with a word, ours or another's, after which `>` compares."""
    words = ("IF", "ELSE_IF", "ELSE", "SET")
    return head(text) in words or any(
        text.lower().startswith(word) for word, meant in FOREIGN.items() if meant in words
    )


def arrow_target(line: Line) -> Mistake | None:
    """What follows the arrow is the name of a step, and nothing follows that."""
    found = REAL_ARROW.search(line.text)
    if not found or line.column <= line.depth + found.start() + 1:
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
    if bare == after and NAME.fullmatch(bare):
        return None
    if NAME.fullmatch(bare):
        return line.mistake(
            f"`{after[len(bare) :]}` is too much after the name of a step",
            f"write `-> {bare}`",
            after[len(bare) :],
            f"{before} {bare}",
        )
    quoted = bare.strip("\"“”'`[]【】<>《》")
    if NAME.fullmatch(quoted):
        return line.mistake(
            "the name of a step stands bare", f"write `-> {quoted}`", after, f"{before} {quoted}"
        )
    for word in ("step ", "步骤", "goto ", "to "):
        if bare.startswith(word) and NAME.fullmatch(bare[len(word) :].strip()):
            name = bare[len(word) :].strip()
            return line.mistake(
                f"`{word.strip()}` is too much before the name of a step",
                f"write `-> {name}`",
                after,
                f"{before} {name}",
            )
    name = as_name(bare)
    return line.mistake(
        f"`{after}` is not the name of a step",
        f"a name has no spaces and no `-`: write `-> {name}`" if name else "write `-> step`",
        after,
        f"{before} {name}" if name else None,
    )


def as_name(text: str) -> str | None:
    """`take order`, `take-order` and `1st` as names: `take_order`, `step_1st`."""
    name = re.sub(r"\W+", "_", text).strip("_")
    if not name or len(name) > 60:
        return None
    return name if NAME.fullmatch(name) else f"step_{name}"
