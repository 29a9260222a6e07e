"""How well callers are understood, and what it costs: real voices through real recognisers, on the telephone and in noise.

python -m benchmarks.speech --voices 3 --seconds 60

Utterances of the sample noodle shop by flite's and espeak-ng's voices, at each question with that question's own grammar:
at 16 kHz, in the telephone's band (8 kHz mu-law), and there with white noise. Beside each line stand sentences that were
never in the grammar: how many of them would be taken for an answer at the flow's threshold, CONFIDENCE_MIN. CPU is told a
second of audio; the floor is what reading and resampling the audio takes alone.
"""

from __future__ import annotations

import argparse
import itertools
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from commands.flows_on_disk import load
from flows.engine import CONFIDENCE_MIN
from flows.machine import Machine
from ivr.rtp.codec import PCMU, encode
from ivr.speech.recognition import Request
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
from ivr.speech.sayable import Sayable, sayable
from ivr.speech.sphinx import Sphinx
from ivr.speech.voices import find_program
from ivr.speech.worker import ENGINE_HZ, for_engine

VOICES = (
    "flite:slt",
    "flite:rms",
    "flite:kal16",
    "flite:awb",
    "espeak-ng:en-us",
    "espeak-ng:en-gb",
)
QUESTIONS = (
    ("main.1", "menu", ("order", "buy", "order status", "status", "agent", "help", "start over", "two")),
    ("take_order.1", "product", ("beef noodles", "beef", "soybean paste noodles", "cucumber salad", "one oh one")),
    ("take_order.2", "number", ("one", "two", "three", "five", "twelve", "twenty", "i want two please")),
    ("address.1", "yesno", ("yes", "no", "yes please", "correct", "nope")),
)  # fmt: skip
STRANGERS = (
    "what time do you open", "my dog is sleeping", "where is my husband", "can you repeat that", "good morning sir",
    "never mind", "let me think", "a moment please",
)  # fmt: skip
NOISES_DB = (20, 10)
"""Speech above white noise."""
LEAD_S, TAIL_S = 0.2, 0.4


@dataclass
class Line:
    """One condition."""

    name: str
    heard: int = 0
    said: int = 0
    taken: int = 0
    strangers: int = 0
    audio_s: float = 0.0
    cpu_s: float = 0.0
    floor_s: float = 0.0

    def __str__(self) -> str:
        cpu, floor = self.cpu_s / self.audio_s, self.floor_s / self.audio_s
        return (
            f"{self.name:<24} {100 * self.heard / self.said:5.1f} % of {self.said:>3}   "
            f"strangers taken {100 * self.taken / max(1, self.strangers):5.1f} % of {self.strangers:>3}   "
            f"CPU {cpu:.3f} s a second (floor {floor:.4f})"
        )


def speech(voice: str, text: str, folder: Path) -> Samples:
    """A text at 16 kHz, with the silence round it that a caller leaves."""
    engine, _, name = voice.partition(":")
    program = find_program(engine)
    if program is None:
        raise SystemExit(f"{engine} is missing: scripts/debian {engine}={engine}")
    out, source = folder / "out.wav", folder / "text"
    source.write_text(text)
    command = (
        [program, "-voice", name, "-f", str(source), "-o", str(out)]
        if engine == "flite"
        else [program, "-v", name, "-f", str(source), "-w", str(out)]
    )
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, timeout=30)
    samples, rate_hz = read_recording(out.read_bytes(), out.name)
    wide = resampled(samples, rate_hz, ENGINE_HZ)
    said = faded(levelled(spoken_part(without_offset(wide), ENGINE_HZ)))
    quiet = np.zeros(int(LEAD_S * ENGINE_HZ)), np.zeros(int(TAIL_S * ENGINE_HZ))
    return np.concatenate([quiet[0], said, quiet[1]])


def on_the_telephone(wide: Samples, noise_db: float | None) -> bytes:
    """The same as mu-law, with noise so many dB below the speech."""
    narrow = resampled(wide, ENGINE_HZ, TELEPHONE_HZ)
    if noise_db is not None:
        narrow += 10 ** ((-20 - noise_db) / 20) * np.random.default_rng(7).standard_normal(
            narrow.size
        )
    return encode(PCMU, to_int16(narrow)).tobytes()


def utterances(voices: int) -> Iterator[tuple[Sayable, str, bool, str]]:
    """What is said: the question, the words, whether they are in its grammar, the voice."""
    machine = Machine(load(Path("noodles")).compile().program)
    asked = [(sayable(machine, at, kind, "en"), phrases) for at, kind, phrases in QUESTIONS]
    for voice, (question, phrases) in itertools.product(VOICES[:voices], asked):
        yield from ((question, phrase, True, voice) for phrase in phrases)
        yield from ((question, stranger, False, voice) for stranger in STRANGERS)


def measure(
    engine: Sphinx,
    line: Line,
    question: Sayable,
    text: str,
    *,
    inside: bool,
    codes: bytes,
    wide: bytes,
) -> None:
    """One utterance in one condition; `wide` is set where it does not go by telephone."""
    began = time.process_time()
    samples = wide or for_engine(Request(question.listening, codes, PCMU))
    line.floor_s += time.process_time() - began
    heard = engine.hear(question.listening, samples)
    line.cpu_s += time.process_time() - began
    line.audio_s += len(samples) / 2 / ENGINE_HZ
    means, confidence = question.understood(heard)
    taken = means != "" and confidence >= CONFIDENCE_MIN
    if inside:
        line.said += 1
        line.heard += taken and means == question.snapped(text)
    else:
        line.strangers += 1
        line.taken += taken


def main() -> None:
    """Print a line for each condition."""
    words = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    words.add_argument("--voices", type=int, default=3, choices=range(1, len(VOICES) + 1))
    words.add_argument("--seconds", type=float, default=120.0, help="stop after so long")
    chosen = words.parse_args()
    engine = Sphinx()
    wide_line, telephone = Line("16 kHz"), Line("telephone")
    noisy = {noise: Line(f"telephone, {noise} dB S/N") for noise in NOISES_DB}
    until = time.monotonic() + chosen.seconds
    with tempfile.TemporaryDirectory() as folder:
        for question, text, inside, voice in utterances(chosen.voices):
            if time.monotonic() > until:
                print("stopped early: --seconds is over")
                break
            wide = speech(voice, text, Path(folder))
            measure(
                engine,
                wide_line,
                question,
                text,
                inside=inside,
                codes=b"",
                wide=to_int16(wide).tobytes(),
            )
            for line, noise in ((telephone, None), *((noisy[n], n) for n in NOISES_DB)):
                codes = on_the_telephone(wide, noise)
                measure(engine, line, question, text, inside=inside, codes=codes, wide=b"")
    for line in (wide_line, telephone, *noisy.values()):
        if line.said:
            print(line)


if __name__ == "__main__":
    main()
