"""The media plane: columns of all calls, moved on tick by tick. It reaches no socket and no clock.

Whoever runs it says what time it is and carries packets: process.py does so on the network, tests on paper.
Each tick: commands are carried out, what came is taken in, one group's listeners get their frames, and last that group's
packets are made and leave.
"""

from collections.abc import Callable

import numpy as np

from ivr.media.buffering import UNTOLD
from ivr.media.happenings import Happenings
from ivr.media.listening import Listener, Wants
from ivr.media.memory import I64, KEYS_MAX, MIX_MAX, Memory
from ivr.media.messages import (
    Close,
    Command,
    Event,
    Listen,
    Mix,
    Open,
    Play,
    Record,
    Report,
    RtpTimeout,
    Seal,
    SendKeys,
    Stop,
)
from ivr.media.receiving import Receiver
from ivr.media.remote import NO_IP6, Remote, remote_of, send_to
from ivr.media.reporting import Reporter
from ivr.media.secrecy import NO_INDEX, Secrecy
from ivr.media.sending import Sender
from ivr.media.settings import FRAME_S, Settings
from ivr.media.traffic import Arrived, Leaving, Notice
from ivr.rtp.codec import FRAME_BYTES, SILENCE
from ivr.rtp.event import KEYS
from ivr.rtp.tones import NO_KEY

NONE = 255
CARE_FRAMES = 5
"""Time-outs are looked after each 100 ms."""


def slot_of(call: int) -> int:
    """The row of a call: the low 16 bits of its number. The rest tell it from others that had the row before."""
    return call & 0xFFFF


class Plane:
    """All calls of a process."""

    def __init__(
        self,
        memory: Memory,
        settings: Settings,
        tell: Callable[[Event], object],
        name: str = "dialcart",
    ) -> None:
        """`tell` takes each event at the moment it happens, and keeps it though this plane dies in the next."""
        self._memory = memory
        self._settings = settings
        self._columns = memory.columns
        self._stale = False
        self._happenings = Happenings(memory.columns, settings.groups, tell)
        self._secrecy = Secrecy(memory)
        self._sender = Sender(memory, self._happenings, settings.groups)
        self._reporter = Reporter(memory, self._secrecy, name)
        self._listener = Listener(memory, self._happenings)
        self._receiver = Receiver(
            memory, settings, self._happenings, self._secrecy, self._reporter, self._listener
        )
        self._size = settings.calls // settings.groups
        self._groups: list[I64] = []
        self._turns = [0] * settings.groups
        self._notices: list[Notice] = []
        self._regroup()

    def notices(self) -> list[Notice]:
        """Farewells to send, made since the last time."""
        if not self._notices:
            return []
        notices, self._notices = self._notices, []
        return notices

    @property
    def calls(self) -> int:
        """Calls that are open."""
        if self._stale:
            self._regroup()
        return sum(map(len, self._groups))

    def speak(self, group: int, now: float) -> Leaving:
        """The packets of a group, once each 20 ms."""
        if self._stale:
            self._regroup()
        leaving = self._sender.frames(group, now)
        if leaving.sealed:
            self._secrecy.seal(leaving, leaving.sealed)
        return leaving

    def hear(self, arrived: Arrived, now: float) -> None:
        """Take in packets, whenever there are any."""
        self._receiver.take(arrived, now)

    def report(self, came: list[Notice], now: float) -> list[Notice]:
        """Take the reports that came, and make those that are due; ten times a second."""
        self._reporter.come(came)
        return self._reporter.due(now)

    def listen(self, group: int, now: float) -> None:
        """What else a group needs once each 20 ms: frames for its listeners, time-outs."""
        if self._stale:
            self._regroup()
        slots = self._groups[group]
        if not len(slots):
            return
        if self._sender.listens(group):
            self._listener.frames(slots, now)
        self._turns[group] += 1
        if self._turns[group] % CARE_FRAMES == 0:
            self._care(slots, now)

    def _care(self, slots: I64, now: float) -> None:
        """What is due now and then: keys to let go of, time-outs."""
        columns = self._columns
        self._receiver.release_keys(slots, now)
        heard = columns.heard_at[slots]
        first = heard == 0
        limit = np.where(first, columns.first_limit_s[slots], columns.limit_s[slots])
        since = now - np.maximum(heard, columns.agreed_at[slots])
        silent = (since > limit) & (limit > 0)
        # Who holds us may send nothing, though it said it might (RFC 3264, section 8.4).
        silent &= (columns.hears[slots] != 0) & (columns.sends[slots] != 0)
        told = columns.timed_out[slots] != 0
        columns.timed_out[slots[told & ~silent]] = 0
        for at in np.flatnonzero(silent & ~told).tolist():
            slot = int(slots[at])
            self._happenings.tell(RtpTimeout(int(columns.call[slot]), bool(first[at]), now))
            columns.timed_out[slot] = 1

    def resume(self, gap_s: float, now: float) -> None:
        """Go on after a life that ended, or a pause: timestamps pass over the time in which nothing was sent."""
        columns = self._columns
        missed = round(gap_s / FRAME_S)
        columns.timestamp[:] += np.uint32(missed * FRAME_BYTES & 0xFFFFFFFF)
        columns.second[:] |= np.uint8(0x80)
        self._sender.settle(now)

    def carry_out(self, command: Command, now: float) -> None:
        """Do what signalling asks. A command to a call that is no more does nothing."""
        slot = slot_of(command.call)
        if slot >= len(self._columns.call) or command.call == 0:
            return
        if isinstance(command, Open):
            self._open(slot, command, now)
            return
        if int(self._columns.call[slot]) != command.call:
            return
        match command:
            case Seal():
                self._seal(slot, command)
            case Play():
                self._play(slot, command, now)
            case Stop():
                if command.play in (0, int(self._columns.play[slot])):
                    self._happenings.play_over(slot, now, whole=False)
            case Listen():
                self._listen(slot, command)
            case Record():
                self._want(slot, Wants.RECORDING, on=command.on)
            case Mix():
                self._mix(slot, command.sources)
            case SendKeys():
                self._send_keys(slot, command.keys)
            case Report():
                self._happenings.tell(self._reporter.stats(slot, now, closed=False))
            case Close():
                self._close(slot, now)

    # --- calls ---

    def _regroup(self) -> None:
        opened = np.flatnonzero(self._columns.call).astype(np.int64)
        bounds = np.searchsorted(opened, np.arange(1, self._settings.groups) * self._size)
        self._groups = np.split(opened, bounds)
        self._stale = False

    def _open(self, slot: int, command: Open, now: float) -> None:
        columns = self._columns
        again = int(columns.call[slot]) == command.call
        if not again:
            for name in columns.__slots__:
                getattr(columns, name)[slot] = 0
            columns.sources[slot] = -1
            columns.key[slot] = NONE
            columns.tone_key[slot] = NO_KEY
            columns.wait[slot] = -1
            columns.port[slot] = self._settings.port + 2 * slot
            columns.ssrc[slot] = command.ssrc
            columns.sequence[slot] = command.sequence
            columns.timestamp[slot] = command.timestamp
            columns.opened_at[slot] = now
            self._reporter.open(slot, now)
        if again and command.codec != columns.codec[slot]:
            self._happenings.play_over(slot, now, whole=False)
        columns.codec[slot] = command.codec
        columns.second[slot] = command.codec | 0x80
        if not columns.play[slot]:
            self._happenings.hush(slot)
        columns.last[slot] = SILENCE[command.codec]
        if command.remote_port:
            announced = Remote(command.remote_ip, command.remote_ip6 or NO_IP6, command.remote_port)
            moved = remote_of(columns, slot) != announced
            send_to(columns, slot, announced)
            columns.control_port[slot] = command.control_port
            if moved:
                columns.source_port[slot] = 0
        columns.latches[slot] = command.latch
        columns.sends[slot] = command.sends
        columns.hears[slot] = command.hears
        columns.event_khz[slot] = 0
        columns.event_type[slot] = NONE
        for payload_type, rate_hz in command.events:
            columns.event_khz[slot, payload_type] = rate_hz // 1000
        if command.events:
            columns.event_type[slot] = command.events[0][0]
            columns.event_type_khz[slot] = command.events[0][1] // 1000
        columns.first_limit_s[slot] = command.first_limit_s
        columns.limit_s[slot] = command.limit_s
        columns.timed_out[slot] = 0
        columns.agreed_at[slot] = now
        self._want(slot, Wants.TONES, on=command.tones and columns.key[slot] == NONE)
        # Last: a call is there when all of it is.
        columns.call[slot] = command.call
        self._happenings.change(slot)
        self._stale |= not again

    def _close(self, slot: int, now: float) -> None:
        columns = self._columns
        self._happenings.play_over(slot, now, whole=False)
        self._mix(slot, ())
        for other in np.flatnonzero((columns.sources == slot).any(axis=1)).tolist():
            self._set_sources(
                other, [row for row in columns.sources[other].tolist() if row != slot]
            )
        if columns.remote_port[slot]:
            self._notices.append(self._reporter.farewell(slot))
        self._happenings.tell(self._reporter.stats(slot, now, closed=True))
        columns.call[slot] = 0
        columns.wants[slot] = 0
        self._happenings.hush(slot)
        self._happenings.change(slot)
        self._stale = True

    def _seal(self, slot: int, command: Seal) -> None:
        columns = self._columns
        new_in = columns.key_in[slot].tobytes() != command.key_in
        new_out = columns.key_out[slot].tobytes() != command.key_out
        columns.key_out[slot] = np.frombuffer(command.key_out, np.uint8)
        columns.key_in[slot] = np.frombuffer(command.key_in, np.uint8)
        if new_out:
            columns.rounds_out[slot] = 0
            columns.report_index[slot] = 0
        if new_in or not columns.tag_bytes[slot]:
            columns.index_in[slot] = NO_INDEX
            columns.report_index_in[slot] = 0
        columns.tag_bytes[slot] = command.tag_bytes
        self._happenings.change(slot)

    def _play(self, slot: int, command: Play, now: float) -> None:
        columns = self._columns
        if int(columns.play[slot]) != command.play:
            # A plane that died before it was through with this command has left it to us, perhaps half done.
            self._happenings.play_over(slot, now, whole=False)
        frames = len(self._memory.codes)
        segments = [pair for pair in command.segments if 0 <= pair[0] < pair[1] <= frames]
        segments = segments[: columns.playlist.shape[1]]
        columns.playlist[slot, : len(segments)] = segments or 0
        columns.segments[slot] = len(segments)
        columns.segment[slot] = 0
        columns.loops[slot] = command.loop
        columns.barges[slot] = command.barge_in
        columns.play[slot] = command.play
        if not segments:
            self._happenings.play_over(slot, now, whole=True)
            return
        columns.cursor[slot], columns.end[slot] = segments[0]
        columns.advance[slot] = 1
        # A talkspurt begins: RFC 3551, section 4.1.
        columns.second[slot] |= 0x80

    def _want(self, slot: int, wants: Wants, *, on: bool) -> None:
        columns = self._columns
        before = int(columns.wants[slot])
        columns.wants[slot] = before | wants if on else before & ~wants
        if before == 0:
            columns.wait[slot] = -1
            columns.made_up[slot] = UNTOLD
            columns.early[slot] = 0
        if not columns.wants[slot]:
            columns.last[slot] = SILENCE[int(columns.codec[slot])]
        self._happenings.change(slot)

    def _listen(self, slot: int, command: Listen) -> None:
        columns = self._columns
        columns.quiet_max[slot] = max(1, round(command.quiet_s / FRAME_S))
        columns.speaking[slot] = 0
        columns.onset[slot] = 0
        columns.quiet[slot] = 0
        self._want(slot, Wants.SPEECH, on=command.on)

    def _mix(self, slot: int, sources: tuple[int, ...]) -> None:
        columns = self._columns
        before: list[int] = columns.sources[slot].tolist()
        rows = [slot_of(call) for call in sources if int(columns.call[slot_of(call)]) == call]
        self._set_sources(slot, list(dict.fromkeys(row for row in rows if row != slot)))
        # A call is taken from its buffer as long as someone hears it.
        for row in {*before, *rows} - {-1, slot}:
            self._want(row, Wants.MIX, on=bool((columns.sources == row).any()))

    def _set_sources(self, slot: int, rows: list[int]) -> None:
        rows = [row for row in rows if row >= 0][:MIX_MAX]
        self._columns.sources[slot] = rows + [-1] * (MIX_MAX - len(rows))
        self._happenings.change(slot)

    def _send_keys(self, slot: int, keys: str) -> None:
        columns = self._columns
        if columns.event_type[slot] == NONE:
            return
        for key in keys:
            end = int(columns.keys_end[slot])
            if (end - int(columns.keys_first[slot])) & 0xFFFF >= KEYS_MAX or key not in KEYS:
                return
            columns.keys[slot, end % KEYS_MAX] = KEYS.index(key)
            columns.keys_end[slot] = (end + 1) & 0xFFFF
            self._happenings.keying.add(slot)
