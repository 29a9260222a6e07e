"""A plane on paper: packets are values, and time passes when told."""

import ctypes
import mmap

import numpy as np

from ivr.media.arena import Arena, Audio
from ivr.media.datagrams import ROW_BYTES
from ivr.media.memory import lay_out, size_of
from ivr.media.messages import Open
from ivr.media.plane import Plane
from ivr.media.remote import read_remote
from ivr.media.settings import FRAME_S, Settings
from ivr.media.traffic import RTP_AT, Arrived, Notice
from ivr.rtp.codec import PCMA

SETTINGS = Settings(calls=20, port=20_000, prompts_s=4)
CALL = 1 << 16
OTHER = 1 << 16 | 15
"""In another group than CALL."""
PHONE = ("192.0.2.7", 4_000)


class KilledError(Exception):
    """The plane was killed here."""


class Paper:
    """A plane and what goes through it."""

    def __init__(self):
        self.buffer = mmap.mmap(-1, size_of(SETTINGS))
        self.memory = lay_out(self.buffer, SETTINGS)
        self.columns = self.memory.columns
        self.arena = Arena(self.memory.codes, self.memory.sums, self.memory.energies)
        self.now = 1000.0
        self.events = []
        self.notices = []
        self.dies = ""
        """At its next event the plane is killed: `before` it is told, or `after`."""
        self.plane = Plane(self.memory, SETTINGS, self.tell)

    def tell(self, event):
        """What the plane tells, and where it dies."""
        dies, self.dies = self.dies, ""
        if dies != "before":
            self.events.append(event)
        if dies:
            raise KilledError

    def restart(self, gap_s=0.0):
        """A plane that died, and the next one on what it left."""
        self.plane = Plane(self.memory, SETTINGS, self.tell)
        self.now += gap_s
        self.plane.resume(gap_s, self.now)

    def do(self, *commands):
        for command in commands:
            self.plane.carry_out(command, self.now)
        self.gather()

    def open(self, call=CALL, **given):
        host, port = given.pop("remote", PHONE)
        agreed = {
            "codec": PCMA,
            "remote_ip": read_remote(host, port).ip if host else 0,
            "remote_ip6": read_remote(host, port).ip6 if host else b"",
            "remote_port": port,
            "control_port": port + 1 if port else 0,
            "latch": True,
            "sends": True,
            "hears": True,
            "events": ((101, 8000),),
            "first_limit_s": 0.0,
            "limit_s": 0.0,
            "tones": False,
            "ssrc": 0xABCD,
            "sequence": 65_530,
            "timestamp": 2**32 - 800,
        } | given
        self.do(Open(call=call, **agreed))

    def hear(self, *datagrams, source=PHONE, call=CALL, port=None, others=()):
        """Packets that come to a call's port, and to those of others, all at once; reports to its control port, the next one."""
        if port is not None and port % 2:
            slot = (port - SETTINGS.port) >> 1
            came = [Notice(slot, data, self.now) for data in datagrams]
            self.notices += self.plane.report(came, self.now)
            self.gather()
            return
        calls = [call, *others] * len(datagrams)
        datagrams = [data for data in datagrams for _ in range(1 + len(others))]
        width = ROW_BYTES
        rows = np.full((len(datagrams), width), 0x55, np.uint8)
        for row, data in zip(rows, datagrams, strict=True):
            row[: len(data)] = np.frombuffer(data, np.uint8)
        count = len(datagrams)
        came = read_remote(*source)
        hosts6 = np.tile(np.frombuffer(came.ip6, np.uint8), (count, 1))
        to = [SETTINGS.port + 2 * (one & 0xFFFF) if port is None else port for one in calls]
        self.plane.hear(
            Arrived(
                rows,
                np.array([len(data) for data in datagrams], np.int64),
                np.array(to, np.uint16),
                np.full(count, came.ip, np.uint32),
                np.full(count, came.port, np.uint16),
                None if came.ip else hosts6,
            ),
            self.now,
        )
        self.gather()

    def frame(self):
        """20 ms pass: the packets that left, by call."""
        left = {}
        for group in range(SETTINGS.groups):
            self.plane.listen(group, self.now)
            leaving = self.plane.speak(group, self.now)
            lengths = dict(leaving.short)
            for row in [*leaving.rows.tolist(), *leaving.rows6.tolist()]:
                payload = ctypes.string_at(int(leaving.addresses[row]), lengths.get(row, 160))
                words = np.frombuffer(payload, np.uint16)
                assert int(leaving.sums[row]) == int(words.sum(dtype=np.uint32))
                call = int(self.columns.call[leaving.first + row])
                left[call] = leaving.headers[row, RTP_AT:].tobytes() + payload
        self.notices += self.plane.report([], self.now)
        self.now = round(self.now + FRAME_S, 6)
        self.gather()
        return left

    def frames(self, count, call=CALL):
        """Some frames' packets of one call."""
        return [self.frame().get(call) for _ in range(count)]

    def gather(self):
        self.notices += self.plane.notices()

    def told(self):
        """What happened since this was last asked."""
        events, self.events = self.events, []
        return events

    def audio(self, *values, codec=PCMA):
        """An audio whose frames hold one value each, in the arena: its segment."""
        return self.arena.take(Audio(b"".join(bytes([v]) * 160 for v in values), codec), codec)


def rtp(sequence, timestamp, payload, *, kind=8, marker=False, ssrc=77):
    """A packet of a telephone."""
    head = bytes((0x80, kind | marker << 7)) + sequence.to_bytes(2) + timestamp.to_bytes(4)
    return head + ssrc.to_bytes(4) + payload


def extended(sequence, timestamp, size, *, kind):
    """A packet of so many bytes, whole words, all of it header: RFC 3550, section 5.3.1."""
    words = (size - 16) // 4
    data = rtp(sequence, timestamp, b"\xbe\xde" + words.to_bytes(2) + bytes(4 * words), kind=kind)
    return bytes((data[0] | 0x10,)) + data[1:]


def key(sequence, timestamp, code, *, duration=160, ended=False, kind=101, **given):
    """A packet of a pressed key."""
    payload = bytes((code, 0x8A if ended else 0x0A)) + duration.to_bytes(2)
    return rtp(sequence, timestamp, payload, kind=kind, **given)
