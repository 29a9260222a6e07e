"""What a connected agent costs.

    python -m benchmarks.desks [AGENTS] [CONTACTS_A_SECOND] [SECONDS]

The server is a process of its own with the real pages, router, journal and store (SQLite, synchronous=FULL); this one is
all the desks. Each desk signs in, is ready, answers what rings, ends the talk and wraps it up at once. Printed beside the
figures is what 80,000 agents would come to.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
import tempfile
import time
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from benchmarks.desks.server import LETTERS
from benchmarks.orders.process import cost, resident_bytes

AGENTS, RATE, SECONDS = 2_000, 60.0, 20.0
CONNECT_AT_ONCE = 50
REAL_AGENTS = 80_000
LINE_BYTES_MAX = 64 * 2**20
HANDLING_S = 180.0
"""What a contact takes a real agent: the rate at which 80,000 are busy."""
DIGITS = {letter: chr(digit) for digit, letter in LETTERS.items()}


class Desk:
    """One agent's page."""

    def __init__(self, line: ClientConnection, rang_ms: list[float]) -> None:
        self.line = line
        self.rang_ms = rang_ms
        self.served = 0

    async def work(self) -> None:
        """Serve whoever rings, until the server goes away."""
        with contextlib.suppress(Exception):
            await self.say(kind="ready")
            async for told in self.line:
                await self.hear(json.loads(told))

    async def say(self, **message: str) -> None:
        await self.line.send(json.dumps(message))

    async def hear(self, told: dict[str, Any]) -> None:
        contact = str(told.get("contact", ""))
        match told["kind"]:
            case "offered":
                card = told["card"]
                self.rang_ms.append((time.time() - written_at(card["transcript"])) * 1e3)
                await self.say(kind="accept", contact=str(card["contact"]))
            case "stage" if told["stage"] == "talking":
                await self.say(kind="finish", contact=contact)
            case "stage" if told["stage"] == "wrap-up":
                await self.say(kind="wrap up", contact=contact, code="other")
            case "said" | "card" | "presence" | "stage":
                pass
            case "ended":
                self.served += 1
            case other:
                print(f"told {other}: {told.get('why')}", file=sys.stderr)


def written_at(transcript: list[str]) -> float:
    """The time that the buyer's last line carries."""
    last = next(line for line in reversed(transcript) if line.startswith("> t"))
    return float(last[3:].translate(DIGITS))


async def measure(agents: int, rate: float, seconds: float) -> None:
    """Run the server and its desks; print what they came to."""
    with tempfile.TemporaryDirectory() as folder:
        server = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "benchmarks.desks.server", folder, str(agents), str(rate)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            limit=LINE_BYTES_MAX,
        )
        try:
            await _measure(server, agents, rate, seconds)
        finally:
            server.terminate()
            await server.wait()


async def _measure(
    server: asyncio.subprocess.Process, agents: int, rate: float, seconds: float
) -> None:
    assert server.stdout is not None
    assert server.stdin is not None
    told = json.loads(await server.stdout.readline())
    empty_bytes = resident_bytes(server.pid)
    rang_ms: list[float] = []
    room = asyncio.Semaphore(CONNECT_AT_ONCE)

    async def sit(cookie: str) -> Desk:
        async with room:
            line = await connect(
                f"ws://{told['address']}/desk/line",
                origin=f"http://{told['address']}",  # type: ignore[arg-type]
                additional_headers={"cookie": f"dialcart={cookie}"},
                max_size=None,
                compression=None,
            )
        return Desk(line, rang_ms)

    began = time.monotonic()
    before = cost(server.pid)
    desks = await asyncio.gather(*(sit(cookie) for cookie in told["cookies"]))
    work = [asyncio.ensure_future(desk.work()) for desk in desks]
    joining = cost(server.pid).since(before).cpu_s
    print(
        f"{agents} desks signed in within {time.monotonic() - began:.1f} s, "
        f"{joining * 1e3 / agents:.2f} ms of the server's CPU each; "
        f"{(resident_bytes(server.pid) - empty_bytes) / agents / 1024:.0f} KiB of its memory each"
    )
    await asyncio.sleep(2)
    before, at = cost(server.pid), time.monotonic()
    await asyncio.sleep(seconds / 2)
    idle = cost(server.pid).since(before).cpu_s / (time.monotonic() - at)
    print(f"idle: {idle * 100:.1f} % of a core, {idle * 1e6 / agents:.0f} us a second each")
    server.stdin.write(b"begin\n")
    await server.stdin.drain()
    await asyncio.sleep(1)
    before, at, served = cost(server.pid), time.monotonic(), sum(d.served for d in desks)
    await asyncio.sleep(seconds)
    spent_s = time.monotonic() - at
    cpu_s = cost(server.pid).since(before).cpu_s
    done = sum(d.served for d in desks) - served
    each_s = (cpu_s - idle * spent_s) / max(done, 1)
    print(
        f"at work: {done / spent_s:.0f} contacts a second from text to wrapped up (asked for {rate:.0f}), "
        f"{cpu_s / spent_s * 100:.0f} % of a core, {each_s * 1e3:.2f} ms of CPU a contact"
    )
    rang_ms.sort()
    p50, p99 = (rang_ms[int(len(rang_ms) * share)] for share in (0.5, 0.99))
    print(f"from a buyer's text to the ring at a desk: p50 {p50:.1f} ms, p99 {p99:.1f} ms")
    busy = REAL_AGENTS / HANDLING_S
    cores = REAL_AGENTS * idle / agents + busy * each_s
    print(
        f"{REAL_AGENTS:,} agents with a contact each {HANDLING_S:.0f} s ({busy:.0f} a second): "
        f"{cores:.1f} cores, {cores / REAL_AGENTS * 1e6:.0f} us of a core an agent"
    )
    for task in work:
        task.cancel()
    await asyncio.gather(*(desk.line.close() for desk in desks), return_exceptions=True)


if __name__ == "__main__":
    given = sys.argv[1:]
    asyncio.run(
        measure(
            int(given[0]) if given else AGENTS,
            float(given[1]) if len(given) > 1 else RATE,
            float(given[2]) if len(given) > 2 else SECONDS,
        )
    )
