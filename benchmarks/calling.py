"""From a key to the next prompt, over SIP and RTP, with a durable turn in between: callers that order round in circles.

python -m benchmarks.calling --calls 50 --seconds 20

`dialcart serve` runs in a process of its own, as it ships: SQLite with synchronous=FULL, voices rendered ahead, recognisers
loaded. Each caller presses a key as telephone-events every two seconds and waits for the first frame of the prompt that
answers it; what counts is from the key's first packet to that frame's, by the kernel's clock: not when this process, which is one of
many on a busy machine, comes to read it. Beside it stand, from the same run, the time of a
datagram there and back, and of an fsync, of which a turn needs one; and who used the CPU meanwhile: the process that signals and
keeps orders, its media planes, and the callers themselves, who share the machine with them.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import select
import signal
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from commands.flows_on_disk import LIBRARY, load
from flows.program import Program
from ivr.media.sockets import SO_TIMESTAMPNS
from ivr.rtp.codec import PCMA, SILENCE
from ivr.signalling.endpoint import Endpoint, Listen
from ivr.sip.events import Answered, Ended, SipEvent
from ivr.sip.flow import Flow
from ivr.sip.numbers import AllowList
from ivr.sip.offer import LocalMedia, make_offer, settle
from ivr.sip.settings import Settings
from ivr.sip.trunk import Trunk, networks
from ivr.speech.fragments import FRAME_BYTES, Fragments
from ivr.speech.recordings import Recordings
from ivr.speech.speaker import ShopVoice, Voicebox
from ivr.speech.voices import find_voices

NUMBER = "4008001234"
EVENT = 101
PRESS_EVERY_S = 2.0
SETTLES_S = 1.0
"""From the last key to the end of the calls."""
FIRST_MEDIA_PORT = 40_000
ANSWERS = {
    "1": "想吃什么？请说菜名，或输入编号。",
    "*": "请选择：下单请按1，查订单请按2，English请按9。",
}
"""What a key is answered with at the question that the one before it led to."""
CONFIG = """\
sellers = ["{shops}"]
[store]
database = "{folder}/shop.db"
[simulator]
port = 0
control_port = 0
[voice]
port = 0
media_port = 0
calls = {rows}
speech = "{speech}"
recordings = "{folder}/recordings"
first_packet_s_max = 0
packet_s_max = 0
"""
"""Callers send nothing but keys, and on a busy machine it takes long until the last of a thousand is up."""


class Caller:
    """One telephone."""

    def __init__(self, number: int, first_frames: dict[str, bytes]) -> None:
        self.number = number
        self.local = LocalMedia("127.0.0.1", FIRST_MEDIA_PORT + 2 * number, ("PCMA",))
        self.delays_s: list[float] = []
        self.unanswered = 0
        self._first_frames = first_frames
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", self.local.port))
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self._there = ("", 0)
        self._sequence = 1
        self._timestamp = 160
        self._waits: tuple[str, float] | None = None

    def talk(self, host: str, port: int) -> None:
        """The call is up: send silence, hear prompts, press keys."""
        self._there = (host, port)
        asyncio.get_running_loop().add_reader(self._socket.fileno(), self._hear)

    async def run(self, until: float) -> None:
        """Press the keys in turn."""
        await asyncio.sleep(1 + random.random() * PRESS_EVERY_S)
        keys = list(self._first_frames)
        while time.monotonic() < until:
            keys.append(key := keys.pop(0))
            if self._waits is not None:
                self.unanswered += 1
            self._waits = key, time.time()
            await self._press(key)
            await asyncio.sleep(PRESS_EVERY_S - 0.12)

    def close(self) -> None:
        """Let go of the socket."""
        asyncio.get_running_loop().remove_reader(self._socket.fileno())
        self._socket.close()

    async def _press(self, key: str) -> None:
        """RFC 4733, section 2.5: the event's packets, 20 ms apart, its end three times."""
        event, start = "0123456789*#".index(key), self._timestamp
        for step in range(7):
            duration = 160 * min(step + 1, 5)
            payload = struct.pack(">BBH", event, 10 | (0x80 if step > 3 else 0), duration)
            self._send(EVENT | (0x80 if step == 0 else 0), start, payload)
            await asyncio.sleep(0.02 if step < 4 else 0)
        self._timestamp += 1_600

    def _send(self, kind: int, timestamp: int, payload: bytes) -> None:
        head = struct.pack(
            ">BBHII", 0x80, kind, self._sequence & 0xFFFF, timestamp, self.number + 1
        )
        self._sequence += 1
        self._socket.sendto(head + payload, self._there)

    def _hear(self) -> None:
        while True:
            try:
                if self._waits is None:
                    self._socket.recv(2_048)
                else:
                    self.heard(*stamped(self._socket))
            except BlockingIOError:
                return

    def heard(self, packet: bytes, at: float) -> None:
        """An RTP packet of a prompt, or of silence, and when it came."""
        if self._waits is not None and packet[12:] == self._first_frames[self._waits[0]]:
            self.delays_s.append(at - self._waits[1])
            self._waits = None


def stamped(line: socket.socket) -> tuple[bytes, float]:
    """A datagram, and when the kernel took it in, as `time.time` counts. Raises BlockingIOError."""
    packet, beside, _, _ = line.recvmsg(2_048, 64)
    seconds, nanoseconds = struct.unpack("qq", beside[0][2][:16])
    return packet, seconds + nanoseconds * 1e-9


class Callers:
    """All telephones, on one SIP endpoint."""

    def __init__(self, count: int, first_frames: dict[str, bytes]) -> None:
        self.all = [Caller(number, first_frames) for number in range(count)]
        self.by_call: dict[str, Caller] = {}
        self.up = 0
        self.ended = 0
        self.shares: dict[str, float] = {}
        """Who used how much of a core while keys were pressed."""

    def received(self, events: Sequence[SipEvent]) -> None:
        """See ivr.signalling.endpoint.Handler."""
        for event in events:
            match event:
                case Answered(call, remote) if remote is not None:
                    caller = self.by_call[call]
                    agreed = settle(make_offer(caller.local), remote, caller.local)
                    caller.talk(agreed.host, agreed.port)
                    self.up += 1
                case Ended():
                    self.ended += 1
                case _:
                    pass


def first_frames(
    speech: Path, program: Program, language: str, answers: Mapping[str, str]
) -> dict[str, bytes]:
    """The frame by which each answer is known, by its key: the first that is not silence."""
    box = Voicebox(Fragments(speech, find_voices()))
    shop = ShopVoice(program, Recordings(None), box)
    shop.render()
    found: dict[str, bytes] = {}
    for key, text in answers.items():
        audio = shop.ready(text, language, "al")
        assert audio is not None, "render the prompts first"
        frames = [audio[at : at + FRAME_BYTES] for at in range(0, len(audio), FRAME_BYTES)]
        found[key] = next(frame for frame in frames if set(frame) != {SILENCE[PCMA]})
    box.close()
    return found


def open_shop(folder: Path, speech: Path, rows: int) -> tuple[subprocess.Popen[str], int]:
    """`dialcart serve` with the noodle shop, open all day; its SIP port."""
    shop = folder / "shops" / "noodles"
    shop.mkdir(parents=True)
    (folder / "shops" / "common").symlink_to(LIBRARY / "common")
    flow = (LIBRARY / "noodles" / "seller.flow").read_text("utf-8")
    (shop / "seller.flow").write_text(re.sub(r"  open .*\n  closed .*\n", "", flow), "utf-8")
    words = CONFIG.format(shops=folder / "shops", folder=folder, rows=rows, speech=speech)
    return serve(folder, words)


def serve(folder: Path, words: str) -> tuple[subprocess.Popen[str], int]:
    """`dialcart serve` with these settings; its SIP port."""
    settings = folder / "dialcart.toml"
    settings.write_text(words, "utf-8")
    serving = subprocess.Popen(
        [sys.executable, "cli.py", "serve", "--config", str(settings)], stdout=subprocess.PIPE, text=True,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert serving.stdout is not None
    for line in serving.stdout:
        if found := re.search(r"SIP over UDP on port (\d+)", line):
            return serving, int(found[1])
    raise SystemExit("dialcart serve did not open")


class Spent:
    """CPU of a shop and of us, by part, from when this is made."""

    def __init__(self, serving: int) -> None:
        self._serving = serving
        self._began = time.monotonic()
        self._before = self._seconds()

    def shares(self) -> dict[str, float]:
        """Of a core, since then."""
        took = time.monotonic() - self._began
        after = self._seconds()
        return {part: (after[part] - self._before.get(part, 0.0)) / took for part in after}

    def _seconds(self) -> dict[str, float]:
        children = Path(f"/proc/{self._serving}/task/{self._serving}/children").read_text().split()
        found = {
            "signalling and turns": _cpu_s(self._serving),
            "media planes": 0.0,
            "recognisers": 0.0,
        }
        for child in children:
            try:
                words = Path(f"/proc/{child}/cmdline").read_bytes()
                part = "media planes" if b"ivr.media.process" in words else "recognisers"
                found[part] += _cpu_s(int(child))
            except OSError:
                continue
        return {**found, "callers": time.process_time()}


def _cpu_s(pid: int) -> float:
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def floors(folder: Path, rounds: int = 200) -> tuple[float, float]:
    """Seconds of a datagram there and back, and of an fsync, in the middle of many."""
    one, other = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
    for each in (one, other):
        each.bind(("127.0.0.1", 0))
    there: list[float] = []
    kept: list[float] = []
    with (folder / "floor").open("wb") as file:
        for _ in range(rounds):
            began = time.perf_counter()
            one.sendto(b"key", other.getsockname())
            data, back = other.recvfrom(64)
            other.sendto(data, back)
            select.select([one], [], [])
            one.recv(64)
            there.append(time.perf_counter() - began)
            began = time.perf_counter()
            file.write(b"x" * 4_096)
            file.flush()
            os.fsync(file.fileno())
            kept.append(time.perf_counter() - began)
    return statistics.median(there), statistics.median(kept)


async def call(
    serving: int, port: int, count: int, seconds: float, frames: dict[str, bytes]
) -> Callers:
    """All callers call, press keys for so long, and hang up."""
    callers = Callers(count, frames)
    everywhere = AllowList((NUMBER,))
    trunk = Trunk(
        "shop", networks("127.0.0.0/8"), peer=Flow("udp", "127.0.0.1", port), allowed=everywhere
    )
    endpoint = Endpoint(Settings(), [trunk], callers, listen=[Listen("udp", "127.0.0.1", 0)])
    await endpoint.start()
    for caller in callers.all:
        number = f"138{caller.number:08d}"
        name = endpoint.dial("shop", NUMBER, make_offer(caller.local), everywhere, caller=number)
        callers.by_call[name] = caller
        await asyncio.sleep(0.02)
    until = time.monotonic() + seconds
    await asyncio.sleep(0.5)
    spent = Spent(serving)
    await asyncio.gather(*(caller.run(until) for caller in callers.all))
    callers.shares = spent.shares()
    await asyncio.sleep(SETTLES_S)
    # Before they hang up, which ends all.
    callers.up -= callers.ended
    await hang_up(endpoint, callers.all)
    return callers


async def hang_up(endpoint: Endpoint, callers: Iterable[Caller]) -> None:
    """All calls end, and their telephones are put away."""
    await endpoint.drain(0.1)
    await asyncio.sleep(0.3)
    await endpoint.close()
    for caller in callers:
        caller.close()


def main() -> None:
    """Print the figures."""
    words = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    words.add_argument("--calls", type=int, default=50)
    words.add_argument("--seconds", type=float, default=20.0)
    words.add_argument("--speech", type=Path, default=Path("var/speech"))
    chosen = words.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, speech = Path(name), chosen.speech.resolve()
        program = load(Path("noodles")).compile().program
        frames = first_frames(speech, program, "zh", ANSWERS)
        serving, port = open_shop(folder, speech, -(-(chosen.calls + 10) // 10) * 10)
        try:
            time.sleep(3)
            datagram_s, fsync_s = floors(folder)
            callers = asyncio.run(call(serving.pid, port, chosen.calls, chosen.seconds, frames))
        finally:
            serving.send_signal(signal.SIGTERM)
            serving.wait(30)
    delays_ms = sorted(1e3 * delay for caller in callers.all for delay in caller.delays_s)
    unanswered = sum(caller.unanswered for caller in callers.all)
    print(
        f"{callers.up} of {chosen.calls} calls up to the end, {len(delays_ms)} keys answered, {unanswered} not"
    )
    if delays_ms:
        at = [
            delays_ms[min(len(delays_ms) - 1, int(len(delays_ms) * part))]
            for part in (0.5, 0.9, 0.99)
        ]
        print(
            f"key to next prompt: p50 {at[0]:.1f} ms, p90 {at[1]:.1f}, p99 {at[2]:.1f}, longest {delays_ms[-1]:.1f}"
        )
    print(
        "of a core: "
        + ", ".join(f"{part} {100 * share:.0f} %" for part, share in callers.shares.items())
    )
    print(
        f"floor: a datagram there and back {1e3 * datagram_s:.2f} ms, an fsync {1e3 * fsync_s:.2f} ms"
    )


if __name__ == "__main__":
    main()
