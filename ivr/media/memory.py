"""What the plane knows of every call, as columns in memory that outlives its process.

All of it lies in one anonymous file that the signalling process makes and hands down. A plane that is killed leaves it as
it stood; the next one maps it and goes on. So nothing that a call needs may be kept elsewhere, and each column stays
sensible however far an update of several had come.
"""

import mmap
from dataclasses import dataclass, fields
from typing import Any, get_args, get_type_hints

import numpy as np
from numpy.typing import NDArray

from ivr.media.settings import Settings
from ivr.rtp.codec import FRAME_BYTES
from ivr.rtp.tones import HISTORY, PHASES

RESERVED_FRAMES = 2
"""The arena's first frames are silence, of mu-law and A-law."""
COMMAND_BYTES = 1_024
COMMANDS_PER_CALL = 4
"""Room for commands that the plane has not come to: a call takes three or four to begin."""
EVENT_BYTES = 128
EVENTS_PER_CALL = 16
"""Room for events that signalling has not come to: all calls may begin to speak at once while it is busy."""
RING_HEAD_BYTES = 256
SEGMENTS_MAX = 64
"""Pieces of audio in one prompt."""
MIX_MAX = 4
"""Other calls that one call may hear at once."""
IP6_BYTES = 16
SECRET_BYTES = 30
"""SRTP's master key and salt: RFC 4568, section 6.2."""
KEYS_MAX = 32
"""Keys that wait to be sent on one call."""
BUFFER_FRAMES = 32
"""Frames of what was heard that a call may hold: 640 ms."""
HEARD_FRAMES = 32_768
"""Frames on their way to recognisers and recordings: 6 s for a hundred calls."""
ALIGN_BYTES = 64

U8 = NDArray[np.uint8]
U16 = NDArray[np.uint16]
U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
I16 = NDArray[np.int16]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
F32 = NDArray[np.float32]
F64 = NDArray[np.float64]

HEARD = np.dtype(
    [
        ("call", "<u8"),
        ("codec", "<u2"),
        ("late", "<u2"),
        ("frame", "<u4"),
        ("codes", "u1", FRAME_BYTES),
    ]
)
"""A frame on its way to a recogniser or a recording; `frame` counts the call's frames of 20 ms, and `late` is ivr.media.heard.Heard's."""


@dataclass(frozen=True, slots=True)
class Columns:
    """One row a call. The shape of a row stands in WIDTHS where it is not a single value."""

    call: U64
    """Which call has this row; 0: none."""
    codec: U8
    """Payload type of G.711: 0 or 8."""
    port: U16
    sends: U8
    hears: U8
    latches: U8
    """Whether audio from elsewhere than was announced moves the call there: symmetric RTP."""
    wants: U8
    """Who takes what is heard: bits of listening.Wants."""
    sources: I32
    """The rows of the calls that this one hears, from the left; -1: no further one."""
    remote_ip: U32
    """In network order, as the kernel takes it. 0: not known yet, or by IPv6."""
    remote_ip6: U8
    """As the kernel takes it; zeroes: not known yet, or by IPv4."""
    remote_port: U16
    control_port: U16
    source_ip: U32
    """Where audio last came from; 0: by IPv6, or from nowhere yet."""
    source_ip6: U8
    source_port: U16
    """0: nothing was heard yet."""
    event_khz: U8
    """Clock rate of each payload type that carries telephone-events; 0: it carries none."""
    event_type: U8
    """The payload type that our own keys are sent with; 255: none was agreed."""
    event_type_khz: U8

    ssrc: U32
    sequence: U16
    timestamp: U32
    second: U8
    """The second byte of the next header: payload type, and the marker as its highest bit."""
    packets: U32
    octets_short: U32
    """How many fewer octets were sent than 160 a packet."""

    play: U32
    """Which prompt is playing; 0: none."""
    cursor: I64
    """The frame of the arena that is played next."""
    end: I64
    """The frame after the last of the segment."""
    advance: I64
    """1: a prompt plays; 0: the cursor rests on silence."""
    segment: U16
    segments: U16
    playlist: I64
    """First frame and the one after the last, of each segment."""
    loops: U8
    barges: U8
    """Whether a key or speech stops the prompt."""
    prompt_energy: F32
    """Mean square of what is being played, held up for about 300 ms."""

    keys: U8
    """Event codes that wait to be sent."""
    keys_first: U16
    keys_end: U16
    key_step: U8
    """Packets of the present key that were sent."""
    key_timestamp: U32

    tag_bytes: U8
    """Of SRTP's tag; 0: the call's packets are not sealed."""
    key_out: U8
    """Key and salt of what we send, and of what they send."""
    key_in: U8
    rounds_out: U32
    """How often our sequence went round."""
    report_index: U32
    index_in: U64
    """Their highest index."""
    window_in: U64
    """Which of the last 64 came."""
    report_index_in: U32

    opened_at: F64
    agreed_at: F64
    """When the call was opened, answered, held or otherwise changed: silence is counted from here, or from what came since."""
    heard_at: F64
    """When a packet last came; 0: none yet."""
    first_limit_s: F32
    limit_s: F32
    timed_out: U8
    their_ssrc: U32
    their_sequence: U16
    cycles: U32
    """65,536 for each time that their sequence went round."""
    base_sequence: U32
    received: U32
    expected_before: U32
    received_before: U32
    transit: I32
    jitter: F32
    """RFC 3550, section 6.4.1, in units of 1/8000 s."""

    report_at: F64
    sr_middle: U32
    """The middle of the NTP timestamp in their last sender's report."""
    sr_at: F64
    round_trip_s: F32
    their_loss: U8
    """What their last report told, in units of 1/256."""

    key: U8
    """The last key heard, an event code; 255: none yet."""
    key_down: U8
    key_type: U8
    key_khz: U8
    key_ssrc: U32
    key_began: U32
    key_at: U32
    key_duration: U32
    key_heard: F64
    presses: U32
    """Keys told so far, by event and by tone."""

    frames: U8
    """What was heard and not yet taken: frame n is in cell n % BUFFER_FRAMES."""
    tags: I32
    """Which frame each cell holds; -1: none."""
    anchor: U32
    """Their timestamp at frame 0."""
    newest: I32
    next: I32
    """The frame that is taken next."""
    wait: I16
    """Frames until the buffer is taken from; -1: it is empty."""
    made_up: U16
    """Frames that were made up since the buffer ran dry; buffering.UNTOLD: what comes next tells nothing of them."""
    pause: U16
    """How many of them their sender's clock passed over."""
    early: U8
    """Frames that were taken before their time since; one less each tick."""
    low: I16
    """The least depth seen in this window."""
    window: U8
    late: U32
    """Frames that came after their time."""
    lost: U32
    """Frames that were missing when their time came."""
    taken: U32
    """Frames taken since the call was opened."""
    last: U8
    """The frame taken last: what those hear who have this call among their sources."""

    noise: U8
    """The level of their comfort noise, and 1; 0: they told none."""

    dip: F32
    """The quietest frame of this second that came, RMS; 0: there was none yet."""
    dip_before: F32
    """That of the second before."""
    dip_frames: U8
    """How many have come in this second."""
    onset: U8
    """The last eight frames, a bit each: louder than the threshold or not."""
    speaking: U8
    quiet: U16
    """Frames since the last loud one, but for those that were late."""
    loud: U32
    """The frame after the last loud one."""
    quiet_max: U16

    tone_history: F32
    """The rest: ivr.rtp.tones.State."""
    tone_phases: F32
    tone_key: U8
    tone_run: U8
    tone_gap: U8
    tone_told: U8


WIDTHS: dict[str, tuple[int, ...]] = {
    "sources": (MIX_MAX,),
    "remote_ip6": (IP6_BYTES,),
    "source_ip6": (IP6_BYTES,),
    "event_khz": (128,),
    "playlist": (SEGMENTS_MAX, 2),
    "keys": (KEYS_MAX,),
    "key_out": (SECRET_BYTES,),
    "key_in": (SECRET_BYTES,),
    "frames": (BUFFER_FRAMES, FRAME_BYTES),
    "tags": (BUFFER_FRAMES,),
    "last": (FRAME_BYTES,),
    "tone_history": (HISTORY,),
    "tone_phases": (PHASES,),
}


@dataclass(frozen=True, slots=True)
class Memory:
    """All that the signalling process and the plane share."""

    columns: Columns
    clock: F64
    """The time of the plane's next tick; 0: it has not begun."""
    worker: U64
    """The process that holds the lock."""
    ready: U64
    """The processes that have the memory mapped and wait for the lock, or have it: each in a place of its own."""
    counts: U64
    """By plane.Count: what is counted over all calls and lives."""
    commands: memoryview
    events: memoryview
    heard: NDArray[np.void]
    """Frames for recognisers: a ring of HEARD records."""
    heard_ends: U64
    """How many were written, and how many read."""
    codes: U8
    """The arena: prompts in G.711, a row a frame of 20 ms."""
    sums: U32
    """Of each frame, the sum of its 16-bit words, for the checksum of its packet."""
    energies: F32
    """Of each frame, the mean square of its samples."""


COUNTS = 32
READY_PLACES = 16


def _column_types() -> dict[str, np.dtype[Any]]:
    """The element type of each column, read off its annotation."""
    hints = get_type_hints(Columns)
    return {field.name: np.dtype(element_of(hints[field.name])) for field in fields(Columns)}


def element_of(hint: object) -> Any:
    """The `uint8` of an array's hint. What stands around it is numpy's own, and differs by its version; it comes last in all."""
    while arguments := get_args(hint):
        hint = arguments[-1]
    return hint


class _Layout:
    """Hands out stretches of a buffer, or measures how much would be needed."""

    def __init__(self, buffer: mmap.mmap | None) -> None:
        self.buffer = buffer
        self.at = 0

    def stretch(self, size: int) -> int:
        start = self.at
        self.at += -(-size // ALIGN_BYTES) * ALIGN_BYTES
        return start

    def array(self, kind: np.dtype[Any], shape: tuple[int, ...]) -> NDArray[Any]:
        count = int(np.prod(shape))
        start = self.stretch(count * kind.itemsize)
        if self.buffer is None:
            return np.empty(0, kind)
        return np.frombuffer(self.buffer, kind, count, start).reshape(shape)

    def view(self, size: int) -> memoryview:
        start = self.stretch(size)
        return (
            memoryview(b"")
            if self.buffer is None
            else memoryview(self.buffer)[start : start + size]
        )


def _lay_out(layout: _Layout, settings: Settings) -> Memory:
    def column(name: str, kind: np.dtype[Any]) -> NDArray[Any]:
        return layout.array(kind, (settings.calls, *WIDTHS.get(name, ())))

    def ring(per_call: int, slot_bytes: int) -> memoryview:
        return layout.view(RING_HEAD_BYTES + settings.calls * per_call * slot_bytes)

    frames = frames_of(settings)
    return Memory(
        columns=Columns(**{name: column(name, kind) for name, kind in _column_types().items()}),
        clock=layout.array(np.dtype(np.float64), (1,)),
        worker=layout.array(np.dtype(np.uint64), (1,)),
        ready=layout.array(np.dtype(np.uint64), (READY_PLACES,)),
        counts=layout.array(np.dtype(np.uint64), (COUNTS,)),
        commands=ring(COMMANDS_PER_CALL, COMMAND_BYTES),
        events=ring(EVENTS_PER_CALL, EVENT_BYTES),
        heard=layout.array(HEARD, (HEARD_FRAMES,)),
        heard_ends=layout.array(np.dtype(np.uint64), (16,)),
        codes=layout.array(np.dtype(np.uint8), (frames, FRAME_BYTES)),
        sums=layout.array(np.dtype(np.uint32), (frames,)),
        energies=layout.array(np.dtype(np.float32), (frames,)),
    )


def frames_of(settings: Settings) -> int:
    """Frames that the arena holds."""
    return RESERVED_FRAMES + settings.prompts_s * 50


def size_of(settings: Settings) -> int:
    """Bytes that `lay_out` needs. Pages never touched take no room."""
    layout = _Layout(None)
    _lay_out(layout, settings)
    return -(-layout.at // mmap.PAGESIZE) * mmap.PAGESIZE


def lay_out(buffer: mmap.mmap, settings: Settings) -> Memory:
    """The memory within a buffer of `size_of(settings)` bytes. Zeroes are a plane without calls."""
    return _lay_out(_Layout(buffer), settings)
