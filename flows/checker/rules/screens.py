"""C503: what a USSD screen holds."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from flows import program as p
from flows.checker.rule import Finding, rule
from flows.checker.subject import Subject
from flows.checker.told.messages import messages_of, shorter
from flows.checker.told.sayings import options_of
from flows.checker.told.turns import Turns, turns_of
from grammars.gsm.screen import UNITS_MAX, measure

USSD_OPTIONS_MAX = 9
"""One digit each."""


@rule("C503", "ussd-overflow", "error")
def ussd_overflow(subject: Subject) -> Iterator[Finding]:
    """A USSD screen holds more than the network carries, or more options than one digit can choose.

    What it does
    Joins the texts of each turn as a USSD screen and counts: 182 characters of GSM 7-bit, 80 of UCS-2, nine options.
    A text that alone is too long with usual values is an error. A screen that is too long only with the longest values
    (an address of 120 characters), or with what is said before the question, is a warning.

    Why
    A USSD string has 160 octets. The network cuts or refuses a longer one, and the buyer sees half a menu.

    Example
    ```flow
    shop 老王面馆
      channels ussd

    step start
      menu 您好，欢迎光临本店。本店每天早上九点开门，晚上九点打烊，节假日照常营业，满一百元免费送货到家，不满一百元收五元送货费，请选择您今天要的服务：
        1 下单      -> start
        2 查询订单  -> start
        3 修改订单  -> start
    ```

    Write instead
    ```flow
    shop 老王面馆
      channels ussd

    step start
      menu 您好，请选择：
        1 下单      -> start
        2 查询订单  -> start
    ```
    """
    turns = turns_of(subject)
    if "ussd" not in turns.program.channels:
        return
    told: dict[int, tuple[int, str, str]] = {}
    certain = _certain_overflows(turns)
    for index, language, text in messages_of(turns, "ussd"):
        if index in certain or not _overflows(text):
            continue
        before = told.get(index)
        if before is None or len(text) > before[0]:
            told[index] = (len(text), language, text)
    told |= certain
    for index, (_, language, text) in told.items():
        units, room = _measured(text)
        yield Finding(
            subject.compiled.spans[index],
            f"this USSD screen {'has' if index in certain else 'may come to'} {units} characters"
            f" in `{language}`, and {room} fit",
            shorter(turns, index, language, "ussd", text),
            severity=None if index in certain else "warning",
        )
    for index, node in enumerate(turns.program.nodes):
        options = options_of(node, "ussd")
        always = sum(option.guard is None for option in options)
        if always > USSD_OPTIONS_MAX:
            yield Finding(
                subject.compiled.spans[index],
                f"this menu has {always} options, and a USSD screen takes {USSD_OPTIONS_MAX}",
                "put some of them in a second menu",
            )


def _certain_overflows(turns: Turns) -> dict[int, tuple[int, str, str]]:
    """Nodes whose own text, with usual values, is too long for a screen: length, language, text."""
    sayings = turns.sayings("ussd", "usual")
    found: dict[int, tuple[int, str, str]] = {}
    for index, node in enumerate(turns.program.nodes):
        if not isinstance(node, p.Say | p.Menu | p.Ask):
            continue
        for language in turns.program.languages:
            said = isinstance(node, p.Say)
            text = sayings.said(index, language) if said else sayings.question(index, language)
            if _overflows(text) and len(text) > found.get(index, (0, "", ""))[0]:
                found[index] = (len(text), language, text)
    return found


def _overflows(text: str) -> bool:
    # The commonest screen needs no counting: it is short in either alphabet.
    if len(text) <= UNITS_MAX // 2:
        return False
    units, room = _measured(text)
    return units > room


_measured = lru_cache(maxsize=20_000)(measure)
