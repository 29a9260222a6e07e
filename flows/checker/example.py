"""The flows in a rule's page: taken from its docstring, and made whole where they show only a part."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass

from flows.checker.rule import Rule
from flows.source import cut

HEADINGS = ("What it does", "Why", "Example", "Write instead")
"""What every page has, in this order."""

_FENCE = re.compile(r"```flow\n(.*?)```", re.DOTALL)
_BESIDE = re.compile(r"```(words|recorded|talk)(?: (\w+))?\n(.*?)```", re.DOTALL)
_MISSING = (
    (("flow", "流程"), "flow 1\n"),
    (("shop", "店铺"), "shop 小店\n  languages zh\n  channels voice, sms\n"),
)
"""First words of a block, and the block that is put where a fragment has none."""
_CATALOG = "catalog\n  item 1 price 2.50 stock 5 苹果\n"
_START = "step start\n  say 您好。\n  goodbye\n"


def sections(rule: Rule) -> dict[str, str]:
    """The page by heading; under the empty heading the sentence it opens with."""
    parts = re.split(rf"(?m)^({'|'.join(HEADINGS)})\n", inspect.cleandoc(rule.page))
    return {
        "": parts[0].strip(),
        **dict(zip(parts[1::2], map(str.strip, parts[2::2]), strict=True)),
    }


def examples(rule: Rule) -> tuple[str, str]:
    """The flow that a rule tells of and the flow to write instead, as they stand on its page.

    Raises ValueError for a page that lacks either.
    """
    told = sections(rule)
    found = [_FENCE.search(told.get(heading, "")) for heading in HEADINGS[2:]]
    if not all(found):
        raise ValueError(f"the page of {rule.code} lacks a flow under Example or Write instead")
    bad, good = (match[1] for match in found if match is not None)
    return bad, good


@dataclass(frozen=True, slots=True)
class Companion:
    """A file that an example shows beside its flow."""

    kind: str
    """`words` of a recogniser, texts that are `recorded`, or a `talk`."""
    language: str
    text: str


def companions(rule: Rule) -> tuple[tuple[Companion, ...], tuple[Companion, ...]]:
    """The files beside the flow that a rule tells of, and beside the flow to write instead."""
    told = sections(rule)
    bad, good = (
        tuple(Companion(*found) for found in _BESIDE.findall(told.get(heading, "")))
        for heading in HEADINGS[2:]
    )
    return bad, good


def complete(fragment: str) -> str:
    """A fragment as a flow of its own: what every flow begins with is put before it, a first step after."""
    heads = [chunk.text.split(maxsplit=1)[0] for chunk in cut(fragment, "").chunks]
    before = [block for words, block in _MISSING if not set(words) & set(heads)]
    if "product" in fragment and not {"catalog", "商品目录"} & set(heads):
        before.append(_CATALOG)
    after = [] if {"step", "步骤"} & set(heads) else [_START]
    return "".join([*before, fragment, *after])
