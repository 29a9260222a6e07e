"""Connections that deliver late, in pieces, or break, as chance has it; never out of order and never what was not sent."""

import asyncio
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

STALLS_S = 3.0
"""A packet that is lost and sent again, twice."""
PIECES_MAX = 3
"""What is written at once arrives in so many pieces at most."""


@dataclass
class Weather:
    """How the network is. Times are seconds, shares between 0 and 1."""

    latency_s: float = 0.002
    breaks: float = 0.0
    """Of writes after which the connection breaks, before they have arrived whole."""
    splits: float = 0.3
    """Of writes that arrive in pieces."""
    stalls: float = 0.0
    """Of writes of whoever connects that arrive STALLS_S later, and all that is written behind them."""


class Listener:
    """A server's socket."""

    def __init__(self, network: "Network", port: int | str, factory: Callable[[], Any]) -> None:
        """`port` is the path of a socket on this machine."""
        self.network = network
        self.port = port
        self.factory = factory
        self.sockets = (self,)

    def getsockname(self) -> tuple[str, int | str]:
        return "127.0.0.1", self.port

    def close(self) -> None:
        self.network.listeners.pop(self.port, None)


class Network:
    """All connections of one simulation."""

    def __init__(self, chance: random.Random, weather: Weather) -> None:
        self.chance = chance
        self.weather = weather
        self.listeners: dict[int | str, Listener] = {}
        self.ends: list[End] = []
        self.broken = 0
        self.down_until = 0.0

    def latency(self) -> float:
        return self.weather.latency_s * self.chance.uniform(0.5, 3.0)

    def is_down(self) -> bool:
        return asyncio.get_running_loop().time() < self.down_until

    def listen(self, factory: Callable[[], Any], path: str = "") -> Listener:
        port = path or 2_775 + len(self.listeners)
        self.listeners[port] = Listener(self, port, factory)
        return self.listeners[port]

    def listener(self, port: int | str) -> Listener | None:
        return self.listeners.get(port)

    async def connect(self, factory: Callable[[], Any], listener: Listener) -> Any:
        near, far = End(self), End(self)
        near.stalls = self.weather.stalls
        near.peer, far.peer = far, near
        self.ends += [near, far]
        far.attach(listener.factory())
        protocol = factory()
        near.attach(protocol)
        return near, protocol

    def forget(self, end: "End") -> None:
        if end in self.ends:
            self.ends.remove(end)


class End(asyncio.Transport):
    """One end of a connection."""

    peer: "End"
    stalls = 0.0

    def __init__(self, network: Network) -> None:
        super().__init__()
        self._network = network
        self._protocol: Any = None
        self._coming: deque[bytes] = deque()
        """Arrived, and not read since reading is paused."""
        self._reading = True
        self._closing = False
        self._gone = False
        self._broken = False
        self._arrives_at = 0.0
        """Nothing that is written later arrives earlier."""

    def attach(self, protocol: Any) -> None:
        self._protocol = protocol
        protocol.connection_made(self)

    # --- asyncio.Transport ---

    def write(self, data: Any) -> None:
        if self._closing or self._gone or self._broken or not data:
            return
        octets = bytes(data)
        chance, weather = self._network.chance, self._network.weather
        breaks = chance.random() < weather.breaks
        if breaks:
            # Nothing that is written later arrives.
            self._broken = True
            octets = octets[: chance.randrange(len(octets) + 1)]
        if self.stalls and chance.random() < self.stalls:
            self._arrives_at = max(self._arrives_at, asyncio.get_running_loop().time() + STALLS_S)
        pieces = [octets]
        if len(octets) > 1 and chance.random() < weather.splits:
            cuts = sorted(
                chance.randrange(1, len(octets)) for _ in range(chance.randint(1, PIECES_MAX - 1))
            )
            pieces = [octets[a:b] for a, b in zip([0, *cuts], [*cuts, len(octets)], strict=True)]
        for piece in pieces:
            self._later(self.peer.arrive, piece)
        if breaks:
            self._network.broken += 1
            self._later(self.cut)

    def _later(self, do: Callable[..., None], *given: Any) -> None:
        loop = asyncio.get_running_loop()
        self._arrives_at = max(self._arrives_at + 1e-6, loop.time() + self._network.latency())
        loop.call_at(self._arrives_at, do, *given)

    def arrive(self, octets: bytes) -> None:
        """What the peer wrote is here."""
        if self._gone or self._closing or not octets:
            return
        if self._reading:
            self._protocol.data_received(octets)
        else:
            self._coming.append(octets)

    def pause_reading(self) -> None:
        self._reading = False

    def resume_reading(self) -> None:
        self._reading = True
        while self._coming and self._reading:
            self._protocol.data_received(self._coming.popleft())

    def is_reading(self) -> bool:
        return self._reading

    def is_closing(self) -> bool:
        return self._closing or self._gone

    def close(self) -> None:
        """What was written arrives; then both ends are gone."""
        if not self.is_closing():
            self._closing = True
            self._later(self.cut)

    def abort(self) -> None:
        self.cut()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        del name
        return default

    def get_write_buffer_size(self) -> int:
        return 0

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        del high, low

    # --- what goes wrong ---

    def cut(self) -> None:
        """The connection breaks: this end knows now, the other when it hears of it."""
        if self._gone:
            return
        # The other may hear of it later, and brings again what it has no answer to when it does.
        self._lose(ConnectionAbortedError("it broke"))
        self._later(self.peer.lose_too)

    def lose_too(self) -> None:
        """The other end has gone."""
        if not self._gone:
            self._lose(None)

    def _lose(self, error: OSError | None) -> None:
        self._gone = True
        self._network.forget(self)
        if self._protocol is not None:
            asyncio.get_running_loop().call_soon(self._protocol.connection_lost, error)

    def die(self) -> float:
        """The process at this end is dead: it is told nothing, and the other end hears of it behind all that was written.

        When that will be; 0 if it has been lost before.
        """
        if self._gone:
            return 0.0
        self._gone = True
        self._network.forget(self)
        self._protocol = None
        self._later(self.peer.lose_too)
        return self._arrives_at
