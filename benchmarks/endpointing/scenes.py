"""What end-pointers are tried on: noises, a prompt's echo, callers on lines of each kind."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ivr.speech.samples import (
    TELEPHONE_HZ,
    Samples,
    for_telephone,
    frame_levels,
    read_recording,
)

QUIET_S = 4.0
"""How long nobody speaks in a trial for false starts."""
BEFORE_S = 1.5
"""How long nobody speaks before a caller does."""
AFTER_S = 1.0
REPEATS = 25


@dataclass
class Trial:
    """One call."""

    said: Samples
    """What its caller's line carries, but for the echo."""
    speaks_at: float | None = None
    """In seconds; None: nobody speaks."""
    prompt: int | None = None
    echo_db: float = 0.0
    heard: bytes = b""
    """A-law as it came, when the trial is over."""


@dataclass
class Scene:
    """Trials of one kind."""

    name: str
    trials: list[Trial]


def white(seconds: float, level_db: float, chance: np.random.Generator) -> Samples:
    """White noise."""
    return 10 ** (level_db / 20) * chance.standard_normal(int(seconds * TELEPHONE_HZ))


def hum(seconds: float, level_db: float, chance: np.random.Generator) -> Samples:
    """The mains at 50 Hz with its odd harmonics, as a bad power supply has it."""
    at = np.arange(int(seconds * TELEPHONE_HZ)) / TELEPHONE_HZ
    parts = [
        np.sin(2 * np.pi * 50 * odd * at + chance.uniform(0, 2 * np.pi)) / odd
        for odd in (1, 3, 5, 7, 9)
    ]
    total = np.sum(parts, axis=0)
    return total * 10 ** (level_db / 20) / np.sqrt((total**2).mean())


def spoken(program: str, voice: str, text: str, folder: Path) -> Samples:
    """A text at 8 kHz, -20 dB, from its first sound on."""
    file = folder / "out.wav"
    subprocess.run(
        [program, "-voice", voice, "-t", text, "-o", str(file)],
        check=True,
        stdin=subprocess.DEVNULL,
        timeout=30,
    )
    samples, rate_hz = read_recording(file.read_bytes(), file.name)
    said = for_telephone(samples, rate_hz)
    levels = frame_levels(said)
    first = int(np.flatnonzero(levels > levels.max() - 20)[0])
    return said[first * TELEPHONE_HZ // 100 :]


def scenes(callers: list[Samples], prompts: list[Samples]) -> Iterator[Scene]:
    """All that is tried."""
    chance = np.random.default_rng(7)
    yield Scene("nothing at all", [Trial(np.zeros(int(QUIET_S * TELEPHONE_HZ)))])
    for name, makes in (("white noise", white), ("hum", hum)):
        for level_db in (-60, -50, -40, -30):
            yield Scene(
                f"{name}, {level_db} dBov",
                [Trial(makes(QUIET_S, level_db, chance)) for _ in range(REPEATS)],
            )
    sets_in = np.zeros(int(1.5 * TELEPHONE_HZ))
    yield Scene(
        "quiet, then white noise at -40 dBov",
        [Trial(np.concatenate([sets_in, white(QUIET_S, -40, chance)])) for _ in range(REPEATS)],
    )
    for echo_db in (-30, -24, -18):
        yield Scene(
            f"the prompt's echo at {echo_db} dB",
            [
                Trial(white(2 * QUIET_S, -65, chance), None, number % len(prompts), echo_db)
                for number in range(28)
            ],
        )
    length = int((BEFORE_S + AFTER_S) * TELEPHONE_HZ)
    start = int(BEFORE_S * TELEPHONE_HZ)
    for name, noise_db, prompt, echo_db in (
        ("a caller, quiet line", -65, None, 0.0),
        ("a caller, noise 20 dB below", -40, None, 0.0),
        ("a caller, noise 10 dB below", -30, None, 0.0),
        ("a caller over a prompt, echo at -24 dB", -65, 0, -24.0),
    ):
        trials: list[Trial] = []
        for number, said in enumerate(callers):
            line = white(length / TELEPHONE_HZ, noise_db, chance)
            there = said[: length - start]
            line[start : start + len(there)] += there
            which = None if prompt is None else number % len(prompts)
            trials.append(Trial(line, BEFORE_S, which, echo_db))
        yield Scene(name, trials)
