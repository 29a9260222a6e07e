"""Which words may begin a line where, where each is at home, and a sample of each."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from flows.mistakes.mistake import Line
from grammars.keywords import BLOCKS, KEYWORDS, SETTINGS, head

CLOSE_ENOUGH = 0.6
"""Two words this alike (difflib's ratio) are taken for one another."""


LISTED_MAX = 8
"""A help lists no more words than this."""


_STATEMENTS = (
    "SAY", "MENU", "ASK", "IF", "ELSE_IF", "ELSE", "SET", "ADD", "REMOVE", "EMPTY_CART", "PLACE_ORDER",
    "HAND_OVER", "ANNOUNCE", "SEND_SMS", "TELL_SHOP", "REQUEST", "PAY", "CALL", "RETURN", "GOODBYE",
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


HOMES = {
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


SAMPLES = {
    "SAY": "say Hello",
    "ANNOUNCE": "announce This call is recorded.",
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


STATEMENT_PLACES = ("STEP", "IF", "ELSE_IF", "ELSE", "WHEN")


OPTIONS = ("MENU", "ANYWHERE")


OUTCOME_PLACES = ("PLACE_ORDER", "HAND_OVER", "REQUEST", "PAY")


def fits(text: str, parent: str) -> bool:
    """Whether a line may stand under one that begins with `parent`."""
    word = head(text)
    if word in ("KEY", "JUMP"):
        return parent in (OPTIONS if word == "KEY" else STATEMENT_PLACES)
    return word in PLACES.get(parent, ())


def suits(line: Line, word: str) -> bool:
    return word in PLACES.get(line.parent, ())


def setting(text: str) -> str | None:
    spellings = (s for pair in SETTINGS.values() for s in pair)
    return (
        "SETTING"
        if any(re.match(re.escape(s) + r"(?![A-Za-z0-9_])", text) for s in spellings)
        else None
    )


def spellings(terminals: Sequence[str]) -> list[str]:
    words = [s for name in terminals if name in KEYWORDS for s in KEYWORDS[name]]
    if "SETTING" in terminals:
        words += [s for pair in SETTINGS.values() for s in pair]
    return words


def misspelt(word: str, among: Sequence[str], cutoff: float) -> str | None:
    return next(iter(difflib.get_close_matches(word.lower(), among, 1, cutoff)), None)
