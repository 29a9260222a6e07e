"""K201, K202, K207, K208: keys, and whether each means one thing."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from flows import syntax as s
from flows.checker.rule import Finding, rule
from flows.checker.subject import Subject
from flows.checker.written.entries import Entry, meet, tables_of
from flows.checker.written.wording import statements_of


@rule("K201", "duplicate-key", "error")
def duplicate_key(subject: Subject) -> Iterator[Finding]:
    """One key stands twice in one menu.

    What it does
    Compares the keys of the options of each menu, of each choice, and of `anywhere`. Options for different channels
    may share a key.

    Why
    Only the first of the two is ever reached, even when its guard is false.

    Example
    ```flow
    step start
      menu 请选择：
        1 下单    -> start
        1 查订单  -> start
    ```

    Write instead
    ```flow
    step start
      menu 请选择：
        1 下单    -> start
        2 查订单  -> start
    ```
    """
    for table in tables_of(subject):
        seen: dict[str, list[Entry]] = {}
        for entry in table:
            if entry.key is None:
                continue
            before = next((b for b in seen.get(entry.key, ()) if meet(b, entry)), None)
            seen.setdefault(entry.key, []).append(entry)
            if before is not None:
                free = next(k for k in map(str, range(1, 100)) if k not in {x.key for x in table})
                yield Finding(
                    entry.span,
                    f"key {entry.key} is already taken in this menu",
                    f"use a free key, such as {free}",
                    ((before.span, f"{entry.key} first stands here"),),
                )


@rule("K202", "key-shadows-anywhere", "warning")
def key_shadows_anywhere(subject: Subject) -> Iterator[Finding]:
    """A key of a question hides a key that `anywhere` promises at every question.

    What it does
    Compares the keys of menus and choices, and the range of `ask ... as number`, with the keys of `anywhere`. A key
    that leads to the same step is fine.

    Why
    A buyer who learned that 0 gives a person presses 0, and gets something else.

    Example
    ```flow
    anywhere
      0 人工  -> agent

    step start
      menu 请选择：
        1 下单  -> start
        0 返回  -> start

    step agent
      goodbye
    ```

    Write instead
    ```flow
    anywhere
      0 人工  -> agent

    step start
      menu 请选择：
        1 下单  -> start
        9 返回  -> start

    step agent
      goodbye
    ```
    """
    *tables, anywhere = tables_of(subject)
    kept = {entry.key: entry for entry in anywhere if entry.key is not None}
    if not kept:
        return
    for table in tables:
        for entry in table:
            before = kept.get(entry.key) if entry.key is not None else None
            if before is not None and before.goal != entry.goal and meet(before, entry):
                yield Finding(
                    entry.span,
                    f"key {entry.key} means `{before.goal}` everywhere else",
                    "use another key here",
                    ((before.span, "it works at every question"),),
                )
    for _, statement in statements_of(subject):
        if not isinstance(statement, s.Ask) or statement.type.kind != "number":
            continue
        lower, upper = statement.type.lower, statement.type.upper
        for key, before in kept.items():
            taken = key.isascii() and key.isdigit()
            if taken and lower is not None and upper is not None and lower <= int(key) <= upper:
                yield Finding(
                    statement.type.span,
                    f"{key} is a number from {lower} to {upper}, so it no longer means"
                    f" `{before.goal}` at this question",
                    f"ask for {int(key) + 1}..{upper}"
                    if int(key) == lower
                    else f"give `{before.goal}` another key in `anywhere`",
                    ((before.span, "it works at every other question"),),
                )


@rule("K207", "ambiguous-digits", "warning")
def ambiguous_digits(subject: Subject) -> Iterator[Finding]:
    """A caller who presses one key may be about to press another.

    What it does
    On voice, looks for a key of a menu that begins another (1 and 12), and for a product code that begins another.

    Why
    The system must wait after the first digit, and a caller who is slow gets the wrong one.

    Example
    ```flow
    shop 老王面馆
      channels voice

    step start
      menu 请选择：
        1 下单     -> start
        12 查订单  -> other

    step other
      goodbye
    ```

    Write instead
    ```flow
    shop 老王面馆
      channels voice

    step start
      menu 请选择：
        1 下单    -> start
        2 查订单  -> other

    step other
      goodbye
    ```
    """
    if "voice" not in subject.program.channels:
        return
    for table in tables_of(subject):
        keyed = [
            (entry.key, entry) for entry in table if entry.key and entry.channel in (None, "voice")
        ]
        for span, short, long, note in _prefixes(keyed):
            yield Finding(
                span,
                f"key {short} is how {long} begins, so a caller has to wait after it",
                "use keys of one length",
                ((note, f"{long} stands here"),),
            )
    asks = any(
        isinstance(statement, s.Ask) and statement.type.kind == "product"
        for _, statement in statements_of(subject)
    )
    if asks:
        coded = [(item.code, item) for item in subject.items]
        for span, short, long, note in _prefixes(coded):
            yield Finding(
                span,
                f"product {short} is how {long} begins, so a caller has to wait after it",
                "give all products codes of one length",
                ((note, f"{long} stands here"),),
            )


@rule("K208", "unusual-agent-key", "info")
def unusual_agent_key(subject: Subject) -> Iterator[Finding]:
    """A caller who presses 0 does not get a person, though the shop has one.

    What it does
    In a shop with voice and a `hand over`, looks at what 0 means in `anywhere`.

    Why
    On every phone menu in the world 0 is the way to a person. `*` is left alone: shops use it for back, again and
    start over alike.

    Example
    ```flow
    shop 老王面馆
      channels voice

    anywhere
      8 人工  -> agent

    step start
      menu 请选择：
        1 下单  -> start

    step agent
      hand over to sales
        when busy -> bye
        when timeout -> bye

    step bye
      goodbye
    ```

    Write instead
    ```flow
    shop 老王面馆
      channels voice

    anywhere
      0 人工  -> agent

    step start
      menu 请选择：
        1 下单  -> start

    step agent
      hand over to sales
        when busy -> bye
        when timeout -> bye

    step bye
      goodbye
    ```
    """
    if "voice" not in subject.program.channels:
        return
    people = {step.name for step, each in statements_of(subject) if isinstance(each, s.HandOver)}
    if not people:
        return
    options = [option for option in subject.anywhere if option.channel in (None, "voice")]
    if any(option.key == "0" and option.target in people for option in options):
        return
    for option in options:
        if option.key == "0":
            yield Finding(
                option.span,
                f"0 leads to `{option.target}`, and callers expect a person",
                f"write `0 ... -> {min(people)}`",
            )
        elif option.key is not None and option.target in people:
            yield Finding(
                option.span,
                f"key {option.key} leads to a person, and callers expect 0",
                f"write `0 ... -> {option.target}`",
            )


def _prefixes(
    keyed: Iterable[tuple[str, Entry | s.Item]],
) -> Iterator[tuple[s.Span, str, str, s.Span]]:
    """Each key of digits that begins another, with the one it begins: sorted, they stand side by side."""
    digits = sorted(
        {key: entry for key, entry in keyed if key.isascii() and key.isdigit()}.items(),
        key=lambda pair: pair[0],
    )
    for (short, entry), (long, other) in itertools.pairwise(digits):
        if long.startswith(short):
            yield entry.span, short, long, other.span
