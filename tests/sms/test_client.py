"""The ESME against a carrier that throttles, on simulated time."""

import asyncio
import random
from typing import Any, cast

from sms.carrier import Carrier
from sms.client import RECONNECT_MAX_S, RECONNECT_MIN_S, Esme, Link, Settlement, Submission
from sms.smpp import pdu as p
from sms.smpp.frames import Frames
from sms.smpp.status import Status

LATENCY_S = 0.01
STEP_S = 0.005


class Owner:
    """Keeps the order in which each phone's texts were taken."""

    def __init__(self) -> None:
        self.taken: list[Any] = []
        self.asked = 0
        """Times that the carrier was asked to take a text."""

    def received(self, link: Link, messages: list[p.DeliverSm]) -> None:
        raise AssertionError("nothing is delivered here")

    def settled(self, carrier: Carrier, settlements: list[Settlement]) -> None:
        assert all(settled.message_id for settled in settlements)
        self.taken += [settled.key for settled in settlements]


class SmscTransport(asyncio.Transport):
    """An SMSC behind a wire: answers LATENCY_S later, and refuses by chance."""

    def __init__(self, refused: float) -> None:
        super().__init__()
        self.now = 0.0
        self.frames = Frames(p.PDU_BYTES_MAX)
        self.due: list[tuple[float, bytes]] = []
        self.chance = random.Random(5)
        self.refused = refused
        self.asked = 0
        self.had: list[p.Pdu] = []

    def is_reading(self) -> bool:
        return True

    def write(self, data: Any) -> None:
        for frame in self.frames.feed(bytes(data)):
            asked = p.decode(frame)
            self.had.append(asked)
            if isinstance(asked, p.EnquireLink | p.DeliverSmResp):
                continue
            if isinstance(asked, p.Bind):
                answer: p.Pdu = p.BindResp(
                    command=asked.command | p.RESPONSE, sequence=asked.sequence, system_id="smsc"
                )
            else:
                assert isinstance(asked, p.SubmitSm)
                self.asked += 1
                dice = self.chance.random()
                status = Status.OK
                if dice < self.refused:
                    status = Status.THROTTLED if dice < self.refused / 2 else Status.MSGQFUL
                name = "" if status else str(asked.sequence)
                answer = p.SubmitSmResp(sequence=asked.sequence, status=status, message_id=name)
            self.due.append((self.now + LATENCY_S, p.encode(answer)))

    def answers(self) -> bytes:
        """What has come by now."""
        come = b"".join(octets for at, octets in self.due if at <= self.now)
        self.due = [(at, octets) for at, octets in self.due if at > self.now]
        return come


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
            esme.pump()
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


def test_a_carrier_that_refuses_everything_is_left_alone() -> None:
    owner = send(1.0, rate=500, texts=500, phones=500, seconds=10)
    assert owner.taken == []
    # A window at a time, a few times while the pauses grow, and then every two seconds: not 5,000.
    assert 64 <= owner.asked <= 64 * 12


def test_a_carrier_that_refuses_us_is_knocked_at_ever_more_rarely() -> None:
    carrier = Carrier("c", "nowhere", 1, "us", "wrong")
    esme = Esme(carrier, cast("Any", Owner()), chance=random.Random(1))
    delays = [esme.next_delay_s() for _ in range(20)]
    assert RECONNECT_MIN_S / 2 <= delays[0] <= RECONNECT_MIN_S
    assert all(RECONNECT_MAX_S / 2 <= delay_s <= RECONNECT_MAX_S for delay_s in delays[8:])
    esme.connected()
    assert esme.next_delay_s() <= RECONNECT_MIN_S
