"""What a turn gives its channel to perform: effects in order, and what the buyer may do next."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from flows import effects
from flows import program as p
from flows.effects import Effect
from flows.inputs import Outcome
from flows.machine import CONFIRM, RESUME, Machine
from flows.session import ENDED, Session

YESNO_KEYS = ("1", "2")
"""What `yes or no` is on keys; see grammars.yesno."""
_KEYS_OF_NUMBERS = 9
"""A number without bounds: so many digits at most are waited for."""
_DIGITS = {"phone": 15, "money": 9, "date": 8}
"""Digits that may be keyed for a type that sets no bound itself; E.164 numbers have 15."""


class Expected(msgspec.Struct, frozen=True):
    """What the buyer may do at the question where the session waits."""

    question: str
    """Name of the question, `take_order.2`: `machine.questions` has it, with its phrases for a recogniser."""
    type: str
    """`menu`, `yesno`, or the type of an `ask`: product, number, digits, phone, money, address, text, date ..."""
    keys: tuple[str, ...]
    """Whole sequences of keys that mean something here, in order; also ones whose condition does not hold now."""
    digits_max: int
    """Other digits that may be keyed, before `#` ends them; 0 if only `keys` mean something."""
    wait_s: int
    """After so much silence `Silence` is handed in."""
    barge_in: bool = True
    """Whether keys and speech stop what is being said."""
    resumes: bool = False
    """Whether it is the offer to go on with an earlier session, rather than the question itself."""
    decimals: int = 0
    """Digits after the decimal point of an amount that is keyed, where `*` is the point; 0 where it is none."""


class Reply(msgspec.Struct, frozen=True):
    """One arrival's effects, for a channel that performs them itself. What is kept of them is kept already."""

    effects: tuple[Effect, ...]
    """In order: what to say, whom to hand over to, goodbye. Orders are placed and kept; `SendSms` is in the outbox."""
    language: str
    """In which the turn began; `KeepBuyer("language", ...)` among the effects changes it from there on."""
    expected: Expected | None
    """None while an outcome is awaited, and after the end."""
    ended: bool
    program: bytes
    """Fingerprint of the program that the session runs on."""
    outcome: Outcome | None = None
    """Of an agent's deed (center.desk.deed): `ok`, or why not."""

    def said(self) -> Iterator[tuple[str, str]]:
        """Texts for the buyer in order, each with its language."""
        language = self.language
        for effect in self.effects:
            if isinstance(effect, effects.KeepBuyer) and effect.field == "language":
                language = str(effect.value)
            elif isinstance(effect, effects.Say):
                yield effect.text, language

    def announced(self) -> int:
        """How many texts, from the first, a caller has to hear to their end before anything else is said or taken."""
        said = [effect for effect in self.effects if isinstance(effect, effects.Say)]
        return max((place for place, effect in enumerate(said, 1) if effect.to_its_end), default=0)


def expected(machine: Machine, session: Session) -> Expected | None:
    """What may be done at the question where a session waits; None if it waits at none."""
    at = session.at
    if at == ENDED:
        return None
    name = at.lstrip(RESUME + CONFIRM)
    node = machine.program.waits.get(name)
    question = machine.program.nodes[node] if node is not None else None
    if not isinstance(question, p.Menu | p.Ask):
        return None
    channel = p.CHANNELS[session.channel]
    if at != name:
        return Expected(
            name, "yesno", YESNO_KEYS, 0, question.retry.wait_s, resumes=at.startswith(RESUME)
        )
    anywhere = _keys(machine.program.anywhere, channel)
    if isinstance(question, p.Menu):
        keys = _keys(question.options, channel)
        return Expected(name, "menu", (*keys, *anywhere), 0, question.retry.wait_s)
    keys, digits_max = _keys_of_ask(question, machine.program, channel)
    by_keys = question.type == "money" and channel == "voice"
    return Expected(
        name, question.type, (*keys, *anywhere), digits_max, question.retry.wait_s,
        decimals=machine.program.decimals if by_keys else 0,
    )  # fmt: skip


def _keys(options: tuple[p.Option, ...], channel: str) -> tuple[str, ...]:
    return tuple(o.key for o in options if o.key is not None and o.channel in (None, channel))


def _keys_of_products(ask: p.Ask, program: p.Program) -> tuple[str, ...]:
    """Their codes and synonyms that a telephone has keys for: K01 has none, but its synonym 1."""
    asked = (x for x in program.products if ask.group in (None, x.group))
    words = (word for x in asked for word in (x.code, *x.phrases))
    return tuple(dict.fromkeys(word for word in words if word.isascii() and word.isdecimal()))


def _keys_of_ask(ask: p.Ask, program: p.Program, channel: str) -> tuple[tuple[str, ...], int]:
    match ask.type:
        case "product":
            return _keys_of_products(ask, program), 0
        case "choice":
            return _keys(ask.choices, channel), 0
        case "yesno":
            return YESNO_KEYS, 0
        case "number":
            return (), len(str(ask.upper)) if ask.upper is not None else _KEYS_OF_NUMBERS
        case "digits" | "pin":
            return (), ask.upper or 32
        case other:
            return (), _DIGITS.get(other, 0)
