"""The statements of a step in the order of the file and what is nested in them, the names of those a session waits at, and arguments of calls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flows import expression as e
from flows import syntax as s


def bodies(statement: s.Statement) -> Iterator[Sequence[s.Statement]]:
    """What is nested in a statement: the arms of an `if`, the outcomes of an effect, in the order of the file."""
    match statement:
        case s.Branch(arms):
            for _, body, _ in arms:
                yield body
        case (
            s.PlaceOrder(whens)
            | s.HandOver(whens=whens)
            | s.Request(whens=whens)
            | s.Pay(whens=whens)
        ):
            for when in whens:
                yield when.body
        case _:
            pass


def statements(body: Sequence[s.Statement]) -> Iterator[s.Statement]:
    """Every statement of a body and of what is nested in it, in the order of the file."""
    for statement in body:
        yield statement
        for inner in bodies(statement):
            yield from statements(inner)


def wait_names(step: s.Step) -> dict[int, str]:
    """`id()` of each statement of a step that a session can wait at, to its name."""
    counts: dict[str, int] = {}
    names: dict[int, str] = {}
    for statement in statements(step.body):
        match statement:
            case s.Menu() | s.Ask():
                kind = ""
            case s.PlaceOrder():
                kind = "order"
            case s.HandOver():
                kind = "hand"
            case s.Request():
                kind = "request"
            case s.Pay():
                kind = "pay"
            case s.Call():
                kind = "call"
            case _:
                continue
        counts[kind] = counts.get(kind, 0) + 1
        names[id(statement)] = f"{step.name}.{kind}{counts[kind]}"
    return names


def arguments_of(text: str | None) -> tuple[e.Expression, ...]:
    if not text:
        return ()
    try:
        return e.parse_arguments(text)
    except e.ExpressionError:
        return ()


def argument_texts(text: str | None) -> list[str]:
    """`(a, b + 1)` to its arguments as written; commas inside quotes and brackets do not part them."""
    if not text:
        return []
    inner = text.strip()[1:-1]
    parts: list[str] = []
    depth = 0
    quote = ""
    current = ""
    for character in inner:
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character == "“":
            quote = "”"
        elif character in "(（":
            depth += 1
        elif character in ")）":
            depth -= 1
        elif character in ",，、" and depth == 0:
            parts.append(current.strip())
            current = ""
            continue
        current += character
    if current.strip():
        parts.append(current.strip())
    return parts


def service_call(text: str) -> tuple[str, str, tuple[str, ...]]:
    head, bracket, rest = text.replace("（", "(").partition("(")
    service, _, operation = head.strip().partition(".")
    return service, operation, tuple(argument_texts(bracket + rest)) if bracket else ()
