"""A browser on its way to the plane, whose page goes away meanwhile."""

import asyncio
import os
from contextlib import suppress

import pytest

from ivr.webrtc.description import OfferError
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


def test_a_leg_that_is_closed_while_it_answers_connects_to_nobody():
    async def run() -> None:
        await asyncio.sleep(0)
        before = sockets()
        leg = BrowserLeg(Reception(), lambda _: None)

        async def closes(_):
            await leg.close()

        # As while the name of a candidate is looked up (mDNS).
        leg._ice.addRemoteCandidate = closes  # noqa: SLF001
        with pytest.raises(OfferError, match="over before it began"):
            await leg.answer(CHROMIUM)
        await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert sockets() == before

    asyncio.run(run())


def test_a_leg_that_is_closed_has_ended_what_connects_it():
    async def run() -> None:
        ended = []

        async def starts(_):
            try:
                await asyncio.Event().wait()
            finally:
                # A handshake that is cut off takes some turns to come to its end.
                for _ in range(50):
                    await asyncio.sleep(0)
                ended.append(True)

        leg = BrowserLeg(Reception(), lambda _: None)
        leg._ice.start = starts  # noqa: SLF001
        await leg.answer(CHROMIUM)
        await asyncio.sleep(0)
        await leg.close()
        assert ended == [True]

    asyncio.run(run())
