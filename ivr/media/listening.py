"""What is made of what calls say: each 20 ms the next frame of every call that someone listens to, and where speech begins.

The buffer between: frames lie where their timestamps put them, and one is taken each tick. It starts two frames deep, or
deeper on a line that has jittered; a window of ticks in which it was never shallower than needed drops one frame,
and a tick that finds it empty waits. So the clocks of both ends may differ, and nothing grows.

A tick that waits makes up silence. The next frame's timestamp tells whether its caller was silent, or only their packets were late: a
line that stalls for 100 ms in the middle of a "no" makes something else of it, which a recogniser hears as "help". So each frame
says how late it was, who takes speech leaves as much of the silence before it out, and it does not count for the quiet that ends speech.
"""

from enum import IntFlag

import numpy as np
from numpy.typing import NDArray

from ivr.media.buffering import DELAY_FRAMES_MAX, START_FRAMES, UNTOLD
from ivr.media.counting import Count
from ivr.media.happenings import Happenings
from ivr.media.memory import BUFFER_FRAMES, HEARD, HEARD_FRAMES, I64, U8, U16, Memory
from ivr.media.messages import SpeechEnded, SpeechStarted
from ivr.media.sending import LEVELS_OF, SILENCE_OF
from ivr.rtp import comfort, tones
from ivr.rtp.codec import FRAME_BYTES, PCMA
from ivr.rtp.event import KEYS


class Wants(IntFlag):
    """Who takes what a call says."""

    SPEECH = 1
    RECORDING = 2
    MIX = 4
    TONES = 8


WINDOW_FRAMES = 50
"""A buffer that was too deep for so long gives up a frame."""

# The end-pointer, as measured: no false start in noise, in hum, nor from a handset's echo of the prompt (python -m
# benchmarks.endpointing). Noise is what a line is never quieter than: speech dips within a second or two, noise does not.
RMS_MIN = 150.0
"""Quieter than this is never speech; full scale is 32,768."""
OVER_FLOOR = 3.0
OVER_PROMPT = 0.2
"""The share of the prompt's own RMS that a handset may echo: -14 dB."""
DIP_FRAMES = 50
"""The floor is the quietest frame of this second and the one before."""
FLOOR_MIN = 20.0
ONSET_LOUD = 4
"""Loud frames of the last ONSET_OF that make speech: 80 ms of 100."""
ONSET_OF = 5
_ONSET_MASK = (1 << ONSET_OF) - 1
_BITS = np.array([value.bit_count() for value in range(256)], np.uint8)


class Listener:
    """Takes frames out of the buffers, once a tick of a group."""

    def __init__(self, memory: Memory, happenings: Happenings) -> None:
        self._columns = memory.columns
        self._memory = memory
        self._happenings = happenings
        self._squares = LEVELS_OF.astype(np.float32) ** 2

    def frames(self, slots: I64, now: float) -> None:
        """A tick: take the next frame of those of these calls that someone listens to."""
        early = self._columns.early[slots]
        if early.any():
            self._columns.early[slots] = early - (early > 0)
        deep = self.more(slots, now)
        if len(deep):
            self._take(deep, now)

    def more(self, slots: I64, now: float) -> I64:
        """One frame of each, between two ticks as well; those of which one more can be taken."""
        rows = slots[self._columns.wants[slots] != 0]
        return self._take(rows, now) if len(rows) else rows

    def _take(self, rows: I64, now: float) -> I64:
        """Take the next frame of each; those of which one more can be taken, so that nothing lies long."""
        columns = self._columns
        law = (columns.codec[rows] == PCMA).astype(np.int64)
        codes, came, late, deep = self._next_frames(rows, law)
        columns.last[rows] = codes
        columns.taken[rows] += 1
        wants = columns.wants[rows]
        speech = np.flatnonzero(wants & Wants.SPEECH)
        if len(speech):
            energy = self._squares[law[speech][:, None], codes[speech]].mean(axis=1)
            self._find_speech(rows[speech], np.sqrt(energy), came[speech], late[speech], now)
        toned = np.flatnonzero(wants & Wants.TONES)
        if len(toned):
            self._find_keys(rows[toned], LEVELS_OF[law[toned][:, None], codes[toned]], now)
        kept = np.flatnonzero(wants & (Wants.SPEECH | Wants.RECORDING))
        if len(kept):
            self._hand_on(rows[kept], codes[kept], late[kept])
        return deep

    def _next_frames(self, rows: I64, law: I64) -> tuple[U8, NDArray[np.bool_], U16, I64]:
        """The frame of each call that is due, silence or the noise of its line where there is none; which ones came, and how late.

        Last come those of which too many lie there.
        """
        columns = self._columns
        silence = np.repeat(SILENCE_OF[law][:, None], FRAME_BYTES, axis=1)
        noise = columns.noise[rows]
        if noise.any():
            noisy = np.flatnonzero(noise)
            turn = columns.taken[rows[noisy]] % comfort.VARIANTS
            silence[noisy] = comfort.FRAMES[law[noisy], turn, noise[noisy] - 1]
        waiting = columns.wait[rows] > 0
        columns.wait[rows[waiting]] -= 1
        ready = np.flatnonzero(columns.wait[rows] == 0)
        ready = ready[~waiting[ready]]
        here = rows[ready]
        due = columns.next[here]
        cell = due % BUFFER_FRAMES
        there = columns.tags[here, cell] == due
        found = columns.frames[here, cell]
        silence[ready[there]] = found[there]

        depth = columns.newest[here] - due
        ran_dry = ~there & (depth < 0)
        missing = ~there & ~ran_dry
        columns.lost[here[missing]] += 1
        # One lost frame is bridged by the one before it; of a longer gap silence is the better guess.
        again = np.flatnonzero(missing)
        again = again[columns.tags[here[again], (due[again] - 1) % BUFFER_FRAMES] == due[again] - 1]
        silence[ready[again]] = columns.last[here[again]]
        columns.wait[here[ran_dry]] = -1
        columns.next[here] = due + ~ran_dry
        deep = self._shorten(here[there], depth[there].astype(np.int16))
        came = np.zeros(len(rows), np.bool_)
        came[ready] = there
        # A frame that is lost for good is not made up: it has its place in its sender's time.
        made_up = np.ones(len(rows), np.bool_)
        made_up[ready] = ran_dry
        return silence, came, self._late(rows, made_up, came), deep

    def _late(self, rows: I64, made_up: NDArray[np.bool_], came: NDArray[np.bool_]) -> U16:
        """How many frames were made up before each that came for no pause of its sender's."""
        columns = self._columns
        late = np.zeros(len(rows), np.uint16)
        before = columns.made_up[rows]
        if made_up.any() or before.any():
            first = came & (before != 0)
            known = np.flatnonzero(first & (before != UNTOLD))
            pause = np.minimum(columns.pause[rows[known]], before[known])
            late[known] = before[known] - pause
            more = made_up & (before < UNTOLD - 1)
            columns.made_up[rows] = np.where(first, 0, before + more)
        return late

    def _shorten(self, rows: I64, depth: np.ndarray[tuple[int], np.dtype[np.int16]]) -> I64:
        """Have a frame less in each buffer that was deeper than it needs through a whole window.

        It is dropped where people hear it, who hear one each 20 ms. Others can take one more: those calls are returned, and those of which
        a line that stood still brought very many.
        """
        columns = self._columns
        low = np.minimum(columns.low[rows], depth)
        window = columns.window[rows] + 1
        over = window >= WINDOW_FRAMES
        need = START_FRAMES + np.ceil(columns.jitter[rows] * np.float32(2.5 / FRAME_BYTES))
        deep = over & (low > np.minimum(need, DELAY_FRAMES_MAX))
        mixed = (columns.wants[rows] & Wants.MIX) != 0
        columns.next[rows] += deep & mixed
        columns.low[rows] = np.where(over, BUFFER_FRAMES, low)
        columns.window[rows] = np.where(over, 0, window)
        deep |= depth > START_FRAMES + DELAY_FRAMES_MAX
        return rows[deep & ~mixed]

    def _find_speech(
        self,
        rows: I64,
        rms: np.ndarray[tuple[int], np.dtype[np.float32]],
        came: NDArray[np.bool_],
        late: U16,
        now: float,
    ) -> None:
        """Move each call's end-pointer on by a frame."""
        columns = self._columns
        floor = self._floor(rows, rms, came)
        prompt = np.sqrt(columns.prompt_energy[rows])
        threshold = np.maximum(np.maximum(OVER_FLOOR * floor, OVER_PROMPT * prompt), RMS_MIN)
        loud = rms > threshold
        speaking = columns.speaking[rows] != 0
        onset = (columns.onset[rows] << 1 | loud) & _ONSET_MASK
        columns.onset[rows] = onset
        quiet = np.minimum(columns.quiet[rows], 60_000)
        quiet = np.where(loud, 0, quiet - np.minimum(late, quiet) + 1).astype(np.uint16)
        columns.quiet[rows] = quiet
        columns.loud[rows[loud]] = columns.taken[rows[loud]]
        starts = ~speaking & (_BITS[onset] >= ONSET_LOUD)
        ends = speaking & (quiet >= columns.quiet_max[rows])
        for slot in rows[starts].tolist():
            self._happenings.barge_in(slot, now)
            frame = max(int(columns.taken[slot]) - ONSET_OF, 0)
            self._happenings.tell(SpeechStarted(int(columns.call[slot]), now, frame))
            columns.speaking[slot] = 1
        for slot in rows[ends].tolist():
            frame = int(columns.loud[slot])
            self._happenings.tell(SpeechEnded(int(columns.call[slot]), now, frame))
            columns.speaking[slot] = 0
            columns.onset[slot] = 0

    def _floor(
        self,
        rows: I64,
        rms: np.ndarray[tuple[int], np.dtype[np.float32]],
        came: NDArray[np.bool_],
    ) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        """How loud each line's noise is, with this frame. Silence of ours, where none came, tells nothing of it."""
        columns = self._columns
        level = np.where(came, np.maximum(rms, np.float32(FLOOR_MIN)), np.float32(np.inf))
        dip, before = columns.dip[rows], columns.dip_before[rows]
        count = columns.dip_frames[rows] + came
        over = count > DIP_FRAMES
        before = np.where(over, dip, before)
        dip = np.where(over | (dip == 0), level, np.minimum(dip, level))
        columns.dip[rows], columns.dip_before[rows] = dip, before
        columns.dip_frames[rows] = np.where(over, 1, count)
        return np.where(before == 0, dip, np.minimum(dip, before))

    def _find_keys(self, rows: I64, samples: NDArray[np.int16], now: float) -> None:
        """Find keys in the audio of these calls."""
        columns = self._columns
        state = tones.State(
            columns.tone_history[rows],
            columns.tone_phases[rows],
            columns.tone_key[rows],
            columns.tone_run[rows],
            columns.tone_gap[rows],
            columns.tone_told[rows],
        )
        told = tones.listen(state, samples.astype(np.float32))
        # What sounds like a key on a call that sends events is their echo.
        pressed = np.flatnonzero((told != tones.NO_KEY) & (columns.key[rows] >= len(KEYS)))
        for at in pressed.tolist():
            self._happenings.pressed(int(rows[at]), KEYS[int(told[at])], "tone", now)
        columns.tone_history[rows] = state.history
        columns.tone_phases[rows] = state.phases
        columns.tone_key[rows] = state.key
        columns.tone_run[rows] = state.run
        columns.tone_gap[rows] = state.gap
        columns.tone_told[rows] = state.told
        columns.presses[rows[pressed]] += np.uint32(1)

    def _hand_on(self, rows: I64, codes: U8, late: U16) -> None:
        """Write frames into the ring to the signalling process; those that find no room are counted and dropped."""
        columns = self._columns
        ends = self._memory.heard_ends
        written = int(ends[0])
        room = HEARD_FRAMES - (written - int(ends[8]))
        count = min(len(rows), room)
        self._memory.counts[Count.UNHEARD] += len(rows) - count
        records = np.empty(count, HEARD)
        records["call"] = columns.call[rows[:count]]
        records["codec"] = columns.codec[rows[:count]]
        records["late"] = late[:count]
        records["frame"] = columns.taken[rows[:count]] - 1
        records["codes"] = codes[:count]
        at = (written + np.arange(count)) % HEARD_FRAMES
        self._memory.heard[at] = records
        ends[0] = written + count
