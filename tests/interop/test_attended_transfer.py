"""PJSUA2 is called twice and takes our place in the second call: REFER with Replaces (RFC 3891, RFC 5589)."""

import asyncio
import sys
from pathlib import Path

from ivr.sip.events import Answered, Cause, Ended, TransferProgress
from ivr.sip.flow import Flow
from ivr.sip.numbers import AllowList
from ivr.sip.offer import make_offer
from ivr.sip.trunk import Trunk, networks
from tests.interop.shop_floor import MEDIA, open_endpoint
from tests.interop.test_sipp_called import Caller
from tests.pjsua import needs_pjsua2

pytestmark = needs_pjsua2

DESK = Path(__file__).parent / "pjsua_desk.py"
ALLOWED = AllowList(("4*",))
RUN_S_MAX = 300


def test_two_calls_are_joined_and_we_are_in_neither():
    caller = Caller()

    async def run():
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(DESK), stdout=asyncio.subprocess.PIPE
        )
        line = b""
        while not line.startswith(b"port "):
            line = await asyncio.wait_for(process.stdout.readline(), RUN_S_MAX)
        port = int(line.split()[1])
        line = Trunk(
            "line",
            networks("127.0.0.0/8"),
            peer=Flow("udp", "127.0.0.1", port),
            allowed=ALLOWED,
        )
        async with open_endpoint(caller, line) as endpoint:
            first = endpoint.dial("line", "4001", make_offer(MEDIA), ALLOWED)
            await caller.hear(Answered)
            second = endpoint.dial("line", "4002", make_offer(MEDIA), ALLOWED)
            await caller.hear(Answered, 2)
            endpoint.join(first, second)
            ended = await caller.hear(Ended)
            assert (ended.call, ended.cause) == (second, Cause.HUNG_UP)
            count = 1
            while not (progress := await caller.hear(TransferProgress, count)).final:
                count += 1
            assert progress.status == 200
            endpoint.hang_up(first)
            process.terminate()
            said, _ = await asyncio.wait_for(process.communicate(), RUN_S_MAX)
            return said.decode()

    said = asyncio.run(run())
    assert "sent elsewhere" in said
    assert "replaced" in said
