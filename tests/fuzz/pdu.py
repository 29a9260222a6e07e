"""Mutated PDUs into the SMSC's end of a bind: it must answer or close, never fail.

python -m tests.fuzz.pdu --count 10000000 --seed 1
"""

import argparse
import random
import sys

from sms.smpp import pdu as p
from sms.smpp.bind import BindMachine
from sms.smpp.pdu import message
from sms.smpp.state import State
from tests.fuzz.memory import watch

_SEEDS = (
    p.SubmitSm(sequence=1, source=p.Address("1", 1, 1), message=b"hello", tlvs=((0x0424, b"x"),)),
    p.DeliverSm(sequence=2, destination=p.Address("2"), esm_class=0x40, message=b"\5\0\3\1\2\1hi"),
    p.Bind(sequence=3, system_id="a", password="b"),
    p.SubmitSmResp(sequence=4, message_id="5"),
    p.DataSm(sequence=5, tlvs=((0x0424, b"y" * 30),)),
    p.QuerySm(sequence=6, message_id="7"),
    p.ReplaceSm(sequence=7, message=b"new"),
    p.EnquireLink(sequence=8),
    p.Unbind(sequence=9),
)


def fuzz(count: int, seed: int) -> dict[str, int]:
    """Feed `count` mutated PDUs; how many were answered, nacked, and closed the connection."""
    chance = random.Random(seed)
    frames = [p.encode(pdu) for pdu in _SEEDS]
    machine = BindMachine("smsc", 0.0, state=State.BOUND_TRX)
    totals = {"pdus": count, "nacked": 0, "closed": 0}
    for _ in range(count):
        frame = bytearray(chance.choice(frames))
        for _ in range(chance.randrange(4)):
            frame[chance.randrange(len(frame))] = chance.randrange(256)
        if chance.random() < 0.1:
            del frame[chance.randrange(16, len(frame) + 1) :]
        if chance.random() < 0.9:
            frame[:4] = len(frame).to_bytes(4, "big")
        machine.receive(bytes(frame), 0.0)
        machine.data_to_send()
        if machine.state not in (State.BOUND_TRX, State.UNBOUND):
            totals["closed"] += 1
        if machine.state is not State.BOUND_TRX:
            totals["nacked"] += machine.counters.nacked
            machine = BindMachine("smsc", 0.0, state=State.BOUND_TRX)
    totals["nacked"] += machine.counters.nacked
    return totals


def fill_addresses() -> None:
    """Make the tables of addresses full; they begin again with one too many."""
    for kept in (message._SEEN, message._PACKED):  # noqa: SLF001  # nothing else tells how full it is
        kept.clear()
    for number in range(message.ADDRESSES_MAX):
        address = p.Address(f"{number:020d}", 1, 1)
        p.decode(p.encode(p.DeliverSm(source=address, destination=address)))


def main() -> int:
    """Run from the command line; fails if memory grows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    fuzz(10_000, given.seed + 1)
    return watch("pdu", given.count, given.seed, fuzz, fill_addresses)


if __name__ == "__main__":
    sys.exit(main())
