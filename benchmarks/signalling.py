"""Calls a second over real sockets: SIPp sets calls up and tears them down, an endpoint of ours answers them.

python -m benchmarks.signalling --rate 1000 --seconds 20
python -m benchmarks.signalling --transport tls           or tcp: one connection that bears all calls, as from an SBC
python -m benchmarks.signalling --loss 15 --rate 50 --seconds 10     500 calls while every seventh datagram is lost
python -m benchmarks.signalling --to HOST:PORT            drives another UAS in our place (no CPU of it is told)

Beside our CPU a call stand, from the same run: what sipmessage takes to parse the same three requests, and what a bare
recvfrom and sendto take for the same six datagrams. SIPp retransmits what is not answered within 500 ms, so a clean run
is one without retransmissions; over TCP it repeats nothing, and a clean run is one in which no call fails. This SIPp has no
TLS: a process between it and us, whose CPU is not counted, encrypts what it says.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import gc
import multiprocessing
import random
import resource
import select
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path

import sipmessage
import trustme

from commands.serving.running import settle_memory
from ivr.signalling.endpoint import Endpoint, Listen
from ivr.sip.errors import CommandError, ProtocolError
from ivr.sip.events import Incoming, SipEvent
from ivr.sip.offer import LocalMedia, answer, make_offer
from ivr.sip.sdp import Sdp
from ivr.sip.settings import Settings
from ivr.sip.trunk import Trunk, networks

TOOLS = Path(__file__).parent.parent / ".tools" / "bin"
MEDIA = LocalMedia("127.0.0.1", 40_000)
DATAGRAMS_A_CALL = 6
ROUNDS = 3_000
SDP = (
    b"v=0\r\no=user1 53655765 2353687637 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    b"m=audio 6000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
)


class Answering:
    """Answers at once: what is measured is signalling alone."""

    def __init__(self) -> None:
        self.endpoint: Endpoint | None = None

    def received(self, events: Sequence[SipEvent]) -> None:
        endpoint = self.endpoint
        assert endpoint is not None
        for event in events:
            match event:
                case Incoming(call=call, offer=Sdp() as offer):
                    try:
                        endpoint.progress(call)
                        endpoint.answer(call, answer(offer, MEDIA)[0])
                    except (CommandError, ProtocolError):
                        continue
                case Incoming(call=call):
                    endpoint.answer(call, make_offer(MEDIA))
                case _:
                    pass


def serve(pipe: Connection, transport: str) -> None:
    """The endpoint, in a process of its own: tells its port, then on request what it used."""
    asyncio.run(_serve(pipe, transport))


async def _serve(pipe: Connection, transport: str) -> None:
    handler = Answering()
    endpoint = Endpoint(
        Settings(calls_per_s_max=20_000, calls_max=100_000),
        [Trunk("loopback", networks("127.0.0.0/8"), calls_max=100_000)],
        handler,
        listen=[Listen(transport, "127.0.0.1", 0)],
        server_tls=_certified() if transport == "tls" else None,
    )
    handler.endpoint = endpoint
    await endpoint.start()
    settle_memory()
    pipe.send(endpoint.port)
    loop = asyncio.get_running_loop()
    asked = asyncio.Event()
    loop.add_reader(pipe.fileno(), asked.set)
    pauses = [0.0]

    def collected(phase: str, _info: dict[str, int]) -> None:
        now = time.perf_counter()
        pauses.append(now if phase == "start" else now - pauses.pop())

    gc.callbacks.append(collected)
    before = _cpu_s()
    await asked.wait()
    counters = endpoint.stack.counters
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    pipe.send((_cpu_s() - before, counters.calls, counters.repeated, peak_mb, max(pauses)))
    loop.remove_reader(pipe.fileno())
    await endpoint.close()


def _certified() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("shop.example").configure_cert(context)
    return context


def encrypt(pipe: Connection, port: int) -> None:
    """Stand between SIPp and the endpoint: what comes plain goes on by TLS. Tells its port."""
    asyncio.run(_encrypt(pipe, port))


async def _encrypt(pipe: Connection, port: int) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            writer.write(data)
        writer.close()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
        await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))

    server = await asyncio.start_server(carry, "127.0.0.1", 0)
    pipe.send(server.sockets[0].getsockname()[1])
    await asyncio.Event().wait()


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def relay(pipe: Connection, port: int, loss: float, seed: int) -> None:
    """Stand between SIPp and the endpoint, and lose datagrams in both directions. Tells its port, then what it lost."""
    chance = random.Random(seed)
    near, far = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
    near.bind(("127.0.0.1", 0))
    far.bind(("127.0.0.1", 0))
    pipe.send(near.getsockname()[1])
    caller: tuple[str, int] | None = None
    lost = carried = 0
    while True:
        ready: Sequence[object] = select.select([near, far, pipe], [], [])[0]
        if pipe in ready:
            pipe.send((lost, carried))
            return
        for one in (near, far):
            if one not in ready:
                continue
            data, address = one.recvfrom(65_535)
            if chance.random() < loss:
                lost += 1
                continue
            carried += 1
            if one is near:
                caller = address
                # So that the answers come back this way (RFC 3581); SIPp does not ask for it.
                far.sendto(data.replace(b";branch=", b";rport;branch=", 1), ("127.0.0.1", port))
            elif caller is not None:
                near.sendto(data, caller)


def run_sipp(
    target: str, rate: int, calls: int, folder: Path, transport: str = "udp"
) -> dict[str, int]:
    """SIPp's own UAC scenario; what its last line of statistics counts."""
    sipp = shutil.which("sipp") or shutil.which("sipp", path=str(TOOLS))
    assert sipp is not None, "no sipp: run scripts/debian sipp=sip-tester"
    statistics = folder / "statistics.csv"
    errors = folder / "errors.txt"
    subprocess.run(
        [
            *(sipp, "-sn", "uac", target, "-s", "4001", "-i", "127.0.0.1", "-nostdin"),
            *("-t", "u1" if transport == "udp" else "t1"),
            *("-r", str(rate), "-m", str(calls), "-l", str(rate * 4), "-timeout", "300"),
            # SIPp gives an INVITE up sooner than timer B of RFC 3261 does, which leaves room for six repetitions.
            *(
                "-max_invite_retrans",
                "6",
                "-buff_size",
                "4194304",
                "-trace_err",
                "-error_file",
                str(errors),
            ),
            *("-trace_stat", "-stf", str(statistics), "-fd", "1"),
        ],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    with statistics.open(newline="") as file:
        last = list(csv.DictReader(file, delimiter=";"))[-1]
    if last["FailedCall(C)"] != "0" and errors.exists():
        print(errors.read_text("utf-8", "replace")[:2_000])
    names = ("SuccessfulCall(C)", "FailedCall(C)", "Retransmissions(C)")
    return {name: int(last[name]) for name in names}


def floor_us() -> float:
    """CPU of a bare recvfrom and sendto for as many datagrams as a call has."""
    one, other = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
    one.bind(("127.0.0.1", 0))
    other.bind(("127.0.0.1", 0))
    data = b"x" * 500
    began = time.process_time()
    for _ in range(ROUNDS):
        for _ in range(DATAGRAMS_A_CALL // 2):
            one.sendto(data, other.getsockname())
            other.recvfrom(65_535)
    used = time.process_time() - began
    one.close()
    other.close()
    return used / ROUNDS * 1e6


def parse_us() -> float:
    """CPU that sipmessage takes for the three requests of a call, bodies and meanings left unread."""
    requests = [_request("INVITE", 1, SDP), _request("ACK", 1, b""), _request("BYE", 2, b"")]
    began = time.process_time()
    for _ in range(ROUNDS):
        for data in requests:
            sipmessage.Message.parse(data)
    return (time.process_time() - began) / ROUNDS * 1e6


def _request(method: str, number: int, body: bytes) -> bytes:
    kind = "Content-Type: application/sdp\r\n" if body else ""
    return (
        f"{method} sip:4001@127.0.0.1:5070 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5099;branch=z9hG4bK-1-{number}\r\n"
        "From: sipp <sip:sipp@127.0.0.1:5099>;tag=1SIPpTag001\r\nTo: service <sip:4001@127.0.0.1:5070>\r\n"
        f"Call-ID: 1-1@127.0.0.1\r\nCSeq: {number} {method}\r\nContact: sip:sipp@127.0.0.1:5099\r\n"
        f"Max-Forwards: 70\r\nSubject: Performance Test\r\n{kind}Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body


def main() -> None:
    """Run it, and print a line a figure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rate", type=int, default=1_000, help="calls a second")
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--loss", type=float, default=0.0, help="per cent of datagrams, each way")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--transport", choices=("udp", "tcp", "tls"), default="udp")
    parser.add_argument("--to", default="", help="drive a UAS elsewhere, HOST:PORT")
    words = parser.parse_args()
    calls = words.rate * words.seconds
    with tempfile.TemporaryDirectory() as folder:
        if words.to:
            counted = run_sipp(words.to, words.rate, calls, Path(folder), words.transport)
            _tell(words.rate, counted)
            return
        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe()
        process = context.Process(target=serve, args=(there, words.transport), daemon=True)
        process.start()
        port = here.recv()
        if words.transport == "tls":
            near, far = context.Pipe()
            context.Process(target=encrypt, args=(far, port), daemon=True).start()
            port = near.recv()
        if words.loss:
            near, far = context.Pipe()
            between = context.Process(
                target=relay, args=(far, port, words.loss / 100, words.seed), daemon=True
            )
            between.start()
            counted = run_sipp(f"127.0.0.1:{near.recv()}", words.rate, calls, Path(folder))
            near.send("how much")
            lost, carried = near.recv()
            print(f"datagrams lost                {lost} of {lost + carried}")
        else:
            counted = run_sipp(
                f"127.0.0.1:{port}", words.rate, calls, Path(folder), words.transport
            )
        here.send("how much")
        cpu_s, taken, repeated, peak_mb, pause_s = here.recv()
        process.join(10)
    _tell(words.rate, counted)
    print(f"requests that came again      {repeated}")
    print(f"longest garbage collection    {pause_s * 1000:.0f} ms")
    print(
        f"our CPU a call                {cpu_s / max(1, taken) * 1000:.3f} ms, {peak_mb:.0f} MB at most"
    )
    print(f"  a core at {words.rate} calls/s      {cpu_s / max(1, taken) * words.rate * 100:.0f} %")
    print(f"sipmessage, parsing alone     {parse_us() / 1000:.3f} ms")
    print(f"bare recvfrom and sendto      {floor_us() / 1000:.3f} ms")


def _tell(rate: int, counted: dict[str, int]) -> None:
    print(f"offered                       {rate} calls/s")
    print(f"set up and torn down          {counted['SuccessfulCall(C)']}")
    print(f"failed                        {counted['FailedCall(C)']}")
    print(f"retransmissions by SIPp       {counted['Retransmissions(C)']}")


if __name__ == "__main__":
    main()
