"""SMPP codec: microseconds an operation, ours beside smpplib in the same run.

python -m benchmarks.codec
"""

import time
from collections.abc import Callable
from typing import Any

import smpplib.smpp

from sms.smpp import pdu as p
from sms.smpp.tlv import Tag

ROUNDS = 5
DELIVER = p.encode(
    p.DeliverSm(
        sequence=7,
        source=p.Address("13800138000", 1, 1),
        destination=p.Address("10690001", 3, 0),
        data_coding=8,
        message="牛肉面".encode("utf-16-be"),
    )
)
RECEIPT = p.encode(
    p.DeliverSm(
        sequence=8,
        source=p.Address("13800138000", 1, 1),
        destination=p.Address("10690001", 3, 0),
        esm_class=4,
        message=b"id:0123456789 sub:001 dlvrd:001 stat:DELIVRD err:000",
        tlvs=((Tag.RECEIPTED_MESSAGE_ID, b"0123456789\0"), (Tag.MESSAGE_STATE, b"\x02")),
    )
)
SUBMIT = p.SubmitSm(
    sequence=9,
    source=p.Address("10690001", 3, 0),
    destination=p.Address("13800138000", 1, 1),
    data_coding=8,
    registered_delivery=1,
    message="牛肉面要几份？".encode("utf-16-be"),
)


# smpplib comes without types.
theirs: Any = smpplib.smpp


class Client:
    """What smpplib wants to number its PDUs with."""

    def next_sequence(self) -> int:
        return 9


CLIENT = Client()


def microseconds(run: Callable[[], object], count: int) -> float:
    """Best of some rounds, of this process's own time."""
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        for _ in range(count):
            run()
        best = min(best, (time.process_time() - began) / count * 1e6)
    return best


def theirs_submit() -> object:
    """smpplib writes the same submit_sm."""
    return theirs.make_pdu(
        "submit_sm",
        client=CLIENT,
        source_addr="10690001",
        destination_addr="13800138000",
        data_coding=8,
        registered_delivery=1,
        short_message=SUBMIT.message,
    ).generate()


def main() -> None:
    """Print the figures."""
    rows: list[tuple[str, Callable[[], object], Callable[[], object]]] = [
        ("decode deliver_sm", lambda: p.decode(DELIVER), lambda: _parse(DELIVER)),
        ("decode receipt, 2 TLVs", lambda: p.decode(RECEIPT), lambda: _parse(RECEIPT)),
        ("encode submit_sm", lambda: p.encode(SUBMIT), theirs_submit),
    ]
    print(f"{'us an operation':<26}{'dialcart':>10}{'smpplib':>10}{'ratio':>8}   (goal: 10)")
    for name, ours, theirs in rows:
        mine, other = microseconds(ours, 50_000), microseconds(theirs, 3_000)
        print(f"{name:<26}{mine:>10.2f}{other:>10.2f}{other / mine:>8.1f}")


def _parse(frame: bytes) -> object:
    return theirs.parse_pdu(frame, client=CLIENT, allow_unknown_opt_params=True)


if __name__ == "__main__":
    main()
