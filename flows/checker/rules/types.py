"""E001, V302, V304, V305, V307, V309: what texts and conditions say, and whether its types fit."""

from __future__ import annotations

from collections.abc import Iterator

from flows import expression as e
from flows import schema
from flows import syntax as s
from flows import template as t
from flows.checker.rule import Finding, rule
from flows.checker.subject import Subject
from flows.checker.written.readings import Trouble, read_of
from flows.checker.written.wording import SENTENCES, statements_of, texts_of
from flows.compiler import ANSWER_TYPES, SLOT
from grammars.names import nearest

SPOKEN_ITEMS_MAX = 6
"""Products read aloud one after another; a caller remembers no more. Ours."""
DIGITS_MAX = 40
"""Of `ask ... as digits n` and `pin n`: a longer run nobody types."""


@rule("E001", "syntax-error", "error")
def syntax_error(subject: Subject) -> Iterator[Finding]:
    """A line cannot be read.

    What it does
    Each block is read by itself, so one mistake does not hide the others. A line that cannot be read is told with what
    probably was meant; conditions and the values of `set` are read here.

    Why
    What cannot be read cannot be said to a buyer.

    Example
    ```flow
    step start
      ask count as number 1..9
      if count = 3
        say 三份。
      goodbye
    ```

    Write instead
    ```flow
    step start
      ask count as number 1..9
      if count == 3
        say 三份。
      goodbye
    ```
    """
    yield from _troubles(subject, "E001")


@rule("V302", "type-mismatch", "error")
def type_mismatch(subject: Subject) -> Iterator[Finding]:
    """Values of different kinds are compared, joined, or stand where another kind is needed.

    What it does
    Works out the kind of every value: text, number, money, yes or no, date, product, list. Compares it with what its
    place needs, and with what else the same name is given.

    Why
    A number is never equal to a text: the condition would silently never hold.

    Example
    ```flow
    step start
      ask count as number 1..9
      if count == "三"
        say 三份。
      goodbye
    ```

    Write instead
    ```flow
    step start
      ask count as number 1..9
      if count == 3
        say 三份。
      goodbye
    ```
    """
    yield from _troubles(subject, "V302")
    variables = subject.program.variables
    for option in subject.anywhere:
        for name, kind in SLOT.findall(option.label.base):
            yield from _differs(name, ANSWER_TYPES.get(kind, "text"), option.span, variables)
    for _, statement in statements_of(subject):
        match statement:
            case s.Ask(name=name, type=asked, span=span):
                yield from _differs(name, ANSWER_TYPES.get(asked.kind, "text"), span, variables)
            case s.Assign(path, value, span):
                try:
                    kind = schema.type_of(e.parse_expression(value), variables)
                except e.ExpressionError:
                    continue
                yield from _differs(path, kind, span, {**variables, **schema.ASSIGNABLE})
            case _:
                pass


@rule("V304", "bad-template", "error")
def bad_template(subject: Subject) -> Iterator[Finding]:
    """A text uses braces, a filter or a field that is not there.

    What it does
    Reads what stands between `{{ }}` and `{% %}` in every text, and looks up each field and each filter.

    Why
    The text could not be said. The buyer would get an excuse, and the session would end.

    Example
    ```flow
    catalog
      item 1 price 2.50 stock 5 苹果

    step start
      ask what as product of catalog
      say {{ what.nmae }}，{{ what.price|money }}。
      goodbye
    ```

    Write instead
    ```flow
    catalog
      item 1 price 2.50 stock 5 苹果

    step start
      ask what as product of catalog
      say {{ what.name }}，{{ what.price|money }}。
      goodbye
    ```
    """
    yield from _troubles(subject, "V304")


@rule("V305", "loop-in-voice-prompt", "warning")
def loop_in_voice_prompt(subject: Subject) -> Iterator[Finding]:
    """A long list is read aloud.

    What it does
    Looks for `{% for %}` over the catalog, or a group of it, in texts that calls use, where more than 6 products would
    be read and no `|limit(n)` stands.

    Why
    Callers forget the first when they hear the seventh, and hang up before the last.

    Example
    ```flow
    shop 小店
      channels voice

    catalog
      item 1 price 1.00 stock 5 苹果
      item 2 price 1.00 stock 5 香梨
      item 3 price 1.00 stock 5 桃子
      item 4 price 1.00 stock 5 西瓜
      item 5 price 1.00 stock 5 葡萄
      item 6 price 1.00 stock 5 草莓
      item 7 price 1.00 stock 5 柚子

    step start
      say 今天有{% for p in catalog %}{{ p.name }}，{% endfor %}。
      goodbye
    ```

    Write instead
    ```flow
    shop 小店
      channels voice

    catalog
      item 1 price 1.00 stock 5 苹果
      item 2 price 1.00 stock 5 香梨
      item 3 price 1.00 stock 5 桃子
      item 4 price 1.00 stock 5 西瓜
      item 5 price 1.00 stock 5 葡萄
      item 6 price 1.00 stock 5 草莓
      item 7 price 1.00 stock 5 柚子

    step start
      say 今天有{% for p in catalog|limit(3) %}{{ p.name }}，{% endfor %}等等。
      goodbye
    ```
    """
    groups: dict[str, int] = {"": len(subject.items)}
    for item in subject.items:
        groups[item.group or ""] = groups.get(item.group or "", 0) + (1 if item.group else 0)
    if len(subject.items) <= SPOKEN_ITEMS_MAX:
        return
    for written in texts_of(subject):
        for line in written.lines if written.part in SENTENCES else ():
            if "{%" not in line.text or "voice" not in line.channels:
                continue
            try:
                template = t.parse_template(line.text)
            except t.TemplateError:
                continue
            for part in template:
                match part:
                    case t.Loop(items=e.Path(("catalog", *rest))):
                        count = groups.get(rest[0] if rest else "", 0)
                    case _:
                        continue
                if count > SPOKEN_ITEMS_MAX:
                    yield Finding(
                        line.span,
                        f"{count} products would be read aloud one after another",
                        "write `catalog|limit(3)`, or a `voice:` line without the list",
                    )


@rule("V307", "range-error", "error")
def range_error(subject: Subject) -> Iterator[Finding]:
    """A question takes no answer, or fewer than it seems.

    What it does
    Looks at the bounds of `number a..b`, at the count of `digits n` and `pin n`, at the options of a choice, and at
    `tries n`.

    Why
    Nobody could answer, and every buyer would run out of tries.

    Example
    ```flow
    step start
      ask count as number 20..1
        say 几份？
      say {{ count }}份。
      goodbye
    ```

    Write instead
    ```flow
    step start
      ask count as number 1..20
        say 几份？
      say {{ count }}份。
      goodbye
    ```
    """
    if subject.defaults is not None and subject.defaults.tries is not None:
        yield from _tries(subject.defaults.tries)
    for _, statement in statements_of(subject):
        match statement:
            case s.Menu(retry=s.Retry(tries=tries)) if tries is not None:
                yield from _tries(tries)
            case s.Ask(type=asked, choices=choices, retry=retry):
                if retry.tries is not None:
                    yield from _tries(retry.tries)
                yield from _bounds(asked)
                if asked.kind == "choice" and not choices:
                    yield Finding(
                        asked.span,
                        "this choice has no options",
                        "write each under it: `1 大碗 = large`",
                    )
            case _:
                pass


@rule("V309", "unknown-group", "error")
def unknown_group(subject: Subject) -> Iterator[Finding]:
    """A question asks for a product of a group that the catalog has not, or a slot has no known kind.

    What it does
    Compares the group after `product of` with the groups of the catalog (`item 1 ... in fruit`), and the kinds in
    patterns such as `<dish:product>` with the kinds of answers. After `address of` only `buyer` may stand.

    Why
    No product belongs to it, so no answer would be understood.

    Example
    ```flow
    catalog
      item 1 price 2.50 stock 5 in fruit 苹果

    step start
      ask what as product of friut
      say {{ what.name }}
      goodbye
    ```

    Write instead
    ```flow
    catalog
      item 1 price 2.50 stock 5 in fruit 苹果

    step start
      ask what as product of fruit
      say {{ what.name }}
      goodbye
    ```
    """
    groups = {item.group for item in subject.items if item.group}
    for option in subject.anywhere:
        for name, kind in SLOT.findall(option.label.base):
            if kind not in _KINDS:
                close = nearest(kind, _KINDS)
                yield Finding(
                    option.span,
                    f"`{kind}` is no kind of answer that `{name}` can have",
                    f"did you mean `{close[0]}`?" if close else f"write one of {', '.join(_KINDS)}",
                )
    for _, statement in statements_of(subject):
        if not isinstance(statement, s.Ask):
            continue
        group = statement.type.name
        if statement.type.kind == "address" and group not in (None, "buyer"):
            yield Finding(
                statement.type.span,
                f"`{group}` has no addresses that could be offered",
                "write `address of buyer`, or `address` alone",
            )
        if statement.type.kind != "product":
            continue
        if group is not None and group not in groups:
            close = nearest(group, sorted(groups))
            yield Finding(
                statement.type.span,
                f"no product is in the group `{group}`",
                f"did you mean `{close[0]}`?"
                if close
                else f"write `in {group}` at the products that belong to it",
            )
        elif group is None and not subject.items:
            yield Finding(
                statement.type.span,
                "a product is asked for, and the catalog has none",
                "write `catalog`, and under it `item 1 price 2.50 stock 10 name`",
            )


_KINDS = (
    "product",
    "number",
    "digits",
    "phone",
    "money",
    "yesno",
    "address",
    "text",
    "date",
)  # fmt: skip


def _troubles(subject: Subject, code: str) -> Iterator[Finding]:
    told: set[tuple[int, str]] = set()
    for trouble in read_of(subject).troubles:
        if trouble.code == code and (key := _key(trouble)) not in told:
            told.add(key)
            yield Finding(trouble.span, trouble.message, trouble.help)


def _key(trouble: Trouble) -> tuple[int, str]:
    return id(trouble.reading.span), trouble.message


def _differs(name: str, kind: str, span: s.Span, variables: dict[str, str]) -> Iterator[Finding]:
    known = variables.get(name, kind)
    one, other = (each.partition(":")[0] for each in (known, kind))
    alike = {"choice": "text"}
    if alike.get(one, one) != alike.get(other, other):
        yield Finding(
            span,
            f"`{name}` is {schema.article(known)}, and is given {schema.article(kind)} here",
            "write `yes` or `no`"
            if one == "yesno"
            else f"take another name, or give it {schema.article(known)}",
        )


def _bounds(asked: s.AnswerType) -> Iterator[Finding]:
    lower, upper = asked.lower, asked.upper
    if lower is None or upper is None:
        return
    if lower > upper:
        yield Finding(
            asked.span,
            f"no number is from {lower} to {upper}",
            f"write the smaller one first: `{upper}..{lower}`",
        )
    elif asked.kind in ("digits", "pin") and not (lower >= 1 and upper <= DIGITS_MAX):
        yield Finding(
            asked.span,
            f"nobody can give {upper if lower else lower} digits",
            f"write how many there are, from 1 to {DIGITS_MAX}",
        )


def _tries(tries: s.Tries) -> Iterator[Finding]:
    if tries.limit < 1:
        yield Finding(tries.span, "nobody can answer in no tries", "write `tries 3 then -> step`")
