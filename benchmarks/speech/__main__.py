"""How well callers are understood, and what it costs: real voices through real recognisers, on the telephone and in noise.

    python -m benchmarks.speech --seconds 600       half of it for each group of voices

Utterances of sample shops by synthetic voices, at each question with that question's own grammar, by telephone (8 kHz
mu-law) and there with white noise. Settings were chosen with flite's voices in the noodle shop; held out from that are all other voices, there
and in three more shops whose phrases no setting was chosen with. An
utterance is right when it means what was said ("yep" for "yes" is); below the flow's threshold, CONFIDENCE_MIN, the question is
asked again; above it a wrong one is taken. The same phrases as bare menus, 4 to 9 and nothing else in the grammar, stand
beside them: what the grammar's width costs. So do sentences that were never in the grammar: how many of them would be taken
for an answer. CPU is told a second of audio, and its floor: what reading, quieting and widening the audio takes alone. The
latency is an utterance's CPU, which a caller waits for after the quiet that ends it. What is said comes in an order drawn by chance,
the same each time: a run that stops early has asked a fair share.
"""

from __future__ import annotations

import argparse
import itertools
import random
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.speech.callers import (
    CHOSEN_WITH,
    HELD_OUT,
    NoVoiceError,
    on_the_telephone,
    wide_speech,
)
from commands.flows_on_disk import load
from flows.engine import CONFIDENCE_MIN
from flows.machine import Machine
from grammars.numbers import read_number
from grammars.yesno import read_yesno
from ivr.rtp.codec import PCMU, decode
from ivr.speech.piper import Pipers
from ivr.speech.quieting import quieted
from ivr.speech.samples import TELEPHONE_HZ, from_int16, to_int16
from ivr.speech.sayable import Sayable, sayable
from ivr.speech.sphinx import Sphinx
from ivr.speech.widening import widened

QUESTIONS = (
    ("noodles", "main.1", "menu", ("order", "buy", "order status", "status", "agent", "help", "start over", "two")),
    ("noodles", "take_order.1", "product", ("beef noodles", "beef", "soybean paste noodles", "cucumber salad", "one oh one")),
    ("noodles", "take_order.2", "number", ("one", "two", "three", "five", "twelve", "twenty", "i want two please")),
    ("noodles", "address.1", "yesno", ("yes", "no", "yes please", "correct", "nope")),
)  # fmt: skip
UNASKED = (
    ("shoes", "main.1", "menu", ("school shoes", "boots for work", "my last order", "agent")),
    ("shoes", "school.1", "product", ("school shoe", "canvas plimsoll")),
    ("shoes", "confirm.1", "menu", ("pay with mobile money", "cash on delivery", "change")),
    ("teahouse", "main.1", "menu", ("green", "oolong", "black", "check out", "tea master")),
    ("teahouse", "another.1", "menu", ("another tea", "leave this one out", "that is all")),
    ("teahouse", "deliver.1", "menu", ("confirm", "change the wrapping", "cancel")),
    ("pharmacy", "main.1", "menu", ("cold remedies", "home care", "prescription")),
    ("pharmacy", "cold.1", "product", ("cough syrup", "cold remedy")),
    ("pharmacy", "daily.1", "product", ("plasters", "thermometer")),
    ("pharmacy", "how_many.1", "number", ("four", "six", "ten")),
)  # fmt: skip
STRANGERS = (
    "what time do you open", "my dog is sleeping", "where is my husband", "can you repeat that", "good morning sir",
    "never mind", "let me think", "a moment please",
)  # fmt: skip
STRANGERS_EACH = 2
"""Of them at each question, by turns."""
Asked = tuple[str, str, str, tuple[str, ...]]
"""A shop, its question, the question's kind, and what is said there."""
NOISES_DB = (20, 10)
"""Speech above white noise."""
MENUS_GOAL = {None: 92, 20: 93, 10: 66}
"""Per cent of phrases in menus of 2 to 11: what was had before this system, of voices from the same three programs, natural and not."""
SEED = 1


@dataclass
class Line:
    """One condition."""

    name: str
    noise_db: int | None = None
    said: int = 0
    right: int = 0
    wrong: int = 0
    menus: int = 0
    """Right where the grammar holds the question's phrases alone."""
    voices: dict[str, list[bool]] = field(default_factory=dict[str, list[bool]])
    """The same, by who said it."""
    taken: int = 0
    strangers: int = 0
    audio_s: float = 0.0
    cpu_s: list[float] = field(default_factory=list[float])
    floor_s: float = 0.0

    def __str__(self) -> str:
        def share(count: int) -> str:
            return f"{100 * count / self.said:4.0f} %"

        p50, p95 = 1000 * np.percentile(self.cpu_s, [50, 95])
        return (
            f"{self.name:<22}{self.said:>4} said: as bare menus {share(self.menus)} right; "
            f"{share(self.right)} right, {share(self.wrong)} wrong, "
            f"{share(self.said - self.right - self.wrong)} asked again; "
            f"strangers taken {100 * self.taken / max(1, self.strangers):3.0f} %; "
            f"CPU {sum(self.cpu_s) / self.audio_s:.3f} s a second (floor {self.floor_s / self.audio_s:.4f}), "
            f"{p50:.0f} / {p95:.0f} ms an utterance (p50 / p95); menus by voice: "
            + ", ".join(
                f"{voice} {sum(each)} of {len(each)}" for voice, each in self.voices.items()
            )
        )


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


def utterances(voices: tuple[str, ...], questions: tuple[Asked, ...]) -> list[Utterance]:
    """What is said: each phrase, and some strangers, by each voice, in an order drawn by chance."""
    machines = {name: Machine(load(Path(name)).compile().program) for name, *_ in questions}
    strangers = itertools.cycle(STRANGERS)
    said: list[Utterance] = []
    for voice, (shop, at, kind, phrases) in itertools.product(voices, questions):
        machine = machines[shop]
        meanings = {
            phrase: each.code for each in machine.program.products for phrase in each.phrases
        }
        question, menu = sayable(machine, at, kind, "en"), Sayable("en", phrases, ())
        some = tuple(itertools.islice(strangers, STRANGERS_EACH))
        said += [
            Utterance(question, menu, meanings, text, text in phrases, voice)
            for text in (*phrases, *some)
        ]
    random.Random(SEED).shuffle(said)
    return said


def measure(engine: Sphinx, line: Line, said: Utterance, codes: bytes) -> None:
    """One utterance in one condition."""
    # Of this thread: a recogniser's process has no other one (ivr/speech/recognisers.py).
    began = time.thread_time()
    samples = from_int16(decode(PCMU, np.frombuffer(codes, np.uint8)))
    wide = to_int16(widened(quieted(samples))).tobytes()
    line.floor_s += time.thread_time() - began
    heard = engine.hear_wide(said.question.listening, wide)
    line.cpu_s.append(time.thread_time() - began)
    line.audio_s += len(codes) / TELEPHONE_HZ
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
    understood = confidence >= CONFIDENCE_MIN and said.meaning(chosen) == said.meaning(said.text)
    line.menus += understood
    line.voices.setdefault(said.voice, []).append(understood)


def ask(
    engine: Sphinx, voices: tuple[str, ...], questions: tuple[Asked, ...], seconds: float
) -> list[Line]:
    """A line for each condition, of what can be asked in the time."""
    lines = {None: Line("telephone")} | {
        noise: Line(f"telephone, {noise} dB S/N", noise) for noise in NOISES_DB
    }
    until = time.monotonic() + seconds
    missing: set[str] = set()
    with tempfile.TemporaryDirectory() as folder, Pipers() as pipers:
        for said in utterances(voices, questions):
            if time.monotonic() > until:
                print("stopped early: --seconds is over")
                break
            if said.voice in missing:
                continue
            try:
                wide = wide_speech(said.voice, said.text, Path(folder), pipers)
            except NoVoiceError as error:
                missing.add(said.voice)
                print(f"{said.voice} is missing: {error}")
                continue
            for noise, line in lines.items():
                measure(engine, line, said, on_the_telephone(wide, noise))
    return [line for line in lines.values() if line.said]


def main() -> None:
    """Print a line for each group of voices and condition."""
    words = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    words.add_argument("--seconds", type=float, default=600.0, help="stop after so long")
    words.add_argument("--only", choices=["chosen", "held-out"], help="one group of voices")
    given = words.parse_args()
    engine = Sphinx()
    groups = {
        "chosen": (CHOSEN_WITH, QUESTIONS),
        "held-out": (HELD_OUT, QUESTIONS + UNASKED),
    }
    names = [given.only] if given.only else list(groups)
    menus: dict[str, list[Line]] = {}
    for name in names:
        told = "settings were chosen with" if name == "chosen" else "held out"
        voices, questions = groups[name]
        print(f"{told}: {', '.join(voices)}", flush=True)
        for line in ask(engine, voices, questions, given.seconds / len(names)):
            print(f"  {line}", flush=True)
            menus.setdefault(line.name, []).append(line)
    print("together, as bare menus:", "; ".join(map(together, menus.values())))


def together(lines: Sequence[Line]) -> str:
    """How many were understood of one condition, of all voices."""
    right, said = sum(line.menus for line in lines), sum(line.said for line in lines)
    goal = MENUS_GOAL[lines[0].noise_db]
    verdict = "met" if 100 * right >= goal * said else "MISSED"
    return f"{lines[0].name} {100 * right / said:.0f} % of {said}, goal {goal}: {verdict}"


if __name__ == "__main__":
    main()
