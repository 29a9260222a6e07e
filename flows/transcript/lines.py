"""The lines of a transcript: inputs and effects as text, one mark in the first column each.

`> 101`            a message; `> [1]` keys; `> hangup`; `>` alone opens without a word
`> "牛肉面" 0.83`   speech, with its confidence; `> "牛肉面" 0.83 or "牛肉饭"` with the second best
`~ 6s`             silence, or time that passes
`< 牛肉面要几份？`    what the buyer hears or reads (a line break is shown as a space)
`! goodbye`        an effect
`= ok A0001 eta 12:40`   the outcome of an effect
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flows import effects
from flows.catalog import read_price
from flows.effects import Effect
from flows.inputs import HungUp, Input, Keys, Opened, Outcome, Silence, Speech, Text
from flows.program import Program, Request
from flows.render import money
from flows.schema import article

_OTHER = re.compile(r'(".*"[ 0-9.]*) or "([^"]+)"')
_OUTCOME = re.compile(r"(\w+)=(\"[^\"]*\"|\S+)")


def flatten(text: str) -> str:
    """A text on one line: every run of white space is one space."""
    return " ".join(text.split())


def input_line(given: Input, program: Program | None = None) -> str:
    """An input as its line; with the program, amounts of money in an outcome stand as money."""
    # The commonest first: a class of msgspec's is slow to say that a value is none of its own.
    match given:
        case Text(text):
            flat = flatten(text)
            # A message that looks like another kind of line is quoted by a backslash.
            return (
                f"> \\{flat}" if flat[:1] in ("[", '"', "\\") or flat == "hangup" else f"> {flat}"
            )
        case Outcome():
            return outcome_line(given, program)
        case Opened():
            return ">"
        case Keys(keys):
            return f"> [{keys}]"
        case Speech(text, confidence, other):
            sure = f" {confidence:.2f}" if confidence < 1 else ""
            return f'> "{flatten(text)}"{sure}' + (f' or "{flatten(other)}"' if other else "")
        case Silence():
            return "~"
        case HungUp():
            return "> hangup"
        case _:
            raise TypeError(f"{type(given).__name__} has no line")


def outcome_line(outcome: Outcome, program: Program | None = None) -> str:
    """`= ok A0001 eta 12:40`; other outcomes `= sold out missing=101`, a service's `= ok balance=12.50 barred=no`."""
    values, line = outcome.values, f"= {outcome.name}"
    number = values.get("number")
    if number is not None:
        eta = values.get("eta")
        line = f"{line} {number} eta {flatten(str(eta))}" if eta else f"{line} {number}"
        if len(values) == 2 and eta is not None:
            # Of a placed order: each order's log has it, and it has no more.
            return line
        values = {name: value for name, value in values.items() if name not in ("number", "eta")}
    words = [line]
    kinds = _result_kinds(program) if program and values else {}
    for name, value in values.items():
        shown = str(value) if not isinstance(value, bool) else ("yes" if value else "no")
        if program and kinds.get(name) == "money" and isinstance(value, int):
            shown = money(value, program.decimals)
        words.append(f'{name}="{shown}"' if not shown or " " in shown else f"{name}={shown}")
    return " ".join(words)


def typed_outcome(outcome: Outcome, program: Program) -> Outcome:
    """A parsed outcome with the types that the flow's services declare: `12.50` is money, `no` is a no.

    Raises ValueError for a value that is not of its type.
    """
    kinds = _result_kinds(program)
    values = {
        name: _typed(name, str(value), kinds[name], program.decimals) if name in kinds else value
        for name, value in outcome.values.items()
    }
    return Outcome(outcome.name, values)


def _typed(name: str, text: str, kind: str, decimals: int) -> int | str | bool:
    try:
        match kind:
            case "money":
                return read_price(text, decimals)
            case "number":
                return int(text)
            case "yesno":
                return {"yes": True, "no": False}[text]
            case _:
                return text
    except (ValueError, KeyError):
        raise ValueError(f"`{name}={text}` is not {article(kind)}") from None


def _result_kinds(program: Program) -> dict[str, str]:
    """What the services of a flow answer, by name."""
    return {
        name: kind
        for node in program.nodes
        if isinstance(node, Request)
        for name, kind in node.results
    }


def effect_line(effect: Effect, program: Program) -> str:
    """An effect as its line."""
    line = _LINES.get(type(effect))
    if line is None:
        raise TypeError(f"{type(effect).__name__} has no line")
    return line(effect, program)


def _place_order(effect: effects.PlaceOrder, program: Program) -> str:
    listed = " ".join([f"{line.code}x{line.quantity}" for line in effect.lines])
    return f"! place order {listed} total {money(effect.total, program.decimals)}"


def _keep_buyer(effect: effects.KeepBuyer, _: Program) -> str:
    value = effect.value
    shown = ("yes" if value else "no") if isinstance(value, bool) else flatten(value)
    return f"! buyer {effect.field} {shown}".rstrip()


def _request(effect: effects.Request, _: Program) -> str:
    asked = f"! request {effect.service}.{effect.operation}"
    return " ".join([asked, *map(str, effect.arguments)])


_LINES: dict[type[Effect], Callable[[Any, Program], str]] = {
    effects.Say: lambda effect, _: f"< {flatten(effect.text)}",
    effects.SendSms: lambda effect, _: f"! sms {flatten(effect.text)}",
    effects.TellShop: lambda effect, _: f"! tell shop {flatten(effect.text)}",
    effects.KeepBuyer: _keep_buyer,
    effects.PlaceOrder: _place_order,
    effects.HandOver: lambda effect, _: f"! hand over {effect.queue}",
    effects.Request: _request,
    effects.Pay: lambda effect, program: f"! pay {money(effect.amount, program.decimals)}",
    effects.Goodbye: lambda _effect, _program: "! goodbye",
    effects.Trouble: lambda effect, _: f"! trouble {effect.code} {flatten(effect.message)}",
}
"""By kind. A `match` would ask kind after kind, and a class of msgspec's is slow to say that a value is none of its own."""


def parse_input(text: str) -> Input:
    """What stands after `> `, as an input. Raises ValueError with what to write."""
    if not text:
        return Opened()
    if text == "hangup":
        return HungUp()
    if text.startswith("\\"):
        return Text(text[1:])
    if text.startswith("["):
        keys = text[1:].removesuffix("]")
        if not text.endswith("]") or not keys or keys.strip("0123456789*#"):
            raise ValueError(f"`{text}` is not keys; write `[12#]` with 0-9, * and #")
        return Keys(keys)
    if text.startswith('"'):
        both = _OTHER.fullmatch(text)
        best, other = both.groups() if both is not None else (text, "")
        said, quote, rest = best[1:].rpartition('"')
        if not quote:
            raise ValueError(
                f'`{text}` is not speech; write `"words"`, `"words" 0.83` or `"words" 0.83 or "others"`'
            )
        try:
            confidence = float(rest) if rest.strip() else 1.0
        except ValueError:
            raise ValueError(f"`{rest.strip()}` is not a confidence; write 0.83") from None
        if not 0 <= confidence <= 1:
            raise ValueError(f"`{rest.strip()}` is not a confidence from 0 to 1")
        return Speech(said, confidence, other)
    return Text(text)


OUTCOME_NAMES = (
    "sold out",
    "ok",
    "failed",
    "busy",
    "timeout",
    "closed",
    "hangup",
    "declined",
)


def parse_outcome(text: str) -> Outcome:
    """What stands after `= `, as an outcome. Raises ValueError with what to write."""
    for name in OUTCOME_NAMES:
        if text == name or text.startswith(name + " "):
            rest = text[len(name) :].strip()
            break
    else:
        raise ValueError(f"`{text}` is no outcome; write one of {', '.join(OUTCOME_NAMES)}")
    values: dict[str, int | str | bool] = {}
    for found in _OUTCOME.finditer(rest):
        value = found[2].strip('"')
        values[found[1]] = int(value) if value.isdecimal() and value.isascii() else value
    plain = _OUTCOME.sub("", rest).strip()
    if plain and name == "sold out":
        values["missing"] = plain
    elif plain:
        number, _, eta = plain.partition(" eta ")
        values["number"] = number.strip()
        values["eta"] = eta.strip()
    return Outcome(name, values)
