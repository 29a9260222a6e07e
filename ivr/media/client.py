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

import contextlib
import mmap
import os
import secrets
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ivr.media.agreeing import with_agreement, with_remote
from ivr.media.arena import Arena, Audio
from ivr.media.counting import Count
from ivr.media.memory import (
    COMMAND_BYTES,
    EVENT_BYTES,
    HEARD_FRAMES,
    MIX_MAX,
    SECRET_BYTES,
    SEGMENTS_MAX,
    lay_out,
    size_of,
)
from ivr.media.messages import (
    Close,
    Command,
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
    decode_event,
    encode,
)
from ivr.media.plane import slot_of
from ivr.media.planes import Planes
from ivr.media.recording import Recording
from ivr.media.remote import read_remote
from ivr.media.ring import Ring
from ivr.media.settings import Settings
from ivr.media.sockets import open_sockets
from ivr.rtp.codec import RATE_HZ, SILENCE
from ivr.rtp.codec import encode as encode_audio
from ivr.rtp.event import KEYS
from ivr.rtp.srtp import TAG_BYTES
from ivr.rtp.tones import make

EVENTS_MAX = 4_096
"""Events given at once; more wait for the next time."""
TONE_S = 0.1
TONE_GAP_S = 0.08
TONE_AMPLITUDE = 4_000.0
"""Of each of the two tones: about -12 dBm0 together."""


class PlaneFullError(Exception):
    """Every row is taken: refuse the call (503 with Retry-After), or give the plane more `calls`."""


class PlaneBehindError(Exception):
    """The ring of commands is full: the plane has not run for some time."""


@dataclass(frozen=True, slots=True)
class Leg:
    """An open call."""

    call: int
    """Its number, never used again."""
    host: str
    port: int
    """Where its RTP goes to and comes from; RTCP is on the next, or on the same (RFC 5761)."""
    host6: str | None = None
    """The same port's address by IPv6; None: the plane has none."""


@dataclass(frozen=True, slots=True)
class Heard:
    """20 ms of what a call said."""

    call: int
    frame: int
    """Counted from when the call was first listened to; SpeechStarted and SpeechEnded name frames."""
    codec: int
    codes: bytes
    """160 codes of G.711; `ivr.rtp.codec.decode` makes samples of them. Silence where nothing came."""


Sink = Callable[[Heard], None]


@dataclass(frozen=True, slots=True)
class _Used:
    """A piece in the arena that a play holds there."""

    audio: Audio
    codec: int


@dataclass(slots=True)
class _Call:
    codec: int
    opened: Open
    tones: bool | None
    plays: dict[int, list[_Used]] = field(default_factory=dict[int, list[_Used]])
    sources: tuple[int, ...] = ()
    sink: Sink | None = None
    recording: Recording | None = None


class MediaClient:
    """A media plane and the processes that run it. Raises PortsTakenError, OSError."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        # Before the ports: select() knows no descriptor past 1,023.
        self._commanded = os.eventfd(0, os.EFD_NONBLOCK)
        self._happened = os.eventfd(0, os.EFD_NONBLOCK)
        self._shared = os.memfd_create("dialcart-media")
        try:
            self._sockets = open_sockets(settings)
        except OSError:
            for descriptor in (self._commanded, self._happened, self._shared):
                os.close(descriptor)
            raise
        os.truncate(self._shared, size_of(settings))
        self._memory = lay_out(mmap.mmap(self._shared, size_of(settings)), settings)
        self._commands = Ring(self._memory.commands, COMMAND_BYTES)
        self._events = Ring(self._memory.events, EVENT_BYTES)
        self._arena = Arena(self._memory.codes, self._memory.sums, self._memory.energies)
        self._calls: dict[int, _Call] = {}
        # The row that was free for longest is taken first: packets of its last call have died down.
        # Neighbours in the queue are of different groups, so that each group has as many calls.
        groups = settings.groups
        size = settings.calls // groups
        self._free = deque(group * size + row for row in range(size) for group in range(groups))
        self._generation = 0
        self._plays = 0
        self._planes = Planes(
            settings, self._sockets.descriptors(), (self._shared, self._commanded, self._happened)
        )
        self.tend()

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
        first_limit_s: float = 30.0,
        limit_s: float = 20.0,
        tones: bool | None = None,
    ) -> Leg:
        """Take a call and give it a port.

        `codec` is the payload type agreed, 0 or 8. `remote` is the address from the SDP, by IPv6 only where the plane
        has one; None until there is one: the call then waits for the first packet (`latch`) or for `change`, and a prompt
        waits with it. `events` are payload type and clock rate of each telephone-event agreed. An RtpTimeout tells of `first_limit_s` without any packet, or
        `limit_s` without further ones; 0 switches it off. `tones` looks for keys in the audio; None: if no `events` were
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
                first_limit_s=first_limit_s,
                limit_s=limit_s,
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
        self._command(command)
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
            self._command(Stop(call, 0))
        changed = Open(
            call=call,
            codec=known.codec if codec is None else codec,
            remote_ip=0,
            remote_port=0,
            control_port=0,
            latch=before.latch,
            sends=before.sends if sends is None else sends,
            hears=before.hears if hears is None else hears,
            events=(),
            first_limit_s=before.first_limit_s,
            limit_s=before.limit_s,
            tones=before.tones,
            ssrc=before.ssrc,
            sequence=before.sequence,
            timestamp=before.timestamp,
        )
        changed = self._agreed(
            changed,
            remote,
            control_port,
            before.events if events is None else events,
            known.tones,
        )
        self._command(changed)
        known.opened, known.codec = changed, changed.codec

    def seal(self, call: int, *, suite: str, key_out: bytes, key_in: bytes) -> None:
        """Send and take SRTP alone from now on, under keys from SDP, each 30 bytes of key and salt (RFC 4568).

        Call it right after `open`, before there is an address; a sealed call costs some 30 times a plain one. Raises ValueError.
        """
        if suite not in TAG_BYTES:
            raise ValueError(f"no suite of ours: {suite}; they are {', '.join(TAG_BYTES)}")
        if len(key_out) != SECRET_BYTES or len(key_in) != SECRET_BYTES:
            raise ValueError(f"a key with its salt has {SECRET_BYTES} bytes")
        self._command(Seal(call, TAG_BYTES[suite], key_out, key_in))

    def close(self, call: int) -> None:
        """End a call. Its row is free when its Stats have come."""
        if call in self._calls:
            self._command(Close(call))

    # --- what it hears ---

    def play(self, call: int, audio: Sequence[Audio], *, barge_in: bool, loop: bool = False) -> int:
        """Play pieces of audio without a gap between, in place of what is playing; the number of this play.

        With `barge_in` a key, or speech where the call is listened to, stops it within 20 ms, before any event is
        handled. Music on hold is a play that loops. Raises ArenaFullError; ValueError for no pieces or too many.
        """
        known = self._calls.get(call)
        self._plays = self._plays % 0xFFFFFFFF + 1
        if known is None:
            return self._plays
        if not 0 < len(audio) <= SEGMENTS_MAX:
            raise ValueError(f"a prompt has 1 to {SEGMENTS_MAX} pieces, not {len(audio)}")
        segments: list[tuple[int, int]] = []
        used: list[_Used] = []
        try:
            for piece in audio:
                segments.append(self._arena.take(piece, known.codec))
                used.append(_Used(piece, known.codec))
            self._command(Play(call, self._plays, tuple(segments), barge_in, loop))
        except Exception:
            for piece in used:
                self._arena.release(piece.audio, piece.codec)
            raise
        known.plays[self._plays] = used
        return self._plays

    def stop(self, call: int, play: int = 0) -> None:
        """Stop what is playing; with `play`, only if it is that one."""
        self._command(Stop(call, play))

    def keys(self, call: int, keys: str) -> None:
        """Press keys at the other end: by telephone-events, or where none were agreed by tones, in place of what plays.

        Raises ValueError for what is no key.
        """
        wrong = [key for key in keys if key not in KEYS]
        if wrong:
            raise ValueError(f"{wrong[0]!r} is no key of a telephone; they are {KEYS}")
        known = self._calls.get(call)
        if known is not None and keys and not known.opened.events:
            self.play(call, [_sounding(keys, known.codec)], barge_in=False)
        else:
            self._command(SendKeys(call, keys))

    # --- what it says ---

    def listen(self, call: int, sink: Sink | None = None, *, quiet_s: float = 0.8) -> None:
        """Find speech (SpeechStarted, SpeechEnded after `quiet_s` of quiet) and give each frame to `sink`."""
        known = self._calls.get(call)
        if known is not None:
            known.sink = sink
            self._command(Listen(call, True, quiet_s))

    def ignore(self, call: int) -> None:
        """No longer listen."""
        known = self._calls.get(call)
        if known is not None:
            known.sink = None
            self._command(Listen(call, False, 0))

    def record(self, call: int, path: Path) -> None:
        """Write what the call says into a WAV file until `end_recording` or the call's end. Raises OSError."""
        known = self._calls.get(call)
        if known is not None:
            self.end_recording(call)
            known.recording = Recording(path, known.codec)
            self._command(Record(call, True))

    def end_recording(self, call: int) -> float:
        """Finish the file; how many seconds it holds."""
        known = self._calls.get(call)
        if known is None or known.recording is None:
            return 0.0
        self._take_heard()
        self._command(Record(call, False))
        recording, known.recording = known.recording, None
        recording.close()
        return recording.seconds

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
            self._command(Mix(call, tuple(sources)))
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
        return self._happened

    def events(self) -> list[Event]:
        """What happened since the last time, in order; frames are given to their sinks on the way."""
        with contextlib.suppress(BlockingIOError):
            os.eventfd_read(self._happened)
        self._take_heard()
        events: list[Event] = []
        for _ in range(EVENTS_MAX):
            message = self._events.peek()
            if message is None:
                break
            self._events.advance()
            event = decode_event(message)
            self._note(event)
            events.append(event)
        else:
            os.eventfd_write(self._happened, 1)
        return events

    def report(self, call: int) -> None:
        """Ask for a call's Stats."""
        self._command(Report(call))

    def counts(self) -> dict[str, int]:
        """What was counted over all calls."""
        return {count.name.lower(): int(self._memory.counts[count]) for count in Count}

    def tend(self) -> None:
        """Keep two planes: one that works and one that stands ready. Call it at least once a second."""
        self._planes.tend()

    @property
    def worker(self) -> int:
        """The process id of the plane that works; 0 until one does."""
        return int(self._memory.worker[0])

    @property
    def ready(self) -> int:
        """Planes that work or stand ready: two, but for a moment after the start and after one died."""
        return self._planes.ready(set(self._memory.ready.tolist()))

    def stop_planes(self) -> None:
        """End the planes and let go of ports and memory. Calls that are open get no farewell: close them first."""
        self._planes.stop()
        for known in self._calls.values():
            if known.recording is not None:
                known.recording.close()
        self._sockets.close()
        for descriptor in (self._shared, self._commanded, self._happened):
            os.close(descriptor)

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

    def _command(self, command: Command) -> None:
        if not self._commands.push(encode(command)):
            raise PlaneBehindError
        os.eventfd_write(self._commanded, 1)

    def _note(self, event: Event) -> None:
        """What an event means for what is kept here."""
        if isinstance(event, PlayedOut):
            known = self._calls.get(event.call)
            if known is not None:
                self._release(known, event.play)
        elif isinstance(event, Stats) and event.closed:
            known = self._calls.pop(event.call, None)
            if known is not None:
                for play in list(known.plays):
                    self._release(known, play)
                if known.recording is not None:
                    known.recording.close()
                self._free.append(slot_of(event.call))

    def _release(self, known: _Call, play: int) -> None:
        for used in known.plays.pop(play, ()):
            self._arena.release(used.audio, used.codec)

    def _take_heard(self) -> None:
        """Give frames to recognisers and recordings."""
        ends, ring = self._memory.heard_ends, self._memory.heard
        read, written = int(ends[8]), int(ends[0])
        while read < written:
            # As far as the ring's end, then from its start.
            start = read % HEARD_FRAMES
            some = ring[start : start + min(written - read, HEARD_FRAMES - start)]
            codes = some["codes"].tobytes()
            for at, (call, codec, frame) in enumerate(
                zip(
                    some["call"].tolist(),
                    some["codec"].tolist(),
                    some["frame"].tolist(),
                    strict=True,
                )
            ):
                known = self._calls.get(call)
                if known is None:
                    continue
                part = codes[at * 160 : at * 160 + 160]
                if known.recording is not None:
                    known.recording.add(part)
                if known.sink is not None:
                    known.sink(Heard(call, frame, codec, part))
            read += len(some)
            ends[8] = read


def _sounding(keys: str, codec: int) -> Audio:
    """Keys as they sound."""
    gap = bytes([SILENCE[codec]]) * round(TONE_GAP_S * RATE_HZ)
    tones = (make(key, round(TONE_S * RATE_HZ), TONE_AMPLITUDE) for key in keys)
    codes = (encode_audio(codec, tone.astype(np.int16)).tobytes() for tone in tones)
    return Audio(b"".join(code + gap for code in codes), codec)
