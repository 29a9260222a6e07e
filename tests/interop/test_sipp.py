"""SIPp calls us, as a carrier's switch would."""

import asyncio

from tests.interop.shop_floor import Operator, open_endpoint
from tests.interop.sipp_runner import run_sipp


def call_with(scenario, folder, *words, operator=None, trunks=(), calls=1, **settings):
    """Let SIPp run a scenario against us; gives what we were told, and our counters."""
    operator = operator or Operator()

    async def run():
        async with open_endpoint(operator, *trunks, **settings) as endpoint:
            await run_sipp(endpoint.port, scenario, folder, *words, calls=calls)
            return endpoint.stack

    return operator, asyncio.run(run())


def test_its_own_uac_scenario_passes(tmp_path):
    operator, stack = call_with("uac", tmp_path, "-r", "200", calls=100)
    assert operator.kinds().count("Answered") == 100
    assert operator.kinds().count("Ended") == 100
    assert stack.counters.repeated == 0
    assert not stack.calls
