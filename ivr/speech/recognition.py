"""What goes to a recogniser's process and what comes back, and the settings that say which engine hears which language."""

from __future__ import annotations

from typing import Protocol

import msgspec

from ivr.speech.samples import Samples

UTTERANCE_S_MAX = 20.0
"""More of one utterance is not listened to."""


class Listening(msgspec.Struct, frozen=True):
    """What a recogniser is given: the same for all calls at the same question in the same language."""

    language: str
    jsgf: str
    """For engines that compile grammars."""
    phrases: tuple[str, ...]
    """For engines that take a list: phrases, and single words of the grammars."""


class Request(msgspec.Struct, frozen=True, array_like=True):
    """One utterance."""

    listening: Listening
    codes: bytes
    """G.711, 8,000 a second."""
    payload_type: int
    """0 mu-law, 8 A-law."""


class Hypothesis(msgspec.Struct, frozen=True, array_like=True):
    """What was heard."""

    text: str
    """Empty where nothing in the grammar fits."""
    confidence: float
    """From 0 to 1; see each engine for what it is made of."""
    alternatives: tuple[str, ...] = ()
    """What else it may have been, likelier first: the first one may break off where the grammar goes on."""


class Engine(Protocol):
    """One recogniser, in one process, for one utterance at a time."""

    def hear(self, listening: Listening, samples: Samples) -> Hypothesis:
        """What samples at 8 kHz say. Blocks."""
        ...
