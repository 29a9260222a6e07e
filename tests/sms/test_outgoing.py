"""Segments on their way out to a carrier that throttles, on simulated time."""

import asyncio
import random
from typing import cast

from sms.carrier import Carrier
from sms.client import Esme
from sms.link import Link
from sms.outgoing import Submission
from sms.smpp import pdu as p
from tests.sms.wire import Owner, SmscTransport

STEP_S = 0.005


def send(refused: float, *, rate: float, texts: int, phones: int, seconds: float) -> Owner:
    """Submit texts in turn to phones and let so many simulated seconds pass."""

    async def run() -> Owner:
        owner, wire = Owner(), SmscTransport(refused)
        carrier = Carrier("carrier", "nowhere", 0, "us", "secret", rate=rate)
        esme = Esme(carrier, owner, chance=random.Random(1), now=lambda: wire.now)
        link = Link(esme, p.BIND_TRANSCEIVER, 0)
        esme.links.append(link)
        link.connection_made(cast("asyncio.BaseTransport", wire))
        esme.submit(
            [
                Submission(
                    (number % phones, number),
                    p.SubmitSm(
                        source=p.Address("1069"), destination=p.Address(str(number % phones))
                    ),
                )
                for number in range(texts)
            ]
        )
        while wire.now < seconds:
            wire.now += STEP_S
            come = wire.answers()
            if come:
                link.data_received(come)
            esme.outgoing.pump()
        owner.asked = wire.asked
        return owner

    return asyncio.run(run())


def test_a_carrier_that_refuses_a_tenth_still_takes_what_it_allows() -> None:
    owner = send(0.1, rate=200, texts=5_000, phones=1_000, seconds=20)
    assert 0.95 * 200 * 20 <= len(owner.taken) <= 200 * 21


def test_throttling_keeps_the_order_of_each_phone() -> None:
    owner = send(0.3, rate=500, texts=1_000, phones=50, seconds=20)
    assert len(owner.taken) == 1_000
    for phone in range(50):
        own = [number for whose, number in owner.taken if whose == phone]
        assert own == sorted(own)


def test_a_carrier_that_refuses_everything_is_left_alone() -> None:
    owner = send(1.0, rate=500, texts=500, phones=500, seconds=10)
    assert owner.taken == []
    # A window at a time, a few times while the pauses grow, and then every two seconds: not 5,000.
    assert 64 <= owner.asked <= 64 * 12
