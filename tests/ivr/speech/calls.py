"""Real speech for tests: flite's voices as a telephone carries them."""

import subprocess
from pathlib import Path

import numpy as np

from ivr.rtp.codec import PCMU, encode
from ivr.speech.samples import for_telephone, read_recording, to_int16
from ivr.speech.voices import find_program

LEAD, TAIL = 1_600, 3_200


def said(text: str, folder: Path, voice: str = "slt", noise_db: float | None = None) -> bytes:
    """A text as mu-law, with the silence round it that a caller leaves."""
    program = find_program("flite")
    assert program, "scripts/debian flite=flite brings it"
    (folder / "said.txt").write_text(text)
    command = [
        program,
        "-voice",
        voice,
        "-f",
        str(folder / "said.txt"),
        "-o",
        str(folder / "said.wav"),
    ]
    subprocess.run(command, check=True, timeout=120, stdin=subprocess.DEVNULL)
    samples, rate_hz = read_recording((folder / "said.wav").read_bytes(), "said.wav")
    spoken = np.concatenate([np.zeros(LEAD), for_telephone(samples, rate_hz), np.zeros(TAIL)])
    if noise_db is not None:
        spoken += 10 ** (noise_db / 20) * np.random.default_rng(7).standard_normal(spoken.size)
    return encode(PCMU, to_int16(spoken)).tobytes()
