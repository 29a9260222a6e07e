"""Two readers of one stream: the bind as it is, which reads what is commonest where it lies and what came together as one, and
the same bind with each PDU decoded by itself. Whatever comes, however it is cut, they tell and answer the same.

python -m tests.fuzz.readers --count 1000000 --seed 1
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections.abc import Iterable
from unittest import mock

from sms.receipts import DELIVERED, Receipt, write
from sms.receipts import State as Became
from sms.smpp import bind
from sms.smpp import pdu as p
from sms.smpp.bind import BindMachine
from sms.smpp.events import Delivered, Event, Receipted, Submitted
from sms.smpp.state import State

PDUS_A_STREAM = 20
ASKED = 8
"""submit_sm that wait for an answer when a stream begins."""
_ENDS = {"source": p.Address("13800138000", 1, 1), "destination": p.Address("1069", 3)}
_FRAMES = [
    p.encode(pdu)
    for pdu in (
        *(
            p.DeliverSm(esm_class=esm_class, data_coding=coding, message=bytes(size), **_ENDS)
            for esm_class in (0, 4, 0x40)
            for coding in (0, 8)
            for size in (0, 1, 140, p.SHORT_MESSAGE_BYTES_MAX)
        ),
        *(
            p.DeliverSm(esm_class=4, message=write(Receipt("7", state)).encode() + quoted, **_ENDS)
            for state in (Became.DELIVERED, Became.UNDELIVERABLE)
            for quoted in (b"", b"2 beef", bytes(2))
        ),
        p.DeliverSm(esm_class=4, message=b"id:1 stat:DELIVRD", tlvs=((0x1E, b"1\0"),), **_ENDS),
        p.DeliverSm(service_type="USSD", message=b"*106#", tlvs=((0x501, b"\1"),), **_ENDS),
        p.DeliverSm(source=p.Address("1" * 20), destination=p.Address(""), message=b"x"),
        p.DeliverSm(schedule="261126000000000+", validity="1", registered_delivery=1, **_ENDS),
        p.SubmitSmResp(),
        p.SubmitSmResp(message_id="7"),
        p.SubmitSmResp(message_id="7" * 64),
        p.SubmitSmResp(message_id="7", tlvs=((0x0425, b"\0"),)),
        p.SubmitSmResp(status=0x58),
        p.EnquireLink(),
        p.EnquireLinkResp(),
        p.GenericNack(status=3),
    )
]
# One octet more than a short_message may have, in a PDU that says so.
_TOO_LONG = bytearray(p.encode(p.DeliverSm(message=bytes(254), **_ENDS)) + b"\0")
_TOO_LONG[-256] = 255
_TOO_LONG[:4] = len(_TOO_LONG).to_bytes(4)
_FRAMES.append(bytes(_TOO_LONG))


def compare(count: int, seed: int) -> dict[str, int]:
    """Feed `count` PDUs to both; what was told. Raises AssertionError where they differ."""
    chance = random.Random(seed)
    totals = {"pdus": 0, "told": 0, "nacked": 0, "closed": 0}
    while totals["pdus"] < count:
        stream = b"".join(_frame(chance) for _ in range(PDUS_A_STREAM))
        quick, plain = _machine(), _machine()
        told = _flat(_feed(quick, _cut(stream, chance)))
        with (
            mock.patch.object(p, "match_deliver_sm", _decode_it),
            mock.patch.object(bind, "_SUBMITTED", -1),
        ):
            told_plainly = _flat(_feed(plain, _cut(stream, chance)))
        assert told == told_plainly, stream.hex()
        assert quick.data_to_send() == plain.data_to_send(), stream.hex()
        assert (quick.counters, quick.state) == (plain.counters, plain.state), stream.hex()
        assert (quick.answered, quick.room()) == (plain.answered, plain.room()), stream.hex()
        totals["pdus"] += PDUS_A_STREAM
        totals["told"] += sum(map(len, told.values()))
        totals["nacked"] += quick.counters.nacked
        totals["closed"] += quick.state is State.CLOSED
    return totals


def _decode_it(*_: object) -> None:
    """None of what comes is as it nearly always is."""


def _machine() -> BindMachine:
    machine = BindMachine("esme", 0.0, state=State.BOUND_TRX)
    for place in range(ASKED):
        machine.request(p.SubmitSm(message=b"x"), 0.0, place)
    machine.data_to_send()
    return machine


def _frame(chance: random.Random) -> bytes:
    frame = bytearray(chance.choice(_FRAMES))
    frame[12:16] = chance.randrange(1, 2 * ASKED).to_bytes(4)
    for _ in range(chance.choice((0, 0, 0, 1, 1, 2, 4))):
        # A length of the header seldom: nothing is read after one that cannot be.
        frame[chance.randrange(0 if chance.random() < 0.1 else 4, len(frame))] = chance.choice(
            (0, 1, 4, 8, 254, 255, chance.randrange(256))
        )
    if chance.random() < 0.1:
        del frame[chance.randrange(16, len(frame) + 1) :]
        frame[:4] = len(frame).to_bytes(4)
    return bytes(frame)


def _cut(data: bytes, chance: random.Random) -> list[bytes]:
    """As a network may bring it."""
    at = sorted(chance.randrange(len(data) + 1) for _ in range(chance.choice((0, 0, 3, 30))))
    return [data[begin:end] for begin, end in zip([0, *at], [*at, len(data)], strict=True)]


def _feed(machine: BindMachine, parts: Iterable[bytes]) -> list[Event]:
    events: list[Event] = []
    for part in parts:
        if machine.state is State.CLOSED:
            break
        events += machine.receive(part, 0.0)
    return events


def _flat(events: Iterable[Event]) -> dict[str, list[object]]:
    """What they tell, one PDU at a time, each kind in its order: between kinds there is none in what came together."""
    told: dict[str, list[object]] = {kind: [] for kind in ("texts", "receipts", "taken", "other")}
    for event in events:
        match event:
            case Delivered(messages):
                for one in messages:
                    if _is_common_receipt(one):
                        told["receipts"].append((one.sequence, _told_by(one.message)))
                    else:
                        told["texts"].append(one)
            case Receipted(receipts):
                told["receipts"] += receipts
            case Submitted(taken):
                told["taken"] += taken
            case _:
                told["other"].append(event)
    return told


def _told_by(receipt: bytes) -> str | bytes:
    """The name of the message that was delivered, if it says just that, or its text."""
    found = re.match(DELIVERED, receipt.decode("latin-1"), re.ASCII)
    return found[1] if found else receipt


def _is_common_receipt(pdu: p.DeliverSm) -> bool:
    """Whether it is one of those that are told by their text alone."""
    others = (pdu.status, pdu.service_type, pdu.schedule, pdu.validity, pdu.tlvs)
    return pdu.esm_class == 4 and not any(others)


def main() -> None:
    """Run from the command line; ends with an error where the two differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    totals = compare(given.count, given.seed)
    sys.stdout.write(", ".join(f"{name} {count:,}" for name, count in totals.items()) + "\n")


if __name__ == "__main__":
    main()
