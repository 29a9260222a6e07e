"""An SMSC behind a wire, on simulated time, and the owner of what is sent over it."""

import asyncio
import random
from collections.abc import Callable
from typing import Any

from sms.carrier import Carrier
from sms.link import Link
from sms.smpp import pdu as p
from sms.smpp.frames import Frames
from sms.smpp.status import Status
from sms.submission import Settlement

LATENCY_S = 0.01


def at_once(callback: Callable[[], object]) -> None:
    """What else would be called in the loop's next turn."""
    callback()


class Owner:
    """Keeps the order in which each phone's texts were taken."""

    def __init__(self) -> None:
        self.taken: list[Any] = []
        self.asked = 0
        """Times that the carrier was asked to take a text."""

    def received(self, link: Link, messages: list[p.DeliverSm]) -> None:
        raise AssertionError("nothing is delivered here")

    def receipted(self, link: Link, receipts: list[tuple[int, str | bytes]]) -> None:
        raise AssertionError("nothing is told here")

    def settled(self, carrier: Carrier, settlements: list[Settlement]) -> None:
        assert all(settled.message_id for settled in settlements)
        self.taken += [settled.key for settled in settlements]

    def lost(self, link: Link) -> None:
        """Nothing was delivered."""


class SmscTransport(asyncio.Transport):
    """An SMSC behind a wire: answers LATENCY_S later, and refuses by chance."""

    def __init__(self, refused: float, seed: int = 5) -> None:
        super().__init__()
        self.now = 0.0
        self.frames = Frames(p.PDU_BYTES_MAX)
        self.due: list[tuple[float, bytes]] = []
        self.chance = random.Random(seed)
        self.refused = refused
        self.asked = 0
        self.asked_at: list[float] = []
        self.had: list[p.Pdu] = []

    def is_reading(self) -> bool:
        return True

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        del high, low

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
                self.asked_at.append(self.now)
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
