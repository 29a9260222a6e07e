"""The question that a call is at: what the caller presses, says or leaves unsaid, until it is an answer.

1. It is open to keys and speech before its prompt is heard; `wait` says that the prompt is over, and silence counts from then.
2. Keys become a whole answer (keying.py). An utterance goes to a recogniser; where none can listen, keys are asked for.
3. Free answers are recorded (recorder.py), from the first sound or the end of the prompt to `#` or a long quiet.
4. Whatever is whole first is the answer, and the call closes the question. What a recogniser finds later is dropped.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Protocol

from center.ports import Timer
from center.recordings import named
from center.reply import Expected
from flows.answers import FREE_TYPES
from flows.inputs import Input, Keys, Silence, Speech
from ivr.channel.keying import AGAIN, END, Keying
from ivr.channel.recorder import Recorder
from ivr.channel.surroundings import Reached, Surroundings
from ivr.channel.utterance import utterance
from ivr.media.heard import Heard
from ivr.speech.fragments import CODECS
from ivr.speech.recognisers import RecognitionError
from ivr.speech.sayable import Sayable

HEARD_FRAMES_MAX = 1_100
"""Frames of 20 ms kept for a recogniser: 22 s."""
QUIET_S = 0.8
"""Quiet that ends an utterance."""
QUIET_RECORDING_S = 2.0
"""Quiet that ends a recording: an address has pauses in it."""
RECORDING_S_MAX = 60.0
AWAITING = Expected("", "outcome", (), 8, 0)
"""While the outcome of an order is awaited: keys are the code that was asked for."""


class Asking(Protocol):
    """The call whose question it is."""

    def answered(self, given: Input) -> None:
        """The caller has answered, or said nothing."""
        ...

    def unheard(self) -> None:
        """Nobody can listen now: the question stays, and is answered by keys."""
        ...


class Question:
    """One question of one call. `sayable` is what a recogniser may hear here, if any can."""

    def __init__(
        self,
        around: Surroundings,
        reached: Reached,
        expected: Expected,
        sayable: Sayable | None,
        language: str,
        asking: Asking,
    ) -> None:
        self.expected = expected
        self._around = around
        self._reached = reached
        self._sayable = sayable
        self._language = language
        self._asking = asking
        self._keying = Keying(expected)
        self._recorder = Recorder(
            around.media, around.notes, reached.contact, reached.leg, around.clock
        )
        self._is_free = expected.type in FREE_TYPES
        self._is_closed = False
        self._timer: Timer | None = None
        self._frames: deque[Heard] = deque(maxlen=HEARD_FRAMES_MAX)
        self._speech_from: int | None = None
        self._spoke = False
        if self._is_free:
            around.media.listen(reached.leg, None, quiet_s=QUIET_RECORDING_S)
        elif sayable is not None:
            around.media.listen(reached.leg, self._frames.append, quiet_s=QUIET_S)

    def wait(self) -> None:
        """The prompt is over: the caller's time begins."""
        if self._keying.typed:
            return
        if self._is_free:
            self._recorder.start()
        if self._speech_from is None:
            self._set_timer(self.expected.wait_s, self._silent)

    def press(self, key: str) -> None:
        """One key."""
        if self._is_free and key not in self.expected.keys:
            if self._recorder.runs:
                # A recording ends by #, and by no other key.
                if key == END:
                    self._recorded()
                return
            if key == AGAIN:
                return
        now = self._around.ticks()
        answer = self._keying.press(key, now)
        if answer is not None:
            self._answer_by_keys(answer)
            return
        due = self._keying.due()
        if due is not None:
            self._set_timer(due - now, self._keys_over)

    def speech_started(self, frame: int) -> None:
        """The caller began to speak."""
        self._spoke = True
        self._speech_from = frame
        if self._is_free:
            self._recorder.start()
            self._set_timer(RECORDING_S_MAX, self._recorded)
        elif not self._keying.typed:
            self._cancel_timer()

    def speech_ended(self, frame: int) -> None:
        """The caller has been quiet for a while."""
        if self._speech_from is None:
            return
        if self._is_free:
            self._recorded()
            return
        codes = utterance(self._frames, self._speech_from, frame)
        self._speech_from = None
        if self._sayable is not None and codes:
            self._around.spawn(self._recognise(self._sayable, codes))
        else:
            self.wait()

    def close(self) -> None:
        """Nothing answers it any more; a recording that was not kept is dropped."""
        self._is_closed = True
        self._cancel_timer()
        if self._sayable is not None or self._is_free:
            self._around.media.ignore(self._reached.leg)
        self._recorder.drop()

    # --- what may be an answer ---

    def _silent(self) -> None:
        self._asking.answered(Silence())

    def _keys_over(self) -> None:
        answer = self._keying.run_out(self._around.ticks())
        if answer is not None:
            self._answer_by_keys(answer)

    def _answer_by_keys(self, keys: str) -> None:
        self._around.media.stop(self._reached.leg)
        self._asking.answered(Keys(keys))

    async def _recognise(self, asked: Sayable, codes: bytes) -> None:
        payload_type = CODECS[self._reached.codec]
        try:
            heard = await self._around.hearing.hear(asked.listening, codes, payload_type)
        except RecognitionError:
            if not self._is_closed:
                self._asking.unheard()
            return
        if self._is_closed or self._keying.typed:
            return
        self._around.media.stop(self._reached.leg)
        text, confidence = asked.understood(heard)
        self._asking.answered(Speech(text, confidence, asked.second(heard, text)))

    def _recorded(self) -> None:
        """The caller is through with what was to be recorded."""
        number = self._recorder.keep(self.expected.question) if self._spoke else None
        if number is None:
            # Nothing was said, or no disk took it: the question is asked again.
            self._recorder.drop()
            self._asking.answered(Silence())
            return
        self._asking.answered(Speech(named(number, self._language), 1.0))

    # --- time ---

    def _set_timer(self, seconds: float, then: Callable[[], None]) -> None:
        self._cancel_timer()
        self._timer = self._around.later(max(0.0, seconds), then)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
