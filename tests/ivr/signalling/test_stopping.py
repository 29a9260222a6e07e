"""Endpoints that stop while calls are up, over real sockets on loopback."""

# ruff: noqa: SLF001 - a network that loses is no thing to wait for

import asyncio
from dataclasses import replace

import pytest

from ivr.signalling import endpoint
from ivr.sip.events import Answered, Cause, Ended
from ivr.sip.flow import Flow
from ivr.sip.offer import LocalMedia, make_offer
from ivr.sip.timers import Times
from ivr.sip.trunk import Trunk, networks
from tests.interop.shop_floor import LOOPBACK, open_endpoint
from tests.ivr.signalling.caller import ALLOWED, WAIT_S, caller


def test_a_stop_waits_for_the_calls_that_are_up_and_then_hangs_up():
    async def run():
        shop = caller()
        async with open_endpoint(shop) as called:
            line = Trunk(
                "line",
                networks("127.0.0.0/8"),
                peer=Flow("udp", "127.0.0.1", called.port),
                allowed=ALLOWED,
            )
            phone = caller()
            async with open_endpoint(phone, line) as calling:
                calling.dial("line", "4001", make_offer(LocalMedia("127.0.0.1", 40_010)), ALLOWED)
                await shop.hear(Answered)
                await called.drain(within_s=0.01)
                assert called.stack.calls
                await called.leave()
                assert (await phone.hear(Ended)).cause is Cause.HUNG_UP
                assert not called.stack.calls

    asyncio.run(run())


class Lossy:
    """Loses the first datagrams of a kind that an endpoint sends, by its own socket."""

    def __init__(self, udp, kind, count):
        self.host, self.lost, self.repeated = udp.host, 0, 0
        self._udp, self._kind, self._count = udp, kind, count

    def send(self, data, flow):
        if data.startswith(self._kind) and self.lost < self._count:
            self.lost += 1
            return
        self.repeated += data.startswith(self._kind)
        self._udp.send(data, flow)

    def close(self):
        self._udp.close()


@pytest.mark.parametrize(("lost", "told"), [(1, True), (99, False)])
def test_a_bye_of_who_leaves_is_repeated_until_it_is_answered(monkeypatch, lost, told):
    """Or for LEAVE_S_MAX, where nobody answers: here that is the time of the first repetition and a little more."""
    monkeypatch.setattr(endpoint, "LEAVE_S_MAX", WAIT_S if told else 0.06)

    async def run():
        shop, phone = caller(), caller()
        quick = Times(t1_s=0.02)
        async with open_endpoint(shop, times=quick) as called:
            peer = Flow("udp", "127.0.0.1", called.port)
            line = replace(LOOPBACK, name="line", peer=peer, allowed=ALLOWED)
            async with open_endpoint(phone, line) as calling:
                calling.dial("line", "4001", make_offer(LocalMedia("127.0.0.1", 40_010)), ALLOWED)
                await shop.hear(Answered)
                lossy = called._udp[0] = Lossy(called._udp[0], b"BYE", lost)
                await called.leave()
                assert called.stack.is_quiet is told
                assert ("Ended" in phone.kinds()) is told
                assert bool(lossy.repeated) is told

    asyncio.run(run())
