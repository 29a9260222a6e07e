"""Asterisk in the plane's place, then the plane in Asterisk's: the same telephones, in the same run.

    scripts/asterisk && python -m benchmarks.calls.asterisk

scripts/asterisk fetches it from Debian by name into .tools, as a program beside us (GPL). It runs on one core, before other
processes as the plane does, with the modules that a prompt and keys need; its calls are set up by a few lines of SIP. Each is given more
and more calls until it breaks: more than MISSING_MAX of the packets due were not heard, or one of a hundred was later than LATE_MS_MAX, or
not all calls were taken. What came before is its working point. Where the telephones themselves are so late, nothing is told of either. How many calls a core carries is compared twice, by those that were
held and by the share of a core that they took, and the lesser is held against the goal. Asterisk's share has its handling of keys and
its dialplan in it: so ours has the process that is told of keys and starts prompts, though it stays on no core of its own.
"""

import argparse
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.calls.__main__ import ours
from benchmarks.calls.load import (
    HEAD,
    PROMPT,
    TELEPHONE_PORT,
    Used,
    cpu_s,
    result_of,
    row,
    start,
)
from benchmarks.calls.plane import PORT
from benchmarks.calls.telephones import TELEPHONE_HOST, Result, Task

SIP_PORT = 5_070
WAIT_S = 10.0
AT_ONCE = 20
"""Calls that are being set up at the same time."""
PROGRAM = Path(".tools/asterisk/asterisk")
"""With folders `modules` and `data` beside it."""
MISSING_MAX = 0.005
LATE_MS_MAX = 40.0
"""Twice a packet's time: what a telephone's buffer may be taken to forgive."""
TIMES_GOAL = 6.0
THEIRS = [200, 300, 400, 450, 500, 600, 700]
OURS = [300, 2000, 3000, 3500, 4000]
"""Calls that are tried, fewest first, until one number breaks it."""

CONFIGURATION = {
    "asterisk.conf": "[directories]\nastetcdir => {folder}\nastmoddir => {modules}\nastvarlibdir => {folder}\n"
    "astdbdir => {folder}\nastspooldir => {folder}\nastrundir => {folder}\nastlogdir => {folder}\nastdatadir => {data}\n"
    "[options]\nmaxload = 0\nmaxfiles = 16000\n",
    "modules.conf": "[modules]\nautoload=yes\nnoload = chan_rtp.so\nnoload = res_hep.so\n",
    "logger.conf": "[general]\n[logfiles]\n",
    "rtp.conf": "[general]\nrtpstart=20000\nrtpend=32000\nstrictrtp=no\n",
    "pjsip.conf": "[t]\ntype=transport\nprotocol=udp\nbind=127.0.0.1:5070\n"
    "[anonymous]\ntype=endpoint\ncontext=shop\ndisallow=all\nallow=alaw\ndtmf_mode=rfc4733\ndirect_media=no\n"
    "rtp_symmetric=yes\ntransport=t\n",
    "extensions.conf": "[shop]\nexten => s,1,Answer()\n same => n(again),Background({folder}/prompt)\n"
    " same => n,Goto(again)\nexten => _X,1,Goto(s,again)\n",
}

INVITE = (
    "INVITE sip:s@127.0.0.1:{port} SIP/2.0\r\nVia: SIP/2.0/UDP {local};branch=z9hG4bK{number}\r\nMax-Forwards: 70\r\n"
    "From: <sip:load@127.0.0.2>;tag=t{number}\r\nTo: <sip:s@127.0.0.1>\r\nCall-ID: c{number}@load\r\nCSeq: 1 INVITE\r\n"
    "Contact: <sip:load@{local}>\r\nContent-Type: application/sdp\r\nContent-Length: {length}\r\n\r\n{body}"
)
BODY = (
    "v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\nm=audio {port} RTP/AVP 8 101\r\n"
    "a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\n"
)
ACK = (
    "ACK sip:s@127.0.0.1:{port} SIP/2.0\r\nVia: SIP/2.0/UDP {local};branch=z9hG4bKa{number}\r\nMax-Forwards: 70\r\n"
    "From: <sip:load@127.0.0.2>;tag=t{number}\r\nTo: {to}\r\nCall-ID: c{number}@load\r\nCSeq: 1 ACK\r\nContent-Length: 0\r\n\r\n"
)


def call(calls: int) -> list[int]:
    """Set up calls; the RTP port of each."""
    body = BODY.format(host=TELEPHONE_HOST, port=TELEPHONE_PORT)
    ports: dict[int, int] = {}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind((TELEPHONE_HOST, 0))
        line.settimeout(1.0)
        local = "{}:{}".format(*line.getsockname())
        target = ("127.0.0.1", SIP_PORT)
        asked, deadline = 0, time.monotonic() + WAIT_S + calls / 20
        while len(ports) < calls:
            if time.monotonic() > deadline:
                raise TimeoutError(f"Asterisk took {len(ports)} of {calls} calls")
            while asked < calls and asked - len(ports) < AT_ONCE:
                text = INVITE.format(
                    port=SIP_PORT, local=local, number=asked, length=len(body), body=body
                )
                line.sendto(text.encode(), target)
                asked += 1
            try:
                answer = line.recv(4096).decode()
            except TimeoutError:
                continue
            number = re.search(r"(?m)^Call-ID: c(\d+)@load", answer)
            to = re.search(r"(?m)^To: (.*?)\r", answer)
            if answer.startswith("SIP/2.0 200") and number and to:
                given = ACK.format(port=SIP_PORT, local=local, number=number[1], to=to[1])
                line.sendto(given.encode(), target)
                media = re.search(r"(?m)^m=audio (\d+)", answer)
                if media:
                    ports[int(number[1])] = int(media[1])
    return [ports[number] for number in sorted(ports)]


@dataclass(frozen=True, slots=True)
class Point:
    """What a number of calls came to."""

    calls: int
    result: Result
    used: Used

    @property
    def is_held(self) -> bool:
        """Whether all of them could be heard."""
        return self.result.missing <= MISSING_MAX and self.result.late_p99 <= LATE_MS_MAX

    @property
    def is_told(self) -> bool:
        """Whether the telephones kept their own time, so that what was late is the other side's."""
        return self.result.own_late_p99 <= LATE_MS_MAX

    @property
    def calls_a_core(self) -> float:
        """By the share of a core that these take."""
        return self.calls / self.used.whole


def theirs(program: Path, calls: int, given: argparse.Namespace) -> Point:
    """Asterisk with a number of calls, from a fresh start. Raises TimeoutError where it does not take them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, text in CONFIGURATION.items():
            filled = text.format(
                folder=folder,
                modules=program.parent / "modules",
                data=program.parent / "data",
            )
            (folder / file).write_text(filled)
        (folder / "prompt.alaw").write_bytes(bytes([PROMPT]) * 8000 * 60)
        os.sched_setaffinity(0, {given.cpu})
        asterisk = subprocess.Popen(
            [program, "-f", "-p", "-C", folder / "asterisk.conf"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.sched_setaffinity(0, range(os.cpu_count() or 1))
        try:
            time.sleep(4)
            ports = call(calls)
            task = Task(
                port=TELEPHONE_PORT,
                targets=[("127.0.0.1", port) for port in ports],
                seconds=given.seconds,
                key_s=given.key_s,
                prompt=PROMPT,
                cpu=given.telephones_cpu,
            )
            telephones = start(task)
            time.sleep(2)
            first, began = cpu_s(asterisk.pid), time.monotonic()
            time.sleep(max(given.seconds - 3.5, 1))
            used = Used((cpu_s(asterisk.pid) - first) / (time.monotonic() - began), 0.0, {})
            return Point(calls, result_of(telephones), used)
        finally:
            asterisk.send_signal(signal.SIGTERM)
            try:
                asterisk.wait(5)
            except subprocess.TimeoutExpired:
                asterisk.kill()
                asterisk.wait()


def working_point(name: str, numbers: list[int], tried: Callable[[int], Point]) -> Point:
    """The most of these calls that were held before a number broke it, each told in a line."""
    best: Point | None = None
    for calls in numbers:
        try:
            point = tried(calls)
        except TimeoutError as error:
            print(f"{name} breaks at {calls}: {error}", flush=True)
            break
        print(row(f"{name}, {calls} calls", point.result, point.used), flush=True)
        if not point.is_told:
            print(
                f"the telephones do not keep up with {calls} calls: {name} may hold more",
                flush=True,
            )
            break
        if not point.is_held:
            print(f"{name} breaks at {calls}", flush=True)
            break
        best = point
    else:
        print(f"{name} does not break at {numbers[-1]}: it may hold more", flush=True)
    if best is None:
        raise SystemExit(f"{name} held none of these: give fewer calls")
    return best


def main() -> None:
    """Print a line for each number of calls, and how many times as many we carry."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--program", type=Path, default=PROGRAM)
    parser.add_argument("--calls", type=int, nargs="+", default=THEIRS)
    parser.add_argument("--ours", type=int, nargs="+", default=OURS)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--key-s", type=float, default=4.0)
    parser.add_argument("--cpu", type=int, default=0)
    parser.add_argument("--telephones-cpu", type=int, default=1)
    parser.add_argument("--wire", choices=["raw", "ports"], default="raw")
    parser.add_argument("--port", type=int, default=PORT)
    given = parser.parse_args()
    program = given.program.resolve()
    if not program.is_file():
        raise SystemExit(f"{given.program} is not there: scripts/asterisk fetches it")
    version = subprocess.run([program, "-V"], capture_output=True, text=True, check=True).stdout
    print(HEAD)
    peer = working_point(
        version.split("+")[0].strip(), given.calls, lambda calls: theirs(program, calls, given)
    )
    plane = working_point("dialcart", given.ours, lambda calls: Point(calls, *ours(calls, given)))
    held, taken = plane.calls / peer.calls, plane.calls_a_core / peer.calls_a_core
    print(
        f"our share {plane.used.share:.0%} of a core, and {plane.used.client:.0%} for who is told of keys and starts prompts\n"
        f"calls held on one core: {peer.calls} and {plane.calls}, {held:.1f} times as many; by what they took of it "
        f"{peer.calls_a_core:.0f} and {plane.calls_a_core:.0f}, {taken:.1f} times; goal {TIMES_GOAL:.0f}: "
        f"{'met' if min(held, taken) >= TIMES_GOAL else 'MISSED'}"
    )


if __name__ == "__main__":
    main()
