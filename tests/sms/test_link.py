"""One connection to a carrier: when it is asked whether it has our answers."""

import asyncio
import random
from typing import Any, cast

from sms.carrier import Carrier
from sms.client import Esme
from sms.link import Link
from sms.smpp import pdu as p
from sms.smpp.status import Status
from tests.sms.wire import Owner, SmscTransport


def test_with_several_binds_a_carrier_is_asked_at_once_whether_it_has_our_answers() -> None:
    async def asked(binds: int) -> list[p.Pdu]:
        carrier = Carrier("carrier", "nowhere", 0, "us", "secret")
        esme = Esme(carrier, cast("Any", Owner()), chance=random.Random(1), now=lambda: 0.0)
        wires = [SmscTransport(0.0) for _ in range(binds)]
        for number, wire in enumerate(wires):
            link = Link(esme, p.BIND_TRANSCEIVER, number)
            esme.links.append(link)
            link.connection_made(cast("asyncio.BaseTransport", wire))
            wire.now = 1.0
            link.data_received(wire.answers())
        esme.links[0].acknowledge([(1, Status.OK), (2, Status.OK)])
        await asyncio.sleep(0)
        return wires[0].had[1:]

    answers = [p.DeliverSmResp(sequence=1), p.DeliverSmResp(sequence=2)]
    assert asyncio.run(asked(1)) == answers
    assert asyncio.run(asked(2)) == [*answers, p.EnquireLink(sequence=2)]
