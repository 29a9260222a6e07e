"""F104, F105, F109, F112: ways that go round without an answer from the buyer."""

from __future__ import annotations

from collections.abc import Iterator

from flows import program as p
from flows import syntax as s
from flows.checker.rule import Finding, rule
from flows.checker.subject import Subject
from flows.checker.ways.graph import components, graph_of, reach
from flows.machine import CALLS_MAX


@rule("F104", "silent-loop", "error")
def silent_loop(subject: Subject) -> Iterator[Finding]:
    """A way leads round to itself and asks the buyer nothing.

    What it does
    Looks for circles of steps without a `menu` or `ask` in them. One that counts, with `set` and an `if` that reads
    what was set, comes to an end and is fine.

    Why
    The buyer would get the same message again and again, and the seller would pay for each.

    Example
    ```flow
    step start
      say 请稍候。
      -> start
    ```

    Write instead
    ```flow
    step start
      say 请稍候。
      menu 还要等吗？
        1 再等等  -> start
        2 不等了  -> bye

    step bye
      goodbye
    ```
    """
    spans = subject.compiled.spans
    for cycle in graph_of(subject).silent_cycles:
        yield Finding(
            spans[cycle[0]],
            "from here a way leads round to this line again without asking the buyer anything",
            "put a question on the way, or lead it elsewhere",
        )
    # Steps that only lead on leave no trace in the graph.
    first = {
        step.name: step.body[0].target
        for step in subject.steps
        if step.body and isinstance(step.body[0], s.Jump)
    }
    told: set[str] = set()
    for step in subject.steps:
        name: str | None = step.name
        walked: list[str] = []
        while name in first and name not in walked and name not in told:
            walked.append(name)
            name = first[name]
        if name in walked:
            told.update(walked)
            yield Finding(
                step.span,
                f"`{step.name}` only leads on, and round to itself",
                "lead one of these steps elsewhere",
            )


@rule("F105", "unbounded-retry", "warning")
def unbounded_retry(subject: Subject) -> Iterator[Finding]:
    """An answer that the flow itself refuses leads back to the same question, as often as the buyer tries.

    What it does
    Follows what comes after an answer that was understood, by `if` and `when`, through further questions but through none
    that offers a choice. Tells where it comes round, nothing on the way is changed that a condition reads, no `max turns` line bounds it, and
    no option of `anywhere` leads elsewhere.

    Why
    `tries` counts answers that were not understood, and this one was. Whoever does not know the code is asked for it
    until the session's last turn, and whoever guesses has a hundred guesses.

    Example
    ```flow
    service card
      check(code) -> valid yesno

    step start
      ask code as digits 6
        say 请输入会员码。
      request card_of = card.check(code)
        when failed -> bye
      if card_of.valid -> bye
      say 没有这个会员。
      -> start

    step bye
      goodbye
    ```

    Write instead
    ```flow
    service card
      check(code) -> valid yesno

    step start
      ask code as digits 6
        say 请输入会员码。
      request card_of = card.check(code)
        when failed -> bye
      if card_of.valid -> bye
      menu 没有这个会员。
        1 再试一次  -> start
        2 算了      -> bye

    step bye
      goodbye
    ```
    """
    graph = graph_of(subject)
    everywhere = set(subject.program.channels)
    for option in subject.program.anywhere:
        everywhere -= {option.channel} if option.channel else everywhere
    if not everywhere or _bounded(subject):
        return
    for cycle in graph.refusing_cycles:
        asked = [index for index in cycle if isinstance(graph.nodes[index], p.Ask)]
        if asked:
            yield Finding(
                subject.compiled.spans[asked[0]],
                "an answer that is refused leads back to this question without end",
                "offer a menu on the way back, count with `set`, or write `max turns n then -> step`",
            )


@rule("F109", "silent-caller-never-ends", "error")
def silent_caller_never_ends(subject: Subject) -> Iterator[Finding]:
    """A caller who says nothing is asked without end.

    What it does
    Follows only the ways that a buyer takes who never answers, or is never understood: `tries n then -> step`, and
    onward from there. A warning where a `max turns` line bounds it, and where the shop takes no calls.

    Why
    A phone left off the hook would keep the line, and an automatic reply would be answered for ever.

    Example
    ```flow
    step start
      menu 请选择：
        1 再见  -> bye
        tries 3 then -> start

    step bye
      goodbye
    ```

    Write instead
    ```flow
    step start
      menu 请选择：
        1 再见  -> bye
        tries 3 then -> bye

    step bye
      goodbye
    ```
    """
    graph = graph_of(subject)
    mild = _bounded(subject) or "voice" not in subject.program.channels
    for cycle in graph.failing_cycles:
        asked = [index for index in cycle if isinstance(graph.nodes[index], p.Menu | p.Ask)]
        if asked:
            yield Finding(
                subject.compiled.spans[asked[0]],
                "a caller who says nothing comes back to this question again and again",
                "let `tries n then ->` lead to a person or to `goodbye`",
                severity="warning" if mild else None,
            )


@rule("F112", "recursion-without-input", "error")
def recursion_without_input(subject: Subject) -> Iterator[Finding]:
    """A step calls itself, or calls go too deep.

    What it does
    Follows `call` into the called steps and the steps they call. A circle of calls with a question in it is told as a
    warning.

    Why
    Each call waits for the called step to come back. At most 8 can wait; after that the session ends.

    Example
    ```flow
    step start
      call greet
      goodbye

    step greet
      say 您好。
      call greet
    ```

    Write instead
    ```flow
    step start
      call greet
      goodbye

    step greet
      say 您好。
    ```
    """
    graph = graph_of(subject)
    if not graph.calls:
        return
    spans = subject.compiled.spans
    inside = [[to for label, to in ways if label != "call"] for ways in graph.edges]
    number = {index: position for position, index in enumerate(graph.calls)}
    silent = [
        [] if isinstance(node, p.Menu | p.Ask) else inside[index]
        for index, node in enumerate(graph.nodes)
    ]
    within: dict[int, tuple[list[int], set[int]]] = {}
    calls: list[list[int]] = []
    quick: list[set[int]] = []
    for index in graph.calls:
        node = graph.nodes[index]
        assert isinstance(node, p.Call)
        if node.target not in within:
            # A step that leads back to its own caller by `->` leaves the call waiting, too.
            nested = sorted(number.keys() & reach([node.target], inside))
            at_once = number.keys() & reach([node.target], silent)
            within[node.target] = [number[i] for i in nested], {number[i] for i in at_once}
        deeper, at_once = within[node.target]
        calls.append(deeper)
        quick.append(at_once)
    depth = [0] * len(calls)
    round_again: set[int] = set()
    for component in components(calls, frozenset(range(len(calls)))):
        # Tarjan gives what is called before what calls it.
        one = component[0]
        if len(component) > 1 or one in calls[one]:
            round_again.update(component)
            members = set(component)
            without = any(quick[i] & members for i in component)
            yield Finding(
                spans[graph.calls[min(component)]],
                "this call comes round to itself before it returns",
                "come back with `return`, or lead on with `->` from a step that was not called",
                severity=None if without else "warning",
            )
        else:
            deepest = max((depth[i] for i in calls[one] if i not in round_again), default=0)
            depth[one] = deepest + 1
            if depth[one] == CALLS_MAX + 1:
                yield Finding(
                    spans[graph.calls[one]],
                    f"calls go more than {CALLS_MAX} deep from here",
                    "lead on with `->` where nothing needs to come back",
                )


def _bounded(subject: Subject) -> bool:
    """Whether the seller has said after how many turns a session ends."""
    return any(
        setting.name == "max turns"
        for block in (subject.shop, subject.defaults)
        if block is not None
        for setting in block.settings
    )
