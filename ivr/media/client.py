"""The signalling process's handle on the media plane: open a call, play to it, hear what it does.

    media = MediaClient(Settings(host="192.0.2.1"))
    leg = media.open(codec=PCMA, remote=("198.51.100.7", 4000), events=((101, 8000),))
    # leg.port goes into the SDP
    media.play(leg.call, [Audio.read(path, PCMA)], barge_in=True)
    loop.add_reader(media.fileno(), lambda: [act(event) for event in media.events()])
    loop.call_later(...)  # media.tend() at least once a second

Nothing here waits: a command is a record in a ring, and events come by `events`. What a command leads to is told by an
event: each `play` by one PlayedOut, each `close` by Stats with `closed`. A command to a call that was closed does nothing.
A plane that dies is replaced by one that stood ready, with every call as it was; `events` then has a Resumed.
"""

import secrets
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ivr.media.agreeing import with_agreement, with_remote
from ivr.media.arena import Arena, Audio
from ivr.media.counting import Count
from ivr.media.heard import Hearers, Sink
from ivr.media.leg import Leg
from ivr.media.link import Link
from ivr.media.memory import MIX_MAX, SECRET_BYTES
from ivr.media.messages import (
    Close,
    Digit,
    Event,
    Listen,
    Mix,
    Open,
    Play,
    PlayedOut,
    Record,
    Report,
    Seal,
    SendKeys,
    Stats,
    Stop,
)
from ivr.media.plane import slot_of
from ivr.media.plays import Plays
from ivr.media.presses import Presses
from ivr.media.remote import read_remote
from ivr.media.settings import Settings
from ivr.media.sounding import sounding
from ivr.rtp.event import KEYS
from ivr.rtp.srtp import TAG_BYTES


class PlaneFullError(Exception):
    """Every row is taken: refuse the call (503 with Retry-After), or give the plane more `calls`."""


@dataclass(slots=True)
class _Call:
    codec: int
    opened: Open
    tones: bool | None
    sources: tuple[int, ...] = ()


class MediaClient:
    """A media plane and the processes that run it. Raises PortsTakenError, OSError."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._link = Link(settings)
        memory = self._memory = self._link.memory
        self._plays = Plays(Arena(memory.codes, memory.sums, memory.energies))
        self._hearers = Hearers(memory)
        self._presses = Presses()
        self._calls: dict[int, _Call] = {}
        # The row that was free for longest is taken first: packets of its last call have died down.
        # Neighbours in the queue are of different groups, so that each group has as many calls.
        groups = settings.groups
        size = settings.calls // groups
        self._free = deque(group * size + row for row in range(size) for group in range(groups))
        self._generation = 0

    # --- calls ---

    def open(
        self,
        *,
        codec: int,
        remote: tuple[str, int] | None = None,
        control_port: int | None = None,
        latch: bool = True,
        sends: bool = True,
        hears: bool = True,
        events: Sequence[tuple[int, int]] = (),
        first_limit_s: float | None = None,
        limit_s: float | None = None,
        tones: bool | None = None,
    ) -> Leg:
        """Take a call and give it a port.

        `codec` is the payload type agreed, 0 or 8. `remote` is the address from the SDP, by IPv6 only where the plane
        has one; None until there is one: the call then waits for the first packet (`latch`) or for `change`, and a prompt
        waits with it. `events` are payload type and clock rate of each telephone-event agreed. An RtpTimeout tells of `first_limit_s` without any packet, or
        `limit_s` without further ones; 0 switches it off, None is what Settings say. `tones` looks for keys in the audio; None: if no `events` were
        agreed. Raises PlaneFullError; ValueError for an address that cannot be reached.
        """
        if not self._free:
            raise PlaneFullError
        slot = self._free[0]
        command = self._agreed(
            Open(
                call=(self._generation + 1) << 16 | slot,
                codec=codec,
                remote_ip=0,
                remote_port=0,
                control_port=0,
                latch=latch,
                sends=sends,
                hears=hears,
                events=(),
                first_limit_s=self.settings.first_packet_s_max
                if first_limit_s is None
                else first_limit_s,
                limit_s=self.settings.packet_s_max if limit_s is None else limit_s,
                tones=bool(tones),
                ssrc=secrets.randbits(32),
                sequence=secrets.randbits(16),
                timestamp=secrets.randbits(32),
            ),
            remote,
            control_port,
            events,
            tones,
        )
        self._link.command(command)
        self._free.popleft()
        self._generation += 1
        self._calls[command.call] = _Call(codec, command, tones)
        return Leg(
            command.call, self.settings.host, self.settings.port + 2 * slot, self.settings.host6
        )

    def change(
        self,
        call: int,
        *,
        codec: int | None = None,
        remote: tuple[str, int] | None = None,
        control_port: int | None = None,
        sends: bool | None = None,
        hears: bool | None = None,
        events: Sequence[tuple[int, int]] | None = None,
    ) -> None:
        """What a later answer or a re-INVITE agreed: a new address, hold (`sends`, `hears`), another codec.

        What is None stays. A prompt that plays goes on after a hold where it was, and stops when the codec changes.
        """
        known = self._calls.get(call)
        if known is None:
            return
        before = known.opened
        if codec is not None and codec != known.codec:
            self._link.command(Stop(call, 0))
        changed = msgspec.structs.replace(
            before,
            codec=known.codec if codec is None else codec,
            # Of the address: what was agreed before stands.
            remote_ip=0,
            remote_ip6=b"",
            remote_port=0,
            control_port=0,
            sends=before.sends if sends is None else sends,
            hears=before.hears if hears is None else hears,
        )
        changed = self._agreed(
            changed,
            remote,
            control_port,
            before.events if events is None else events,
            known.tones,
        )
        self._link.command(changed)
        known.opened, known.codec = changed, changed.codec

    def seal(self, call: int, *, suite: str, key_out: bytes, key_in: bytes) -> None:
        """Send and take SRTP alone from now on, under keys from SDP, each 30 bytes of key and salt (RFC 4568).

        Call it right after `open`, before there is an address; a sealed call costs some 30 times a plain one. Raises ValueError.
        """
        if suite not in TAG_BYTES:
            raise ValueError(f"no suite of ours: {suite}; they are {', '.join(TAG_BYTES)}")
        if len(key_out) != SECRET_BYTES or len(key_in) != SECRET_BYTES:
            raise ValueError(f"a key with its salt has {SECRET_BYTES} bytes")
        self._link.command(Seal(call, TAG_BYTES[suite], key_out, key_in))

    def close(self, call: int) -> None:
        """End a call. Its row is free when its Stats have come."""
        if call in self._calls:
            self._link.command(Close(call))

    # --- what it hears ---

    def play(self, call: int, audio: Sequence[Audio], *, barge_in: bool, loop: bool = False) -> int:
        """Play pieces of audio without a gap between, in place of what is playing; the number of this play.

        With `barge_in` a key, or speech where the call is listened to, stops it within 20 ms, before any event is
        handled. Music on hold is a play that loops. Raises ArenaFullError; ValueError for no pieces or too many.
        """
        known = self._calls.get(call)
        play = self._plays.number()
        if known is None:
            return play
        segments = self._plays.hold(call, play, audio, known.codec)
        try:
            self._link.command(Play(call, play, segments, barge_in, loop))
        except Exception:
            self._plays.release(call, play)
            raise
        return play

    def stop(self, call: int, play: int = 0) -> None:
        """Stop what is playing; with `play`, only if it is that one."""
        self._link.command(Stop(call, play))

    def keys(self, call: int, keys: str) -> None:
        """Press keys at the other end: by telephone-events, or where none were agreed by tones, in place of what plays.

        Raises ValueError for what is no key.
        """
        wrong = [key for key in keys if key not in KEYS]
        if wrong:
            raise ValueError(f"{wrong[0]!r} is no key of a telephone; they are {KEYS}")
        known = self._calls.get(call)
        if known is not None and keys and not known.opened.events:
            self.play(call, [sounding(keys, known.codec)], barge_in=False)
        else:
            self._link.command(SendKeys(call, keys))

    # --- what it says ---

    def listen(self, call: int, sink: Sink | None = None, *, quiet_s: float = 0.8) -> None:
        """Find speech (SpeechStarted, SpeechEnded after `quiet_s` of quiet) and give each frame to `sink`."""
        if call in self._calls:
            self._hearers.give(call, sink)
            self._link.command(Listen(call, True, quiet_s))

    def ignore(self, call: int) -> None:
        """No longer listen."""
        if call in self._calls:
            self._hearers.give(call, None)
            self._link.command(Listen(call, False, 0))

    def record(self, call: int, path: Path) -> None:
        """Write what the call says into a WAV file until `end_recording` or the call's end. Raises OSError."""
        known = self._calls.get(call)
        if known is not None:
            self.end_recording(call)
            self._hearers.record(call, path, known.codec)
            self._link.command(Record(call, True))

    def end_recording(self, call: int) -> float:
        """Finish the file; how many seconds it holds."""
        if not self._hearers.records(call):
            return 0.0
        self._hearers.take()
        self._link.command(Record(call, False))
        return self._hearers.end(call)

    def silent_s(self, call: int) -> float:
        """How long nothing has come on a call that sends all the time; 0 on hold, and for who says by comfort noise that it is quiet."""
        columns, slot = self._memory.columns, slot_of(call)
        if int(columns.call[slot]) != call or columns.noise[slot]:
            return 0.0
        if not (columns.hears[slot] and columns.sends[slot]):
            # Who holds us may send nothing, though it said it might (RFC 3264, section 8.4).
            return 0.0
        since = max(float(columns.heard_at[slot]), float(columns.agreed_at[slot]))
        # By the plane's clock: while it hangs or is handed on it hears nobody, who are not gone for that.
        return max(0.0, float(self._memory.clock[0]) - since)

    # --- several calls ---

    def mix(self, call: int, sources: Sequence[int]) -> None:
        """Let this call hear the sum of these others, and no longer those it heard before; empty: nobody.

        A conference: each hears the others. A supervisor who monitors hears both; whispering, the agent hears buyer and
        supervisor. A prompt is added for the one it plays to; a looping one, music on hold, replaces what is heard while
        it plays. A call that is closed is heard no more. Raises ValueError past MIX_MAX.
        """
        if len(sources) > MIX_MAX:
            raise ValueError(f"a call hears at most {MIX_MAX} others, not {len(sources)}")
        known = self._calls.get(call)
        if known is not None:
            self._link.command(Mix(call, tuple(sources)))
            known.sources = tuple(sources)

    def bridge(self, one: int, other: int) -> None:
        """Let two calls hear each other, and nobody else."""
        self.unbridge(one)
        self.unbridge(other)
        self.mix(one, (other,))
        self.mix(other, (one,))

    def unbridge(self, call: int) -> None:
        """Let a call hear nobody, and nobody hear it."""
        for each, known in list(self._calls.items()):
            if each == call and known.sources:
                self.mix(each, ())
            elif call in known.sources:
                self.mix(each, [source for source in known.sources if source != call])

    # --- what happens ---

    def fileno(self) -> int:
        """Readable when there are events or frames."""
        return self._link.fileno()

    def events(self) -> list[Event]:
        """What happened since the last time, in order; frames are given to their sinks on the way."""
        self._link.woken()
        self._hearers.take()
        return [event for event in self._link.events() if self._note(event)]

    def report(self, call: int) -> None:
        """Ask for a call's Stats."""
        self._link.command(Report(call))

    def counts(self) -> dict[str, int]:
        """What was counted over all calls."""
        return {count.name.lower(): int(self._memory.counts[count]) for count in Count}

    def tend(self) -> None:
        """Keep two planes: one that works and one that stands ready. Call it at least once a second."""
        self._link.tend()

    @property
    def worker(self) -> int:
        """The process id of the plane that works; 0 until one does."""
        return int(self._memory.worker[0])

    @property
    def ready(self) -> int:
        """Planes that work or stand ready: two, but for a moment after the start and after one died."""
        return self._link.ready

    def stop_planes(self) -> None:
        """End the planes and let go of ports and memory. Calls that are open get no farewell: close them first."""
        self._link.close()
        self._hearers.close()

    # --- within ---

    def _agreed(
        self,
        command: Open,
        remote: tuple[str, int] | None,
        control_port: int | None,
        events: Sequence[tuple[int, int]],
        tones: bool | None,
    ) -> Open:
        command = with_agreement(command, events, tones)
        if remote is None:
            return command
        where = read_remote(*remote)
        if not where.ip and self.settings.host6 is None:
            raise ValueError(f"{where.host} is by IPv6 and the plane has no `host6`")
        return with_remote(command, where, control_port)

    def _note(self, event: Event) -> bool:
        """What an event means for what is kept here; whether it is news, and not told once more by a plane that took over."""
        if isinstance(event, Digit):
            return event.call in self._calls and self._presses.is_new(event)
        if isinstance(event, PlayedOut):
            self._plays.release(event.call, event.play)
        elif isinstance(event, Stats) and event.closed and self._calls.pop(event.call, None):
            self._plays.forget(event.call)
            self._hearers.forget(event.call)
            self._presses.forget(event.call)
            self._free.append(slot_of(event.call))
        return True
