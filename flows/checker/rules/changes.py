"""D901, D903: what a change to a flow leaves behind, in sessions and in comments."""

from __future__ import annotations

from collections.abc import Iterator

from flows import syntax as s
from flows.checker.rule import Finding, rule
from flows.checker.subject import Subject
from flows.publish import Verdict, compare


@rule("D901", "breaks-in-flight", "warning")
def breaks_in_flight(subject: Subject) -> Iterator[Finding]:
    """A question that buyers may be waiting at is gone, or its answers mean something else now.

    What it does
    Compares each question with the version of the flow that is published. Runs only where there is one, as in
    `dialcart publish`. A step that has another name now is followed by `renamed old -> new`.

    Why
    Buyers who wait there finish in the old version, with its prices and its mistakes, until their session ends.

    Example
    ```flow
    renamed take_order -> order

    step start
      say 您好。
      -> take_order

    step take_order
      goodbye
    ```

    Write instead
    ```flow
    renamed take_order -> order

    step start
      say 您好。
      -> order

    step order
      goodbye
    ```
    """
    program = subject.program
    spans = {step.name: step.span for step in subject.steps}
    for block in subject.flow.blocks:
        if isinstance(block, s.Renamed) and block.old in program.steps:
            yield Finding(
                block.span,
                f"`{block.old}` is said to have another name now, and there is still a step `{block.old}`",
                "take this line away, or give the step its new name",
            )
    if subject.beside.older is None:
        return
    nowhere = s.Span(next(iter(subject.flow.starts)), 1, 1, 1)
    for name, verdict in compare(subject.beside.older, program).items():
        if verdict not in (Verdict.GONE, Verdict.CHANGED):
            continue
        old, _, number = name.rpartition(".")
        step = program.renamed.get(old, old)
        why = (
            "it is gone"
            if verdict is Verdict.GONE
            else "its answers mean something else or lead elsewhere now"
        )
        yield Finding(
            spans.get(step, nowhere),
            f"buyers who wait at question {number} of `{old}` finish in the version they began: {why}",
            f"write `renamed {step} -> new_name` if the step has another name now"
            if step not in spans
            else None,
        )


@rule("D903", "unused-suppression", "info")
def unused_suppression(subject: Subject) -> Iterator[Finding]:
    """A comment `# ok F102` silences nothing.

    What it does
    Runs after all other rules, and looks for comments of this kind whose rule tells nothing of the line below.

    Why
    What it was written for is mended. Left there, it would silence the next mistake.

    Example
    ```flow
    # ok F102: comes later
    step start
      goodbye
    ```

    Write instead
    ```flow
    step start
      goodbye
    ```
    """
    starts = subject.flow.starts
    for comment in subject.unused:
        # A span stands in a block: the nearest that begins above or below, whatever the distance.
        near = [key for key, place in starts.items() if place.file == comment.place.file]
        key = min(near or starts, key=lambda key: abs(starts[key].line - comment.place.line))
        line = comment.place.line - starts[key].line + 1
        yield Finding(
            s.Span(key, line, 1, len(f"# ok {comment.code}")),
            f"`# ok {comment.code}` silences nothing",
            "take the comment away",
        )
