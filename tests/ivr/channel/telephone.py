"""A call without a network: the media plane, voices and recognisers as a test plays them, time as it says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from center.batch import TurnBatch
from center.contact import ContactKey
from center.nobody import NOBODY
from center.shops import Shops
from ivr.channel.call import Call
from ivr.channel.notes import Notes
from ivr.channel.surroundings import Reached, Surroundings
from ivr.media.heard import Heard
from ivr.speech.recognition import Hypothesis
from store.memory import MemoryStore

LEG = 7
BUYER = "13800138000"
QUIET = b"\xd5" * 160


@dataclass
class Clock:
    """Timers that fire when the test moves time on."""

    now: float = 1_795_600_000.0
    waiting: list[Timer] = field(default_factory=list)

    def later(self, delay_s: float, callback: Callable[[], object], /) -> Timer:
        timer = Timer(self.now + delay_s, callback)
        self.waiting.append(timer)
        return timer

    def pass_s(self, seconds: float) -> None:
        end = self.now + seconds
        while True:
            due = [timer for timer in self.waiting if timer.at <= end and not timer.cancelled]
            if not due:
                break
            first = min(due, key=lambda timer: timer.at)
            self.waiting.remove(first)
            self.now = max(self.now, first.at)
            first.callback()
        self.now = end


@dataclass
class Timer:
    at: float
    callback: Callable[[], object]
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


@dataclass
class FakeMedia:
    """What the plane was told."""

    plays: list[tuple[bytes, bool]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    sink: Callable[[Heard], None] | None = None
    recorded: Path | None = None
    silent: dict[int, float] = field(default_factory=dict[int, float])
    """By leg: how long nothing has come."""

    def play(self, call, audio, *, barge_in, loop=False):
        if loop:
            self.told.append("music")
        self.plays.append((b"".join(piece.codes for piece in audio), barge_in))
        return len(self.plays)

    def stop(self, call, play=0):
        self.told.append("stop")

    def listen(self, call, sink=None, *, quiet_s=0.8):
        self.told.append("listen")
        self.sink = sink

    def ignore(self, call):
        self.told.append("ignore")
        self.sink = None

    def record(self, call, path):
        path.write_bytes(b"RIFF")
        self.recorded = path

    def end_recording(self, call):
        return 2.5

    def silent_s(self, call):
        return self.silent.get(call, 0.0)

    def close(self, call):
        self.told.append("close")


@dataclass
class FakeVoice:
    """Says texts as their own bytes."""

    unready: tuple[str, ...] = ()
    said: list[str] = field(default_factory=list)

    def ready(self, text, language, codec):
        if any(word in text for word in self.unready):
            return None
        self.said.append(text)
        return text.encode()

    async def speak(self, text, language, codec):
        self.said.append(text)
        return text.encode()


@dataclass
class FakeHearing:
    """Hears what the test says it hears."""

    known: frozenset[str] = frozenset()
    answers: list[Hypothesis | Exception] = field(default_factory=list)
    asked: list[tuple[str, ...]] = field(default_factory=list)
    codes: bytes = b""
    """What it was given last."""

    def languages(self):
        return self.known

    async def hear(self, listening, codes, payload_type):
        self.asked.append(listening.phrases)
        self.codes = codes
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@dataclass
class FakeLine:
    hung_up: list[str] = field(default_factory=list)
    phases: list[str] = field(default_factory=list)
    hears: bool = True

    def hang_up(self, reason):
        self.hung_up.append(reason)

    def said(self, text):
        pass

    def enter(self, phase):
        self.phases.append(phase)

    def may_hear(self):
        return self.hears


class Telephone:
    """One call to one shop, or of an agent to one who writes. `heard()` is what was played since the last time.

    `before` is an earlier call to the same shop, whose store and clock it has.
    """

    def __init__(
        self,
        folder,
        program,
        *,
        voice=None,
        hearing=None,
        performer=NOBODY,
        writes=False,
        guard=None,
        before=None,
    ):
        self.clock = before.clock if before is not None else Clock()
        self.store = before.store if before is not None else MemoryStore()
        self.store.publish("shop", program, int(self.clock.now))
        self.program = program
        shops = Shops(self.store.published(), self.store.program)
        self.turns = TurnBatch(
            self.store, shops, later=self.clock.later, performer=performer, guard=guard
        )
        self.turns.open("voice", self)
        self.texts = []
        self.turns.send_texts_by(lambda texts: self.texts.extend(text for _, text in texts))
        self.media, self.voice = FakeMedia(), voice or FakeVoice()
        self.hearing, self.line = hearing or FakeHearing(), FakeLine()
        self.notes = Notes(folder, lambda most: 123_456)
        self.work = []
        self.next_call = None
        """By the same contact, after this one."""
        around = Surroundings(
            self.turns, self.media, self.hearing, self.notes, self.clock.later,
            lambda: self.clock.now, lambda: self.clock.now, self.work.append, self._call_of,
        )  # fmt: skip
        contact = ContactKey("shop", BUYER, "sms" if writes else "voice")
        reached = Reached(contact, "4008001234", "trunk", LEG, "al")
        self.call = Call(around, reached, self.line, self.voice, shops.machine)
        self._heard = 0
        if writes:
            self.call.wait_for_agent()
        else:
            self.call.begin()
        self.turns.flush()

    def _call_of(self, contact):
        return self.next_call

    def taken(self, taken):
        for one in taken:
            self.call.took(one)

    def heard(self):
        """Texts played since the last time, by the voice that says them as they are."""
        said, self._heard = self.voice.said[self._heard :], len(self.voice.said)
        return said

    def listen_to_the_end(self):
        """The prompt is played to its end."""
        self.call.played_out(len(self.media.plays))

    def press(self, keys):
        self.call.pressed(keys)
        for _ in keys:
            # Each answer makes a turn, after which the next keys are looked at.
            self.turns.flush()

    def say(self, text, confidence=0.9, others=()):
        """Speech, as the plane tells of it."""
        self.hearing.answers.append(
            text if isinstance(text, Exception) else Hypothesis(text, confidence, others)
        )
        self.call.speech_started(20)
        if self.media.sink is not None:
            for frame in range(10, 60):
                self.media.sink(Heard(LEG, frame, 8, QUIET))
        self.call.speech_ended(50)
        self.run()
        self.turns.flush()

    def run(self):
        """Do what the call left to others."""
        while self.work:
            asyncio.run(self.work.pop(0))

    def wait(self, seconds):
        self.clock.pass_s(seconds)
        self.turns.flush()
