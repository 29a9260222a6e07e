"""Who phones: synthetic voices, those that settings were chosen with and those that were never asked, as they sound on the telephone."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np

from ivr.rtp.codec import PCMU, encode
from ivr.speech.samples import (
    TELEPHONE_HZ,
    Samples,
    faded,
    levelled,
    read_recording,
    resampled,
    spoken_part,
    to_int16,
    without_offset,
)
from ivr.speech.voices import find_program
from ivr.speech.widening import WIDE_HZ

CHOSEN_WITH = ("flite:slt", "flite:rms", "flite:kal16", "flite:awb")
HELD_OUT = (
    "piper:joe",
    "espeak-ng:en-us",
    "espeak-ng:en-gb",
    "espeak-ng:en-us+f3",
    "espeak-ng:en-gb-scotland",
)
"""No setting may be chosen by what these say."""
LEAD_S, TAIL_S = 0.3, 0.3
"""Quiet that end-pointing leaves on both sides."""
PIPER = Path(".tools") / "piper"
"""An environment of its own: piper-tts is under the GPL and stays a program."""


class NoVoiceError(Exception):
    """A voice is not installed here."""


def wide_speech(voice: str, text: str, folder: Path) -> Samples:
    """A text at 16 kHz, with the quiet round it that is left. Raises NoVoiceError."""
    engine, _, name = voice.partition(":")
    out, source = folder / "out.wav", folder / "text"
    source.write_text(text)
    with source.open() as given:
        subprocess.run(
            _command(engine, name, source, out),
            check=True,
            stdin=given,
            capture_output=True,
            timeout=120,
        )
    samples, rate_hz = read_recording(out.read_bytes(), out.name)
    wide = resampled(samples, rate_hz, WIDE_HZ)
    said = faded(levelled(spoken_part(without_offset(wide), WIDE_HZ)))
    return np.concatenate([np.zeros(int(LEAD_S * WIDE_HZ)), said, np.zeros(int(TAIL_S * WIDE_HZ))])


def _command(engine: str, name: str, source: Path, out: Path) -> list[str]:
    if engine == "piper":
        model = next(PIPER.glob(f"lib/*/site-packages/*/data/*-{name}-*.onnx"), None)
        if model is None:
            raise NoVoiceError(
                f"python3 -m venv {PIPER} && {PIPER}/bin/pip install piper-tts {name}-us-piper-voice"
            )
        return [str(PIPER / "bin" / "piper"), "-m", str(model), "-f", str(out)]
    program = find_program(engine)
    if program is None:
        raise NoVoiceError(f"scripts/debian {engine}={engine}")
    if engine == "flite":
        return [program, "-voice", name, "-f", str(source), "-o", str(out)]
    return [program, "-v", name, "-f", str(source), "-w", str(out)]


def on_the_telephone(wide: Samples, noise_db: float | None) -> bytes:
    """The same as mu-law, with white noise so many dB below the speech."""
    narrow = resampled(wide, WIDE_HZ, TELEPHONE_HZ)
    if noise_db is not None:
        noise = np.random.default_rng(7).standard_normal(narrow.size)
        narrow += 10 ** ((-20 - noise_db) / 20) * noise
    return encode(PCMU, to_int16(narrow)).tobytes()
