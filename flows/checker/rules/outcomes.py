"""F110, F114, F115, F116: what comes back from the world, what is asked of it, and with what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flows import expression as e
from flows import schema
from flows import syntax as s
from flows.checker.rule import Finding, rule
from flows.checker.subject import Subject
from flows.checker.written.wording import statements_of
from grammars.keywords import OUTCOMES
from grammars.names import nearest

_Effect = s.PlaceOrder | s.HandOver | s.Request | s.Pay

NEEDED: Mapping[type[_Effect], tuple[str, ...]] = {
    s.PlaceOrder: ("sold out", "failed"),
    s.HandOver: ("busy", "timeout"),
    s.Request: ("failed",),
    s.Pay: ("declined", "failed"),
}
"""Outcomes that every flow has to answer; the engine takes any other as `failed`."""
FURTHER: Mapping[type[_Effect], tuple[str, ...]] = {
    s.PlaceOrder: (),
    s.HandOver: ("closed", "hangup", "failed"),
    s.Request: ("timeout",),
    s.Pay: ("timeout",),
}
"""Outcomes that a flow may answer by themselves."""
_SPOKEN: Mapping[type[_Effect], str] = {
    s.PlaceOrder: "place order",
    s.HandOver: "hand over",
    s.Request: "request",
    s.Pay: "pay",
}


@rule("F110", "unhandled-outcome", "error")
def unhandled_outcome(subject: Subject) -> Iterator[Finding]:
    """What may come of an order, a hand-over, a request or a payment has no `when`.

    What it does
    `place order` needs `when sold out` and `when failed`, `hand over` needs `when busy` and `when timeout`, `request`
    needs `when failed`, `pay` needs `when declined` and `when failed`.

    Why
    The session would end with an excuse just when a buyer most needs to hear what happens now.

    Example
    ```flow
    step start
      hand over to sales
    ```

    Write instead
    ```flow
    step start
      hand over to sales
        when busy -> later
        when timeout -> later

    step later
      say 请稍后再来。
      goodbye
    ```
    """
    for _, statement in statements_of(subject):
        if isinstance(statement, _Effect):
            handled = {when.outcome for when in statement.whens}
            missing = [name for name in NEEDED[type(statement)] if name not in handled]
            if missing:
                several = " and ".join(f"`{name}`" for name in missing)
                yield Finding(
                    statement.span,
                    f"`{_SPOKEN[type(statement)]}` may come back {several}, and nothing says what then",
                    f"write under it `when {missing[0]} -> step`",
                )


@rule("F114", "unknown-outcome", "error")
def unknown_outcome(subject: Subject) -> Iterator[Finding]:
    """A `when` names what cannot come back, or names it twice.

    What it does
    Compares every `when` with the outcomes that its `place order`, `hand over`, `request` or `pay` can have.

    Why
    What stands under it is never said or done.

    Example
    ```flow
    step start
      hand over to sales
        when busy -> later
        when timeout -> later
        when sold out -> later

    step later
      goodbye
    ```

    Write instead
    ```flow
    step start
      hand over to sales
        when busy -> later
        when timeout -> later
        when closed -> later

    step later
      goodbye
    ```
    """
    for _, statement in statements_of(subject):
        if not isinstance(statement, _Effect):
            continue
        known = (*NEEDED[type(statement)], *FURTHER[type(statement)])
        seen: dict[str, s.When] = {}
        for when in statement.whens:
            before = seen.setdefault(when.outcome, when)
            if when.outcome not in known:
                listed = (
                    known
                    if when.outcome.isascii()
                    else [OUTCOMES[each] for each in known if each in OUTCOMES]
                )
                close = nearest(when.outcome, listed)
                yield Finding(
                    when.span,
                    f"`{_SPOKEN[type(statement)]}` never comes back `{when.outcome}`",
                    f"did you mean `{close[0]}`?"
                    if close
                    else f"it may come back {', '.join(listed)}",
                )
            elif before is not when:
                yield Finding(
                    when.span,
                    f"`when {when.outcome}` stands here twice",
                    "take one away",
                    ((before.span, "the first"),),
                )


@rule("F115", "unknown-operation", "error")
def unknown_operation(subject: Subject) -> Iterator[Finding]:
    """A `request` asks for a service or an operation that the flow does not declare.

    What it does
    Looks up `service.operation` among the `service` blocks, and the types of what their operations give back.

    Why
    Nobody would answer, and the flow could not know what comes back.

    Example
    ```flow
    service card
      look_up(phone) -> points number

    step start
      request found = card.lookup(buyer.number)
        when failed -> bye
      say {{ found.points }}
      -> bye

    step bye
      goodbye
    ```

    Write instead
    ```flow
    service card
      look_up(phone) -> points number

    step start
      request found = card.look_up(buyer.number)
        when failed -> bye
      say {{ found.points }}
      -> bye

    step bye
      goodbye
    ```
    """
    services = _services(subject)
    for block in subject.flow.blocks:
        if isinstance(block, s.Service):
            for operation in block.operations:
                for name, kind in operation.results:
                    if kind not in schema.SERVICE_TYPES:
                        close = nearest(kind, schema.SERVICE_TYPES)
                        listed = ", ".join(sorted(schema.SERVICE_TYPES))
                        yield Finding(
                            operation.span,
                            f"`{kind}` is no type that `{name}` can have",
                            f"did you mean `{close[0]}`?" if close else f"write one of {listed}",
                        )
    for request, call in _requests(subject):
        operations = services.get(call.service)
        if operations is None:
            close = nearest(call.service, services)
            yield Finding(
                request.call_span,
                f"there is no service `{call.service}`",
                f"did you mean `{close[0]}`?"
                if close
                else f"declare it: `service {call.service}`, and `{call.operation}(...)` under it",
            )
        elif call.operation not in operations:
            close = nearest(call.operation, operations)
            yield Finding(
                request.call_span,
                f"the service `{call.service}` has no operation `{call.operation}`",
                f"did you mean `{call.service}.{close[0]}`?"
                if close
                else f"it has {', '.join(operations) or 'none'}",
            )


@rule("F116", "wrong-arguments", "error")
def wrong_arguments(subject: Subject) -> Iterator[Finding]:
    """A `call` or `request` gives more or fewer values than the step or operation takes.

    What it does
    Counts the values in the brackets and the names that the step or the operation declares.

    Why
    A name without a value could not be said or compared when the step reaches it.

    Example
    ```flow
    step start
      call greet(1)
      goodbye

    step greet(count, more)
      say {{ count }} {{ more }}
      return
    ```

    Write instead
    ```flow
    step start
      call greet(1, 2)
      goodbye

    step greet(count, more)
      say {{ count }} {{ more }}
      return
    ```
    """
    steps = {step.name: step for step in subject.steps}
    for _, statement in statements_of(subject):
        if isinstance(statement, s.Call) and statement.target in steps:
            try:
                given = e.parse_arguments(statement.arguments) if statement.arguments else ()
            except e.ExpressionError:
                continue
            taken = steps[statement.target].parameters
            if len(given) != len(taken):
                yield _counted(
                    statement.span, f"`{statement.target}`", statement.target, taken, given
                )
    services = _services(subject)
    for request, call in _requests(subject):
        operation = services.get(call.service, {}).get(call.operation)
        if operation is not None and len(operation.parameters) != len(call.arguments):
            name = f"{call.service}.{call.operation}"
            yield _counted(
                request.call_span, f"`{name}`", name, operation.parameters, call.arguments
            )


def _counted(
    span: s.Span, spoken: str, name: str, taken: tuple[str, ...], given: tuple[object, ...]
) -> Finding:
    values = "1 value" if len(taken) == 1 else f"{len(taken)} values"
    return Finding(
        span,
        f"{spoken} takes {values}, and {len(given)} stand here",
        f"write `{name}({', '.join(taken)})`" if taken else f"write `{name}` without values",
    )


def _services(subject: Subject) -> dict[str, dict[str, s.Operation]]:
    return {
        block.name: {operation.name: operation for operation in block.operations}
        for block in subject.flow.blocks
        if isinstance(block, s.Service)
    }


def _requests(subject: Subject) -> Iterator[tuple[s.Request, e.ServiceCall]]:
    for _, statement in statements_of(subject):
        if isinstance(statement, s.Request):
            try:
                yield statement, e.parse_service_call(statement.call)
            except e.ExpressionError:
                continue
