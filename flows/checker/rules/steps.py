"""F101, F102, F103, F111: steps, and whether ways lead to them, through them and out of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from flows import program as p
from flows import syntax as s
from flows.checker.rule import Finding, rule
from flows.checker.subject import Subject
from flows.checker.ways.graph import graph_of
from flows.checker.written.mentions import mentions_of, steps_led_to
from flows.checker.written.wording import statements_of
from flows.compiler import bodies
from grammars.names import nearest


@rule("F101", "undefined-step", "error")
def undefined_step(subject: Subject) -> Iterator[Finding]:
    """An arrow or a `call` names a step that is not there.

    What it does
    Looks up every name after `->`, `call`, `tries n then`, `max turns n then` and `renamed` among the steps of the
    flow and of the files it includes.

    Why
    A buyer who takes that way would find nothing there, and the session would end.

    Example
    ```flow
    step start
      menu 请选择：
        1 下单  -> take_oder

    step take_order
      goodbye
    ```

    Write instead
    ```flow
    step start
      menu 请选择：
        1 下单  -> take_order

    step take_order
      goodbye
    ```
    """
    steps = subject.program.steps
    for mention in mentions_of(subject):
        if mention.target not in steps:
            close = nearest(mention.target, steps)
            if subject.partly and not close:
                # Its first line may be the one that could not be read.
                continue
            yield Finding(
                mention.span,
                f"there is no step `{mention.target}`",
                f"did you mean `{close[0]}`?" if close else f"write `step {mention.target}`",
            )


@rule("F102", "unreachable-step", "warning")
def unreachable_step(subject: Subject) -> Iterator[Finding]:
    """No way leads to a step.

    What it does
    Follows every arrow, option, `call` and `when` from the first step, from `anywhere` and from `defaults`. Steps of
    included files are there to be shared, and are left out.

    Why
    Buyers never hear what is written there. Mostly an arrow was forgotten.

    Example
    ```flow
    step start
      say 您好。
      goodbye

    step specials
      say 今天有特价。
      goodbye
    ```

    Write instead
    ```flow
    step start
      say 您好。
      -> specials

    step specials
      say 今天有特价。
      goodbye
    ```
    """
    reached = steps_led_to(subject)
    # A name with a slip in it is told by F101; the step that it means is not told again.
    steps = subject.program.steps
    wrong = {m.target for m in mentions_of(subject) if m.target not in steps}
    meant = {close for name in wrong for close in nearest(name, steps)}
    starts = subject.flow.starts
    own = next(iter(starts.values())).file
    for step in subject.steps:
        if step.name in reached or step.name in meant:
            continue
        if starts[step.span.block].file == own:
            yield Finding(
                step.span,
                f"no way leads to `{step.name}`",
                f"write `-> {step.name}` where buyers should come here, or take the step away",
            )


@rule("F103", "dead-end", "error")
def dead_end(subject: Subject) -> Iterator[Finding]:
    """A step ends without saying where buyers go on.

    What it does
    Follows every way through a step to its last line. A step that is only called comes back to its caller, and one that
    ends with an order placed or a buyer handed over has done its work; both are fine.

    Why
    The session would end in the middle, and the buyer would wait for an answer that does not come.

    Example
    ```flow
    step start
      ask same as yesno
        say 老地址吗？
      if same
        say 好的。
    ```

    Write instead
    ```flow
    step start
      ask same as yesno
        say 老地址吗？
      if same
        say 好的。
      goodbye
    ```
    """
    graph = graph_of(subject)
    spans = subject.compiled.spans
    names = {step.span.block: step.name for step in subject.steps}
    told: set[int] = set()
    entered = [(index, "", index) for index in graph.entries]
    for index in sorted(graph.uncalled):
        entered += [(index, label, to) for label, to in graph.edges[index] if label != "call"]
    for index, label, to in entered:
        if to == p.NOWHERE or to in told or not isinstance(graph.nodes[to], p.Return):
            continue
        if label == "ok" and isinstance(graph.nodes[index], p.PlaceOrder):
            continue
        told.add(to)
        span = spans[to]
        name = names.get(span.block, "")
        if span in {step.span for step in subject.steps}:
            yield Finding(
                span if index == to else spans[index],
                f"step `{name}` ends after this, and nothing says where the buyer goes on"
                if index != to
                else f"nothing says where the buyer goes on from step `{name}`",
                "end the step with `-> step`, or with `goodbye`",
            )
        else:
            yield Finding(
                span,
                "nothing has called this step, so there is nowhere to `return` to",
                f"write `goodbye`, or come here with `call {name}`",
            )


@rule("F111", "statement-after-jump", "warning")
def statement_after_jump(subject: Subject) -> Iterator[Finding]:
    """Lines stand where no buyer comes, since the line before leads away.

    What it does
    Looks for lines after `->`, `goodbye`, `return`, after a menu, and after an `if` all of whose arms lead away.

    Why
    They are never said or done. Often they belong before the arrow, or one level further out.

    Example
    ```flow
    step start
      goodbye
      say 谢谢！
    ```

    Write instead
    ```flow
    step start
      say 谢谢！
      goodbye
    ```
    """
    for step in subject.steps:
        yield from _after_leaving(step.body)
    for _, statement in statements_of(subject):
        for body in bodies(statement):
            yield from _after_leaving(body)


def _after_leaving(body: Sequence[s.Statement]) -> Iterator[Finding]:
    for statement, following in pairwise(body):
        if _leaves(statement):
            yield Finding(
                following.span,
                "buyers never come to this line",
                "take it away, or put it before the line that leads away",
                ((statement.span, "this leads away"),),
            )
            return


def _leaves(statement: s.Statement) -> bool:
    match statement:
        case s.Jump() | s.Goodbye() | s.Return() | s.Menu():
            return True
        case s.Branch(arms):
            return arms[-1][0] is None and all(
                any(_leaves(inner) for inner in body) for _, body, _ in arms
            )
        case _:
            return False
