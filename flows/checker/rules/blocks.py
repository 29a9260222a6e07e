"""E005 to E011: what reading notes, and what a flow must say of the shop."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from flows import settings
from flows import syntax as s
from flows.checker.rule import Finding, rule
from flows.checker.subject import Subject
from flows.checker.written.wording import statements_of
from flows.diagnostic import parted

_SHANGHAIS_CLOCK = frozenset({"CNY", "HKD", "MYR", "PHP", "SGD", "TWD"})
"""Those of settings.CURRENCY_DECIMALS whose places have the same time."""


@rule("E005", "quoted-text", "warning")
def quoted_text(_: Subject) -> Iterator[Finding]:
    """A text stands in quote marks.

    What it does
    While reading, looks for texts that begin and end with quote marks.

    Why
    The marks would be sent to the buyer with the text.

    Example
    ```flow
    step start
      say "您好。"
      goodbye
    ```

    Write instead
    ```flow
    step start
      say 您好。
      goodbye
    ```
    """
    # flows/notes.py tells of it.
    yield from ()


@rule("E006", "key-without-space", "warning")
def key_without_space(_: Subject) -> Iterator[Finding]:
    """An option's wording begins with digits or tells a key, and there is no key before it.

    What it does
    While reading, looks for options such as `1下单`, where a space between the key and the wording may be missing, and
    for `(1) Order`, `1: Order`, `Press 1 to order`, where the key is a part of the wording.

    Why
    The option could be chosen only by saying all of it, digits and word: who answers 1 is not understood.

    Example
    ```flow
    step start
      menu 请选择：
        1下单  -> bye

    step bye
      goodbye
    ```

    Write instead
    ```flow
    step start
      menu 请选择：
        1 下单  -> bye

    step bye
      goodbye
    ```
    """
    # flows/notes.py tells of it.
    yield from ()


@rule("E010", "single-brace", "warning")
def single_brace(_: Subject) -> Iterator[Finding]:
    """A name stands between single braces.

    What it does
    While reading, looks for `{name}` and `{ name.field }` in texts, where `{{ name }}` was meant.

    Why
    The buyer would read the braces and the name, not the value.

    Example
    ```flow
    step start
      say 欢迎光临{shop.name}。
      goodbye
    ```

    Write instead
    ```flow
    step start
      say 欢迎光临{{ shop.name }}。
      goodbye
    ```
    """
    # flows/notes.py tells of it.
    yield from ()


@rule("E007", "bad-setting", "error")
def bad_setting(subject: Subject) -> Iterator[Finding]:
    """The value of a setting cannot be read.

    What it does
    Reads every line under `shop` and `defaults`, and each `no input after`: hours, days, lengths of time, currency,
    languages and channels. A setting that stands twice counts once, except `closed`.

    Why
    The shop would run with a value that nobody chose.

    Example
    ```flow
    shop 小店
      open mon-fri 9点到18点

    step start
      goodbye
    ```

    Write instead
    ```flow
    shop 小店
      open mon-fri 09:00-18:00

    step start
      goodbye
    ```
    """
    for block in subject.flow.blocks:
        if isinstance(block, s.Shop | s.Defaults):
            seen: dict[str, s.Setting] = {}
            for line in block.settings:
                yield from _unreadable(line)
                first = seen.setdefault(line.name, line)
                if first is not line and line.name not in _MANY:
                    yield Finding(
                        line.span,
                        f"`{line.name}` stands here twice, and only the last counts",
                        "take one away",
                        ((first.span, "the first"),),
                        "warning",
                    )
            if isinstance(block, s.Defaults) and block.wait is not None:
                yield from _unreadable(block.wait)
    for _, statement in statements_of(subject):
        if isinstance(statement, s.Menu | s.Ask) and statement.retry.wait is not None:
            yield from _unreadable(statement.retry.wait)


@rule("E008", "missing-block", "error")
def missing_block(subject: Subject) -> Iterator[Finding]:
    """A flow lacks a block that every flow has.

    What it does
    Looks for `shop` and for a step. A flow without `flow 1`, or whose first step is not called `start`, is a warning.

    Why
    Without a shop nobody knows which channels and languages there are; without a step there is nothing to say.

    Example
    ```flow
    step hello
      say 您好。
      goodbye
    ```

    Write instead
    ```flow
    step start
      say 您好。
      goodbye
    ```
    """
    first = s.Span(next(iter(subject.flow.starts)), 1, 1, 1)
    versions = [block for block in subject.flow.blocks if isinstance(block, s.FlowVersion)]
    if not versions:
        yield Finding(
            first, "the flow does not say its version", "begin with `flow 1`", severity="warning"
        )
    for block in versions:
        if block.version != 1:
            yield Finding(block.span, f"version {block.version} is not known", "write `flow 1`")
    if subject.shop is None:
        yield Finding(
            first,
            "the flow does not say whose it is",
            "write `shop NAME`, and under it `languages zh` and `channels sms, voice`",
        )
    if not subject.steps:
        yield Finding(
            first, "the flow has no steps", "write `step start`, and under it `say Hello`"
        )
    elif "start" not in subject.program.steps:
        yield Finding(
            subject.steps[0].span,
            "there is no step `start`, so buyers begin here",
            "call the first step `start`",
            severity="warning",
        )


@rule("E011", "no-time-zone", "warning")
def no_time_zone(subject: Subject) -> Iterator[Finding]:
    """A shop that is paid in the currency of a place with another time than China's goes by China's clock.

    What it does
    Looks for a `currency` other than CNY, HKD, MYR, PHP, SGD and TWD, of places that have Shanghai's time, without a `timezone` beside it.

    Why
    Without one a shop's hours, days and times are those of Shanghai: a shop in Nairobi that opens at nine would open at
    four in the morning.

    Example
    ```flow
    shop Tea corner
      languages en
      currency KES
      channels sms

    step start
      goodbye
    ```

    Write instead
    ```flow
    shop Tea corner
      languages en
      currency KES
      channels sms
      timezone Africa/Nairobi

    step start
      goodbye
    ```
    """
    lines = {} if subject.shop is None else {x.name: x for x in subject.shop.settings}
    currency = lines.get("currency")
    if currency is None or "timezone" in lines or subject.program.currency in _SHANGHAIS_CLOCK:
        return
    yield Finding(
        currency.span,
        f"the shop is paid in {subject.program.currency}, and its clock is that of Shanghai",
        "write its time zone, such as `timezone Africa/Nairobi`, into the shop",
    )


@rule("E009", "nobody-calls", "warning")
def nobody_calls(subject: Subject) -> Iterator[Finding]:
    """A shop says how it answers, calls back or sends on, and takes no calls.

    What it does
    Looks for `rings`, `call back`, `quiet hours` and `send on to` where `voice` is not among the channels, and for
    `quiet hours` where nobody is called back.

    Why
    The seller believes that missed calls are called back, and they are not.

    Example
    ```flow
    shop 小店
      languages zh
      channels sms
      call back 13*, 15*, 18*

    step start
      goodbye
    ```

    Write instead
    ```flow
    shop 小店
      number 400-800-1234
      languages zh
      channels voice, sms
      call back 13*, 15*, 18*

    step start
      goodbye
    ```
    """
    shop = subject.shop
    if shop is None:
        return
    lines = {line.name: line for line in shop.settings}
    if "voice" not in subject.program.channels:
        for name in ("rings", "call back", "quiet hours", "send on to"):
            if name in lines:
                yield Finding(
                    lines[name].span,
                    f"`{name}` is for calls, and none come here",
                    "write `channels voice`, or take the line away",
                )
    elif "quiet hours" in lines and "call back" not in lines:
        yield Finding(
            lines["quiet hours"].span,
            "nobody is called back, at no hour",
            "write `call back` with the numbers that may be called, such as 13*, or take the line away",
        )


def _read_parts(text: str) -> object:
    return settings.number(text, 1, 20)


_READERS: Mapping[str, Callable[[str], object]] = {
    "languages": settings.languages,
    "channels": settings.channels,
    "currency": settings.currency,
    "timezone": settings.timezone,
    "open": settings.opening,
    "closed": settings.closed_days,
    "delivery": settings.duration,
    "sms session": settings.duration,
    "ussd session": settings.duration,
    "voice session": settings.duration,
    "no input after": settings.duration,
    "max turns": settings.turns,
    "max sms parts": _read_parts,
    "rings": settings.rings,
    "call back": settings.numbers,
    "quiet hours": settings.quiet_hours,
    "send on to": settings.numbers,
    "sms code": settings.sms_codes,
    "ussd code": settings.ussd_codes,
    "keyword": settings.keywords,
}
"""Settings whose values have a form; the others are texts and lists."""
_MANY = frozenset({"closed", "sms code", "ussd code", "keyword"})


def _unreadable(line: s.Setting) -> Iterator[Finding]:
    reader = _READERS.get(line.name)
    if reader is None or not line.value:
        return
    try:
        reader(line.value)
    except ValueError as error:
        message, help_text = parted(str(error))
        yield Finding(line.span, message, help_text or None)
