"""Mutated PDUs into either end of a bind, in each of its states: it must answer or close, never fail.

python -m tests.fuzz.pdu --count 10000000 --seed 1
"""

import argparse
import random
import sys
from typing import Literal

from sms.smpp import pdu as p
from sms.smpp.bind import BindMachine
from sms.smpp.pdu import message
from sms.smpp.state import ALLOWED, State
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
    p.BindResp(sequence=1, system_id="c", tlvs=((0x0210, b"\x34"),)),
    p.Outbind(sequence=10, system_id="c", password="b"),
    p.UnbindResp(sequence=2),
    p.GenericNack(sequence=1, status=3),
    p.EnquireLinkResp(sequence=1),
    p.AlertNotification(sequence=11, source=p.Address("1")),
    p.CancelSm(sequence=12, message_id="7"),
    p.QuerySmResp(sequence=6, message_id="7"),
)
_LONG = p.encode(p.DeliverSm(sequence=13, tlvs=((0x0424, bytes(65_535)),)))
LONG_IN = 500
"""One of so many PDUs is 64 KiB long."""
AT_ONE_MACHINE = 100
"""PDUs that a bind takes which stays in its state."""
STATES = tuple(state for state in State if state is not State.CLOSED)


def fuzz(count: int, seed: int) -> dict[str, int]:
    """Feed `count` mutated PDUs; how many were answered, nacked, and closed the connection."""
    chance = random.Random(seed)
    frames = [p.encode(pdu) for pdu in _SEEDS]
    totals = {"pdus": count, "nacked": 0, "closed": 0, "told": 0}
    for begun in range(0, count, AT_ONE_MACHINE):
        machine = _machine(chance)
        for _ in range(min(AT_ONE_MACHINE, count - begun)):
            frame = bytearray(chance.choice(frames) if chance.randrange(LONG_IN) else _LONG)
            for _ in range(chance.randrange(4)):
                frame[chance.randrange(len(frame))] = chance.randrange(256)
            if chance.random() < 0.1:
                del frame[chance.randrange(16, len(frame) + 1) :]
            if chance.random() < 0.9:
                frame[:4] = len(frame).to_bytes(4, "big")
            totals["told"] += len(machine.receive(bytes(frame), 0.0))
            machine.data_to_send()
            if machine.state in (State.UNBOUND, State.CLOSED):
                totals["closed"] += machine.state is State.CLOSED
                totals["nacked"] += machine.counters.nacked
                machine = _machine(chance)
        totals["nacked"] += machine.counters.nacked
    return totals


def _machine(chance: random.Random) -> BindMachine:
    """Either end, in any state, where it waits for an answer if it may ask."""
    role: Literal["esme", "smsc"] = chance.choice(("esme", "smsc"))
    state = chance.choice(STATES)
    machine = BindMachine(role, 0.0, state=state)
    for asked in (p.Bind(), p.SubmitSm(), p.DeliverSm(), p.EnquireLink()):
        if type(asked) in ALLOWED[state][role]:
            machine.request(asked, 0.0)
    return machine


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
