"""How fast flows are checked: `python -m benchmarks.check`."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import flows
from benchmarks.parse import best_ms
from flows.checker import check_flow
from flows.checker.rules import RULES
from flows.checker.subject import Subject
from flows.compiler import compile_flow
from flows.folder import flow_of, read_flow

EXAMPLE = Path(flows.__file__ or "").parent / "library/noodles/seller.flow"
QUESTIONS = 10_000
EDITS = (
    ("a text", "想吃什么", "吃{}"),
    ("one more line", "  add qty of dish", "  say 好的{}。\n  add qty of dish"),
    ("a price", "price 18.00", "price {}.00"),
)
"""What was edited, the text in place, and what takes its place; each time another."""
GRAPH_FAMILIES = "F"
"""Rules that walk the graph of steps."""
QUICK_MS_MIN = 0.2
"""Rules that take less are not listed."""


def long_flow(questions: int) -> str:
    """A flow of so many questions, each leading to the next, some back, some to a shared step."""
    steps = [
        f"step s{i}\n  ask a{i % 50} as number 1..9\n    say 第{i}问？{{{{ shop.name }}}}\n"
        f"  if a{i % 50} > 5 -> s{max(0, i - 7)}\n"
        + (f"  call shared(a{i % 50})\n" if i % 10 == 0 else "")
        + (f"  -> s{i + 1}\n" if i + 1 < questions else "  -> agent\n")
        for i in range(questions)
    ]
    head = "flow 1\nshop x\n  languages zh\n  channels sms, voice\nanywhere\n  0 人工 -> agent\n"
    tail = (
        "step shared(n)\n  ask more as yesno\n    say {{ n }}？\n  if more\n    say 好。\n  return\n"
        "step agent\n  hand over to sales\n    when busy -> bye\n    when timeout -> bye\n  goodbye\n"
        "step bye\n  goodbye\n"
    )
    return head + "step start\n  -> s0\n" + "".join(steps) + tail


def main() -> None:
    """Print milliseconds."""
    text = EXAMPLE.read_text(encoding="utf-8")
    flow, found = flow_of("noodles", text)
    check_flow(flow, found)
    print(
        f"check the example, all rules    {best_ms(lambda: check_flow(replace(flow), found), 20):8.2f} ms"
    )
    for what, old, new in EDITS:
        edits = iter(range(1_000))

        def edit(old: str = old, new: str = new, edits: Iterator[int] = edits) -> None:
            changed = text.replace(old, new.format(next(edits)), 1)
            check_flow(*flow_of("noodles", changed))

        assert old in text
        print(f"edited, read to told: {what:15}{best_ms(edit, 20):8.2f} ms")
    subject = Subject(compile_flow(flow))
    for rule in RULES.values():
        taken = best_ms(lambda rule=rule: list(rule.check(subject)), 3)
        if taken >= QUICK_MS_MIN:
            print(f"  {rule.code} {rule.name:28}{taken:8.2f} ms")
    chunks = long_flow(QUESTIONS)
    # A file holds 5,000 blocks, so the flow comes in pieces.
    pieces = re.split(r"(?m)^(?=step )", chunks)
    size = 4_000
    files = {
        f"{n}.flow": "".join(pieces[n : n + size]).encode() for n in range(0, len(pieces), size)
    }
    names = list(files)
    files[names[0]] += "".join(f"include {name}\n" for name in names[1:]).encode()
    large, told = read_flow("large", names[0], files.__getitem__)
    assert not told, told[0]
    gc.collect()
    compiled = compile_flow(large)
    subject = Subject(compiled)
    ways = [rule for rule in RULES.values() if rule.code.startswith(GRAPH_FAMILIES)]
    graph = best_ms(lambda: [list(rule.check(subject)) for rule in ways], 1)
    print(
        f"{QUESTIONS} questions, {len(compiled.program.nodes)} nodes: compile "
        f"{best_ms(lambda: compile_flow(replace(large)), 1):8.0f} ms, rules of ways {graph:8.0f} ms"
    )
    for rule in RULES.values():
        taken = best_ms(lambda rule=rule: list(rule.check(subject)), 1)
        if taken >= 100:
            print(f"  {rule.code} {rule.name:28}{taken:8.0f} ms")


if __name__ == "__main__":
    main()
