"""Vosk: a recogniser for any language of which there is a model.

Its list of phrases is a hint that it goes past (vosk-api #740), and its confidence does not tell words from noise (#741):
what it hears is held against the grammar by ivr.speech.sayable, and its confidence is capped at CONFIDENCE_MAX so that
nothing irreversible follows without a confirmation.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from ivr.speech.recognition import Hypothesis, Listening
from ivr.speech.samples import TELEPHONE_HZ, Samples, resampled, to_int16

CONFIDENCE_MAX = 0.7
RATE_HZ = 16_000
UNKNOWN = "[unk]"


class Vosk:
    """See ivr.speech.recognition.Engine. Raises OSError for a folder that holds no model."""

    def __init__(self, model: Path) -> None:
        if not (model / "am").is_dir():
            raise FileNotFoundError(f"{model} holds no Vosk model")
        # Vosk imports it for subtitles, which nobody asks for here; it is left out of the lock.
        sys.modules.setdefault("srt", ModuleType("srt"))
        import vosk

        # The library has no types.
        self._vosk: Any = vosk
        self._vosk.SetLogLevel(-1)
        self._model: Any = self._vosk.Model(str(model))

    def hear(self, listening: Listening, samples: Samples) -> Hypothesis:
        """What was said, as Vosk hears it."""
        phrases = json.dumps([*listening.phrases, UNKNOWN], ensure_ascii=False)
        recogniser = self._vosk.KaldiRecognizer(self._model, RATE_HZ, phrases)
        recogniser.SetWords(True)
        wide = resampled(samples, TELEPHONE_HZ, RATE_HZ)
        recogniser.AcceptWaveform(to_int16(wide).tobytes())
        result = json.loads(recogniser.FinalResult())
        heard = " ".join(word for word in str(result.get("text", "")).split() if word != UNKNOWN)
        words = [
            float(word["conf"]) for word in result.get("result", []) if word["word"] != UNKNOWN
        ]
        if not heard or not words:
            return Hypothesis("", 0.0)
        return Hypothesis(heard, min(CONFIDENCE_MAX, sum(words) / len(words)))
