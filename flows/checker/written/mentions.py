"""Every place in a flow that names a step."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from flows import syntax as s
from flows.checker.subject import Subject
from flows.compiler import statements
from flows.parser import BLOCKS_KEPT_MAX
from flows.same import Same
from grammars.keywords import ARROW

_TURNS_TARGET = re.compile(ARROW + r"\s*([^\W\d]\w*)\s*$")


@dataclass(frozen=True, slots=True)
class Mention:
    """A name of a step, where it stands."""

    target: str
    span: s.Span
    step: str | None
    """The step it stands in; None in `anywhere`, `defaults` and `renamed`."""


@lru_cache(maxsize=4)
def mentions_of(subject: Subject) -> tuple[Mention, ...]:
    """All of them: those of other blocks, then those of the steps in the order of the file."""
    blocks = sorted(subject.flow.blocks, key=lambda block: isinstance(block, s.Step))
    return tuple([mention for block in blocks for mention in _mentions(Same(block))])


@lru_cache(maxsize=4)
def steps_led_to(subject: Subject) -> frozenset[str]:
    """Steps that some way leads to, by what the flow names."""
    onward: dict[str | None, list[str]] = {}
    for mention in mentions_of(subject):
        onward.setdefault(mention.step, []).append(mention.target)
    first = subject.steps[0].name if subject.steps else ""
    # Tries that run out and too many turns go to `agent` where nothing else is said.
    waiting = ["start" if "start" in subject.program.steps else first, "agent"]
    waiting += onward.get(None, [])
    seen = set(waiting)
    while waiting:
        for target in onward.get(waiting.pop(), ()):
            if target not in seen:
                seen.add(target)
                waiting.append(target)
    return frozenset(seen)


@lru_cache(maxsize=BLOCKS_KEPT_MAX)
def _mentions(block: Same[s.Block]) -> tuple[Mention, ...]:
    match block.value:
        case s.Shop() | s.Defaults():
            return tuple(_in_settings(block.value))
        case s.Anywhere(options):
            return tuple([Mention(o.target, o.target_span, None) for o in options])
        case s.Renamed(_, new, span):
            return (Mention(new, span, None),)
        case s.Step():
            return tuple(_in_step(block.value))
        case _:
            return ()


def _in_settings(block: s.Shop | s.Defaults) -> Iterator[Mention]:
    for setting in block.settings:
        found = _TURNS_TARGET.search(setting.value)
        if setting.name == "max turns" and found:
            yield Mention(found[1], setting.span, None)
    if isinstance(block, s.Defaults) and block.tries is not None:
        yield Mention(block.tries.target, block.tries.span, None)


def _in_step(step: s.Step) -> Iterator[Mention]:
    for statement in statements(step.body):
        match statement:
            case s.Jump(target, span) | s.Call(target, _, span):
                yield Mention(target, span, step.name)
            case s.Menu(options=options, retry=retry):
                for option in options:
                    yield Mention(option.target, option.target_span, step.name)
                if retry.tries is not None:
                    yield Mention(retry.tries.target, retry.tries.span, step.name)
            case s.Ask(retry=s.Retry(tries=tries)) if tries is not None:
                yield Mention(tries.target, tries.span, step.name)
            case _:
                pass
