"""Thousands of telephones in one process: they speak, press keys, report, and time what they hear by the kernel's clock.

They call any RTP addresses, so that a peer can stand in the media plane's place:

    python -m benchmarks.calls.telephones      a line with a Task as JSON goes in; the Result comes out as JSON

What they hear is timed when the kernel takes it in, not when this process comes to read it.
"""

import contextlib
import ctypes
import itertools
import math
import os
import socket
import struct
import sys
import time
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from ivr.media.datagrams import MESSAGE, NAME, PART, address_of
from ivr.media.memory import F64, I64, U8, U16, U32
from ivr.media.sockets import SO_RCVBUFFORCE, SO_TIMESTAMPNS
from ivr.rtp import packet, rtcp
from ivr.rtp.codec import FRAME_BYTES, SILENCE

TELEPHONE_HOST = "127.0.0.2"
"""Not the plane's: its raw socket would be shown, as no other machine's is, each packet that it sends itself."""
GROUPS = 10
TICK_S = 0.002
AT_ONCE = 1_024
ROW_BYTES = 200
CONTROL_BYTES = 64
BUFFER_BYTES = 32 * 2**20
KEY_PACKETS = 8
EVENT_TYPE = 101
REPORT_S = 5.0
SETTLE_S = 1.0
"""Of the start, not counted: calls are found, caches fill."""
JUMP = 40
"""Frames by which a stream's clock may move between two packets before it counts as a new stream."""

_libc = ctypes.CDLL(None, use_errno=True)
_libc.sendmmsg.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int]
_libc.recvmmsg.argtypes = [
    ctypes.c_int,
    ctypes.c_void_p,
    ctypes.c_uint,
    ctypes.c_int,
    ctypes.c_void_p,
]


class Task(msgspec.Struct, kw_only=True):
    """What the telephones do."""

    port: int
    """Their own; RTCP on the next."""
    targets: list[tuple[str, int]]
    seconds: float
    payload_type: int = 8
    speaks: bool = True
    key_s: float = 0.0
    """Each presses a key so often; 0: never."""
    prompt: int = -1
    """The code that fills the prompt: a key is answered when something else is heard. -1: not looked for."""
    cpu: int | None = None


class Result(msgspec.Struct, kw_only=True):
    """What they found. Times in ms."""

    streams: int
    sent: int
    heard: int
    missing: float
    """Share of the packets due that were not heard."""
    late_p50: float
    late_p99: float
    late_max: float
    own_late_p99: float
    """How late the telephones themselves sent: beyond this nothing can be told of the other side."""
    keys: int
    stops: int
    stop_p50: float
    stop_p99: float
    cpu_share: float


class Telephones:
    """All of them."""

    def __init__(self, task: Task) -> None:
        self.task = task
        count = len(task.targets)
        self.count = count
        self.socket = _bound(task.port)
        self.control = _bound(task.port + 1)
        self.rows: I64 = np.arange(count, dtype=np.int64)
        self.sequence: U16 = np.zeros(count, np.uint16)
        self.timestamp: U32 = np.zeros(count, np.uint32)
        self.ssrc: U32 = np.arange(1, count + 1, dtype=np.uint32)
        self.names = np.zeros(count, NAME)
        self.names["family"] = socket.AF_INET
        self.names["host"] = [
            int.from_bytes(socket.inet_aton(host), sys.byteorder) for host, _ in task.targets
        ]
        self.names["port"] = [port for _, port in task.targets]
        self.headers: U8 = np.zeros((count, packet.HEADER_BYTES), np.uint8)
        self.silence: U8 = np.full(FRAME_BYTES, SILENCE[task.payload_type], np.uint8)
        self.keys: U8 = np.zeros((count, 4), np.uint8)
        self.key_step: I64 = np.full(count, -1, np.int64)
        self.key_began: U32 = np.zeros(count, np.uint32)
        self.key_due: F64 = np.full(count, math.inf)
        self.key_at: F64 = np.zeros(count)
        self.report_due: F64 = np.zeros(count)
        self.stream_of = np.full(65_536, -1, np.int64)
        for row, (_, port) in enumerate(task.targets):
            self.stream_of[port] = row
        self.heard: list[NDArray[Any]] = []
        self.stops: list[float] = []
        self.stopping: NDArray[np.bool_] = np.zeros(count, np.bool_)
        self.pressed = 0
        self.sent = 0
        self.own_late: list[float] = []
        self._lay_out()

    def _lay_out(self) -> None:
        count = self.count
        step = np.arange(count, dtype=np.uint64)
        self.parts = np.zeros((count, 2), PART)
        self.parts["at"][:, 0] = address_of(self.headers) + step * np.uint64(packet.HEADER_BYTES)
        self.parts["bytes"][:, 0] = packet.HEADER_BYTES
        self.messages = np.zeros(count, MESSAGE)
        self.messages["name"] = address_of(self.names) + step * np.uint64(NAME.itemsize)
        self.messages["name_bytes"] = NAME.itemsize
        self.messages["parts"] = address_of(self.parts) + step * np.uint64(2 * PART.itemsize)
        self.messages["part_count"] = 2
        # A group's telephones stand together, so that one call of the kernel sends for them.
        bounds = [count * group // GROUPS for group in range(GROUPS + 1)]
        self.groups = list(itertools.pairwise(bounds))

        step = np.arange(AT_ONCE, dtype=np.uint64)
        self.came: U8 = np.zeros((AT_ONCE, ROW_BYTES), np.uint8)
        self.came_names = np.zeros(AT_ONCE, NAME)
        self.came_control: U8 = np.zeros((AT_ONCE, CONTROL_BYTES), np.uint8)
        self.came_parts = np.zeros(AT_ONCE, PART)
        self.came_parts["at"] = address_of(self.came) + step * np.uint64(ROW_BYTES)
        self.came_parts["bytes"] = ROW_BYTES
        self.came_messages = np.zeros(AT_ONCE, MESSAGE)
        self.came_messages["name"] = address_of(self.came_names) + step * np.uint64(NAME.itemsize)
        self.came_messages["parts"] = address_of(self.came_parts) + step * np.uint64(PART.itemsize)
        self.came_messages["part_count"] = 1
        self.came_messages["control"] = address_of(self.came_control) + step * np.uint64(
            CONTROL_BYTES
        )

    def run(self) -> Result:
        """Until the time is over."""
        chance = np.random.default_rng(1)
        task = self.task
        start = time.monotonic()
        if task.key_s:
            self.key_due = start + SETTLE_S + chance.uniform(0, task.key_s, self.count)
        self.report_due = start + chance.uniform(0, REPORT_S, self.count)
        tick = math.ceil(start / TICK_S)
        cpu = time.process_time()
        while tick * TICK_S < start + task.seconds:
            wait_s = tick * TICK_S - time.monotonic()
            if wait_s > 0:
                time.sleep(wait_s)
            now = time.monotonic()
            self.own_late.append(now - tick * TICK_S)
            first, last = self.groups[tick % GROUPS]
            if task.speaks and last > first:
                self._speak(first, last, now)
            self._report(first, last, now)
            for _ in range(8):
                if not self._hear():
                    break
            tick += 1
        return self._sum_up(start, time.process_time() - cpu)

    def _speak(self, first: int, last: int, now: float) -> None:
        span = slice(first, last)
        rows = self.rows[span]
        due = rows[(self.key_due[span] <= now) & (self.key_step[span] < 0)]
        if len(due):
            self.key_step[due] = 0
            self.key_began[due] = self.timestamp[due]
            self.key_due[due] += self.task.key_s
            self.key_at[due] = time.time()
            self.stopping[due] = True
            self.pressed += len(due)
        step = self.key_step[span]
        keyed = step >= 0
        self.parts["at"][span, 1] = address_of(self.silence)
        self.parts["bytes"][span, 1] = FRAME_BYTES
        if keyed.any():
            at = rows[keyed]
            ended = step[keyed] >= KEY_PACKETS - 3
            duration = (np.minimum(step[keyed] + 1, KEY_PACKETS - 3) * FRAME_BYTES).astype(
                np.uint16
            )
            self.keys[at, 0] = 5
            self.keys[at, 1] = np.where(ended, 0x8A, 0x0A)
            self.keys[at, 2] = duration >> 8
            self.keys[at, 3] = duration & 0xFF
            self.parts["at"][at, 1] = address_of(self.keys) + 4 * at.astype(np.uint64)
            self.parts["bytes"][at, 1] = 4
        packet.write(
            self.headers[span],
            payload_type=np.where(keyed, EVENT_TYPE, self.task.payload_type).astype(np.uint8),
            marker=step == 0,
            sequence=self.sequence[span],
            timestamp=np.where(keyed, self.key_began[span], self.timestamp[span]),
            ssrc=self.ssrc[span],
        )
        at, left = address_of(self.messages) + first * MESSAGE.itemsize, last - first
        while left:
            sent = int(_libc.sendmmsg(self.socket.fileno(), at, left, int(socket.MSG_DONTWAIT)))
            if sent <= 0:
                sent = 1
            else:
                self.sent += sent
            at += sent * MESSAGE.itemsize
            left -= sent
        self.sequence[span] += 1
        self.timestamp[span] += FRAME_BYTES
        step = np.where(keyed, step + 1, step)
        self.key_step[span] = np.where(step >= KEY_PACKETS, -1, step)

    def _report(self, first: int, last: int, now: float) -> None:
        for row in (np.flatnonzero(self.report_due[first:last] <= now) + first).tolist():
            self.report_due[row] += REPORT_S
            host, port = self.task.targets[row]
            sender = rtcp.Sender(rtcp.ntp(now), int(self.timestamp[row]), 1, 160)
            self.control.sendto(rtcp.write(row + 1, "telephone", sender, ()), (host, port + 1))

    def _hear(self) -> bool:
        messages = self.came_messages
        messages["name_bytes"] = NAME.itemsize
        messages["control_bytes"] = CONTROL_BYTES
        count = int(
            _libc.recvmmsg(
                self.socket.fileno(),
                address_of(messages),
                AT_ONCE,
                int(socket.MSG_DONTWAIT),
                None,
            )
        )
        if count <= 0:
            return False
        rows = self.came[:count]
        # A timespec follows the 16 bytes of the control message's header.
        stamp = self.came_control[:count, 16:32].copy().view(np.int64)
        at = stamp[:, 0] + stamp[:, 1] * 1e-9
        columns = np.ascontiguousarray(rows[:, :12]).view(packet.LAYOUT)[:, 0]
        stream = self.stream_of[self.came_names["port"][:count].astype(np.int64)]
        audio = (stream >= 0) & ((columns["second"] & 0x7F) == self.task.payload_type)
        kept = np.empty(int(audio.sum()), HEARD)
        kept["stream"] = stream[audio]
        kept["at"] = at[audio]
        kept["timestamp"] = columns["timestamp"][audio]
        self.heard.append(kept)
        if self.task.prompt >= 0:
            waiting = audio & self.stopping[stream] & (rows[:, 12] != self.task.prompt)
            for index in np.flatnonzero(waiting).tolist():
                row = int(stream[index])
                if self.stopping[row] and at[index] > self.key_at[row]:
                    self.stopping[row] = False
                    self.stops.append(float(at[index] - self.key_at[row]))
        return True

    def _sum_up(self, start: float, cpu_s: float) -> Result:
        heard = np.concatenate(self.heard) if self.heard else np.empty(0, HEARD)
        began = start + (time.time() - time.monotonic())
        heard = heard[heard["at"] > began + SETTLE_S]
        late, missing = _lateness(heard)
        stops = np.array(self.stops or [0.0]) * 1000
        return Result(
            streams=len(np.unique(heard["stream"])),
            sent=self.sent,
            heard=len(heard),
            missing=missing,
            late_p50=_part(late, 50),
            late_p99=_part(late, 99),
            late_max=_part(late, 100),
            own_late_p99=_part(np.array(self.own_late), 99),
            keys=self.pressed,
            stops=len(self.stops),
            stop_p50=float(np.percentile(stops, 50)),
            stop_p99=float(np.percentile(stops, 99)),
            cpu_share=cpu_s / self.task.seconds,
        )


HEARD = np.dtype([("stream", "i4"), ("timestamp", "u4"), ("at", "f8")])


def _lateness(heard: NDArray[Any]) -> tuple[F64, float]:
    """How much later than the most punctual packet of its stream each came, by the stream's own clock.

    And the share of packets that were due between a stream's first and last, and did not come.
    """
    if not len(heard):
        return np.empty(0), 1.0
    heard = heard[np.lexsort((heard["at"], heard["stream"]))]
    stream = heard["stream"]
    new = np.r_[True, stream[1:] != stream[:-1]]
    ahead = np.r_[0, np.diff(heard["timestamp"].astype(np.int64))]
    ahead = (ahead + 2**31) % 2**32 - 2**31
    new |= np.abs(ahead) > JUMP * FRAME_BYTES
    ahead[new] = 0
    starts = np.flatnonzero(new)
    media = np.cumsum(ahead)
    lengths = np.diff(np.r_[starts, len(heard)])
    media = media - np.repeat(media[starts], lengths)
    offset = heard["at"] - media / 8000
    late = offset - np.repeat(np.minimum.reduceat(offset, starts), lengths)
    ends = np.r_[starts[1:], len(heard)] - 1
    due = (media[ends] // FRAME_BYTES + 1).sum()
    return late, 1 - len(heard) / max(int(due), 1)


def _part(values: F64, percent: float) -> float:
    return float(np.percentile(values, percent) * 1000) if len(values) else 0.0


def _bound(port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.setblocking(False)
    made.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    try:
        made.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, struct.pack("i", BUFFER_BYTES))
    except PermissionError:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
    made.bind((TELEPHONE_HOST, port))
    return made


def go_first() -> None:
    """Before other processes, as the plane does."""
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))


def main() -> None:
    """Do the task."""
    task = msgspec.json.decode(sys.stdin.buffer.readline(), type=Task)
    if task.cpu is not None:
        os.sched_setaffinity(0, {task.cpu})
    go_first()
    sys.stdout.buffer.write(msgspec.json.encode(Telephones(task).run()))


if __name__ == "__main__":
    main()
