"""What goes wrong on purpose, decided by chance from one seed.

The same seed and the same sequence of messages give the same faults, so a failure found by
chance is found again.
"""

import random
from dataclasses import dataclass, fields, replace
from enum import Enum
from math import isfinite
from typing import Final

DELAY_S_MAX: Final = 600.0


@dataclass(frozen=True, slots=True)
class Faults:
    """Shares between 0 and 1, and delays in seconds. The default is a perfect network."""

    seed: int = 0
    response_delay_s: float = 0.0
    receipt_delay_s: float = 0.0
    jitter_s: float = 0.0
    """Added to each delay, evenly from nothing to this."""
    throttled: float = 0.0
    """submit_sm answered ESME_RTHROTTLED."""
    queue_full: float = 0.0
    """submit_sm answered ESME_RMSGQFUL."""
    lost_response: float = 0.0
    """Taken, delivered, and never answered."""
    duplicated_response: float = 0.0
    disconnect: float = 0.0
    """The line drops in the middle of the answer."""
    undeliverable: float = 0.0
    """The phone is never reached; the receipt says UNDELIV."""
    lost_receipt: float = 0.0
    duplicated_receipt: float = 0.0
    early_receipt: float = 0.0
    """The receipt overtakes submit_sm_resp."""
    lost_delivery: float = 0.0
    """A deliver_sm that never arrives; it is brought again after `again_s`."""
    duplicated_delivery: float = 0.0
    """A deliver_sm that arrives twice, under one sequence number."""
    lost_answer: float = 0.0
    """The ESME's answer to a deliver_sm goes down with its line, which drops; the message is brought again."""
    ignored_answer: float = 0.0
    """The ESME's answer is not heeded though the line lives on; the message is brought again after `again_s`."""
    again_s: float = 10.0
    """How long an answer to a deliver_sm is waited for."""
    named: float = 0.0
    """Texts of phones that bear a name of their own (user_message_reference), by which an ESME knows a repetition."""


class FaultError(ValueError):
    """A fault is unknown or out of its range."""


def parse_faults(words: str, before: Faults | None = None) -> Faults:
    """Read `throttled=10% receipt_delay_s=2 seed=7`; `none` clears all before it.

    Raises FaultError that says what is allowed.
    """
    faults = before or Faults()
    names = {field.name for field in fields(Faults)}
    for word in words.split():
        if word == "none":
            faults = Faults(seed=faults.seed)
            continue
        name, equals, value = word.partition("=")
        if name not in names or not equals:
            raise FaultError(f"{word}: say NAME=VALUE with one of {', '.join(sorted(names))}")
        faults = replace(faults, **{name: _value(name, value)})
    return faults


def _value(name: str, value: str) -> float | int:
    try:
        number = float(value.removesuffix("%")) / (100 if value.endswith("%") else 1)
    except ValueError:
        raise FaultError(f"{name}: {value} is not a number") from None
    if name == "seed" and isfinite(number):
        return int(number)
    if name == "seed":
        raise FaultError(f"seed: {value} is not a number")
    limit = DELAY_S_MAX if name.endswith("_s") else 1.0
    if not 0 <= number <= limit:  # NaN is not either.
        raise FaultError(f"{name}: {value} is not between 0 and {limit:g}")
    return number


def describe(faults: Faults) -> str:
    """Write the faults that are set, as `parse_faults` reads them."""
    plain = Faults()
    words = [
        f"{field.name}={getattr(faults, field.name):g}"
        for field in fields(Faults)
        if getattr(faults, field.name) != getattr(plain, field.name)
    ]
    return " ".join(words) or "none"


class Answer(Enum):
    """How a submit_sm is answered."""

    ACCEPT = "accept"
    THROTTLE = "throttle"
    QUEUE_FULL = "queue full"


@dataclass(frozen=True, slots=True)
class Fate:
    """What happens to one submitted message."""

    answer: Answer = Answer.ACCEPT
    responses: int = 1
    """0 lost, 1, or 2."""
    disconnects: bool = False
    delivered: bool = True
    receipts: int = 1
    receipt_first: bool = False
    response_delay_s: float = 0.0
    receipt_delay_s: float = 0.0


@dataclass(frozen=True, slots=True)
class DeliveryFate:
    """What happens to one deliver_sm."""

    copies: int = 1
    """0 lost, 1, or 2."""
    drops_the_line: bool = False
    """Where its answer would be read."""
    is_heeded: bool = True


PERFECT: Final = DeliveryFate()


class Chance:
    """Draws fates. Every draw takes the same count of numbers, so one share changes one thing."""

    def __init__(self, faults: Faults) -> None:
        self._begin(faults.seed)
        self.faults = faults

    def change(self, faults: Faults) -> None:
        """Go on with other faults; a new seed begins anew."""
        if faults.seed != self.faults.seed:
            self._begin(faults.seed)
        self.faults = faults

    def _begin(self, seed: int) -> None:
        # Each way has its own chance: how much goes one way changes nothing in the other.
        self._random = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self._other_way = random.Random(f"{seed} to ESMEs")  # noqa: S311

    def is_named(self) -> bool:
        """Whether the next text of a phone bears a name."""
        return bool(self.faults.named) and self._other_way.random() < self.faults.named

    def draw_delivery(self) -> DeliveryFate:
        """The fate of the next deliver_sm."""
        faults = self.faults
        if not (
            faults.lost_delivery
            or faults.duplicated_delivery
            or faults.lost_answer
            or faults.ignored_answer
        ):
            return PERFECT
        dice = [self._other_way.random() for _ in range(4)]
        copies = 2 if dice[1] < faults.duplicated_delivery else 1
        return DeliveryFate(
            copies=0 if dice[0] < faults.lost_delivery else copies,
            drops_the_line=dice[2] < faults.lost_answer,
            is_heeded=dice[3] >= faults.ignored_answer,
        )

    def draw(self) -> Fate:
        """The fate of the next message."""
        faults = self.faults
        dice = [self._random.random() for _ in range(11)]
        answer = Answer.ACCEPT
        if dice[0] < faults.throttled:
            answer = Answer.THROTTLE
        elif dice[1] < faults.queue_full:
            answer = Answer.QUEUE_FULL
        responses = 2 if dice[3] < faults.duplicated_response else 1
        receipts = 2 if dice[7] < faults.duplicated_receipt else 1
        return Fate(
            answer=answer,
            responses=0 if dice[2] < faults.lost_response else responses,
            disconnects=dice[4] < faults.disconnect,
            delivered=dice[5] >= faults.undeliverable,
            receipts=0 if dice[6] < faults.lost_receipt else receipts,
            receipt_first=dice[8] < faults.early_receipt,
            response_delay_s=faults.response_delay_s + dice[9] * faults.jitter_s,
            receipt_delay_s=faults.receipt_delay_s + dice[10] * faults.jitter_s,
        )
