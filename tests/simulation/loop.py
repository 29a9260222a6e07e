"""An event loop whose clock jumps to the next thing that is due, and whose connections are simulated.

1. Nothing waits: when no callback is ready the clock is set to the next timer.
2. `create_server` and `create_connection` join the two ends in this loop; see tests.simulation.network.
3. Only what the seed decides differs between two runs.
"""

import asyncio
import asyncio.base_events
import math
from collections.abc import Callable
from typing import Any

from tests.simulation.network import Listener, Network

START_S = 1_000.0
NANOSECOND_S = 1e-9


class NothingLeftError(Exception):
    """No callback is ready and no timer is set: everybody waits for somebody."""


class _Selector:
    """Passes time instead of waiting."""

    def __init__(self, loop: "SimulatedLoop") -> None:
        self._loop = loop

    def select(self, timeout: float | None) -> list[Any]:
        if timeout is None:
            raise NothingLeftError
        if timeout > 0:
            self._loop.pass_time(timeout)
        return []

    def close(self) -> None:
        """Nothing is open."""


class SimulatedLoop(asyncio.base_events.BaseEventLoop):
    """See the head of the file."""

    def __init__(self, network: Network, within: Network) -> None:
        """`within`: between processes of one machine."""
        super().__init__()
        self._selector = _Selector(self)
        self._now_s = START_S
        self._network = network
        self._within = within

    def time(self) -> float:
        return self._now_s

    def pass_time(self, seconds: float) -> None:
        """The clock goes forward."""
        # A little more than asked, or a timer would be looked at before it is due by a rounding. After half a year of seconds a
        # float tells no nanoseconds apart: a timer would be looked at for ever.
        self._clock_resolution = max(NANOSECOND_S, 2 * math.ulp(self._now_s))
        self._now_s += seconds + self._clock_resolution

    def _process_events(self, event_list: list[Any]) -> None:
        """There are none."""

    def _write_to_self(self) -> None:
        """Nobody waits who would have to be woken."""

    async def create_server(self, factory: Callable[[], Any], *_: Any, **__: Any) -> Any:  # type: ignore[override]
        return self._network.listen(factory)

    async def create_connection(  # type: ignore[override]
        self, factory: Callable[[], Any], host: str, port: int, **_: Any
    ) -> Any:
        del host
        return await _connect(self._network, factory, port)

    async def create_unix_connection(  # type: ignore[override]
        self, factory: Callable[[], Any], path: str, **_: Any
    ) -> Any:
        return await _connect(self._within, factory, path)


async def _connect(network: Network, factory: Callable[[], Any], port: int | str) -> Any:
    await asyncio.sleep(network.latency())
    # Whoever listened may have died since.
    listener: Listener | None = network.listener(port)
    if listener is None or network.is_down():
        raise ConnectionRefusedError(f"nobody listens on {port}")
    return await network.connect(factory, listener)
