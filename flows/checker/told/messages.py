"""The messages of written channels at their longest, and how to make one shorter."""

from __future__ import annotations

from functools import lru_cache

from flows import program as p
from flows.checker.told.sayings import wordings_of
from flows.checker.told.turns import Turns
from flows.checker.ways.runs import Run
from grammars.gsm.alphabet import DEFAULT

WIDE_CHARACTERS_MIN = 20
"""A value shorter than this is not named as what makes a text long."""
CULPRITS_SHARE = 10
"""A line with one character in so many outside GSM 7-bit is meant to be in it."""


Message = tuple[int, str, str]
"""The node where a message ends, its language, its text."""


@lru_cache(maxsize=4)
def messages_of(turns: Turns, channel: str) -> tuple[Message, ...]:
    """Every message of a written channel, filled with the longest values."""
    sayings = turns.sayings(channel, "longest")
    found = [
        (_node(run), run.language, sayings.message(run))
        for run in turns.all_runs(channel)
        if run.end != p.NOWHERE or run.said
    ]
    for index, node in enumerate(turns.program.nodes):
        if isinstance(node, p.Menu | p.Ask):
            for language in turns.program.languages:
                found += [(index, language, text) for text in sayings.retries(index, language)]
    return tuple(found)


@lru_cache(maxsize=4)
def all_sms(turns: Turns) -> tuple[Message, ...]:
    """Every message of the channel SMS, and every `send sms` as it is worded on each channel."""
    program = turns.program
    found = list(messages_of(turns, "sms")) if "sms" in program.channels else []
    for index, node in enumerate(program.nodes):
        if isinstance(node, p.SendSms):
            for language in program.languages:
                texts = [
                    turns.sayings(c, "longest").said(index, language) for c in program.channels
                ]
                found += [(index, language, text) for text in dict.fromkeys(texts)]
    return tuple(found)


def shorter(turns: Turns, index: int, language: str, channel: str, text: str) -> str:
    """Advice on a message that is too long: the value that takes most of it, or the letters that make it dear."""
    sayings = turns.sayings(channel, "longest")
    found = [
        widest
        for wording in wordings_of(turns.program.nodes[index])
        if (widest := sayings.lengths.widest(sayings.written(wording, language), language))
    ]
    name, characters = max(found, key=lambda entry: entry[1], default=("", 0))
    if characters >= WIDE_CHARACTERS_MIN:
        return (
            f"`{name}` may have {characters} characters: leave it out of a `{channel}:` line,"
            f" or show its beginning, `{{{{ {name}|cut(30) }}}}`"
        )
    outside = "".join(dict.fromkeys(c for c in text if c not in DEFAULT.characters))
    if 0 < len(outside) <= len(text) // CULPRITS_SHARE:
        return f"without `{outside}` it would go in GSM 7-bit, where twice as much fits"
    return f"write a shorter `{channel}:` line, or say less before the question"


def _node(run: Run) -> int:
    return run.said[-1][0] if run.end == p.NOWHERE else run.end
