"""Who phones: synthetic voices, those that settings were chosen with and those that were never asked, as they sound on the telephone."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np

from ivr.rtp.codec import PCMU, encode
from ivr.speech.piper import Pipers
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
from ivr.speech.voices import Voice, find_program
from ivr.speech.widening import WIDE_HZ

CHOSEN_WITH = ("flite:slt", "flite:rms", "flite:kal16", "flite:awb")
HELD_OUT = (
    "piper:165",
    "piper:200",
    "espeak-ng:en-us",
    "espeak-ng:en-gb",
    "espeak-ng:en-us+f3",
    "espeak-ng:en-gb-scotland",
)
"""No setting may be chosen by what these say. Piper's one voice speaks at two rates, in words a minute."""
LEAD_S, TAIL_S = 0.3, 0.3
"""Quiet that end-pointing leaves on both sides."""
PIPER = Path(".tools/piper/en_US-joe-medium.onnx")


class NoVoiceError(Exception):
    """A voice is not installed here."""


def wide_speech(voice: str, text: str, folder: Path, pipers: Pipers) -> Samples:
    """A text at 16 kHz, with the quiet round it that is left. Raises NoVoiceError."""
    engine, _, name = voice.partition(":")
    program = find_program(engine)
    if program is None or (engine == "piper" and not PIPER.exists()):
        fetch = "scripts/piper" if engine == "piper" else f"scripts/debian {engine}={engine}"
        raise NoVoiceError(f"{fetch} brings it")
    if engine == "piper":
        content = pipers.say(Voice(engine, program, "", str(PIPER), "en", int(name)), text)
    else:
        out, source = folder / "out.wav", folder / "text"
        source.write_text(text)
        words = (
            ["-voice", name, "-f", str(source), "-o", str(out)]
            if engine == "flite"
            else ["-v", name, "-f", str(source), "-w", str(out)]
        )
        subprocess.run([program, *words], check=True, capture_output=True, timeout=120)
        content = out.read_bytes()
    samples, rate_hz = read_recording(content, engine)
    wide = resampled(samples, rate_hz, WIDE_HZ)
    said = faded(levelled(spoken_part(without_offset(wide), WIDE_HZ)))
    return np.concatenate([np.zeros(int(LEAD_S * WIDE_HZ)), said, np.zeros(int(TAIL_S * WIDE_HZ))])


def on_the_telephone(wide: Samples, noise_db: float | None) -> bytes:
    """The same as mu-law, with white noise so many dB below the speech."""
    narrow = resampled(wide, WIDE_HZ, TELEPHONE_HZ)
    if noise_db is not None:
        noise = np.random.default_rng(7).standard_normal(narrow.size)
        narrow += 10 ** ((-20 - noise_db) / 20) * noise
    return encode(PCMU, to_int16(narrow)).tobytes()
