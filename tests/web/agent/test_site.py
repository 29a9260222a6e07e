"""The site that tests of desks are made of."""

import asyncio

from tests.web.agent.site import opened_site


class Leg:
    """The last headset: while it is let go, a page would connect another one."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.closed_to = ""

    async def close(self) -> None:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self._port)
        except ConnectionRefusedError:
            self.closed_to = "everybody"
        else:
            writer.close()


def test_nobody_connects_a_headset_while_those_there_are_let_go() -> None:
    with opened_site() as site:
        leg = Leg(site.server.port)
        site.floor.legs.append(leg)
    assert leg.closed_to == "everybody"
