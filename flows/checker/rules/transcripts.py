"""D902: ways that no transcript takes."""

from __future__ import annotations

from collections.abc import Iterator

from flows import program as p
from flows.checker.rule import Finding, rule
from flows.checker.subject import Subject
from flows.transcript.coverage import ANYWHERE_NODE, Edge


@rule("D902", "uncovered-edge", "warning")
def uncovered_edge(subject: Subject) -> Iterator[Finding]:
    """No transcript takes this way.

    What it does
    Runs where transcripts (`.talk`) stand beside the flow. Plays them, notes every way that they take, and tells where the
    others begin, for each channel and language of the shop.

    Why
    What no transcript takes nobody has tried, and nobody notices when an edit breaks it.

    Example
    ```flow
    step start
      menu 请选择：
        1 下单  -> order
        2 再见  -> bye

    step order
      say 好的。
      goodbye

    step bye
      goodbye
    ```
    ```talk
    @ flow shop  channel sms  lang zh  from 13800138000  at 2026-11-24 12:05
    < 请选择： 1 下单 2 再见
    > 2
    ! goodbye
    ```

    Write instead
    ```flow
    shop 小店
      languages zh
      channels sms

    step start
      menu 请选择：
        1 再见  -> bye
        tries 1 then -> bye

    step bye
      goodbye
    ```
    ```talk
    @ flow shop  channel sms  lang zh  from 13800138000  at 2026-11-24 12:05
    < 请选择： 1 再见
    > 1
    ! goodbye

    @ flow shop  channel sms  lang zh  from 13800138000  at 2026-11-24 12:05
    < 请选择： 1 再见
    > 您好吗
    ! goodbye
    ```
    """
    if not subject.beside.covered:
        return
    leading = _leading(subject)
    missing: dict[Edge, list[str]] = {}
    for line in subject.beside.covered:
        left_out = set(line.missing)
        for edge in line.missing:
            # Of a way that nobody took only the first part is told.
            before = leading.get(edge[0])
            if before is None or not before <= left_out:
                missing.setdefault(edge, []).append(f"{line.column.channel} {line.column.language}")
    anywhere = {
        p.option_label(option): written.span
        for option, written in zip(subject.program.anywhere, subject.anywhere, strict=True)
    }
    every = len(subject.beside.covered)
    for (node, label), columns in missing.items():
        span = anywhere[label] if node == ANYWHERE_NODE else subject.compiled.spans[node]
        where = "" if len(columns) == every else f" ({', '.join(columns)})"
        yield Finding(
            span,
            f"no transcript takes `{label}` from here{where}",
            "`dialcart replay --generate` writes the transcripts that are missing",
        )


def _leading(subject: Subject) -> dict[int, set[Edge]]:
    """Every node that is led to, and the edges that lead there; not the one at which sessions begin."""
    found: dict[int, set[Edge]] = {}
    for index, ways in enumerate(subject.shape.edges):
        for label, to in ways:
            found.setdefault(to, set()).add((index, label))
    for option in subject.program.anywhere:
        found.setdefault(option.target, set()).add((ANYWHERE_NODE, p.option_label(option)))
    found.pop(subject.program.start, None)
    return found
