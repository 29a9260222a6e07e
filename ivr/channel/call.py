"""One call, from its greeting to its goodbye: each answer of the caller makes a turn, and each turn's reply is played.

1. The call is up: Opened goes to the turn batch. While a turn is under way keys are kept for the question that comes.
2. Its reply is played (playing.py), from memory where all of it was rendered ahead, else by a voice within a bounded time.
   A key or speech stops it, unless the question forbids it; the plane does that by itself.
3. At a question (question.py) keys, speech or silence become the answer; the turn it makes is step 1 again.
4. After goodbye the rest is played out, then the line is hung up. A line that goes down before is HungUp.

Nothing here waits: what takes time is a task whose result is dropped when the call has moved on.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from center.changes import OutgoingText
from center.contact import Arrival
from center.ports import Timer
from center.reply import Expected, Reply
from center.taken import Fate, Taken
from flows import prompts
from flows.answers import FREE_TYPES
from flows.effects import HandOver, KeepBuyer
from flows.inputs import HungUp, Input, Keys, Opened
from flows.machine import Machine
from ivr.channel.person import Person
from ivr.channel.playing import Playing
from ivr.channel.ports import Line, Speaking
from ivr.channel.question import AWAITING, Question
from ivr.channel.spoken import Texts
from ivr.channel.surroundings import CHANNEL, Reached, Surroundings
from ivr.channel.two_ways import TwoWays
from ivr.channel.written import confirmations
from ivr.speech.sayable import Sayable, sayable

TYPED_AHEAD_MAX = 32
"""Keys kept while a turn is under way."""
REFUSED_AGAIN_S = 1.0
REFUSED_TRIES_MAX = 5
"""A turn that the store could not keep is tried so often."""
HUNG_UP_TRIES_MAX = 8
"""That the line is down is tried so often, after twice as long each time: for four minutes, since nobody waits for it on the line."""
OUTCOME_S_MAX = 90.0
"""A call that waits for an outcome longer than this is ended, whatever is said or keyed meanwhile; who calls again goes on."""
QUIET_S_MAX = 2.0
"""A caller who has waited for an outcome so long, and heard nothing, is told that it takes a moment; then there is music."""
TALK_S_MAX = 3_600.0
"""No call lasts longer: a line that was forgotten costs its trunk."""


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
        self.language = ""
        """Of what was said last."""
        self.refused = 0
        self._hung_up_tries = 0
        self.was_missed = False
        """The caller went while a person was waited for."""
        self._around = around
        self._machine = machine
        self._playing = Playing(around, reached, voice, self._heard_out)
        self._question: Question | None = None
        """While the caller may answer; never while a turn is under way."""
        self._ways = TwoWays()
        self._ahead: deque[str] = deque(maxlen=TYPED_AHEAD_MAX)
        self._step = 0
        """Counts turns, so that one that is to be tried again knows that it is late."""
        self._limit: Timer | None = None
        self._outcome_limit: Timer | None = None
        """While an outcome is waited for, over all that the caller does meanwhile."""
        self._quiet_limit: Timer | None = None
        self._is_comforted = False
        """Whether the caller has been told that it takes a moment."""
        self._announced: tuple[Reply, Texts] | None = None
        """While texts play that nothing stops: the turn they belong to, and what it says after them."""
        self.person = Person(self, reached, line, self._playing)

    @property
    def first_audio_s(self) -> list[float]:
        """From a key that made an answer whole to its prompt being played."""
        return self._playing.first_audio_s

    # --- in ---

    def begin(self) -> None:
        """The call is up."""
        self._limit = self._around.later(TALK_S_MAX, lambda: self.hang_up("an hour is over"))
        self._turn(Opened())

    def wait_for_agent(self) -> None:
        """The call is up, and its session stands at a hand-over: we have called back who waited on the line before."""
        self._limit = self._around.later(TALK_S_MAX, lambda: self.hang_up("an hour is over"))
        self.person.wait()

    def took(self, taken: Taken) -> None:
        """What became of an arrival of this call, or of an outcome that it waited for."""
        if self.over:
            arrival = taken.arrival if taken.fate is Fate.REFUSED else None
            if arrival is not None and isinstance(arrival.input, HungUp):
                self._hang_up_again()
            return
        if taken.fate is Fate.REFUSED and taken.arrival is not None:
            self._again(taken.arrival.input)
            return
        if taken.fate is Fate.SET_ASIDE:
            # The seller's program fails here. The buyer hears so, and the call ends.
            self._apologise()
            return
        if taken.reply is None:
            # A person has the buyer: what was said went to them, and the flow stands still.
            if taken.arrival is not None and isinstance(taken.arrival.input, Opened):
                self.person.wait()
            return
        self.refused = 0
        self._perform(taken.reply)

    def pressed(self, keys: str) -> None:
        """Keys, by telephone-event or tone."""
        now = self._around.ticks()
        self._press([key for key in keys if self._ways.is_new_by_media(key, now)])

    def informed(self, keys: str) -> None:
        """Keys, by SIP INFO."""
        now = self._around.ticks()
        self._press([key for key in keys if self._ways.is_new_by_info(key, now)])

    def _press(self, keys: Iterable[str]) -> None:
        for key in keys:
            if self.over or self.ended:
                return
            if self.person.pressed(key):
                continue
            if self._question is None:
                self._ahead.append(key)
            else:
                self._question.press(key)

    def played_out(self, play: int) -> None:
        """A prompt is over, for whatever reason."""
        self._playing.played_out(play)

    def speech_started(self, frame: int) -> None:
        """The caller began to speak."""
        if self._question is not None:
            self._question.speech_started(frame)

    def speech_ended(self, frame: int) -> None:
        """The caller has been quiet for a while."""
        if self._question is not None:
            self._question.speech_ended(frame)

    def lost(self) -> None:
        """The line is down: the caller hung up."""
        if self.over:
            return
        self.was_missed = self.person.is_missed
        self._close()
        if not self.ended:
            self.bring(HungUp())

    def fell_silent(self) -> None:
        """No packet came for too long: the line is dead, though nobody has said so."""
        self.was_missed = self.person.is_missed
        self.hang_up("no media came")

    def hang_up(self, reason: str) -> None:
        """End the call from here."""
        if self.over:
            return
        ended = self.ended
        self._close()
        self.line.hang_up(reason)
        if not ended:
            self.bring(HungUp())

    def _close(self) -> None:
        self._leave_question()
        self.over = True
        self._outcome_came()
        if self._limit is not None:
            self._limit.cancel()
        self._around.media.close(self.reached.leg)

    def stop_announcing(self) -> None:
        """See Attended."""
        self._announced = None

    def farewell(self, word: str) -> None:
        """Say one of the platform's own sentences and hang up; the session goes on without this call."""
        if not self.over:
            self._leave_question()
            self.ended = True
            text = prompts.word(word, self.language)
            self.line.said(text)
            self._playing.say([(text, self.language)], barge_in=False)

    # --- turns ---

    def _turn(self, given: Input) -> None:
        """Bring what the caller did to the turn batch."""
        self._leave_question()
        self.bring(given)

    def bring(self, given: Input) -> None:
        """See Attended."""
        reached = self.reached
        now = int(self._around.clock())
        arrival = Arrival(reached.contact, given, reached.code, reached.carrier, b"", 0, now)
        self._around.turns.add(arrival, self, told=CHANNEL)

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

    def _hang_up_again(self) -> None:
        """The store could not keep that the line is down. Who has called again meanwhile goes on by that call."""
        self._hung_up_tries += 1
        if self._hung_up_tries > HUNG_UP_TRIES_MAX:
            return

        def again() -> None:
            if self._around.call_of(self.reached.contact) in (None, self):
                self.bring(HungUp())

        self._around.later(REFUSED_AGAIN_S * 2 ** (self._hung_up_tries - 1), again)

    def _apologise(self) -> None:
        self.ended = True
        self._playing.say(
            [(prompts.word("sorry", self.language or "zh"), self.language or "zh")],
            barge_in=False,
        )

    def _perform(self, reply: Reply) -> None:
        self._leave_question()
        self.ended = reply.ended
        said = list(reply.said())
        for _, language in said:
            self.language = language
        for effect in reply.effects:
            if isinstance(effect, KeepBuyer) and effect.field == "language":
                self.language = str(effect.value)
        self.language = self.language or reply.language
        self._confirm_recordings(reply)
        for text, _ in said:
            self.line.said(text)
        announced = reply.announced()
        if announced and not self.ended:
            # The question opens when they are over; what is keyed meanwhile is kept for it.
            self._announced = reply, said[announced:]
            self._playing.say(said[:announced], barge_in=False)
        else:
            self._go_on(reply, said)

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
                reached.contact.number,
                text,
                now,
                reached.contact.seller,
            )
            for text in confirmations(reply.effects, machine, self.language)
        ]
        if texts:
            self._around.turns.hold(reached.contact.channel, None, texts=texts)

    def _go_on(self, reply: Reply, said: Texts) -> None:
        """Say what may be stopped, and take the answer."""
        self._announced = None
        self._ask(reply)
        if self._typed_ahead():
            return
        barge_in = self._question is None or self._question.expected.barge_in
        self._playing.say(said, barge_in=barge_in and not self.ended)

    def _heard_out(self) -> None:
        """What was to be heard has been: what comes after it."""
        if self._announced is not None:
            self._go_on(*self._announced)
        elif self.ended:
            self.hang_up("goodbye")
        elif self.person.is_wanted:
            self.person.play_music()
        elif self._question is not None and self._question.expected is AWAITING:
            self._comfort_soon()
        elif self._question is not None:
            self._question.wait()

    def _comfort_soon(self) -> None:
        """An outcome is waited for, and nothing is heard."""
        self._comfort_no_more()
        if self._is_comforted:
            self._playing.music()
        else:
            self._quiet_limit = self._around.later(QUIET_S_MAX, self._comfort)

    def _comfort_no_more(self) -> None:
        if self._quiet_limit is not None:
            self._quiet_limit.cancel()
            self._quiet_limit = None

    def _comfort(self) -> None:
        self._quiet_limit, self._is_comforted = None, True
        text = prompts.word("one_moment", self.language)
        self.line.said(text)
        self._playing.say([(text, self.language)], barge_in=False)

    # --- the question ---

    def _ask(self, reply: Reply) -> None:
        """Be ready for the answer before the question is heard."""
        # For a person one waits as long as the queue says.
        is_handed_over = reply.expected is None and any(
            isinstance(effect, HandOver) for effect in reply.effects
        )
        self.person.is_wanted = is_handed_over
        self.line.enter("wait" if is_handed_over else "menu")
        if reply.expected is not None or self.ended or is_handed_over:
            self._outcome_came()
        elif self._outcome_limit is None:
            self._outcome_limit = self._around.later(
                OUTCOME_S_MAX, lambda: self.hang_up("no outcome came")
            )
        if self.ended or is_handed_over:
            return
        expected = reply.expected or AWAITING
        heard = self._sayable(reply.program, expected)
        self._question = Question(self._around, self.reached, expected, heard, self.language, self)

    def _outcome_came(self) -> None:
        if self._outcome_limit is not None:
            self._outcome_limit.cancel()
            self._outcome_limit = None
        if self._is_comforted:
            self._is_comforted = False
            self._playing.stop()

    def _sayable(self, program: bytes, expected: Expected) -> Sayable | None:
        """What a recogniser may hear as the answer; None where there is nothing, or none for the language."""
        if expected is AWAITING or expected.type in FREE_TYPES:
            return None
        machine = self._machine(program)
        if machine is None or self.language not in self._around.hearing.languages():
            return None
        if not self.line.may_hear():
            return None
        asked = sayable(machine, expected.question, expected.type, self.language)
        return None if asked.is_empty else asked

    def _typed_ahead(self) -> bool:
        """Use keys that came before the question; whether they were an answer, or the beginning of one."""
        used = False
        while self._ahead and self._question is not None:
            used = True
            self._question.press(self._ahead.popleft())
        return used

    def answered(self, given: Input) -> None:
        """See Asking."""
        if isinstance(given, Keys):
            self._playing.answered()
        self._turn(given)

    def unheard(self) -> None:
        """See Asking."""
        text = prompts.word("use_keys", self.language)
        self._playing.say([(text, self.language)], barge_in=True)

    def _leave_question(self) -> None:
        self._step += 1
        self._playing.move_on()
        self.stop_announcing()
        self.person.is_wanted = False
        self._comfort_no_more()
        if self._question is not None:
            self._question.close()
            self._question = None
