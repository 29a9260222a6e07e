"""The session layer: submissions a second and CPU each, ours beside npm's `smpp` against the same SMSC.

    python -m benchmarks.session [--count 60000]

Each client is a process of its own that binds, keeps WINDOW submit_sm under way until all are answered, and ends. The SMSC is
a third process that cuts PDUs by hand and answers at once, so that it costs little. Time runs from the bind; CPU is that of the
client's whole life less that of one which sends next to nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path
from struct import Struct

from sms.carrier import Carrier
from sms.client import Esme
from sms.link import Link
from sms.smpp import pdu as p
from sms.submission import Settlement, submission

ROOT = Path(__file__).resolve().parent.parent
WINDOW = 64
FEW = 100
TEXT = "牛肉面要几份？".encode("utf-16-be")
_HEADER = Struct(">IIII")
_NODE = """
const smpp = require('smpp');
const [port, count, window] = process.argv.slice(-3).map(Number);
const session = smpp.connect({url: `smpp://127.0.0.1:${port}`});
let sent = 0, answered = 0, began = 0n;
function next() {
  if (sent >= count) return;
  const number = sent++;
  session.submit_sm({source_addr: '10690001', source_addr_ton: 3,
    destination_addr: '138' + String(number % 100000000).padStart(8, '0'), dest_addr_ton: 1, dest_addr_npi: 1,
    registered_delivery: 1, data_coding: 8, short_message: {message: Buffer.from('TEXT', 'hex')}},
    pdu => {
      if (pdu.command_status !== 0) throw new Error('refused');
      if (++answered < count) return next();
      console.log(Number(process.hrtime.bigint() - began) / 1e9);
      process.exit(0);
    });
}
session.on('connect', () => session.bind_transceiver({system_id: 'us', password: 'secret'}, () => {
  began = process.hrtime.bigint();
  for (let i = 0; i < window; i++) next();
}));
"""


class Smsc(asyncio.Protocol):
    """Takes all that comes."""

    def __init__(self) -> None:
        self._rest = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        data, at, out = self._rest + data, 0, list[bytes]()
        while len(data) - at >= 16:
            length, command, _, sequence = _HEADER.unpack_from(data, at)
            if len(data) - at < length:
                break
            out.append(_HEADER.pack(21, command | p.RESPONSE, 0, sequence) + b"name\0")
            at += length
        self._rest = data[at:]
        assert self._transport is not None
        self._transport.write(b"".join(out))


class Sender:
    """See sms.link.Handler. Submits and counts."""

    def __init__(self, count: int) -> None:
        self.left = count
        self.done = asyncio.Event()

    def received(self, link: Link, messages: list[p.DeliverSm]) -> None:
        del link, messages
        raise AssertionError("nobody writes")

    def receipted(self, link: Link, receipts: list[tuple[int, str | bytes]]) -> None:
        del link, receipts
        raise AssertionError("nothing is told")

    def settled(self, carrier: Carrier, settlements: list[Settlement]) -> None:
        del carrier
        assert all(one.message_id for one in settlements)
        self.left -= len(settlements)
        if self.left <= 0:
            self.done.set()

    def lost(self, link: Link) -> None:
        """Nothing was delivered."""


async def send(port: int, count: int) -> float:
    """Ours: seconds from the bind to the last answer."""
    sender = Sender(count)
    carrier = Carrier("carrier", "127.0.0.1", port, "us", "secret", window=WINDOW)
    esme = Esme(carrier, sender, chance=random.Random(1))
    esme.start()
    while not esme.bound:  # noqa: ASYNC110 - it waits for another process
        await asyncio.sleep(0.001)
    began = time.perf_counter()
    code = p.Address("10690001", 3, 0)
    for number in range(count):
        text = p.SubmitSm(
            source=code,
            destination=p.Address(f"138{number % 10**8:08d}", 1, 1),
            registered_delivery=1,
            data_coding=8,
            message=TEXT,
        )
        esme.submit([submission(number, text)])
    await sender.done.wait()
    return time.perf_counter() - began


async def serve() -> None:
    """Be the SMSC until the parent ends us."""
    server = await asyncio.get_running_loop().create_server(Smsc, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def timed(command: list[str]) -> tuple[float, float]:
    """Seconds that a client tells, and seconds of CPU that it took."""
    environment = {**os.environ, "NODE_PATH": str(ROOT / ".tools" / "node_modules")}
    client = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment)
    assert client.stdout
    told = client.stdout.read()
    _, status, used = os.wait4(client.pid, 0)
    client.returncode = os.waitstatus_to_exitcode(status)
    if client.returncode or not told:
        raise SystemExit(f"{command[0]} failed")
    return float(told), used.ru_utime + used.ru_stime


def measure(name: str, client: list[str], port: int, count: int) -> float:
    """Print a client's figures; microseconds of its CPU a message."""
    _, few_cpu_s = timed([*client, str(port), str(FEW), str(WINDOW)])
    took_s, cpu_s = timed([*client, str(port), str(count), str(WINDOW)])
    each = (cpu_s - few_cpu_s) / (count - FEW) * 1e6
    print(f"{name:<10}{count / took_s:>9,.0f} submit_sm/s and answers, {each:>6.1f} us of CPU each")
    return each


def main() -> None:
    """Read the options, run both, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=60_000)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--send", type=int, nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        asyncio.run(serve())
    if options.send:
        print(asyncio.run(send(options.send[0], options.send[1])))
        return
    me = [sys.executable, "-m", "benchmarks.session"]
    smsc = subprocess.Popen([*me, "--serve"], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert smsc.stdout
        port = int(smsc.stdout.readline())
        ours = measure("ours", [*me, "--send"], port, options.count)
        node = shutil.which("node", path=f"{ROOT}/.tools/bin:{os.environ['PATH']}")
        if node is None or not (ROOT / ".tools" / "node_modules" / "smpp").exists():
            print("npm smpp is not installed; scripts/node sets it up")
            return
        script = _NODE.replace("TEXT", TEXT.hex())
        theirs = measure("npm smpp", [node, "-e", script], port, options.count)
        print(f"npm smpp takes {theirs / ours:.1f} times our CPU")
    finally:
        smsc.terminate()
        smsc.wait()


if __name__ == "__main__":
    main()
