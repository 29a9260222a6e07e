"""One call: what the caller presses, says or leaves unsaid becomes arrivals; what the turn replies is played.

1. The call is up: Opened goes to the turn batch. While a turn is under way keys are kept for the question that comes.
2. Its reply is played, from memory where all of it was rendered ahead, else by a voice within a bounded time. A key or
   speech stops it, unless the question forbids it; the plane does that by itself.
3. At a question: keys become a whole answer (keying.py), speech an utterance for a recogniser, silence after the prompt
   Silence. Free answers are recorded (recorder.py). Whatever comes first is the answer; the turn it makes is step 1 again.
4. After goodbye the rest is played out, then the line is hung up. A line that goes down before is HungUp.

Nothing here waits: what takes time is a task whose result is dropped when the call has moved on.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from center.batch import TurnBatch
from center.changes import OutgoingText
from center.contact import Arrival, ContactKey
from center.ports import Later, Timer
from center.reply import Expected, Reply
from center.taken import Fate, Taken
from flows import prompts
from flows.answers import FREE_TYPES
from flows.effects import HandOver, KeepBuyer
from flows.inputs import HungUp, Input, Keys, Opened, Silence, Speech
from flows.machine import Machine
from ivr.channel.hold_music import hold_music
from ivr.channel.keying import AGAIN, Keying
from ivr.channel.notes import Notes, named
from ivr.channel.ports import Hearing, Line, Media, Speaking
from ivr.channel.recorder import Recorder
from ivr.channel.spoken import Spoken, Texts
from ivr.channel.written import confirmations
from ivr.media.arena import ArenaFullError, Audio
from ivr.media.client import Heard, PlaneBehindError
from ivr.speech.fragments import CODECS, Codec
from ivr.speech.recognisers import RecognitionError
from ivr.speech.sayable import Sayable, sayable

TYPED_AHEAD_MAX = 32
"""Keys kept while a turn is under way."""
HEARD_FRAMES_MAX = 1_100
"""Frames of 20 ms kept for a recogniser: 22 s."""
LEAD_FRAMES = 15
"""Before speech was noticed: 300 ms."""
QUIET_S = 0.8
"""Quiet that ends an utterance."""
QUIET_RECORDING_S = 2.0
"""Quiet that ends a recording: an address has pauses in it."""
RECORDING_S_MAX = 60.0
REFUSED_AGAIN_S = 1.0
REFUSED_TRIES_MAX = 5
"""A turn that the store could not keep is tried so often."""
TALK_S_MAX = 3_600.0
"""No call lasts longer: a line that was forgotten costs its trunk."""
AWAITING = Expected("", "outcome", (), 8, 0)
"""While the outcome of an order is awaited: keys are the code that was asked for."""
OUTCOME_S_MAX = 90.0
"""A call that waits for an outcome longer than this is ended; it may be called again and goes on."""

log = logging.getLogger("dialcart.calls")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all calls share."""

    turns: TurnBatch
    media: Media
    hearing: Hearing
    notes: Notes
    later: Later
    clock: Callable[[], float]
    """Unix seconds."""
    ticks: Callable[[], float]
    """Seconds of a clock that only goes forward."""
    spawn: Callable[[Coroutine[Any, Any, None]], object]
    """Runs a task and keeps it alive."""


@dataclass(frozen=True, slots=True)
class Reached:
    """Who called whom, and by what."""

    contact: ContactKey
    code: str
    """The number dialled."""
    carrier: str
    """The trunk."""
    leg: int
    """The media plane's number of the call."""
    codec: Codec


class Call:
    """See the head of this file."""

    def __init__(
        self,
        around: Surroundings,
        reached: Reached,
        line: Line,
        voice: Speaking,
        machine: Callable[[bytes], Machine | None],
    ) -> None:
        self.reached = reached
        self.line = line
        self.over = False
        """The line is down, or being hung up."""
        self.ended = False
        """The session said goodbye."""
        self.refused = 0
        self.was_missed = False
        """The caller went while a person was waited for."""
        self.first_audio_s: list[float] = []
        """From a key that made an answer whole to its prompt being played."""
        self._around = around
        seller = reached.contact.seller
        self._spoken = Spoken(voice, around.notes, seller, reached.codec)
        self._recorder = Recorder(
            around.media, around.notes, reached.contact, reached.leg, around.clock
        )
        self._machine = machine
        self._codec: Codec = reached.codec
        self._expected: Expected | None = None
        self._language = ""
        self._sayable: Sayable | None = None
        self._keying: Keying | None = None
        self._ahead: deque[str] = deque(maxlen=TYPED_AHEAD_MAX)
        self._turning = False
        self._step = 0
        """Counts turns and restarts of a question, so that late results know that they are late."""
        self._play = 0
        self._timer: Timer | None = None
        self._frames: deque[Heard] = deque(maxlen=HEARD_FRAMES_MAX)
        self._speech_from: int | None = None
        self._spoke = False
        self._answered_at: float | None = None
        self._limit: Timer | None = None
        self._announced: tuple[Reply, Texts] | None = None
        """While texts play that nothing stops: the turn they belong to, and what it says after them."""
        self._is_handed_over = False
        """A person is waited for, or has the call."""
        self._has_chosen = False
        """A key was pressed as an answer to what was asked while a person is waited for."""
        self._is_with_agent = False
        self._is_asked = False
        """Whether to be called back, while a person is waited for."""

    # --- in ---

    def begin(self) -> None:
        """The call is up."""
        self._limit = self._around.later(TALK_S_MAX, lambda: self.hang_up("an hour is over"))
        self._turn(Opened())

    def wait_for_agent(self) -> None:
        """The call is up, and its session stands at a hand-over: we have called back who waited on the line before."""
        self._limit = self._around.later(TALK_S_MAX, lambda: self.hang_up("an hour is over"))
        self._wait_on()

    def took(self, taken: Taken) -> None:
        """What became of an arrival of this call, or of an outcome that it waited for."""
        if self.over:
            return
        if taken.fate is Fate.REFUSED and taken.arrival is not None:
            self._again(taken.arrival.input)
            return
        self._turning = False
        if taken.fate is Fate.SET_ASIDE:
            # The seller's program fails here. The buyer hears so, and the call ends.
            self._apologise()
            return
        if taken.reply is None:
            # A person has the buyer: what was said went to them, and the flow stands still.
            if taken.arrival is not None and isinstance(taken.arrival.input, Opened):
                self._wait_on()
            return
        self.refused = 0
        self._perform(taken.reply)

    def pressed(self, keys: str) -> None:
        """Keys, by telephone-event, tone or SIP INFO."""
        for key in keys:
            if self.over or self.ended:
                return
            if self._is_asked and self._is_handed_over and not self._is_with_agent:
                # Who hangs up now may have chosen to: whoever asked knows what is promised.
                self._has_chosen = True
                self._around.turns.add(self._arrival(Keys(key)), self)
            elif self._turning or self._keying is None:
                self._ahead.append(key)
            else:
                self._press(key)

    def played_out(self, play: int) -> None:
        """A prompt is over, for whatever reason."""
        if play != self._play:
            return
        self._play = 0
        if self._announced is not None:
            self._go_on(*self._announced)
        elif self.ended:
            self.hang_up("goodbye")
        elif self._is_handed_over:
            self._play_music()
        elif not self._turning:
            self._wait()

    def speech_started(self, frame: int) -> None:
        """The caller began to speak."""
        if self._turning or self._expected is None:
            return
        self._spoke = True
        self._speech_from = frame - LEAD_FRAMES
        if self._is_free:
            self._recorder.start()
            self._set_timer(RECORDING_S_MAX, self._recorded)
        elif self._keying is not None and not self._keying.typed:
            self._cancel_timer()

    def speech_ended(self, frame: int) -> None:
        """The caller has been quiet for a while."""
        if self._turning or self._expected is None or self._speech_from is None:
            return
        if self._is_free:
            self._recorded()
            return
        first, self._speech_from = self._speech_from, None
        codes = b"".join(each.codes for each in self._frames if first <= each.frame <= frame)
        if self._sayable is not None and codes:
            self._around.spawn(self._recognise(self._step, self._sayable, codes))
        else:
            self._wait()

    def lost(self) -> None:
        """The line is down: the caller hung up."""
        if self.over:
            return
        self._note_missed()
        self._close()
        if not self.ended:
            self._around.turns.add(self._arrival(HungUp()), self)

    def fell_silent(self) -> None:
        """No packet came for too long: the line is dead, though nobody has said so."""
        self._note_missed()
        self.hang_up("no media came")

    def _note_missed(self) -> None:
        waits = self._is_handed_over and not self._is_with_agent
        self.was_missed = waits and not self._has_chosen

    def hang_up(self, reason: str) -> None:
        """End the call from here."""
        if self.over:
            return
        ended = self.ended
        self._close()
        self.line.hang_up(reason)
        if not ended:
            self._around.turns.add(self._arrival(HungUp()), self)

    # --- while a person is waited for, or has the call ---

    def _wait_on(self) -> None:
        """Called again by somebody for whom a person is waited already."""
        self._is_handed_over = True
        self._play_music()

    def be_with_agent(self) -> None:
        """An agent has answered: no more music, and nothing that is said here comes between."""
        self._is_with_agent = self._is_handed_over = True
        self._announced = None
        self._play = 0
        self._around.media.stop(self.reached.leg)

    def be_without_agent(self) -> None:
        """The agent is off the call; the flow goes on when its outcome comes, and until then there is music."""
        self._is_with_agent = False
        if not self.over and self._is_handed_over:
            self._play_music()

    def hold(self) -> None:
        """Music, though an agent has the call."""
        self._is_with_agent = False
        self._play_music()

    def say_aside(self, word: str, values: Mapping[str, int]) -> None:
        """Say one of the platform's own sentences to one who waits, between the music."""
        if not self.over and self._is_handed_over and not self._is_with_agent:
            text = prompts.word(word, self._language).format(**values)
            self.line.said(text)
            self._say([(text, self._language)], barge_in=False)

    def ask_aside(self, word: str, values: Mapping[str, int]) -> None:
        """As `say_aside`; from here on each key is brought to the turn batch, as long as a person is waited for."""
        self._is_asked = True
        self.say_aside(word, values)

    def farewell(self, word: str) -> None:
        """Say one of the platform's own sentences and hang up; the session goes on without this call."""
        if not self.over:
            self._leave_question()
            self.ended = True
            text = prompts.word(word, self._language)
            self.line.said(text)
            self._say([(text, self._language)], barge_in=False)

    def _play_music(self) -> None:
        if self.over or self._is_with_agent:
            return
        payload_type = CODECS[self._codec]
        music = Audio(hold_music(payload_type), payload_type)
        try:
            self._play = self._around.media.play(
                self.reached.leg, [music], barge_in=False, loop=True
            )
        except (ArenaFullError, PlaneBehindError) as error:
            log.error("no music on hold: %s", type(error).__name__)

    # --- turns ---

    def _turn(self, given: Input) -> None:
        """Bring what the caller did to the turn batch."""
        self._leave_question()
        self._turning = True
        self._around.turns.add(self._arrival(given), self)

    def _arrival(self, given: Input) -> Arrival:
        reached = self.reached
        now = int(self._around.clock())
        return Arrival(reached.contact, given, reached.code, reached.carrier, b"", 0, now)

    def _again(self, given: Input) -> None:
        """The store could not keep the turn now."""
        self.refused += 1
        if self.refused > REFUSED_TRIES_MAX:
            self._apologise()
            return
        step = self._step

        def again() -> None:
            if not self.over and step == self._step:
                self._turn(given)

        self._around.later(REFUSED_AGAIN_S, again)

    def _apologise(self) -> None:
        self.ended = True
        self._say(
            [(prompts.word("sorry", self._language or "zh"), self._language or "zh")],
            barge_in=False,
        )

    def _perform(self, reply: Reply) -> None:
        self._leave_question()
        self.ended = reply.ended
        said = list(reply.said())
        for _, language in said:
            self._language = language
        for effect in reply.effects:
            if isinstance(effect, KeepBuyer) and effect.field == "language":
                self._language = str(effect.value)
        self._language = self._language or reply.language
        self._confirm_recordings(reply)
        for text, _ in said:
            self.line.said(text)
        announced = reply.announced()
        if announced and not self.ended:
            # The question opens when they are over; what is keyed meanwhile is kept for it.
            self._announced = reply, said[announced:]
            self._say(said[:announced], barge_in=False)
        else:
            self._go_on(reply, said)

    def _go_on(self, reply: Reply, said: Texts) -> None:
        """Say what may be stopped, and take the answer."""
        self._announced = None
        self._ask(reply)
        if self._typed_ahead():
            return
        barge_in = not self.ended and (self._expected is None or self._expected.barge_in)
        self._say(said, barge_in=barge_in)

    def _ask(self, reply: Reply) -> None:
        """Be ready for the answer before the question is heard."""
        expected = self._expected = reply.expected
        if expected is None:
            # For a person one waits as long as the queue says.
            self._is_handed_over = any(isinstance(e, HandOver) for e in reply.effects)
            if not self.ended and not self._is_handed_over:
                self._set_timer(OUTCOME_S_MAX, lambda: self.hang_up("no outcome came"))
                self._expected, self._keying = AWAITING, Keying(AWAITING)
            return
        self._keying = Keying(expected)
        media, leg = self._around.media, self.reached.leg
        self._spoke, self._speech_from = False, None
        if self._is_free:
            media.listen(leg, None, quiet_s=QUIET_RECORDING_S)
            return
        machine = self._machine(reply.program)
        if machine is None or self._language not in self._around.hearing.languages():
            return
        asked = sayable(machine, expected.question, expected.type, self._language)
        if not asked.is_empty:
            self._sayable = asked
            media.listen(leg, self._frames.append, quiet_s=QUIET_S)

    def _leave_question(self) -> None:
        self._step += 1
        self._announced = None
        self._is_handed_over = False
        self._cancel_timer()
        if self._expected is not None and (self._sayable is not None or self._is_free):
            self._around.media.ignore(self.reached.leg)
        self._recorder.drop()
        self._expected = self._keying = self._sayable = None
        self._frames.clear()

    # --- out ---

    def _say(self, said: Texts, *, barge_in: bool) -> None:
        """Play texts, at once if all of them are in memory."""
        self._play = 0
        if not said:
            self._nothing_said()
            return
        audio = self._spoken.ready(said)
        if audio is None:
            self._around.spawn(self._speak(self._step, said, barge_in=barge_in))
        else:
            self._play_audio(audio, barge_in=barge_in)

    def _nothing_said(self) -> None:
        if self._announced is not None:
            self._go_on(*self._announced)
        elif self.ended:
            self.hang_up("goodbye")
        elif self._is_handed_over:
            self._play_music()
        else:
            self._wait()

    async def _speak(self, step: int, said: Texts, *, barge_in: bool) -> None:
        """As `_say`, for texts of which something has to be rendered or read first."""
        audio = await self._spoken.render(said)
        if not self.over and step == self._step:
            self._play_audio(audio, barge_in=barge_in)

    def _play_audio(self, audio: bytes, *, barge_in: bool) -> None:
        if not audio:
            self._nothing_said()
            return
        piece = Audio(audio, CODECS[self._codec])
        try:
            self._play = self._around.media.play(self.reached.leg, [piece], barge_in=barge_in)
        except (ArenaFullError, PlaneBehindError) as error:
            log.error("a prompt is not played: %s", type(error).__name__)
            self._nothing_said()
            return
        if self._answered_at is not None:
            self.first_audio_s.append(self._around.ticks() - self._answered_at)
            self._answered_at = None

    # --- the question ---

    @property
    def _is_free(self) -> bool:
        return self._expected is not None and self._expected.type in FREE_TYPES

    def _wait(self) -> None:
        """The prompt is over: the caller's time begins."""
        if self._expected is None or self._expected is AWAITING or self._turning:
            return
        if self._keying is not None and self._keying.typed:
            return
        if self._is_free:
            self._recorder.start()
        if self._speech_from is None:
            self._set_timer(self._expected.wait_s, self._silent)

    def _silent(self) -> None:
        self._turn(Silence())

    def _typed_ahead(self) -> bool:
        """Use keys that came before the question; whether they were an answer, or the beginning of one."""
        used = False
        while self._ahead and self._keying is not None and not self._turning:
            used = True
            self._press(self._ahead.popleft())
        return used

    def _press(self, key: str) -> None:
        keying, expected = self._keying, self._expected
        if keying is None or expected is None:
            return
        if self._is_free and self._recorder.runs and key not in expected.keys:
            # A recording ends by #, and by no other key.
            if key == "#":
                self._recorded()
            return
        if self._is_free and key == AGAIN and key not in expected.keys:
            return
        now = self._around.ticks()
        answer = keying.press(key, now)
        if answer is None:
            due = keying.due()
            if due is not None:
                self._set_timer(due - now, self._keys_over)
            return
        self._answer_by_keys(answer, now)

    def _keys_over(self) -> None:
        now = self._around.ticks()
        answer = self._keying.run_out(now) if self._keying is not None else None
        if answer is not None:
            self._answer_by_keys(answer, now)

    def _answer_by_keys(self, keys: str, now: float) -> None:
        self._around.media.stop(self.reached.leg)
        self._answered_at = now
        self._turn(Keys(keys))

    async def _recognise(self, step: int, asked: Sayable, codes: bytes) -> None:
        try:
            heard = await self._around.hearing.hear(asked.listening, codes, CODECS[self._codec])
        except RecognitionError:
            if not self.over and step == self._step and not self._turning:
                # Nobody can listen now: the question stays, and is answered by keys.
                self._say(
                    [(prompts.word("use_keys", self._language), self._language)], barge_in=True
                )
            return
        if self.over or step != self._step or self._turning:
            return
        if self._keying is not None and self._keying.typed:
            return
        self._around.media.stop(self.reached.leg)
        text, confidence = asked.understood(heard)
        self._turn(Speech(text, confidence))

    # --- recordings ---

    def _recorded(self) -> None:
        """The caller is through with what was to be recorded."""
        if self._expected is None:
            return
        if not self._spoke or not self._recorder.runs:
            # Nothing was said, or no disk took it: the question is asked again.
            self._recorder.drop()
            self._turn(Silence())
            return
        number = self._recorder.keep(self._expected.question)
        if number is not None:
            self._turn(Speech(named(number, self._language), 1.0))

    def _confirm_recordings(self, reply: Reply) -> None:
        """What the caller left in their own voice is confirmed in writing."""
        machine = self._machine(reply.program)
        if machine is None:
            return
        reached, now = self.reached, int(self._around.clock())
        texts = [
            OutgoingText(
                reached.carrier,
                machine.program.codes["sms"][0],
                reached.contact.buyer,
                text,
                now,
                reached.contact.seller,
            )
            for text in confirmations(reply.effects, machine, self._language)
        ]
        if texts:
            self._around.turns.hold(reached.contact.channel, None, texts=texts)

    # --- time ---

    def _set_timer(self, seconds: float, then: Callable[[], None]) -> None:
        self._cancel_timer()
        self._timer = self._around.later(max(0.0, seconds), then)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _close(self) -> None:
        self._leave_question()
        self.over = True
        if self._limit is not None:
            self._limit.cancel()
        self._around.media.close(self.reached.leg)
