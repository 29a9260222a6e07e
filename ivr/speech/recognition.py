"""What goes to a recogniser's process and what comes back, and the settings that say which engine hears which language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import msgspec

from ivr.speech.samples import Samples

UTTERANCE_S_MAX = 20.0
"""More of one utterance is not listened to."""
DEFAULT_ENGINES: Mapping[str, str] = {"en": "pocketsphinx"}
"""Engine by language: `pocketsphinx` (English, with the model that its wheel brings), or `vosk:FOLDER` of a model.
A language that is not here is answered by keys."""


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


def check_engines(engines: Mapping[str, str]) -> None:
    """Raises ValueError for a setting that names no engine, with what to write instead."""
    for language, setting in engines.items():
        name, _, model = setting.partition(":")
        if name == "pocketsphinx" and not model:
            if language != "en":
                raise ValueError(
                    f"pocketsphinx hears English, not `{language}`; write vosk:FOLDER of a model"
                )
        elif name != "vosk" or not model:
            raise ValueError(
                f"`{setting}` is no recogniser; write pocketsphinx or vosk:FOLDER of a model"
            )
