"""The load: an SMSC and all its phones in a process of its own, as cheap as Python can make it.

    echo 106900010 | python -m benchmarks.orders.phones --seconds 10 --phones 1000

It cuts PDUs by hand and reads of each only what a phone needs, so that most of the machine is left to the system under
test. Prints its port, then a line when measuring begins and a line of figures when it ends, as JSON.

- A phone sends its next message when it has read the reply to the last. Every phone orders once; then a new one begins.
- Closed loop: so many phones at once. Open loop: so many begin a second, and time counts from when they should have.
- Every text is answered at once, and its receipt follows RECEIPT_AFTER_S later.
- A message that is answered with a temporary error is sent again AGAIN_AFTER_S later, as carriers do.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import sys
import time
from array import array
from struct import Struct
from typing import Any

from benchmarks.orders.dialogue import DIALOGUES

RECEIPT_AFTER_S = 0.05
AGAIN_AFTER_S = 0.2
STARTS_EVERY_S = 0.002
"""Open loop: phones that are due begin together so often."""
NUMBERS = 10**8
"""Phone numbers are spread over so many, in no order, so that no index is favoured."""
STRIDE = 61_803_399

_HEADER = Struct(">IIII")
_SUBMIT, _DELIVER, _RESPONSE = 4, 5, 0x80000000
_BINDS = (1, 2, 9)
_UNBIND, _ENQUIRE = 6, 0x15


class Phone:
    """A buyer on the way to one order."""

    __slots__ = ("addresses", "begun_at", "code", "link", "number", "sent_at", "step", "texts")

    def __init__(self, number: bytes, code: bytes, link: Link) -> None:
        self.number = number
        self.code = code
        self.addresses = b"\0\1\1" + number + b"\0\3\0" + code + b"\0"
        self.link = link
        self.step = -1
        self.texts = 0
        self.sent_at = self.begun_at = 0.0


class Load:
    """All phones and what was measured."""

    def __init__(self, options: argparse.Namespace, codes: list[str]) -> None:
        self.options = options
        turns = DIALOGUES[options.dialogue]
        self.tails: list[bytes] = []
        for turn in turns:
            said = turn.says.encode("utf-16-be")
            # esm_class, protocol, priority, times, registered, replace, UCS-2, default, length.
            self.tails.append(bytes((0, 0, 0, 0, 0, 0, 0, 8, 0, len(said))) + said)
        self.reads = [turn.reads.encode("utf-16-be") for turn in turns]
        self.texts = [turn.texts for turn in turns]
        self.codes = [code.encode() for code in codes]
        self.links: list[Link] = []
        """Binds that are up."""
        self.phones: dict[bytes, Phone] = {}
        self.begun: int = options.first
        self.measuring = False
        self.stopping = False
        self.orders = 0
        self.all_orders = 0
        self.pdus = 0
        self.refused = 0
        self.wrong = 0
        self.message_id = 0
        self.to_reply = array("d")
        self.to_answer = array("d")
        self.whole = array("d")
        self.ended = asyncio.Event()

    def begin(self, at: float) -> None:
        """A new phone sends its first message."""
        self.begun += 1
        number = b"13%09d" % (self.begun * STRIDE % NUMBERS)
        code = self.codes[self.begun % len(self.codes)]
        phone = Phone(number, code, self.links[self.begun % len(self.links)])
        phone.begun_at = at
        self.phones[number] = phone
        phone.step = 0
        self.send(phone, at)

    def send(self, phone: Phone, at: float) -> None:
        """The phone's message of its step."""
        link = phone.link
        link.sequence = sequence = link.sequence + 1
        body = phone.addresses + self.tails[phone.step]
        link.out.append(_HEADER.pack(16 + len(body), _DELIVER, 0, sequence))
        link.out.append(body)
        link.waiting[sequence] = phone
        phone.sent_at = at
        phone.texts = 0

    def read(self, number: bytes, message: bytes, now: float) -> None:
        """A text came to a phone."""
        phone = self.phones.get(number)
        if phone is None:
            self.wrong += 1
            return
        step = phone.step
        if phone.texts == 0:
            if self.reads[step] not in message:
                self.wrong += 1
                sys.stderr.write(f"step {step} read {message.decode('utf-16-be', 'replace')!r}\n")
            if self.measuring:
                self.to_reply.append(now - phone.sent_at)
        phone.texts += 1
        if phone.texts < self.texts[step]:
            return
        if step + 1 < len(self.tails):
            phone.step = step + 1
            self.send(phone, now)
            return
        del self.phones[number]
        self.all_orders += 1
        if self.measuring:
            self.orders += 1
            self.whole.append(now - phone.begun_at)
        if self.stopping:
            if not self.phones:
                self.ended.set()
        elif not self.options.rate:
            self.begin(now)

    def flush(self) -> None:
        """One write a link for all that there is."""
        for link in self.links:
            link.flush()


class Link(asyncio.Protocol):
    """One bind."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.rest = b""
        self.out: list[bytes] = []
        self.waiting: dict[int, Phone] = {}
        self.sequence = 0
        self.receipts: list[bytes] = []
        self.timer: asyncio.TimerHandle | None = None
        self.transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        transport.set_write_buffer_limits(2**26)  # type: ignore[attr-defined]

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        if self in self.load.links:
            self.load.links.remove(self)

    def flush(self) -> None:
        """Write what there is."""
        if self.out:
            self.transport.write(b"".join(self.out))
            self.out.clear()

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        load = self.load
        if self.rest:
            data = self.rest + data
        at, size = 0, len(data)
        unpack = _HEADER.unpack_from
        pdus = 0
        while size - at >= 16:
            length, command, status, sequence = unpack(data, at)
            if size - at < length:
                break
            if command == _SUBMIT:
                self.submitted(data, at, sequence, now)
            elif command == _DELIVER | _RESPONSE:
                phone = self.waiting.pop(sequence, None)
                if phone is not None:
                    if status:
                        load.refused += 1
                        asyncio.get_running_loop().call_later(AGAIN_AFTER_S, self.again, phone)
                    elif load.measuring:
                        load.to_answer.append(now - phone.sent_at)
            elif command in _BINDS:
                self.out.append(_HEADER.pack(21, command | _RESPONSE, 0, sequence) + b"load\0")
                load.links.append(self)
            elif command in (_ENQUIRE, _UNBIND):
                self.out.append(_HEADER.pack(16, command | _RESPONSE, 0, sequence))
            pdus += 1
            at += length
        self.rest = data[at:]
        if load.measuring:
            load.pdus += pdus
        load.flush()

    def again(self, phone: Phone) -> None:
        self.load.send(phone, phone.sent_at)
        self.flush()

    def submitted(self, data: bytes, at: int, sequence: int, now: float) -> None:
        """A submit_sm that begins at `at`: answer it, owe a receipt, hand it to its phone."""
        load = self.load
        index = data.index
        source = index(0, at + 16) + 1
        source_end = index(0, source + 2)
        destination = source_end + 1
        end = index(0, destination + 2)
        number = data[destination + 2 : end]
        # esm_class, protocol_id, priority, then two times that we never set.
        registered, length = data[end + 6], data[end + 10]
        load.message_id = message_id = load.message_id + 1
        name = b"%010d" % message_id
        self.out.append(_HEADER.pack(27, _SUBMIT | _RESPONSE, 0, sequence) + name + b"\0")
        if registered:
            text = (
                b"id:%b sub:001 dlvrd:001 submit date:2611241200 done date:2611241200 "
                b"stat:DELIVRD err:000 text:" % name
            )
            body = (
                b"\0\1\1"
                + number
                + b"\0"
                + data[source : source_end + 1]
                + bytes((4, 0, 0, 0, 0, 0, 0, 0, 0, len(text)))
                + text
            )
            self.receipts.append(body)
            if self.timer is None:
                loop = asyncio.get_running_loop()
                self.timer = loop.call_later(RECEIPT_AFTER_S, self.send_receipts)
        if load.measuring:
            load.pdus += 2
        load.read(number, data[end + 11 : end + 11 + length], now)

    def send_receipts(self) -> None:
        """Receipts that are due."""
        self.timer = None
        bodies, self.receipts = self.receipts, []
        sequence = self.sequence
        for body in bodies:
            sequence += 1
            self.out.append(_HEADER.pack(16 + len(body), _DELIVER, 0, sequence))
            self.out.append(body)
        self.sequence = sequence
        self.flush()


def _percentiles(times: array[float]) -> dict[str, float]:
    ordered = sorted(times)
    if not ordered:
        return {}
    last = len(ordered) - 1
    return {
        name: ordered[int(last * part)] * 1000
        for name, part in (("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999), ("max", 1.0))
    }


async def _start_phones(load: Load) -> None:
    """Open loop: phones begin at even times, whatever the system does."""
    rate, begun, clock = load.options.rate, 0, time.perf_counter
    zero = clock()
    while not load.stopping:
        now = clock()
        due = int((now - zero) * rate)
        while begun < due:
            begun += 1
            load.begin(zero + begun / rate)
        load.flush()
        await asyncio.sleep(STARTS_EVERY_S)


async def run(options: argparse.Namespace, codes: list[str]) -> None:
    """Serve, load, measure, tell."""
    load = Load(options, codes)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Link(load), "127.0.0.1", options.port)
    _tell(port=server.sockets[0].getsockname()[1], pid=os.getpid())
    while len(load.links) < options.binds:  # noqa: ASYNC110 - it waits for another process
        await asyncio.sleep(0.05)
    _tell(bound=True)
    gc.freeze()
    gc.disable()
    starting: asyncio.Task[None] | None = None
    if options.rate:
        starting = asyncio.create_task(_start_phones(load))
    else:
        for _ in range(options.phones):
            load.begin(time.perf_counter())
        load.flush()
    await asyncio.sleep(options.warm)
    load.measuring = True
    began = time.perf_counter()
    _tell(measuring=True)
    for _ in range(int(options.seconds // options.every) if options.every else 0):
        before = load.orders
        await asyncio.sleep(options.every)
        now = time.perf_counter()
        _tell(
            orders_s=(load.orders - before) / options.every,
            at=now,
            replies=len(load.to_reply),
            to_reply=_percentiles(load.to_reply),
            oldest=max((now - phone.sent_at for phone in load.phones.values()), default=0.0) * 1000,
        )
    await asyncio.sleep(max(0.0, options.seconds - (time.perf_counter() - began)))
    load.measuring = False
    took = time.perf_counter() - began
    _tell(
        seconds=took,
        orders=load.orders,
        pdus=load.pdus + len(load.to_answer),
        to_reply=_percentiles(load.to_reply),
        to_answer=_percentiles(load.to_answer),
        whole=_percentiles(load.whole),
        refused=load.refused,
        wrong=load.wrong,
        under_way=len(load.phones),
    )
    load.stopping = True
    if starting is not None:
        await starting
    if load.phones:
        await asyncio.wait_for(load.ended.wait(), 30)
    await asyncio.sleep(RECEIPT_AFTER_S * 4)
    _tell(announced=load.all_orders, wrong=load.wrong, refused=load.refused)
    server.close()


def _tell(**figures: object) -> None:
    print(json.dumps(figures), flush=True)


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--dialogue", choices=sorted(DIALOGUES), default="line")
    parser.add_argument("--binds", type=int, default=1)
    parser.add_argument("--phones", type=int, default=1_000)
    parser.add_argument("--rate", type=float, default=0.0)
    parser.add_argument("--warm", type=float, default=3.0)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--every", type=float, default=0.0)
    parser.add_argument("--first", type=int, default=0)
    asyncio.run(run(parser.parse_args(), sys.stdin.read().split() or ["106900010"]))


if __name__ == "__main__":
    main()
