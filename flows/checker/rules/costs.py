"""C501, C502, C504: what messages and whole orders cost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from flows import program as p
from flows.checker.rule import Finding, rule
from flows.checker.subject import Subject
from flows.checker.told.messages import CULPRITS_SHARE, all_sms, shorter
from flows.checker.told.path_cost import Cost, path_costs
from flows.checker.told.turns import turns_of
from flows.checker.written.wording import texts_of
from flows.syntax import Span
from grammars.gsm.alphabet import DEFAULT
from grammars.gsm.parts import Parts, count_parts
from grammars.gsm.plain import transliterate

_BRACES = re.compile(r"\{\{.*?\}\}|\{%.*?%\}")
_NAMES = {"sms": "SMS", "voice": "phone"}


@rule("C501", "too-many-parts", "warning")
def too_many_parts(subject: Subject) -> Iterator[Finding]:
    """A message may come to more SMS parts than `max sms parts` allows.

    What it does
    Fills every text with the longest values its names can have (the longest product name, a full cart, an address of
    120 characters), joins the texts of each turn as they are sent, and counts the parts: 160 or 153 characters of GSM
    7-bit a part, 70 or 67 once a single character needs UCS-2.

    Why
    A carrier bills every part. Long messages also arrive in pieces on old phones.

    Example
    ```flow
    defaults
      max sms parts 1

    step start
      say 您好，欢迎光临本店。本店每天早上九点开门，晚上九点打烊，节假日照常营业，满一百元免费送货到家，不满一百元收五元送货费。
        en: Hello.
      menu 请选择您要的服务，回复数字即可：
        1 下单      -> start
        2 查询订单  -> start
    ```

    Write instead
    ```flow
    defaults
      max sms parts 1

    step start
      say 您好，欢迎光临本店。
      menu 请选择：
        1 下单      -> start
        2 查询订单  -> start
    ```
    """
    turns = turns_of(subject)
    most = subject.program.limits.sms_parts_max
    worst: dict[int, tuple[Parts, str, str]] = {}
    for index, language, text in all_sms(turns):
        # Half of 67, as a character of UCS-2 may take two units.
        if len(text) * 2 > most * 67 and (parts := _count(text)).parts > most:
            before = worst.get(index)
            if before is None or parts.units > before[0].units:
                worst[index] = (parts, language, text)
    for index, (parts, language, text) in worst.items():
        yield Finding(
            subject.compiled.spans[index],
            f"this message may come to {parts.parts} SMS parts in `{language}`"
            f" ({parts.units} characters of {parts.alphabet}), and `max sms parts` is {most}",
            shorter(turns, index, language, "sms", text),
        )


@rule("C502", "forced-ucs2", "warning")
def forced_ucs2(subject: Subject) -> Iterator[Finding]:
    """A character outside GSM 7-bit makes a message dearer, and a plain one would do.

    What it does
    Looks at every message that is sent in UCS-2 and would need fewer parts in GSM 7-bit. It names the characters at
    fault and what to write instead; where nothing stands for them, it only informs.

    Why
    A part holds 160 characters of GSM 7-bit, and 70 as soon as one character is not in it: a typographic quote or a
    dash from a word processor doubles the bill.

    Example
    ```flow
    shop Green Tea House
      languages en
      channels sms

    step start
      say Welcome to the tea house – we’ve 30 kinds of tea, and we deliver everywhere in town until nine in the evening.
      goodbye
    ```

    Write instead
    ```flow
    shop Green Tea House
      languages en
      channels sms

    step start
      say Welcome to the tea house - we've 30 kinds of tea, and we deliver everywhere in town until nine in the evening.
      goodbye
    ```
    """
    turns = turns_of(subject)
    if "sms" not in turns.program.channels:
        return
    dear = _dear_lines(subject)
    if not dear:
        return
    told: set[Span] = set()
    messages = all_sms(turns)
    for line, span, culprits in dear:
        for _, _, text in messages:
            if len(text) <= 70 or span in told or not _holds(text, line):
                continue
            cheaper = text
            for character, plain in culprits:
                cheaper = cheaper.replace(character, plain or "?")
            now, then = _count(text), _count(cheaper)
            if then.parts < now.parts:
                told.add(span)
                named = "".join(character for character, _ in culprits)
                plains = [f"`{plain}` for `{char}`" for char, plain in culprits if plain]
                yield Finding(
                    span,
                    f"`{named}` puts the whole message in UCS-2:"
                    f" {now.parts} SMS parts instead of {then.parts}",
                    f"write {', '.join(plains)}"
                    if len(plains) == len(culprits)
                    else "write it in letters of GSM 7-bit",
                    severity=None if len(plains) == len(culprits) else "info",
                )


@rule("C504", "path-cost", "info")
def path_cost(subject: Subject) -> Iterator[Finding]:
    """What an order costs: SMS parts and seconds of speech, at best, by the shortest way, and at worst.

    What it does
    Adds up what is sent to the buyer from the first turn until the order is placed and confirmed. At best: the
    cheapest way, shortcuts of `anywhere` included. Usual: the way of fewest turns. At worst: every question on any way
    to an order once, each message at its longest; a call has its usual values throughout.

    Why
    The seller pays for every part and every minute, and should know before the first buyer comes.

    Example
    ```flow
    catalog
      item 101 price 18.00 stock 40 牛肉面

    step start
      ask dish as product of catalog
        say 想吃什么？
      add 1 of dish to cart
      place order
        when sold out -> start
        when failed -> start
      goodbye
    ```

    Write instead
    ```flow
    # Nothing is wrong: a flow without `place order` has no such price.
    step start
      say 您好。
      goodbye
    ```
    """
    span = next(
        (step.span for step in subject.steps if step.name == "start"),
        subject.steps[0].span if subject.steps else None,
    )
    if span is None or not any(isinstance(node, p.PlaceOrder) for node in subject.program.nodes):
        return
    turns = turns_of(subject)
    for channel in ("sms", "voice"):
        if channel not in subject.program.channels:
            continue
        costs = [
            (language, cost)
            for language in subject.program.languages
            if (cost := path_costs(turns, channel, language)) is not None
        ]
        if costs:
            said = "; ".join(_cost_text(language, cost, channel) for language, cost in costs)
            yield Finding(span, f"what an order costs by {_NAMES[channel]}: {said}")


def _cost_text(language: str, cost: Cost, channel: str) -> str:
    best, usual, worst = round(cost.cheapest), round(cost.usual), round(cost.worst)
    unit = f"part{'s' * (best != 1)}" if channel == "sms" else "s of speech"
    answers = f"{cost.usual_turns} answer{'s' * (cost.usual_turns != 1)}"
    return f"`{language}` {best} {unit} at best, {usual} usually ({answers}), {worst} at worst"


@lru_cache(maxsize=20_000)
def _count(text: str) -> Parts:
    return count_parts(text)


def _dear_lines(
    subject: Subject,
) -> list[tuple[str, Span, tuple[tuple[str, str | None], ...]]]:
    """Lines that are GSM 7-bit but for a few characters: the line, its span, each character and what replaces it."""
    found: list[tuple[str, Span, tuple[tuple[str, str | None], ...]]] = []
    for written in texts_of(subject):
        if written.part in ("tell", "product", "shop"):
            continue
        for line in written.lines:
            if not _culprits(line.text):
                continue
            if "sms" in line.channels or (written.part == "sms" and line.readers):
                named = written.part in ("option", "choice")
                text = re.split(r"[|｜]", line.text)[0].strip() if named else line.text
                if culprits := _culprits(text):
                    found.append((text, line.span, culprits))
    return found


@lru_cache(maxsize=50_000)
def _culprits(text: str) -> tuple[tuple[str, str | None], ...]:
    text = _BRACES.sub("", text)
    outside = [c for c in dict.fromkeys(text) if c not in DEFAULT.characters]
    if not outside:
        return ()
    plains = [(c, plain if (plain := transliterate(c)) != c else None) for c in outside]
    stubborn = sum(text.count(c) for c, plain in plains if plain is None)
    letters = sum(map(str.isalnum, text))
    latin = any(c.isascii() and c.isalpha() for c in text)
    if stubborn * CULPRITS_SHARE > letters or not latin:
        return ()
    return tuple(plains)


def _holds(text: str, line: str) -> bool:
    """Whether a message holds a line, as far as its longest run of characters that do not change shows."""
    plain = max(_BRACES.split(line), key=len)
    return plain in text
