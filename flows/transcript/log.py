"""The live log: what was said in a turn as transcript lines, with numbers and addresses masked.

Masked parts become `…`, which matches anything, so that a logged conversation replays as it is: an address that a
buyer typed is logged as a made-up one of the same kind.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from flows import effects
from flows.effects import Effect
from flows.inputs import Buyer, Input, Text
from flows.program import Program
from flows.render import money
from flows.session import Session
from flows.transcript.lines import effect_line, flatten, input_line
from grammars.phones import is_as_dialled_in_china

LOG_LINE_CHARACTERS_MAX = 2_000
"""A longer line of the log is cut; the rest matches anything."""

MASKED_ADDRESS = "某路1号"
"""Stands for an address in the log. It reads as one, so a replay goes the same way."""

MASKED_NUMBER = "13800138000"
"""Stands for a telephone number in the log, and reads as one in every country."""

NUMBER_CHARACTERS_MIN = 7
"""A shorter line holds no telephone number."""
NUMBER_CHARACTERS_SHOWN = 4
"""Of a number that a buyer writes among other words, the last ones stay."""
_NUMBER = re.compile(r"(?<![\d.])\+?\d[\d -]{5,17}\d(?![\d.])")
_PERHAPS = re.compile(r"\d[\d -]{5,17}\d")
"""Is in every number, and found many times faster; most lines have none, be their menus ever so short."""

SAID_CHARACTERS_MAX = 480
"""A text with more is not kept masked: with its line it takes 4 KiB, and all of a full table may be as long."""

SAID_MAX = 512
"""Texts kept masked. Most of what a shop says, it says to everybody; with more, as sellers who say it otherwise would fill it with,
it costs more than to mask a text: no cache of the processor holds it.
"""

STOCK_LISTED_MAX = 20
"""Products whose stock the head of a log names."""


def log_head(
    program: Program,
    channel: str,
    session: Session,
    buyer: Buyer,
    stock: Mapping[str, int],
    at: int,
) -> list[str]:
    """The `@` lines of a session that begins: all that its replay must know of the world, masked."""
    when = _minute(at - at % 60, program.timezone)
    head = f"@ flow {program.name}  channel {channel}  lang {session.language}"
    lines = [f"{head}  from {MASKED_NUMBER}  at {when}"]
    changed = [
        f"{product.code}={stock[product.code]}"
        for product in program.products
        if stock.get(product.code, product.stock) != product.stock
    ]
    if changed:
        lines.append(f"@ stock {' '.join(changed[:STOCK_LISTED_MAX])}")
    if buyer.addresses:
        lines.append("@ " + "  ".join([f"address {MASKED_ADDRESS}"] * len(buyer.addresses)))
    order = buyer.last_order
    if order is not None and order.lines:
        listed = " ".join(f"{line.code}x{line.quantity}" for line in order.lines)
        total = money(order.total, program.decimals)
        eta = f" eta {order.eta}" if order.eta else ""
        lines.append(f"@ last order {order.number} {order.status} {listed} total {total}{eta}")
    return lines


@lru_cache(1_024)  # A minute's sessions begin in the same one.
def _minute(at: int, timezone: str) -> str:
    return f"{datetime.fromtimestamp(at, ZoneInfo(timezone)):%Y-%m-%d %H:%M}"


def log_lines(
    given: Input,
    turn_effects: Sequence[Effect],
    program: Program,
    private: Sequence[str] = (),
    earlier: Sequence[str] = (),
) -> list[str]:
    """The lines of one step: its input, then its effects. `private` are words to hide wherever they stand, `earlier` those to hide in
    what was not said: they may have been said again as another answer (flows.transcript.masked).
    """
    lines = [_masked_input(given, program, private)]
    if earlier:
        private = [*private, *earlier]
    for effect in turn_effects:
        # Not isinstance: a class of msgspec's is slow to say that a value is none of its own.
        if type(effect) is effects.Say:
            text = effect.text
            for word in private:
                if word in text:
                    lines.append(_hide(f"< {flatten(text)}", private))
                    break
            else:
                lines.append(_said(text) if len(text) <= SAID_CHARACTERS_MAX else _hide_said(text))
        elif type(effect) is effects.Goodbye:
            lines.append(_GOODBYE)
        elif type(effect) is effects.PlaceOrder:
            # Codes, pieces and money: nothing that is its buyer's.
            lines.append(_cut(effect_line(effect, program)))
        elif type(effect) is effects.KeepBuyer and effect.field in ("address", "name"):
            lines.append(f"! buyer {effect.field} …")
        else:
            lines.append(_hide(effect_line(effect, program), private))
    return lines


_GOODBYE = "! goodbye"


def _hide_said(text: str) -> str:
    return _hide(f"< {flatten(text)}", ())


_said = lru_cache(SAID_MAX)(_hide_said)


def _masked_input(given: Input, program: Program, private: Sequence[str]) -> str:
    # As above: not isinstance.
    if type(given) is Text:
        text = given.text
        if text.strip() in private and text != MASKED_NUMBER:
            return f"> {MASKED_ADDRESS}"
        if len(text) < NUMBER_CHARACTERS_MIN:
            return _short(text)
    line = input_line(given, program)
    if _PERHAPS.search(line) is not None:
        line = _NUMBER.sub(_made_up, line)
    return _cut(line)


def _made_up(found: re.Match[str]) -> str:
    """Buyers' digits stay as many digits, so that a code is still one when it is replayed, and a Chinese phone number, too."""
    return stand_in(found[0], NUMBER_CHARACTERS_SHOWN)


def stand_in(number: str, shown: int = 0) -> str:
    """What stands for a number: for one of a Chinese phone the made-up one, else zeros, but for the last `shown` characters."""
    first, space, rest = number.partition(" ")
    if len(first) == len(MASKED_NUMBER) and is_as_dialled_in_china(first):
        return f"{MASKED_NUMBER}{space}{_zeros(rest, shown)}"
    return _zeros(number, shown)


def _zeros(number: str, shown: int) -> str:
    hidden = max(0, len(number) - shown)
    return re.sub(r"\d", "0", number[:hidden]) + number[hidden:]


@lru_cache(4_096)  # Keys of menus, mostly.
def _short(text: str) -> str:
    return input_line(Text(text))


def _hide(line: str, private: Sequence[str]) -> str:
    for word in private:
        if word in line and len(word) > 1:
            line = line.replace(word, "…")
    perhaps = _PERHAPS.search(line)
    if perhaps is not None:
        # No number begins before it but for a `+`; what stands before that tells whether it is one.
        begin = max(0, perhaps.start() - 2)
        line = line[:begin] + _NUMBER.sub("…", line[begin:])
    return _cut(line)


def _cut(line: str) -> str:
    return (
        line if len(line) <= LOG_LINE_CHARACTERS_MAX else line[: LOG_LINE_CHARACTERS_MAX - 1] + "…"
    )
