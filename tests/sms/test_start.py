"""What an earlier run left, and goes out when its messages have had their answers."""

import asyncio
from typing import Any, cast

from center.batch import TurnBatch
from center.routing import Routes
from center.shops import Shops
from sms.channel import SmsChannel
from tests.flows.shops import NOON, program_of
from tests.sms.channels import Line, Slow, later, open_channel, text, write


def test_a_reply_waits_though_what_was_said_before_its_message_came_again() -> None:
    before, store, line = open_channel()
    # Neither answer was had.
    write(before, line, *text(1, "苹果"))
    write(before, line, *text(2, "2"))
    shops, routes = Shops(store.published(), store.program), Routes([("shop", program_of())])
    turns = TurnBatch(store, shops, later=later)
    channel = SmsChannel(turns, store, routes, clock=lambda: NOON + 1)
    carrier = Slow()
    channel.sending.esmes["carrier"] = cast("Any", carrier)

    async def run() -> list[int]:
        channel.start()
        went: list[int] = []
        for place, words in enumerate(("苹果", "2", "1"), 1):
            channel.received(cast("Any", Line()), text(place, words))
            turns.flush()
            await asyncio.sleep(0)
            went.append(len(carrier.given))
        return went

    # What is new is no message of before the start: with it they have the answers to all.
    assert asyncio.run(run()) == [0, 0, 1]
    # And have gone past both questions.
    assert [one.text.text[:7] for one in carrier.given] == ["订单A0001"]
