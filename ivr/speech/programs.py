"""The programs that hear a language and that say it, as settings name them. Naming one loads nothing of it."""

from __future__ import annotations

from collections.abc import Mapping

DEFAULT_ENGINES: Mapping[str, str] = {"en": "pocketsphinx"}
"""Engine by language: `pocketsphinx` (English, with the model that its wheel brings), or `vosk:FOLDER` of a model.
A language that is not here is answered by keys."""
DEFAULT_VOICES: Mapping[str, str] = {"en": "espeak-ng:en-gb", "zh": "espeak-ng:cmn-latn-pinyin"}
"""Voice by language, as `engine:name`."""
HEAR_S_MAX = 2.5
"""From the end of an utterance to its hypothesis, waiting for a free process included."""


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


def check_voices(wanted: Mapping[str, str]) -> None:
    """Raises ValueError for a setting that names no voice, with what to write instead."""
    for setting in wanted.values():
        engine, _, name = setting.partition(":")
        if engine not in ("espeak-ng", "piper", "flite") or not name:
            raise ValueError(
                f"`{setting}` is no voice; write espeak-ng:en-gb or piper:/path/to/model.onnx"
            )
