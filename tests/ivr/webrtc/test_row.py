"""A browser on its way to the plane, whose page goes away meanwhile."""

import asyncio
import os
from contextlib import suppress

from ivr.webrtc.leg import BrowserLeg, LegState, Reception
from ivr.webrtc.row import put_on_plane
from tests.ivr.webrtc.test_description import CHROMIUM


class NoPlane:
    """No page that has gone takes a row."""

    def open(self, **_):
        raise AssertionError


def sockets() -> set[str]:
    found = set()
    for name in os.listdir("/proc/self/fd"):
        with suppress(OSError):
            target = os.readlink(f"/proc/self/fd/{name}")
            if target.startswith("socket:"):
                found.add(target)
    return found


def test_a_page_that_goes_away_while_its_ways_are_gathered_leaves_no_socket_open():
    async def run() -> None:
        await asyncio.sleep(0)
        before, reception, states = sockets(), Reception(), []
        leg = BrowserLeg(reception, states.append)
        putting = asyncio.create_task(put_on_plane(leg, NoPlane(), CHROMIUM))
        # The first turn of the loop begins to gather, the next ones open a socket for each address.
        for _ in range(2):
            await asyncio.sleep(0)
        assert len(sockets()) > len(before)
        putting.cancel()
        with suppress(asyncio.CancelledError):
            await putting
        assert putting.cancelled()
        # A transport that is closed lets go of its socket in the loop's next turn.
        await asyncio.sleep(0)
        assert sockets() == before
        assert states == [LegState.DOWN]

    asyncio.run(run())


def test_an_offer_that_cannot_be_connected_to_ends_the_leg():
    async def run() -> None:
        states = []
        down = asyncio.Event()

        def moved(state: LegState) -> None:
            states.append(state)
            if state is LegState.DOWN:
                down.set()

        leg = BrowserLeg(Reception(), moved)

        async def stumbles(_):
            raise ValueError

        leg._ice.start = stumbles  # noqa: SLF001 - a browser takes seconds to come so far
        try:
            await leg.answer(CHROMIUM)
            await down.wait()
        finally:
            await leg.close()
        assert states == [LegState.CONNECTING, LegState.DOWN]

    asyncio.run(asyncio.wait_for(run(), 120))
