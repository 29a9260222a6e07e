"""Mutated RTP and RTCP into a plane on paper: whatever comes is taken or counted, and the next key of each call is still heard.

One of three calls is sealed (SRTP): it gets as much that only lies behind a right seal. Half of all comes as on a raw socket, behind
headers of IP and UDP that are mutated too.

python -m tests.fuzz.rtp --count 1000000 --seed 1
"""

import argparse
import random
import socket
import struct
import sys

from ivr.media.counting import Count
from ivr.media.datagrams import ROW_BYTES
from ivr.media.messages import Digit, Listen, Mix, Record, Seal
from ivr.media.raw_wire import BEFORE_BYTES, IP_HEADER, RawWire
from ivr.media.traffic import Arrived
from ivr.rtp import rtcp
from ivr.rtp.packet import HEADER_BYTES
from ivr.rtp.srtp import Secured
from tests.fuzz.memory import watch
from tests.ivr.media.paper import CALL, OTHER, PHONE, SETTINGS, Paper, extended, key, rtp

AT_ONCE = 32
SEALED = 1 << 16 | 3
SECRET, TAG_BYTES = bytes(range(30)), 10
_BLOCK = rtcp.Block(0xABCD, 1, 2, 3, 4, 5, 6)
_SEEDS = (
    rtp(1, 160, bytes(160)),
    rtp(2, 320, bytes(160), kind=0),
    rtp(3, 480, bytes(80)),
    rtp(4, 640, b"\x40", kind=13),
    key(5, 800, 5),
    key(6, 800, 5, ended=True),
    rtcp.write(77, "telephone", rtcp.Sender(1, 2, 3, 4), (_BLOCK, _BLOCK)),
    rtcp.farewell(77),
    *(
        extended(7, 960, ROW_BYTES - short, kind=kind)
        for kind in (8, 13, 101)
        for short in (0, 4, 8)
    ),
)


class Sealer:
    """The other end of the sealed call: what it sends has a right seal, whatever is in it."""

    def __init__(self) -> None:
        self._secured = Secured(SECRET, TAG_BYTES)
        self._index = 0

    def seal(self, data: bytes) -> bytes:
        """A datagram with the next sequence number and its seal; a stub as it is."""
        if len(data) < HEADER_BYTES:
            return data
        self._index += 1
        if 192 <= data[1] <= 223:
            return self._secured.protect_control(data, self._index)
        header = data[:2] + (self._index & 0xFFFF).to_bytes(2) + data[4:HEADER_BYTES]
        return header + self._secured.protect(header, data[HEADER_BYTES:], self._index)


class Line:
    """A raw socket of IPv4, as far as the plane can tell: what is put in comes out behind headers of IP and UDP."""

    def __init__(self, paper: Paper, chance: random.Random) -> None:
        self._chance = chance
        self._out, self._in = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._wire = RawWire(self._in.fileno(), paper.memory, SETTINGS)

    def carry(self, datagrams: list[bytes], source: tuple[str, int], port: int) -> Arrived | None:
        """Send them, some behind broken headers, and receive what came."""
        chance = self._chance
        hosts = (int.from_bytes(socket.inet_aton(host)) for host in (source[0], SETTINGS.host))
        ip = IP_HEADER.pack(0x45, 0, 0, 0, 0, 64, socket.IPPROTO_UDP, 0, *hosts)
        for data in datagrams:
            udp = struct.pack("!HHHH", source[1], port, 8 + len(data), 0)
            before = bytearray(ip + udp)
            if chance.random() < 0.3:
                before[chance.randrange(BEFORE_BYTES)] = chance.randrange(256)
            self._out.send((bytes(before) + data)[: chance.choice((2_000, 2_000, 2_000, 29, 11))])
        return self._wire.receive()

    def close(self) -> None:
        """Let go of the sockets."""
        self._out.close()
        self._in.close()


def fuzz(count: int, seed: int) -> dict[str, int]:
    """Feed `count` mutated datagrams; what was told, and counted as broken."""
    chance = random.Random(seed)
    paper = Paper()
    paper.open(events=((101, 8000), (110, 48_000)))
    paper.open(OTHER, tones=True, events=())
    paper.open(SEALED)
    paper.do(Seal(SEALED, TAG_BYTES, SECRET, SECRET), Listen(SEALED, True, 0.5))
    sealer, line = Sealer(), Line(paper, chance)
    paper.do(Listen(CALL, True, 0.5), Record(CALL, True), Mix(CALL, (OTHER,)), Mix(OTHER, (CALL,)))
    told = 0
    for number in range(0, count, AT_ONCE):
        datagrams: list[bytes] = []
        for _ in range(min(AT_ONCE, count - number)):
            data = bytearray(chance.choice(_SEEDS))
            for _ in range(chance.randrange(5)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            if chance.random() < 0.1:
                del data[chance.randrange(len(data)) :]
            datagrams.append(bytes(data))
        call = chance.choice((CALL, OTHER, SEALED))
        if call == SEALED:
            datagrams = [sealer.seal(d) if chance.random() < 0.5 else d for d in datagrams]
        port = SETTINGS.port + 2 * (call & 0xFFFF) + chance.randrange(2)
        source = chance.choice((PHONE, ("198.51.100.9", 9), ("2001:db8::9", 9)))
        if chance.random() < 0.5 and source[0].count("."):
            arrived = line.carry(datagrams, source, port)
            if arrived is not None:
                paper.plane.hear(arrived, paper.now)
                paper.gather()
        else:
            paper.hear(*(d[:ROW_BYTES] for d in datagrams), source=source, port=port)
        paper.plane.listen(number // AT_ONCE % SETTINGS.groups, paper.now)
        paper.now += 0.02
        told += len(paper.told())
        paper.memory.heard_ends[8] = paper.memory.heard_ends[0]
        paper.notices.clear()
    paper.now += 2
    paper.hear(key(9, 1, 9, ssrc=1, ended=True))
    paper.hear(key(10, 8001, 8, ssrc=2, ended=True))
    assert [event.key for event in paper.told() if isinstance(event, Digit)][-1] == "8"
    paper.hear(sealer.seal(key(0, 1, 7, ssrc=3, ended=True)), call=SEALED)
    assert [event.key for event in paper.told() if isinstance(event, Digit)] == ["7"]
    line.close()
    counts = paper.memory.counts
    return {
        "datagrams": count,
        "told": told,
        "broken": int(counts[Count.BROKEN]),
        "forged": int(counts[Count.FORGED]),
    }


def main() -> int:
    """Run from the command line; fails if memory grows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    fuzz(10_000, given.seed)
    return watch("rtp", given.count, given.seed, fuzz)


if __name__ == "__main__":
    sys.exit(main())
