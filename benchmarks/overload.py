"""Three times the load: what callers who are let in notice of those who are not.

    python -m benchmarks.overload [--ports 30] [--caps 10] [--seconds 15]

`dialcart serve` as it ships, on a platform of so many ports and call attempts a second. Once as many call as there are ports; once
three times as many, three times as fast, and whoever finds all lines busy calls again a second later. Whoever is let in orders by keys,
again and again. Told are, of those who were let in: from a key to the first frame of its answer, a durable turn between; how late
packets came, by the kernel's clock, against the first of the same piece of speech; and of the orders that a caller heard placed, how
many are not in the database. A run in which they are harmed fails, and says by what. Beside it stand a datagram there and back and an fsync, as in benchmarks.calling.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import signal
import struct
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.calling import (
    CONFIG,
    NUMBER,
    SETTLES_S,
    Caller,
    first_frames,
    floors,
    hang_up,
    serve,
    stamped,
)
from benchmarks.small_platform import small_model, small_platform
from commands.flows_on_disk import load
from ivr.signalling.endpoint import Endpoint, Listen
from ivr.sip.events import Answered, Ended, SipEvent
from ivr.sip.flow import Flow
from ivr.sip.numbers import AllowList
from ivr.sip.offer import make_offer, settle
from ivr.sip.sdp import Sdp
from ivr.sip.stack import Settings
from ivr.sip.trunk import Trunk, networks
from store.sqlite import SqliteStore

TIMES = (1, 3)
AGAIN_S = 1.0
OPENS_S = 3.0
ANSWER_MS_MAX = 150.0
"""From a key to the next prompt at most, whatever the load (p99)."""
LATE_MS_MAX = 5.0
"""Of packets (p99)."""
TIMES_WORSE_MAX = 2.0
"""On a machine that does not keep these at once, what three times the load may add."""
CLOCK_HZ = 8_000
ANSWERS = {"1": "How many apples would you like to have?", "2": "Thank you, they are on the way."}
"""What each key is answered with; the second places an order."""
FLOW = f"""\
flow 1

shop Apples
  number {NUMBER}
  languages en
  currency CNY
  channels voice
  delivery 1h

catalog
  item 1 price 1.00 stock 1000000 Apple

step start
  set buyer.address = "1 Wensan Road"
  -> choose

step choose
  ask what as product of catalog
    say Which of our goods?
  ask count as number 1..9
    say {ANSWERS["1"]}
  add count of what to cart
  place order
    when sold out -> choose
    when failed -> choose
  say {ANSWERS["2"]}
  -> choose
"""


class Buyer(Caller):
    """A telephone that knows how late packets come."""

    def __init__(self, number: int, frames: dict[str, bytes]) -> None:
        super().__init__(number, frames)
        self.late_s: list[float] = []
        self.orders_heard = 0
        self._piece = (0, 0, 0.0)
        """Of the piece of speech that plays: the last sequence number, the first timestamp and when it came."""

    def _hear(self) -> None:
        while True:
            try:
                packet, at = stamped(self._socket)
            except BlockingIOError:
                return
            self._note(packet, at)
            places = self._waits is not None and self._waits[0] == "2"
            self.heard(packet, at)
            self.orders_heard += places and self._waits is None

    def _note(self, packet: bytes, at: float) -> None:
        sequence, timestamp = struct.unpack(">HI", packet[2:8])
        last, first, began = self._piece
        due = began + (timestamp - first) / CLOCK_HZ
        if packet[1] & 0x80 or sequence != (last + 1) & 0xFFFF or abs(at - due) > 1:
            self._piece = sequence, timestamp, at
            return
        self.late_s.append(max(0.0, at - due))
        # One that came sooner than the first is what the others are late against.
        self._piece = sequence, first, began + min(0.0, at - due)


@dataclass
class Crowd:
    """Everybody who calls, on one SIP endpoint."""

    buyers: list[Buyer]
    refused: Counter[int] = field(default_factory=Counter[int])
    up: int = 0
    cut_off: int = 0
    _calls: dict[str, tuple[Buyer, asyncio.Future[Sdp | None]]] = field(default_factory=dict)

    def received(self, events: Sequence[SipEvent]) -> None:
        """See ivr.signalling.endpoint.Handler."""
        for event in events:
            match event:
                case Answered(call, remote) if call in self._calls:
                    self._calls[call][1].set_result(remote)
                case Ended(call=call, status=status) if call in self._calls:
                    _, answered = self._calls.pop(call)
                    if answered.done():
                        self.cut_off += 1
                    else:
                        self.refused[status] += 1
                        answered.set_result(None)
                case _:
                    pass

    async def call(self, endpoint: Endpoint, buyer: Buyer, until: float) -> None:
        """Call until let in, and order until it is time."""
        everywhere = AllowList((NUMBER,))
        while time.monotonic() < until:
            offer = make_offer(buyer.local)
            name = endpoint.dial("shop", NUMBER, offer, everywhere, caller=f"138{buyer.number:08d}")
            answered = asyncio.get_running_loop().create_future()
            self._calls[name] = buyer, answered
            remote = await answered
            if remote is None:
                await asyncio.sleep(AGAIN_S * (0.5 + random.random()))
                continue
            agreed = settle(offer, remote, buyer.local)
            buyer.talk(agreed.host, agreed.port)
            self.up += 1
            await buyer.run(until)
            return


async def crowd_of(
    count: int, port: int, a_second: float, seconds: float, frames: dict[str, bytes]
) -> Crowd:
    """So many telephones call, one after the other."""
    crowd = Crowd([Buyer(number, frames) for number in range(count)])
    peer = Flow("udp", "127.0.0.1", port)
    trunk = Trunk("shop", networks("127.0.0.0/8"), peer=peer, allowed=AllowList((NUMBER,)))
    endpoint = Endpoint(Settings(), [trunk], crowd, listen=[Listen("udp", "127.0.0.1", 0)])
    await endpoint.start()
    until = time.monotonic() + seconds
    calling: list[asyncio.Task[None]] = []
    for buyer in crowd.buyers:
        calling.append(asyncio.create_task(crowd.call(endpoint, buyer, until)))
        await asyncio.sleep(1 / a_second)
    await asyncio.gather(*calling)
    await asyncio.sleep(SETTLES_S)
    # Those who hang up are not cut off.
    cut_off = crowd.cut_off
    await hang_up(endpoint, crowd.buyers)
    crowd.cut_off = cut_off
    return crowd


@dataclass(frozen=True, slots=True)
class Load:
    """What became of one load; times in milliseconds."""

    told: str
    let_in: int
    refused: int
    cut_off: int
    unanswered: int
    orders_heard: int
    orders_lost: int
    answer_ms: float
    """From a key to its answer, the 99th of a hundred."""
    late_ms: float
    """Of packets, the same."""


def run(times: int, ports: int, caps: int, seconds: float, speech: Path) -> Load:
    """One load."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "shops" / "apples").mkdir(parents=True)
        (folder / "shops" / "apples" / "seller.flow").write_text(FLOW, "utf-8")
        program = load(folder / "shops" / "apples").compile().program
        frames = first_frames(speech, program, "en", ANSWERS)
        words = CONFIG.format(
            shops=folder / "shops", folder=folder, rows=10 * (ports // 10 + 1), speech=speech
        )
        platform = small_platform(small_model(folder, ports=ports, caps=caps))
        serving, port = serve(folder, words + platform)
        try:
            time.sleep(OPENS_S)
            beside = floors(folder)
            crowd = asyncio.run(crowd_of(times * ports, port, times * caps, seconds, frames))
        finally:
            serving.send_signal(signal.SIGTERM)
            serving.wait(30)
        store = SqliteStore(folder / "shop.db")
        kept = Counter(order.buyer for order in store.orders("apples"))
        store.close()
    lost = sum(max(0, b.orders_heard - kept[f"138{b.number:08d}"]) for b in crowd.buyers)
    heard = sum(buyer.orders_heard for buyer in crowd.buyers)
    unanswered = sum(buyer.unanswered for buyer in crowd.buyers)
    delays = sorted(delay for buyer in crowd.buyers for delay in buyer.delays_s)
    late = sorted(one for buyer in crowd.buyers for one in buyer.late_s)
    refused = ", ".join(f"{count} with {status}" for status, count in crowd.refused.items())
    told = (
        f"{times}x, {times * ports} callers at {times * caps} a second on {ports} ports and {caps} CAPS:"
        f" {crowd.up} let in, {crowd.refused.total()} attempts refused ({refused or 'none'});"
        f" key to answer p50 {at(delays, 0.5):.0f} ms, p99 {at(delays, 0.99):.0f} ms, not answered {unanswered} of {len(delays)};"
        f" packets late p50 {at(late, 0.5):.1f} ms, p99 {at(late, 0.99):.1f} ms of {len(late):,};"
        f" cut off {crowd.cut_off}; orders heard {heard}, kept {kept.total()}, lost {lost}"
        f" (a datagram there and back {1e3 * beside[0]:.2f} ms, an fsync {1e3 * beside[1]:.2f} ms)"
    )
    return Load(
        told,
        crowd.up,
        crowd.refused.total(),
        crowd.cut_off,
        unanswered,
        heard,
        lost,
        at(delays, 0.99),
        at(late, 0.99),
    )


def harm(once: Load, more: Load) -> list[str]:
    """What those who are let in notice of the others; nothing where all is well."""
    wrong = (
        (more.refused == 0, "nobody was refused: that was no overload"),
        (more.let_in < once.let_in, f"{once.let_in - more.let_in} fewer were let in"),
        (more.cut_off > 0, f"{more.cut_off} were cut off"),
        (more.unanswered > 0, f"{more.unanswered} keys were not answered"),
        (more.orders_heard == 0, "nobody ordered"),
        (more.orders_lost > 0, f"{more.orders_lost} orders that a caller heard placed are lost"),
        (
            more.answer_ms > max(ANSWER_MS_MAX, TIMES_WORSE_MAX * once.answer_ms),
            f"answers came after {more.answer_ms:.0f} ms (p99)",
        ),
        (
            more.late_ms > max(LATE_MS_MAX, TIMES_WORSE_MAX * once.late_ms),
            f"packets were late by {more.late_ms:.1f} ms (p99)",
        ),
    )
    return [told for is_so, told in wrong if is_so]


def at(values_s: list[float], share: float) -> float:
    """A quantile in milliseconds."""
    return 1e3 * values_s[int(share * (len(values_s) - 1))] if values_s else 0.0


def main() -> int:
    """Print the figures; the exit status is 1 where somebody who was let in was harmed."""
    words = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    words.add_argument("--ports", type=int, default=30)
    words.add_argument("--caps", type=int, default=10)
    words.add_argument("--seconds", type=float, default=15.0)
    words.add_argument("--speech", type=Path, default=Path("var/speech"))
    given = words.parse_args()
    loads: list[Load] = []
    for times in TIMES:
        one = run(times, given.ports, given.caps, given.seconds, given.speech.resolve())
        print(one.told, flush=True)
        loads.append(one)
    found = harm(*loads)
    print(f"harmed: {'; '.join(found)}" if found else "those who were let in are unharmed")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
