"""How packets reach the network and come from it: by IPv4, and by IPv6 where the plane has an address of it."""

from collections.abc import Iterator
from typing import Protocol

from ivr.media.control_wire import ControlWire
from ivr.media.datagrams import IPV4, IPV6
from ivr.media.memory import Memory
from ivr.media.port_wire import PortWire
from ivr.media.raw_wire import RawWire
from ivr.media.raw_wire6 import RawWire6
from ivr.media.settings import Settings
from ivr.media.sockets import Descriptors, numbers
from ivr.media.traffic import Arrived, Leaving, Notice

BATCHES_MAX = 4
"""Times that packets of one family are fetched in one tick."""


class Wire(Protocol):
    """One family's packets."""

    def send(self, leaving: Leaving) -> None:
        """Send those of a group's packets that leave by this family."""
        ...

    def receive(self) -> Arrived | None:
        """What came; None when nothing did."""
        ...


class Wires:
    """All that a plane is connected by."""

    def __init__(self, descriptors: Descriptors, memory: Memory, settings: Settings) -> None:
        self._columns = memory.columns
        self._ipv4: Wire = (
            RawWire(descriptors.raw, memory, settings)
            if descriptors.raw is not None
            else PortWire(IPV4, numbers(descriptors.ports), memory, settings)
        )
        self._control = ControlWire(IPV4, numbers(descriptors.controls), memory.columns)
        self._ipv6: Wire | None = None
        if descriptors.raw6 is not None:
            self._ipv6 = RawWire6(descriptors.raw6, memory)
        elif descriptors.ports6:
            self._ipv6 = PortWire(IPV6, numbers(descriptors.ports6), memory, settings)
        self._control6 = ControlWire(IPV6, numbers(descriptors.controls6), memory.columns)

    def send(self, leaving: Leaving) -> None:
        """Send a group's packets."""
        self._ipv4.send(leaving)
        if self._ipv6 is not None:
            self._ipv6.send(leaving)

    def notify(self, notice: Notice) -> None:
        """Send a report."""
        (self._control if self._columns.remote_ip[notice.slot] else self._control6).notify(notice)

    def notices(self) -> list[Notice]:
        """Reports that came."""
        return self._control.notices() + self._control6.notices()

    def arrived(self) -> Iterator[Arrived]:
        """What came; each batch holds until the next is asked for."""
        for wire in (self._ipv4, self._ipv6):
            if wire is None:
                continue
            for _ in range(BATCHES_MAX):
                batch = wire.receive()
                if batch is None:
                    break
                yield batch
