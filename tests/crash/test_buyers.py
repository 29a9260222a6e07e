"""A simulated buyer says what people would: what they thought of saying is not said when they have gone past it."""

import asyncio
import random

from sms.smsc.handset import Heard
from tests.crash.buyers import CODE, WONDERS_S, Buyer
from tests.simulation.loop import SimulatedLoop
from tests.simulation.network import Network, Weather
from tests.simulation.wonderer import ANSWERS_AGAIN_S, Wonderer

ANN = "13800000000"
ENDS = "1"
"""The last word of each order."""


class Noted:
    """See tests.crash.carrier.Pen."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def text(self, code: str, text: str) -> None:
        assert code == CODE
        self.said.append(text)


def reads(buyer: Buyer, text: str) -> None:
    buyer.hear(Heard(ANN, CODE, text, 1, "gsm7", 0))


def goes_on_to_the_last_word(buyer: Buyer) -> None:
    """Of an order: the reply to it announces the order."""
    while len(buyer.lines) > 1:
        reads(buyer, buyer.lines[0][1])


def said_after(*texts: str) -> list[str]:
    """What a buyer says who waits for long for the reply to the last word of an order, is asked for it again, and reads these.

    In a next order they come as far.
    """
    network = Network(random.Random(1), Weather())
    loop = SimulatedLoop(network, network)
    pen = Noted()
    buyer = Wonderer(pen, random.Random(1), orders_left=2)

    async def orders() -> None:
        buyer.begin()
        goes_on_to_the_last_word(buyer)
        loop.pass_time(ANSWERS_AGAIN_S)
        for text in (buyer.asked, *texts):
            reads(buyer, text)
        goes_on_to_the_last_word(buyer)
        pen.said.clear()
        await asyncio.sleep(2 * WONDERS_S)

    loop.run_until_complete(orders())
    loop.close()
    assert [word for word, _ in buyer.lines] == [ENDS]
    return pen.said


def test_who_is_asked_again_and_reads_nothing_else_answers_again() -> None:
    assert said_after() == [ENDS]


def test_who_wonders_why_they_are_asked_again_says_nothing_of_it_in_their_next_order() -> None:
    """`overtaken` 580854: the last word of each order is the same, and was said twice in the next, within a third of a second."""
    assert said_after("Order A0001") == []
