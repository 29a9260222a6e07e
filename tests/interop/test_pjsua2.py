"""pjsua2 calls us: it offers telephone-event on three payload types, holds and goes on."""

import asyncio
import sys
from pathlib import Path

from ivr.sip.events import Cause, Ended, Incoming, Reinvited
from ivr.sip.offer import answer
from tests.interop.shop_floor import MEDIA, Operator, open_endpoint

PHONE = Path(__file__).parent / "pjsua_phone.py"
RUN_S_MAX = 60


def test_it_calls_holds_goes_on_and_hangs_up():
    operator = Operator()

    async def run():
        async with open_endpoint(operator) as endpoint:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                str(PHONE),
                f"sip:4001@127.0.0.1:{endpoint.port}",
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
            )
            said, _ = await asyncio.wait_for(process.communicate(), RUN_S_MAX)
            return said.decode("utf-8", "replace")

    said = asyncio.run(run())
    assert "done" in said, said
    incoming = next(event for event in operator.told if isinstance(event, Incoming))
    _, agreed = answer(incoming.offer, MEDIA)
    assert len(agreed.events) >= 2
    assert agreed.events[0][1] == 8_000
    held = [e.offer.media[0].direction for e in operator.told if isinstance(e, Reinvited)]
    assert held[0] == "sendonly"
    assert held[-1] == "sendrecv"
    ended = next(event for event in operator.told if isinstance(event, Ended))
    assert ended.cause is Cause.HUNG_UP
