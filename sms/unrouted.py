"""Texts to a code that sellers share which name none of them: how often their senders are told what to write.

They reach no seller's flow, and so neither its limits nor what it knows of STOP. The answer is one and the same sentence: a
machine would answer it for ever, and forged numbers would have us text a stranger each.
"""

from __future__ import annotations

from typing import Final

from center.limits.policy import Policy
from center.limits.rates import Rates
from center.limits.tally import MESSAGES_WINDOW_S
from center.visit.opting import OPT_OUT_CHARACTERS_MAX
from grammars.opting_out import BY_LANGUAGE, opts_out

HELPS_PER_SENDER_MAX: Final = 3
"""Within MESSAGES_WINDOW_S. Who has not understood it by then does not need it once more."""
HELPS_PER_PREFIX_MAX: Final = 300
"""The same to all numbers that begin alike."""

_LANGUAGES: Final = tuple(BY_LANGUAGE)
_PREFIX_DIGITS: Final = Policy().prefix_digits


class Helps:
    """Counts what was answered. No clock: `now` is an argument, in seconds."""

    def __init__(self) -> None:
        self._told: Rates[str] = Rates(MESSAGES_WINDOW_S)
        self._told_alike: Rates[str] = Rates(MESSAGES_WINDOW_S)

    def may_tell(self, buyer: str, text: str, now: int) -> bool:
        """Whether this text is answered; that counts. Who says STOP to no shop in particular has nothing to be told."""
        prefix = buyer[:_PREFIX_DIGITS]
        if (
            (len(text) <= OPT_OUT_CHARACTERS_MAX and opts_out(text, _LANGUAGES))
            or self._told.total(buyer, now) >= HELPS_PER_SENDER_MAX
            or self._told_alike.total(prefix, now) >= HELPS_PER_PREFIX_MAX
        ):
            return False
        self._told.add(buyer, 1, now)
        self._told_alike.add(prefix, 1, now)
        return True
