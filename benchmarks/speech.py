"""How well callers are understood, and what it costs: real voices through real recognisers, on the telephone and in noise.

python -m benchmarks.speech --voices 4 --seconds 200

Utterances of the sample noodle shop by flite's and espeak-ng's voices, at each question with that question's own grammar:
at 16 kHz, in the telephone's band (8 kHz mu-law), and there with white noise. An utterance is right when it means what was
said ("yep" for "yes" is); below the flow's threshold, CONFIDENCE_MIN, the question is asked again; above it a wrong one is
taken. The same phrases as bare menus, with nothing else in the grammar, stand beside them: what the grammar's width
costs. So do sentences that were never in the grammar: how many of them would be taken for an answer. CPU is told a second of
audio; the floor is what widening the audio takes alone.
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
from grammars.numbers import read_number
from grammars.yesno import read_yesno
from ivr.rtp.codec import PCMU, decode, encode
from ivr.speech.samples import (
    TELEPHONE_HZ,
    Samples,
    faded,
    from_int16,
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
from ivr.speech.widening import WIDE_HZ, widened

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
    said: int = 0
    right: int = 0
    wrong: int = 0
    menus: int = 0
    """Right where the grammar holds the question's phrases alone."""
    taken: int = 0
    strangers: int = 0
    audio_s: float = 0.0
    cpu_s: float = 0.0
    floor_s: float = 0.0

    def __str__(self) -> str:
        def share(count: int) -> str:
            return f"{100 * count / self.said:4.0f} %"

        cpu, floor = self.cpu_s / self.audio_s, self.floor_s / self.audio_s
        return (
            f"{self.name:<22}{self.said:>4} said: {share(self.right)} right, {share(self.wrong)} wrong, "
            f"{share(self.said - self.right - self.wrong)} asked again; as bare menus {share(self.menus)} right; "
            f"strangers taken {100 * self.taken / max(1, self.strangers):3.0f} %; "
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
    wide = resampled(samples, rate_hz, WIDE_HZ)
    said = faded(levelled(spoken_part(without_offset(wide), WIDE_HZ)))
    quiet = np.zeros(int(LEAD_S * WIDE_HZ)), np.zeros(int(TAIL_S * WIDE_HZ))
    return np.concatenate([quiet[0], said, quiet[1]])


def on_the_telephone(wide: Samples, noise_db: float | None) -> bytes:
    """The same as mu-law, with noise so many dB below the speech."""
    narrow = resampled(wide, WIDE_HZ, TELEPHONE_HZ)
    if noise_db is not None:
        narrow += 10 ** ((-20 - noise_db) / 20) * np.random.default_rng(7).standard_normal(
            narrow.size
        )
    return encode(PCMU, to_int16(narrow)).tobytes()


@dataclass(frozen=True)
class Utterance:
    """Something that is said at a question."""

    question: Sayable
    menu: Sayable
    """The phrases that are tried, and nothing else."""
    meanings: dict[str, str]
    """What each phrase of the question stands for."""
    text: str
    inside: bool
    """Whether it is in the grammar."""
    voice: str

    def meaning(self, understood: str) -> str | int | None:
        """What the flow makes of words that were understood; None: nothing."""
        kinds = {kind for kind, _ in self.question.grammars}
        if "yesno" in kinds and (agrees := read_yesno(understood)) is not None:
            return agrees
        if "number" in kinds and (count := read_number(understood)) is not None:
            return count
        return self.meanings.get(understood, understood or None)


def utterances(voices: int) -> Iterator[Utterance]:
    """What is said: each phrase, and each stranger, by each voice."""
    program = load(Path("noodles")).compile().program
    machine = Machine(program)
    meanings = {phrase: each.code for each in program.products for phrase in each.phrases}
    for voice, (at, kind, phrases) in itertools.product(VOICES[:voices], QUESTIONS):
        question, menu = sayable(machine, at, kind, "en"), Sayable("en", phrases, ())
        for text in (*phrases, *STRANGERS):
            yield Utterance(question, menu, meanings, text, text in phrases, voice)


def measure(engine: Sphinx, line: Line, said: Utterance, wide: bytes) -> None:
    """One utterance in one condition."""
    began = time.process_time()
    heard = engine.hear_wide(said.question.listening, wide)
    line.cpu_s += time.process_time() - began
    line.audio_s += len(wide) / 2 / WIDE_HZ
    means, confidence = said.question.understood(heard)
    taken = means != "" and confidence >= CONFIDENCE_MIN
    if not said.inside:
        line.strangers += 1
        line.taken += taken
        return
    meant = said.meaning(said.question.snapped(said.text) or "")
    right = said.meaning(means) == meant
    line.said += 1
    line.right += taken and right
    line.wrong += taken and not right
    chosen, confidence = said.menu.understood(engine.hear_wide(said.menu.listening, wide))
    line.menus += confidence >= CONFIDENCE_MIN and said.meaning(chosen) == said.meaning(said.text)


def main() -> None:
    """Print a line for each condition."""
    words = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    words.add_argument("--voices", type=int, default=4, choices=range(1, len(VOICES) + 1))
    words.add_argument("--seconds", type=float, default=200.0, help="stop after so long")
    chosen = words.parse_args()
    engine = Sphinx()
    clean = Line("16 kHz")
    narrow = {None: Line("telephone")} | {
        noise: Line(f"telephone, {noise} dB S/N") for noise in NOISES_DB
    }
    until = time.monotonic() + chosen.seconds
    with tempfile.TemporaryDirectory() as folder:
        for said in utterances(chosen.voices):
            if time.monotonic() > until:
                print("stopped early: --seconds is over")
                break
            wide = speech(said.voice, said.text, Path(folder))
            measure(engine, clean, said, to_int16(wide).tobytes())
            for noise, line in narrow.items():
                codes = on_the_telephone(wide, noise)
                began = time.process_time()
                samples = from_int16(decode(PCMU, np.frombuffer(codes, np.uint8)))
                heard = to_int16(widened(samples)).tobytes()
                line.floor_s += time.process_time() - began
                measure(engine, line, said, heard)
    for line in (clean, *narrow.values()):
        if line.said:
            print(line)


if __name__ == "__main__":
    main()
