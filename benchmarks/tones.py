"""Keys as tones: how many of a line's keys are heard, and how often speech is taken for one, ours beside spandsp's.

    python -m benchmarks.tones --minutes 216     needs libspandsp2 (LGPL) and espeak-ng or flite; what is missing is said

spandsp has its defaults. Both hear the same samples, which went through A-law. A line is held where ours is at or above spandsp's; the
status tells whether all are.
"""

import argparse
import ctypes
import ctypes.util
import io
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import soundfile

from ivr.media.memory import F32
from ivr.rtp import tones
from ivr.rtp.codec import PCMA, decode, encode
from ivr.rtp.event import KEYS
from ivr.speech.voices import find_program

REPEATS = 16
"""Of each of the 16 keys: 256 a line."""
LINE = 4_800
AMPLITUDE = 3_000.0
BATCH = 256
TEXTS = (
    "Welcome to the noodle shop. Press one to order, press two to hear where your order is, or say the name of a dish.",
    "The quick brown fox jumps over the lazy dog while nineteen sailors sang about seven silver ships upon the sea.",
    "Please hold the line. Your call is important to us and will be answered in the order in which it was received.",
    "Four hundred and eighty two point nine six, five thousand seven hundred and thirty one, zero zero eight one.",
    "We were away a year ago. How are you feeling today, my lovely yellow umbrella? Oh no, I owe you a new one.",
    "Bring six boxes of beef noodles, three cups of tea and a bottle of vinegar to room twelve on the ninth floor.",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of tones."""

    name: str
    wanted: bool
    """Whether they are keys."""
    ms: float = 50.0
    off: float = 0.0
    """Of both frequencies, by turns up and down."""
    twist_db: float = 0.0
    noise_db: float | None = None


LINES = (
    Line("50 ms, as they should be", True),
    Line("40 ms, +-1.5 %", True, ms=40, off=0.015),
    Line("50 ms, +-1.5 %, 15 dB over noise", True, off=0.015, noise_db=15),
    Line("50 ms, +-1.8 %", True, off=0.018),
    Line("50 ms, 8 dB of twist, either way", True, twist_db=8),
    Line("50 ms, 10 dB over noise", True, noise_db=10),
    Line("refused: 3 % off", False, off=0.03),
    Line("refused: 3.5 % off", False, off=0.035),
    Line("refused: 24 ms", False, ms=24),
)


def samples_of(line: Line, seed: int) -> tuple[list[str], F32]:
    """256 keys, each in a row of its own, begun anywhere."""
    chance = np.random.default_rng(seed)
    keys = [key for key in tones.PAD for _ in range(REPEATS)]
    rows = np.zeros((len(keys), LINE))
    count = round(line.ms * 8)
    at = np.arange(count) / 8000
    for number, (row, key) in enumerate(zip(rows, keys, strict=True)):
        way = 1 if number % 2 else -1
        strength = np.array((AMPLITUDE, AMPLITUDE))
        strength[0 if way > 0 else 1] *= 10 ** (-line.twist_db / 20)
        below, beside = divmod(tones.PAD.index(key), 4)
        hz = np.array((tones.LOW_HZ[below], tones.HIGH_HZ[beside])) * (1 + way * line.off)
        phase = chance.uniform(0, 2 * np.pi, 2)
        start = 800 + int(chance.integers(160))
        row[start : start + count] = strength @ np.sin(
            2 * np.pi * hz[:, None] * at + phase[:, None]
        )
        if line.noise_db is not None:
            power = (strength**2).sum() / 2
            row += chance.normal(0, np.sqrt(power / 10 ** (line.noise_db / 10)), LINE)
    return keys, on_the_phone(rows)


def on_the_phone(rows: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]") -> F32:
    """As they come out of A-law."""
    codes = encode(PCMA, np.clip(rows, -32768, 32767).astype(np.int16))
    return decode(PCMA, codes).astype(np.float32)


def ours(rows: F32) -> list[str]:
    """What our detector tells of each row."""
    state = tones.fresh(len(rows))
    found = [""] * len(rows)
    for at in range(0, rows.shape[1] - 159, 160):
        told = tones.listen(state, rows[:, at : at + 160])
        for row in np.flatnonzero(told != tones.NO_KEY).tolist():
            found[row] += KEYS[int(told[row])]
    return found


def spandsp() -> Callable[[F32], list[str]] | None:
    """What spandsp's tells; None where it is not installed."""
    name = ctypes.util.find_library("spandsp")
    if name is None:
        return None
    library = ctypes.CDLL(name)
    library.dtmf_rx_init.restype = ctypes.c_void_p
    library.dtmf_rx_init.argtypes = [ctypes.c_void_p] * 3
    library.dtmf_rx.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int]
    library.dtmf_rx_get.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
    library.dtmf_rx_free.argtypes = [ctypes.c_void_p]

    def theirs(rows: F32) -> list[str]:
        found: list[str] = []
        buffer = ctypes.create_string_buffer(256)
        for row in rows.astype(np.int16):
            state = library.dtmf_rx_init(None, None, None)
            text = ""
            for at in range(0, len(row) - 159, 160):
                frame = np.ascontiguousarray(row[at : at + 160])
                library.dtmf_rx(state, frame.ctypes.data, 160)
                if library.dtmf_rx_get(state, buffer, 255):
                    text += buffer.value.decode()
            found.append(text)
            library.dtmf_rx_free(state)
        return found

    return theirs


def speech(minutes: float) -> F32:
    """Synthetic speech at telephone rate, ten seconds a row, of several voices, pitches and speeds."""
    voices: list[list[str]] = []
    if espeak := find_program("espeak-ng"):
        for voice in ("en-us", "en-gb", "de", "fr", "es", "it"):
            for pitch, rate in ((20, 140), (50, 175), (80, 190), (99, 160)):
                voices.append([espeak, "-v", voice, "-p", str(pitch), "-s", str(rate), "--stdout"])
    if flite := find_program("flite"):
        voices += [
            [flite, "-voice", voice, "-o", "/dev/stdout", "-t"] for voice in ("slt", "rms", "awb")
        ]
    parts: list[F32] = []
    wanted, there = int(minutes * 60 * 8000), 0
    number = 0
    while voices and there < wanted:
        voice = voices[number % len(voices)]
        text = " ".join(TEXTS[(number // len(voices) + n * 5) % len(TEXTS)] for n in range(3))
        text += f" {number * 7919 % 100_000}."
        number += 1
        said = subprocess.run([*voice, text], capture_output=True, check=True).stdout
        sound, rate = soundfile.read(io.BytesIO(said), dtype="float32")
        at = np.arange(0, len(sound) * 8000 // rate) * rate / 8000
        # Low-pass by the mean of what a sample stands for, then as loud as a telephone's speech.
        width = max(1, rate // 8000)
        smooth = np.convolve(sound, np.ones(width) / width, "same")
        part = np.interp(at, np.arange(len(smooth)), smooth)
        part *= 2500 / max(float(np.sqrt((part**2).mean())), 1e-6)
        parts.append(part.astype(np.float32))
        there += len(part)
    if not parts:
        return np.zeros((0, 80_000), np.float32)
    whole = np.concatenate(parts)
    whole = whole[: len(whole) // 80_000 * 80_000].reshape(-1, 80_000)
    return on_the_phone(whole.astype(np.float64))


def told(name: str, figures: list[float], *, more_is_better: bool = True) -> bool:
    """Print a line, ours and then spandsp's; whether ours is at or above it."""
    ours, *theirs = figures
    held = all(ours >= peer if more_is_better else ours <= peer for peer in theirs)
    shown = "".join(f"{figure:>10.1f}" for figure in figures)
    verdict = ("held" if held else "NOT HELD") if theirs else "spandsp is not installed"
    print(f"{name:<40}{shown}  {verdict}", flush=True)
    return held


def calls_a_core(detector: Callable[[F32], list[str]]) -> float:
    """How many lines of noise a core can listen to."""
    frames = np.random.default_rng(1).normal(0, 1000, (BATCH, LINE)).astype(np.float32)
    began = time.process_time()
    detector(frames)
    return BATCH * LINE / 8000 / (time.process_time() - began)


def main() -> int:
    """Print the table; the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=20)
    given = parser.parse_args()
    theirs = spandsp()
    detectors = [ours, theirs] if theirs else [ours]
    held: list[bool] = []
    print(f"{'% right of 256 keys a line':<40}{'dialcart':>10}{'spandsp':>10}")
    for seed, line in enumerate(LINES):
        keys, rows = samples_of(line, seed)
        wanted = [key if line.wanted else "" for key in keys]
        right = [sum(map(str.__eq__, detector(rows), wanted)) for detector in detectors]
        held.append(told(line.name, [100 * count / len(keys) for count in right]))
    rows = speech(given.minutes)
    if len(rows):
        false = [float(sum(map(len, detector(rows)))) for detector in detectors]
        name = f"false keys in {rows.size / 8000 / 60:.0f} minutes of speech"
        held.append(told(name, false, more_is_better=False))
    else:
        print("false keys in speech: scripts/debian espeak-ng=espeak-ng brings a voice")
    held.append(told("calls a core", [calls_a_core(detector) for detector in detectors]))
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
