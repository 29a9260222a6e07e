"""What crosses between signalling and the plane: commands one way, events the other. All times are of the monotonic clock."""

import msgspec


class Open(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Take a call. A second one of the same call changes what was agreed, and nothing else."""

    call: int
    codec: int
    remote_ip: int
    """In network order; 0 until it is known, by Open again or by latching, and where it is by IPv6."""
    remote_port: int
    control_port: int
    latch: bool
    sends: bool
    hears: bool
    events: tuple[tuple[int, int], ...]
    """Payload type and clock rate of each telephone-event that was agreed; ours are sent with the first."""
    first_limit_s: float
    limit_s: float
    tones: bool
    """Find keys in the audio too, until a telephone-event shows that it need not be."""
    ssrc: int
    sequence: int
    timestamp: int
    remote_ip6: bytes = b""
    """16 bytes; empty where `remote_ip` tells, or nothing is known."""


class Seal(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Send and take SRTP alone from now on: RFC 3711, with keys from SDP."""

    call: int
    tag_bytes: int
    key_out: bytes
    """30 bytes: what our packets are sealed with."""
    key_in: bytes
    """30 bytes: what theirs are."""


class Play(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Play stretches of the arena, one after another without a gap, in place of what is playing."""

    call: int
    play: int
    segments: tuple[tuple[int, int], ...]
    barge_in: bool
    loop: bool


class Stop(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Stop what is playing, if it is this prompt; 0: whichever."""

    call: int
    play: int


class Listen(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Find speech, and hand on frames. `quiet_s` of quiet end it."""

    call: int
    on: bool
    quiet_s: float


class Record(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Hand on frames."""

    call: int
    on: bool


class Mix(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Let this call hear the sum of these others, in place of those it heard before. Empty: nobody."""

    call: int
    sources: tuple[int, ...]


class SendKeys(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Press keys at the other end: RFC 4733."""

    call: int
    keys: str


class Report(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Tell the call's Stats."""

    call: int


class Close(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """End the call: RTCP BYE, Stats, and its row is free."""

    call: int


Command = Open | Seal | Play | Stop | Listen | Record | Mix | SendKeys | Report | Close


class Digit(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """The buyer pressed a key. Told at its first packet; by the client once a press, though a plane died that had just told it."""

    call: int
    key: str
    how: str
    """`event` (RFC 4733) or `tone`."""
    at: float
    press: int
    """Counts the presses of a call, from 1."""
    stamp: int = 0
    """The RTP timestamp of an event: a press that is told again has the same number, key and stamp."""


class PlayedOut(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """A prompt ended. Told once for each that was started, whatever ended it."""

    call: int
    play: int
    whole: bool
    """False: a key, speech, another prompt, `stop` or `close` cut it short."""
    at: float


class SpeechStarted(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """The buyer began to speak, some 60 to 100 ms ago."""

    call: int
    at: float
    frame: int
    """The call's frame, as `Heard` counts them, in which it began."""


class SpeechEnded(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """The buyer has been quiet for as long as `listen` said."""

    call: int
    at: float
    frame: int
    """The frame after the last loud one."""


class FirstPacket(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """The call's first packet came."""

    call: int
    at: float


class Latched(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Audio came from elsewhere than was announced, and now goes there: symmetric RTP."""

    call: int
    host: str
    port: int
    at: float


class RtpTimeout(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Nothing was heard for as long as `open` said. Told once a silence."""

    call: int
    first: bool
    """Not one packet came since the call was opened."""
    at: float


class Stats(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """How the call went, from our packets, theirs, and their RTCP."""

    call: int
    sent: int
    received: int
    lost: int
    """Packets that never came (RFC 3550, appendix A.3)."""
    late: int
    jitter_ms: float
    their_loss: float
    """What they last told of ours, from 0 to 1."""
    round_trip_ms: float
    """0 until their RTCP told."""
    closed: bool
    at: float


class Resumed(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """A plane took over from one that died; no call was lost with it."""

    gap_ms: float
    """How much later than they were due the next packets left."""
    at: float


Event = (
    Digit
    | PlayedOut
    | SpeechStarted
    | SpeechEnded
    | FirstPacket
    | Latched
    | RtpTimeout
    | Stats
    | Resumed
)

encode = msgspec.msgpack.Encoder().encode
decode_command = msgspec.msgpack.Decoder(Command).decode
decode_event = msgspec.msgpack.Decoder(Event).decode
