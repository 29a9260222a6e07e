"""pjsua2 calls us: it offers telephone-event on three payload types, holds and goes on."""

import asyncio
import sys
from pathlib import Path

from ivr.sip.events import Cause, Ended, Incoming, Reinvited
from ivr.sip.message import Request, parse
from ivr.sip.offer import answer
from tests.interop.shop_floor import MEDIA, Operator, open_endpoint
from tests.pjsua import needs_pjsua2

pytestmark = needs_pjsua2

PHONE = Path(__file__).parent / "pjsua_phone.py"
RUN_S_MAX = 500


def call_by(operator, *words):
    """Let the telephone call; gives what it said, and the messages that it sent."""
    heard = []

    async def run():
        async with open_endpoint(operator) as endpoint:
            receive = endpoint.stack.receive

            def overhear(data, flow, now, *standing):
                heard.append(parse(data))
                receive(data, flow, now, *standing)

            endpoint.stack.receive = overhear
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                str(PHONE),
                f"sip:4001@127.0.0.1:{endpoint.port}",
                *words,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
            )
            said, _ = await asyncio.wait_for(process.communicate(), RUN_S_MAX)
            return said.decode("utf-8", "replace")

    return asyncio.run(run()), heard


def test_it_insists_on_prack_and_a_session_timer_and_sends_update():
    def react(endpoint, event):
        if isinstance(event, Incoming):
            ours, _ = answer(event.offer, MEDIA)
            endpoint.progress(event.call, 183, ours, reliable=True)
            endpoint.answer(event.call, ours)
            return True
        return False

    operator = Operator(react=react)
    said, heard = call_by(operator, "strict")
    assert "done" in said, said
    invite = heard[0]
    assert {"100rel", "timer"} <= invite.options("require")
    assert invite.first("session-expires").startswith("90")
    methods = [message.method for message in heard if isinstance(message, Request)]
    assert "PRACK" in methods
    assert "UPDATE" in methods
    ended = next(event for event in operator.told if isinstance(event, Ended))
    assert ended.cause is Cause.HUNG_UP


def test_it_calls_holds_goes_on_and_hangs_up():
    operator = Operator()
    said, _ = call_by(operator)
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
