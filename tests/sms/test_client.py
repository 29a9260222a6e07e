"""The ESME while its connections come and go."""

import asyncio
import random
from typing import Any, cast

from sms.carrier import Carrier
from sms.client import RECONNECT_MAX_S, RECONNECT_MIN_S, Esme
from tests.sms.wire import Owner

CONNECT_S_MAX = 20
"""How long a name may take to be refused."""


def test_a_carrier_that_refuses_us_is_knocked_at_ever_more_rarely() -> None:
    carrier = Carrier("c", "nowhere", 1, "us", "wrong")
    esme = Esme(carrier, cast("Any", Owner()), chance=random.Random(1))
    delays = [esme.next_delay_s() for _ in range(20)]
    assert RECONNECT_MIN_S / 2 <= delays[0] <= RECONNECT_MIN_S
    assert all(RECONNECT_MAX_S / 2 <= delay_s <= RECONNECT_MAX_S for delay_s in delays[8:])
    esme.connected()
    assert esme.next_delay_s() <= RECONNECT_MIN_S


def test_a_host_that_no_name_server_could_know_is_knocked_at_again() -> None:
    async def run() -> None:
        carrier = Carrier("c", "smsc..example", 1, "us", "secret")
        esme = Esme(carrier, cast("Any", Owner()), chance=random.Random(1))
        esme.start()
        try:
            async with asyncio.timeout(CONNECT_S_MAX):
                while esme.reconnects < 1:  # noqa: ASYNC110
                    await asyncio.sleep(0)
        finally:
            await esme.close()

    asyncio.run(run())
