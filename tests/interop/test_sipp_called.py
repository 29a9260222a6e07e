"""We call SIPp, as a carrier's switch is called."""

import asyncio

from ivr.sip.digest import Secret
from ivr.sip.events import Answered, Cause, Ended, Progress, Registration, TransferProgress
from ivr.sip.flow import Flow
from ivr.sip.numbers import AllowList
from ivr.sip.offer import make_offer
from ivr.sip.trunk import Trunk, networks
from tests.interop.shop_floor import MEDIA, Operator, open_endpoint
from tests.interop.sipp_runner import called_sipp

ALLOWED = AllowList(("4*",))
SECRET = Secret("shop", "noodles")
HEARD_S_MAX = 120


class Caller(Operator):
    """Lets a test wait for what it wants to hear."""

    def __init__(self):
        super().__init__()
        self.news = asyncio.Event()

    def received(self, events):
        super().received(events)
        self.news.set()

    async def hear(self, kind, count=1):
        while len(found := [event for event in self.told if isinstance(event, kind)]) < count:
            self.news.clear()
            await asyncio.wait_for(self.news.wait(), HEARD_S_MAX)
        return found[-1]


def play(scenario, folder, story, **trunk):
    """Tell a story of a call to SIPp, which follows a scenario."""

    async def run():
        caller = Caller()
        async with called_sipp(scenario, folder) as port:
            line = Trunk(
                "line",
                networks("127.0.0.0/8"),
                peer=Flow("udp", "127.0.0.1", port),
                allowed=ALLOWED,
                **trunk,
            )
            async with open_endpoint(caller, line) as endpoint:
                await story(caller, endpoint)
        return caller

    return asyncio.run(run())


def dial(endpoint):
    return endpoint.dial("line", "4001", make_offer(MEDIA), ALLOWED)


def test_it_answers_and_we_hang_up(tmp_path):
    async def story(caller, endpoint):
        call = dial(endpoint)
        await caller.hear(Answered)
        endpoint.hang_up(call)

    caller = play("answers", tmp_path, story)
    assert caller.kinds() == ["Progress", "Answered", "Ended"]


def test_our_cancel_crosses_its_answer(tmp_path):
    async def story(caller, endpoint):
        call = dial(endpoint)
        await caller.hear(Progress)
        endpoint.hang_up(call)
        await caller.hear(Ended)

    caller = play("answers_late", tmp_path, story)
    assert caller.kinds() == ["Progress", "Ended"]
    assert caller.told[-1].cause is Cause.CLOSED


def test_we_prove_our_password(tmp_path):
    async def story(caller, endpoint):
        call = dial(endpoint)
        await caller.hear(Answered)
        endpoint.hang_up(call)

    play("challenges", tmp_path, story, peer_secret=SECRET)


def test_we_register_and_take_it_back_when_we_close(tmp_path):
    async def story(caller, endpoint):
        granted = await caller.hear(Registration)
        assert (granted.registered, granted.expires_s) == (True, 60)
        await endpoint.drain(within_s=0)
        assert not (await caller.hear(Registration, 2)).registered

    play("registrar", tmp_path, story, register=True, peer_secret=SECRET)


def test_we_send_it_elsewhere_and_hear_how_that_goes(tmp_path):
    async def story(caller, endpoint):
        call = dial(endpoint)
        await caller.hear(Answered)
        endpoint.refer(call, "tel:4009", ALLOWED)
        await caller.hear(TransferProgress, 2)
        endpoint.hang_up(call)

    caller = play("is_referred", tmp_path, story)
    heard = [(e.status, e.final) for e in caller.told if isinstance(e, TransferProgress)]
    assert heard == [(100, False), (200, True)]


def test_we_keep_to_its_session_timer_and_renew_it(tmp_path):
    async def story(caller, endpoint):
        call = dial(endpoint)
        await caller.hear(Answered)
        # Half of an hour from now we renew.
        endpoint.stack.run(endpoint.now() + 1_800)
        endpoint.received([])
        endpoint.hang_up(call)

    play("wants_longer_sessions", tmp_path, story)


def test_its_early_media_are_acknowledged(tmp_path):
    async def story(caller, endpoint):
        call = dial(endpoint)
        progress = await caller.hear(Progress)
        assert (progress.status, progress.answer.media[0].kind) == (183, "audio")
        assert (await caller.hear(Answered)).remote is None
        endpoint.hang_up(call)

    play("has_early_media", tmp_path, story)
