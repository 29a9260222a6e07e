"""Voices: programs that turn a text into speech, run apart from us, found on the PATH or in .tools/bin.

espeak-ng is the one that is always asked for; Piper and flite may be configured. None of them is imported: espeak-ng and
Piper are under the GPL and stay programs of their own. Piper takes long to start and is kept running (piper.py).
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from grammars.languages import LANGUAGES
from ivr.speech.programs import DEFAULT_VOICES, check_voices
from ivr.speech.samples import Samples, for_telephone, read_recording

SYNTHESIS_S_MAX = 10.0
"""A program that takes longer is stopped."""
SPOKEN_CHARACTERS_MAX = 600
"""A longer text is cut: it is forty seconds of speech."""
RATE_WPM = 165
TOOLS = Path(__file__).resolve().parents[2] / ".tools" / "bin"

_RUNS = re.compile(r"[^\W\u3400-\u9fff]+(?:[ '’-]+[^\W\u3400-\u9fff]+)*")
_VERSION = re.compile(r"\d+(?:\.\d+)+")
_MODEL_HEAD_BYTES = 1 << 20


class VoiceError(Exception):
    """A voice cannot speak: it is not there, or its program failed."""


@dataclass(frozen=True, slots=True)
class Voice:
    """One way to say a text."""

    engine: str
    """espeak-ng, piper or flite."""
    program: str
    """The program's file."""
    version: str
    name: str
    """The engine's name of the voice, or the file of its model."""
    language: str
    rate_wpm: int = RATE_WPM

    def identity(self) -> tuple[str, ...]:
        """What decides how a text sounds; a change of any of it renders anew."""
        return self.engine, self.version, self.name, str(self.rate_wpm)


def find_voices(wanted: Mapping[str, str] = DEFAULT_VOICES) -> dict[str, Voice]:
    """The voices that this machine has, by language. Raises ValueError for an engine that is not known, VoiceError for
    a model that cannot be read."""
    check_voices(wanted)
    found: dict[str, Voice] = {}
    for language, setting in wanted.items():
        engine, _, name = setting.partition(":")
        program = find_program(engine)
        if program is not None:
            found[language] = Voice(
                engine, program, _version(engine, program, name), name, language
            )
    return found


def find_program(name: str) -> str | None:
    """Where a program is, on the PATH or among those that scripts/debian brought."""
    own = TOOLS / name
    return shutil.which(name) or (str(own) if os.access(own, os.X_OK) else None)


Synthesis = Callable[[Voice, str], Samples]
"""Gives what one voice makes of a text. Raises VoiceError."""


def speak(text: str, language: str, voices: Mapping[str, Voice], synthesis: Synthesis) -> Samples:
    """A text as telephone speech. Each script is given to the voice that reads it. Raises VoiceError.

    Blocks for as long as the program runs: call it in a worker, never in the event loop.
    """
    parts = [
        synthesis(_voice(voices, run), part)
        for run, part in _scripts(text[:SPOKEN_CHARACTERS_MAX], language)
    ]
    return np.concatenate(parts) if parts else np.zeros(0)


def _scripts(text: str, language: str) -> list[tuple[str, str]]:
    """Runs of Chinese characters and of other letters, each with the language that reads it."""
    other = "en" if language == "zh" else language
    runs: list[tuple[str, str]] = []
    end = 0
    for found in _RUNS.finditer(text):
        runs.append(("zh", text[end : found.start()]))
        runs.append((other, found[0]))
        end = found.end()
    runs.append(("zh", text[end:]))
    said = [(which, part) for which, part in runs if any(map(str.isalnum, part))]
    # One language in the whole text keeps its punctuation, and with it its melody.
    if len({which for which, _ in said}) == 1:
        return [(said[0][0], text)]
    return said


def _voice(voices: Mapping[str, Voice], language: str) -> Voice:
    voice = voices.get(language)
    if voice is None:
        raise VoiceError(
            f"there is no voice for {language}: scripts/debian espeak-ng=espeak-ng fetches one"
        )
    return voice


def synthesise(voice: Voice, text: str) -> Samples:
    """What one run of a voice's program makes of a text, as telephone speech. Raises VoiceError."""
    with tempfile.TemporaryDirectory(prefix="dialcart-voice-") as folder:
        out = Path(folder) / "speech.wav"
        command, spoken = _command(voice, text, out)
        try:
            subprocess.run(  # noqa: S603  # the program is the operator's; the text goes in as input
                command,
                input=spoken.encode(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                timeout=SYNTHESIS_S_MAX,
                check=True,
            )
            samples, rate_hz = read_recording(out.read_bytes(), voice.engine)
        except subprocess.CalledProcessError as error:
            said = error.stderr.decode(errors="replace").strip()[:200]
            raise VoiceError(f"{voice.engine} failed: {said}") from None
        except (subprocess.TimeoutExpired, OSError, ValueError) as error:
            raise VoiceError(f"{voice.engine} gave no speech: {error}") from None
    return for_telephone(samples, rate_hz)


def _command(voice: Voice, text: str, out: Path) -> tuple[list[str], str]:
    """The words that start the program, and what it is given to read."""
    plain = " ".join(text.split())
    match voice.engine:
        case "espeak-ng":
            rate = ["-s", str(voice.rate_wpm)]
            words = [voice.program, "-v", voice.name, "-b", "1", *rate, "--stdin", "-w", str(out)]
            return words, _pinyin(plain) if voice.name == "cmn-latn-pinyin" else plain
        case _:
            return [voice.program, "-voice", voice.name, "/dev/stdin", str(out)], plain


def _pinyin(text: str) -> str:
    """Chinese as pinyin with tones: espeak-ng itself reads 重新 as zhòng xīn."""
    from pypinyin import Style, lazy_pinyin

    marks = str.maketrans("，。！？：；、（）", ",.!?:;,  ")
    syllables = lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True, tone_sandhi=True)
    return " ".join(syllables).translate(marks).replace("v", "ü")


def _version(engine: str, program: str, name: str) -> str:
    if engine == "piper":
        # The model is what sounds; hashing all of its hundred megabytes would hold up a start.
        try:
            with Path(name).open("rb") as file:
                return hashlib.sha256(file.read(_MODEL_HEAD_BYTES)).hexdigest()[:16]
        except OSError as error:
            raise VoiceError(f"Piper's model {name} cannot be read: {error.strerror}") from None
    asked = subprocess.run(  # noqa: S603  # the program that will be run anyway
        [program, "--version"], capture_output=True, timeout=SYNTHESIS_S_MAX, check=False
    )
    found = _VERSION.search((asked.stdout + asked.stderr).decode(errors="replace"))
    return found[0] if found else "unknown"


def missing_languages(languages: tuple[str, ...], voices: Mapping[str, Voice]) -> tuple[str, ...]:
    """Languages of a shop that no voice here reads."""
    return tuple(
        language for language in languages if language in LANGUAGES and language not in voices
    )
