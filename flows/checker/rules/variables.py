"""V301, V303, V306, V308: names, whether they have a value where they are read, and whether they are read at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flows import schema
from flows import syntax as s
from flows.checker.rule import Finding, rule
from flows.checker.subject import Subject
from flows.checker.ways.facts import LAST, MISSING, ORDERED, Facts, facts_of
from flows.checker.written.readings import Reading, place_of, read_of
from flows.checker.written.wording import statements_of
from flows.compiler import SLOT, bodies
from flows.program import CHANNELS
from grammars.names import nearest


@rule("V301", "undefined-variable", "error")
def undefined_variable(subject: Subject) -> Iterator[Finding]:
    """A name is used on a way on which nothing has given it a value.

    What it does
    Follows every way to each text and each condition, through calls and from `anywhere`, and looks whether `ask`,
    `set`, `request` or a slot of `anywhere` gives the name its value on all of them. Where both the giving and the
    using stand under the same `if`, it is a warning.

    Why
    The text could not be said. The buyer would get an excuse, and the session would end.

    Example
    ```flow
    step start
      menu 请选择：
        1 点菜  -> choose
        2 结账  -> total

    step choose
      ask count as number 1..9
      -> total

    step total
      say 一共{{ count }}份。
      goodbye
    ```

    Write instead
    ```flow
    step start
      menu 请选择：
        1 点菜  -> choose
        2 结账  -> bye

    step choose
      ask count as number 1..9
      -> total

    step total
      say 一共{{ count }}份。
      goodbye

    step bye
      goodbye
    ```
    """
    read, facts = read_of(subject), facts_of(subject)
    variables = subject.program.variables
    index_of = {
        id(span): index for index, span in reversed(list(enumerate(subject.compiled.spans)))
    }
    given = _given_at(subject)
    told: set[tuple[str, str]] = set()
    for reading, paths in zip(read.readings, read.paths, strict=True):
        index = -1 if reading.at is None else index_of.get(id(reading.at), -1)
        for name in dict.fromkeys(path.partition(".")[0] for path in sorted(paths)):
            if name in schema.GLOBALS and name not in variables:
                continue
            if name not in variables:
                close = nearest(name, [*variables, *schema.GLOBALS])
                yield Finding(
                    place_of(reading, name),
                    f"nothing in the flow is called `{name}`",
                    f'write `"{name}"`, for it is a word'
                    if name in subject.program.languages or name in CHANNELS
                    else f"did you mean `{close[0]}`?"
                    if close
                    else f"write `ask {name} as ...` or `set {name} = ...` before",
                )
            elif index >= 0 and not facts.is_set(index, name):
                # What is missing at one line of a step is missing at the next, too; one is enough.
                if (name, reading.span.block) in told:
                    continue
                told.add((name, reading.span.block))
                yield _unset(reading, name, given, subject)


def _unset(
    reading: Reading, name: str, given: dict[str, list[s.Span]], subject: Subject
) -> Finding:
    guards = _guards(subject)
    here = guards.get(id(reading.at), frozenset())
    places = given.get(name, [])
    together = any(here & guards.get(id(place), frozenset()) for place in places)
    return Finding(
        place_of(reading, name),
        f"some way leads here on which `{name}` has no value yet",
        f"write `ask {name} as ...` or `set {name} = ...` on every way, or lead those buyers elsewhere",
        tuple((place, "a value is given here") for place in places[:1]),
        severity="warning" if together else None,
    )


def _given_at(subject: Subject) -> dict[str, list[s.Span]]:
    found: dict[str, list[s.Span]] = {}
    for name, span in values_of(subject):
        found.setdefault(name, []).append(span)
    return found


def values_of(subject: Subject) -> Iterator[tuple[str, s.Span]]:
    """Every name that is given a value, where it is given."""
    for option in subject.anywhere:
        for name, _ in SLOT.findall(option.label.base):
            yield name, option.span
    for step in subject.steps:
        for name in step.parameters:
            yield name, step.span
    for _, statement in statements_of(subject):
        match statement:
            case s.Ask(name=name, span=span) | s.Request(name=name, span=span):
                yield name, span
            case s.Assign(path=path, span=span):
                yield path, span
            case _:
                pass


def _guards(subject: Subject) -> dict[int, frozenset[str]]:
    """Conditions that a statement stands under, by the `id()` of its span."""
    found: dict[int, frozenset[str]] = {}

    def walk(body: Sequence[s.Statement], under: frozenset[str]) -> None:
        for statement in body:
            found[id(statement.span)] = under
            match statement:
                case s.Branch(arms):
                    for condition, inner, _ in arms:
                        walk(inner, under | {condition} if condition else under)
                case _:
                    for inner in bodies(statement):
                        walk(inner, under)

    for step in subject.steps:
        walk(step.body, frozenset())
    return found


@rule("V303", "unused-variable", "warning")
def unused_variable(subject: Subject) -> Iterator[Finding]:
    """An answer is asked for, or a value set, and never used.

    What it does
    Looks for every name of an `ask`, a `set`, a slot or a parameter in all texts and conditions. What a `request` gives
    back may be left unused.

    Why
    The buyer's answer is lost: nobody reads it, and no text shows it.

    Example
    ```flow
    step start
      ask note as text
        say 请留言。
      goodbye
    ```

    Write instead
    ```flow
    step start
      ask note as text
        say 请留言。
      tell shop 留言：{{ note|cut(80) }}
      goodbye
    ```
    """
    used = {path.partition(".")[0] for paths in read_of(subject).paths for path in paths}
    # A name with a slip in it is told by V301; the one that it means is not told again.
    variables = subject.program.variables
    wrong = used - variables.keys() - schema.GLOBALS.keys()
    used |= {close for name in wrong for close in nearest(name, variables)}
    starts = subject.flow.starts
    own = next(iter(starts.values())).file
    told: set[str] = set()
    requests = {
        statement.name
        for _, statement in statements_of(subject)
        if isinstance(statement, s.Request)
    }
    for name, span in values_of(subject):
        if name in used or name in told or name in requests or name in schema.ASSIGNABLE:
            continue
        if "." in name or starts[span.block].file != own:
            continue
        told.add(name)
        yield Finding(
            span,
            f"`{name}` is never used",
            f"show it, as in `tell shop {{{{ {name} }}}}`, or take this away",
        )


@rule("V306", "no-order-yet", "error")
def no_order_yet(subject: Subject) -> Iterator[Finding]:
    """A text shows an order that need not be there.

    What it does
    `order` has a value after `place order`, `order.missing` after `when sold out`, `buyer.last_order` where
    `buyer.has_last_order` was asked. Follows every way to the texts and conditions that read them.

    Why
    The text could not be said. The buyer would get an excuse, and the session would end.

    Example
    ```flow
    step start
      say 上次的订单是{{ buyer.last_order.number }}。
      goodbye
    ```

    Write instead
    ```flow
    step start
      if buyer.has_last_order
        say 上次的订单是{{ buyer.last_order.number }}。
      goodbye
    ```
    """
    read, facts = read_of(subject), facts_of(subject)
    index_of = {
        id(span): index for index, span in reversed(list(enumerate(subject.compiled.spans)))
    }
    told: set[tuple[str, int]] = set()
    for reading, paths in zip(read.readings, read.paths, strict=True):
        if reading.at is None or id(reading.at) not in index_of:
            continue
        index = index_of[id(reading.at)]
        for path in sorted(paths):
            missing = _missing(path, paths, facts, index)
            if missing is not None and (missing[0], index) not in told:
                told.add((missing[0], index))
                yield Finding(place_of(reading, missing[0]), *missing[1:])


def _missing(
    path: str, paths: frozenset[str], facts: Facts, index: int
) -> tuple[str, str, str] | None:
    if path == "order.missing":
        if facts.holds(index, MISSING):
            return None
        return (
            path,
            "some way leads here on which no product is known to be missing",
            "use `order.missing` after `when sold out` only",
        )
    if path.startswith("order."):
        if facts.holds(index, ORDERED):
            return None
        return (
            "order",
            "some way leads here on which no order was placed",
            "use `order` after `place order` only; what is being chosen is `cart`",
        )
    if path.startswith("buyer.last_order."):
        # A text or condition that asks for itself whether there is one is believed.
        if facts.holds(index, LAST) or "buyer.has_last_order" in paths:
            return None
        return (
            "buyer.last_order",
            "some way leads here for buyers who have never ordered",
            "write `if not buyer.has_last_order -> step` before, or `[if buyer.has_last_order]` at the option",
        )
    return None


@rule("V308", "not-settable", "error")
def not_settable(subject: Subject) -> Iterator[Finding]:
    """A value is given to a name that is not the flow's own.

    What it does
    Compares the names of `ask`, `set`, `request`, slots and parameters with those that every flow has: `shop`, `buyer`,
    `cart`, `order`, `catalog`, `lang`, `channel` and `today`. Of these, `lang`, `cart`, `buyer.name`, `buyer.address` and
    `buyer.opted_out` can be set.

    Why
    What the shop is, or what was ordered, is not for a flow to change.

    Example
    ```flow
    step start
      set shop.name = "新店"
      goodbye
    ```

    Write instead
    ```flow
    step start
      set buyer.name = "王先生"
      say {{ buyer.name }}，您好。
      goodbye
    ```
    """
    may_set = {
        id(statement.span)
        for _, statement in statements_of(subject)
        if isinstance(statement, s.Assign) and statement.path in schema.ASSIGNABLE
    }
    for name, span in values_of(subject):
        head, dot, _ = name.partition(".")
        if id(span) in may_set or (not dot and head not in schema.GLOBALS):
            continue
        if head in schema.GLOBALS:
            message = (
                f"`{name}` cannot be set" if dot else f"`{name}` is a name that every flow has"
            )
            known = ", ".join(f"`{path}`" for path in schema.ASSIGNABLE)
            yield Finding(span, message, f"take another name; what can be set is {known}")
        else:
            yield Finding(span, f"`{name}` cannot be set", "write a name without a full stop")
